"""Files to documents: the corpus folder, one reader per format, decoding."""

from zjip_qa.documents.corpus import Corpus, CorpusFile, Problem, read_document, scan_corpus
from zjip_qa.documents.decode import decode
from zjip_qa.documents.reader import Reader
from zjip_qa.documents.readers import SUPPORTED_SUFFIXES, reader_for

__all__ = [
    "SUPPORTED_SUFFIXES",
    "Corpus",
    "CorpusFile",
    "Problem",
    "Reader",
    "decode",
    "read_document",
    "reader_for",
    "scan_corpus",
]
