"""From retrieved chunks to an answer with citations, or a refusal."""

from zjip_qa.answering.answerer import ExtractiveAnswerer
from zjip_qa.answering.followup import complete
from zjip_qa.answering.gloss import GlossedWord, gloss
from zjip_qa.answering.quantities import (
    Quantity,
    chinese_number,
    find_quantities,
    in_english,
)

__all__ = [
    "ExtractiveAnswerer",
    "GlossedWord",
    "Quantity",
    "chinese_number",
    "complete",
    "find_quantities",
    "gloss",
    "in_english",
]
