"""Files to documents: the corpus folder, one reader per format, decoding."""

from zjip_qa.documents.corpus import (
    USER_DICTIONARY,
    Corpus,
    CorpusFile,
    Problem,
    corpus_dictionary,
    read_document,
    scan_corpus,
)
from zjip_qa.documents.decode import decode
from zjip_qa.documents.reader import Reader
from zjip_qa.documents.readers import SUPPORTED_SUFFIXES, reader_for
from zjip_qa.documents.stamps import Stamps

__all__ = [
    "SUPPORTED_SUFFIXES",
    "USER_DICTIONARY",
    "Corpus",
    "CorpusFile",
    "Problem",
    "Reader",
    "Stamps",
    "corpus_dictionary",
    "decode",
    "read_document",
    "reader_for",
    "scan_corpus",
]
