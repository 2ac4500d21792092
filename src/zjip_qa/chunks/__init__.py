"""Documents to sentences and chunks."""

from zjip_qa.chunks.lead import lead_in
from zjip_qa.chunks.sentences import document_sentences
from zjip_qa.chunks.split import CountTokens, passage_text, split_document

__all__ = ["CountTokens", "document_sentences", "lead_in", "passage_text", "split_document"]
