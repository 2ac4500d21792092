"""Every error that zjip-qa raises on purpose.

    ZjipQAError
    ├── CorpusError               the texts
    │   ├── UnsupportedFormat     no reader for this kind of file
    │   └── UnreadableDocument    a reader exists but this file defeats it
    ├── IndexUnusable             the built index
    │   ├── BrokenIndex           missing, damaged or foreign files
    │   └── StaleIndex            built by another model, format or version
    ├── ModelUnavailable          the encoder cannot be loaded
    ├── QuestionError             the question cannot be asked
    └── EvaluationError           a question file or data set cannot be used

A message has three parts: what was found, what was expected, what to do. The command
line prints it on one line and exits 1; anything that is not a ZjipQAError is a bug and
keeps its traceback.
"""


class ZjipQAError(Exception):
    """Base of all errors raised on purpose."""


class CorpusError(ZjipQAError):
    """The corpus folder or one of its documents cannot be used."""


class UnsupportedFormat(CorpusError):
    """No reader takes this kind of file."""


class UnreadableDocument(CorpusError):
    """The file is of a known kind but cannot be read."""


class IndexUnusable(ZjipQAError):
    """The index cannot be opened."""


class BrokenIndex(IndexUnusable):
    """Files of the index are missing, damaged or not ours."""


class StaleIndex(IndexUnusable):
    """The index was built with another model, format or settings."""


class ModelUnavailable(ZjipQAError):
    """The encoder cannot be loaded."""


class QuestionError(ZjipQAError):
    """The question is empty, too long, or holds no words."""


class EvaluationError(ZjipQAError):
    """A question file or evaluation data set cannot be used."""
