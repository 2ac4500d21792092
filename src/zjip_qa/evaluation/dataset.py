"""Retrieval data sets: passages, queries, and which passages are relevant to which query.

The common form of BEIR folders and SQuAD files. It reads no files and builds no index:
the caller indexes `dataset_documents` as it sees fit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from zjip_qa.types import Block, BlockKind, Document, Language, Span


@dataclass(frozen=True, slots=True)
class Dataset:
    """Passages and queries by id, and judgements: query id → passage id → grade."""

    passages: dict[str, str]
    queries: dict[str, str]
    qrels: dict[str, dict[str, int]]


def dataset_documents(
    dataset: Dataset, language_of: Callable[[str], Language]
) -> Iterator[Document]:
    """Each passage as a document of one paragraph, in the data set's order.

    A passage without text gives no document: there is nothing to index. It still counts
    as not found where it is relevant.

    Args:
        dataset: whose passages; their ids become document ids.
        language_of: tells the language of a text.
    """
    for passage_id, text in dataset.passages.items():
        if text.strip():
            yield Document(
                doc_id=passage_id,
                text=text,
                blocks=(Block(Span(0, len(text)), BlockKind.PARAGRAPH),),
                language=language_of(text),
            )
