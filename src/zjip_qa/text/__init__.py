"""Text itself: a normalised copy with the way back, language, words, sentences."""

from zjip_qa.text.function_words import is_function_word
from zjip_qa.text.han import HAN, is_han
from zjip_qa.text.language import detect_language
from zjip_qa.text.normalize import Normalized, normalize
from zjip_qa.text.places import Places, bare_place, load_places
from zjip_qa.text.segment import RunFilter, Segmenter, Token
from zjip_qa.text.sentences import split_sentences
from zjip_qa.text.stem import stem

__all__ = [
    "HAN",
    "Normalized",
    "Places",
    "RunFilter",
    "Segmenter",
    "Token",
    "bare_place",
    "detect_language",
    "is_function_word",
    "is_han",
    "load_places",
    "normalize",
    "split_sentences",
    "stem",
]
