"""From a question to ranked chunks: dense, lexical, fused, and ordered by late interaction."""

from zjip_qa.retrieval.bridge import Bridge, load_bridge
from zjip_qa.retrieval.late import WordMatch, similarities
from zjip_qa.retrieval.lexical import query_terms
from zjip_qa.retrieval.passages import Passages
from zjip_qa.retrieval.retriever import FusionWeights, Retriever, RetrieverName

__all__ = [
    "Bridge",
    "FusionWeights",
    "Passages",
    "Retriever",
    "RetrieverName",
    "WordMatch",
    "load_bridge",
    "query_terms",
    "similarities",
]
