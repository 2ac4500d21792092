"""Documents to chunks: the pieces that are encoded and ranked.

A chunk is one or more whole sentences of one section. Only a sentence longer than a chunk is
cut, and then its pieces are sentences of their own, so that a citation always fits a chunk.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise

from zjip_qa.chunks.clauses import cut_long
from zjip_qa.chunks.sentences import document_sentences
from zjip_qa.types import BlockKind, Chunk, Document, Sentence

CountTokens = Callable[[Sequence[str]], list[int]]

_LONGEST_HEADING = 60  # characters; the encoder should read text, not titles
_WIDEST_GAP = 80  # characters of markup between two sentences of one chunk
_JOINT = " › "


def split_document(
    document: Document,
    count_tokens: CountTokens,
    *,
    max_tokens: int,
    overlap_sentences: int,
) -> tuple[list[Chunk], list[Sentence]]:
    """Split a document into chunks, and into the sentences that they are made of.

    A section gets as few chunks as it can, of sizes as even as they can be. Each chunk but a
    section's first repeats the last `overlap_sentences` sentences before it, fewer where they
    would fill more than a third of it or leave no room for a new one.

    Args:
        document: what a reader made.
        count_tokens: tokens in each of some texts, as the encoder counts them.
        max_tokens: most tokens in a chunk, at least 1.
        overlap_sentences: how many sentences neighbours share, 0 or more.

    Returns:
        Chunks in order of their starts, `chunk_id` not yet given, and sentences in order. Every
        sentence lies wholly in at least one chunk.

    Raises:
        ValueError: `max_tokens` < 1 or `overlap_sentences` < 0.
    """
    if max_tokens < 1 or overlap_sentences < 0:
        raise ValueError(
            f"max_tokens must be at least 1 and overlap_sentences at least 0, "
            f"got {max_tokens} and {overlap_sentences}"
        )
    sentences, sizes = cut_long(
        document.text, document_sentences(document), count_tokens, max_tokens
    )
    chunks: list[Chunk] = []
    begin = 0
    for end in [*_section_starts(document, sentences), len(sentences)]:
        for first, last in _pack(sizes[begin:end], max_tokens, overlap_sentences):
            start = sentences[begin + first].span.start
            stop = sentences[begin + last - 1].span.end
            section = sentences[begin].section
            chunks.append(Chunk(document.doc_id, start, stop, document.text[start:stop], section))
        begin = end
    return chunks, sentences


def _section_starts(document: Document, sentences: list[Sentence]) -> list[int]:
    """Numbers of the sentences that begin a section, the first one left out.

    Two headings of one name are two sections, and so are two articles of a law. So is what a long
    stretch of markup parts: a chunk would have to take it in.
    """
    headings = [b.span.start for b in document.blocks if b.kind is BlockKind.HEADING]
    starts = []
    for i, (one, two) in enumerate(pairwise(sentences), 1):
        left, right = one.span.end, two.span.start
        headed = bisect_left(headings, left) != bisect_left(headings, right)
        if (
            headed
            or one.section != two.section
            or len(document.text[left:right].strip()) > _WIDEST_GAP
        ):
            starts.append(i)
    return starts


def _pack(sizes: list[int], limit: int, overlap: int) -> list[tuple[int, int]]:
    """Divide sentences of the given sizes into chunks; return each as a range [begin, end).

    Among the divisions with the fewest chunks, takes the one whose sizes have the least sum of
    squares: that is the evenest, and it leaves no tiny tail. Time is O(n × limit).
    """
    total = [0, *accumulate(sizes)]
    begins = [_overlapped(i, total, limit, overlap) for i in range(len(sizes))]
    best: list[tuple[int, int]] = [(0, 0)]  # chunks and sum of squares up to sentence i
    origin = [0]
    for end in range(1, len(sizes) + 1):
        chosen: tuple[tuple[int, int], int] | None = None
        for fresh in range(end - 1, -1, -1):
            if chosen and total[end] - total[fresh] > limit:
                break
            size = total[end] - total[begins[fresh]]
            if size > limit and chosen:
                continue  # too much only with what it would repeat
            n_chunks, squares = best[fresh]
            choice = ((n_chunks + 1, squares + size * size), fresh)
            chosen = min(chosen, choice) if chosen else choice
        assert chosen, "one sentence alone is always a choice"
        best.append(chosen[0])
        origin.append(chosen[1])
    ranges: list[tuple[int, int]] = []
    end = len(sizes)
    while end > 0:
        ranges.append((begins[origin[end]], end))
        end = origin[end]
    return ranges[::-1]


def _overlapped(fresh: int, total: list[int], limit: int, overlap: int) -> int:
    """Where a chunk begins whose first new sentence is `fresh`."""
    size = total[fresh + 1] - total[fresh]
    begin = fresh
    while begin > 0 and fresh - begin < overlap:
        shared = total[fresh] - total[begin - 1]
        if 3 * shared > limit or shared + size > limit:
            break
        begin -= 1
    return begin


def passage_text(chunk: Chunk, title: str) -> tuple[str, int]:
    """Return what the encoder reads of a chunk, and the offset at which `chunk.text` begins.

    A line with the title and the section path comes first, cut to some 60 characters: outer
    headings go first, the nearest one stays. A title without letters, such as a file's number,
    says nothing of the text.
    """
    title = title if any(character.isalpha() for character in title) else ""
    names = [" ".join(name.split()) for name in (title, *chunk.section)]
    names = [name for name in names if name]
    while len(names) > 2 and len(_JOINT.join(names)) > _LONGEST_HEADING:
        del names[1]
    if len(names) > 1:
        room = _LONGEST_HEADING - len(_JOINT) - len(names[-1])
        names[0] = _cut(names[0], max(room, _LONGEST_HEADING // 3))
    heading = _cut(_JOINT.join(names), _LONGEST_HEADING)
    if not heading:
        return chunk.text, 0
    return f"{heading}\n{chunk.text}", len(heading) + 1


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
