"""The built index: vectors, postings, token vectors, texts, and how one replaces another."""

from zjip_qa.index.build import BuildReport, Progress, Stage, build_index
from zjip_qa.index.changes import Changes
from zjip_qa.index.dense import DenseIndex, DenseKind
from zjip_qa.index.dense_shards import DenseShards
from zjip_qa.index.encoding import encode_chunks
from zjip_qa.index.generations import current, rollback
from zjip_qa.index.history import Generation, History, history
from zjip_qa.index.lexical import LexicalIndex, QueryTerm
from zjip_qa.index.manifest import Manifest, verify
from zjip_qa.index.opened import OpenIndex, open_index
from zjip_qa.index.plan import BuildPlan, plan_index, with_dictionary
from zjip_qa.index.preview import CutChunk, Preview, preview
from zjip_qa.index.scan import Int8Scan
from zjip_qa.index.spans import SpanRows, SpanStore
from zjip_qa.index.store import DocumentSummary, Store
from zjip_qa.index.store_writer import AlignedText

__all__ = [
    "AlignedText",
    "BuildPlan",
    "BuildReport",
    "Changes",
    "CutChunk",
    "DenseIndex",
    "DenseKind",
    "DenseShards",
    "DocumentSummary",
    "Generation",
    "History",
    "Int8Scan",
    "LexicalIndex",
    "Manifest",
    "OpenIndex",
    "Preview",
    "Progress",
    "QueryTerm",
    "SpanRows",
    "SpanStore",
    "Stage",
    "Store",
    "build_index",
    "current",
    "encode_chunks",
    "history",
    "open_index",
    "plan_index",
    "preview",
    "rollback",
    "verify",
    "with_dictionary",
]
