"""Figures and dates, read from Chinese and English into values that can be compared and said."""

from zjip_qa.answering.quantities.chinese import find_quantities
from zjip_qa.answering.quantities.english import find_english_quantities
from zjip_qa.answering.quantities.numerals import chinese_number
from zjip_qa.answering.quantities.quantity import (
    DURATIONS,
    PROVISIONS,
    Approximation,
    Date,
    Period,
    Quantity,
    QuantityKind,
    same_value,
)
from zjip_qa.answering.quantities.spoken import in_english

__all__ = [
    "DURATIONS",
    "PROVISIONS",
    "Approximation",
    "Date",
    "Period",
    "Quantity",
    "QuantityKind",
    "chinese_number",
    "find_english_quantities",
    "find_quantities",
    "in_english",
    "same_value",
]
