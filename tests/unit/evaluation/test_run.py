import pytest
from hypothesis import given
from hypothesis import strategies as st

from zjip_qa.evaluation.measures import measure
from zjip_qa.evaluation.qrels import quote_qrels
from zjip_qa.evaluation.run import first_per_document, first_relevant, place_ranking, scored
from zjip_qa.types import Chunk, Hit, Span


def hits(*spans: tuple[str, int, int]) -> list[Hit]:
    return [
        Hit(rank, 1.0 / rank, Chunk(doc_id, start, end, "…"))
        for rank, (doc_id, start, end) in enumerate(spans, start=1)
    ]


def ndcg(ranking: list[Hit], places: list[tuple[str, Span]]) -> float:
    run = {"q": scored(place_ranking(ranking, places))}
    return measure(run, quote_qrels({"q": places})).per_query["q"]["nDCG@10"]


def test_touching_is_not_overlapping_and_the_document_counts() -> None:
    places = [("a", Span(10, 20))]
    ranking = hits(("a", 0, 10), ("a", 20, 30), ("b", 10, 20), ("a", 19, 25))
    assert first_relevant(ranking, places) == 4
    assert first_relevant(ranking[:3], places) is None


def test_overlapping_chunks_do_not_hold_a_perfect_ranking_below_one() -> None:
    # Both chunks show the one place; the second earns nothing and costs nothing.
    assert ndcg(hits(("a", 0, 20), ("a", 10, 30)), [("a", Span(12, 18))]) == 1.0


def test_place_is_earned_once() -> None:
    places = [("a", Span(12, 18)), ("a", Span(100, 110))]
    ranking = hits(("a", 0, 20), ("a", 10, 30), ("a", 90, 120))
    assert place_ranking(ranking, places) == ["place/a/12-18", "chunk/a/10-30", "place/a/100-110"]


def test_hit_that_earns_two_places_takes_two_ranks() -> None:
    places = [("a", Span(0, 5)), ("a", Span(6, 9))]
    assert place_ranking(hits(("a", 0, 20)), places) == ["place/a/0-5", "place/a/6-9"]
    assert ndcg(hits(("a", 0, 20)), places) == 1.0


def test_chunk_that_is_exactly_an_earned_place_is_not_taken_for_it() -> None:
    ranking = hits(("a", 0, 20), ("a", 5, 9))
    assert place_ranking(ranking, [("a", Span(5, 9))]) == ["place/a/5-9", "chunk/a/5-9"]


def test_scores_fall_with_rank_and_the_first_of_a_repeated_item_counts() -> None:
    assert scored(["b", "a", "b", "c"]) == {"b": -1.0, "a": -2.0, "c": -3.0}


def test_close_scores_keep_their_order() -> None:
    # As 32-bit floats 0.1 and 0.1 + 1e-12 are equal, and ties would go to the later name.
    ranking = [
        Hit(1, 0.1 + 1e-12, Chunk("a", 0, 1, "…")),
        Hit(2, 0.1, Chunk("z", 0, 1, "…")),
    ]
    run = {"q": scored(place_ranking(ranking, [("a", Span(0, 1))]))}
    assert measure(run, {"q": {"place/a/0-1": 1}}).per_query["q"]["RR"] == 1.0


def test_first_hit_per_document() -> None:
    ranking = hits(("b", 0, 1), ("a", 0, 1), ("b", 1, 2))
    assert [(hit.rank, hit.chunk.doc_id) for hit in first_per_document(ranking)] == [
        (1, "b"),
        (2, "a"),
    ]


spans = st.tuples(st.integers(0, 30), st.integers(1, 10)).map(lambda s: Span(s[0], s[0] + s[1]))


@given(st.lists(spans, max_size=8), st.lists(spans, min_size=1, max_size=3, unique=True))
def test_measures_stay_in_bounds_and_agree_on_the_first_relevant(
    chunks: list[Span], quotes: list[Span]
) -> None:
    ranking = hits(*(("a", chunk.start, chunk.end) for chunk in chunks))
    places = [("a", quote) for quote in quotes]
    items = place_ranking(ranking, places)
    # Equal chunks are one item; only a retriever that repeats itself is affected.
    values = measure({"q": scored(items)}, quote_qrels({"q": places})).per_query["q"]
    assert all(0.0 <= value <= 1.0 for value in values.values())
    rank = first_relevant(ranking, places)
    if len({(chunk.start, chunk.end) for chunk in chunks}) == len(chunks):
        assert values["RR"] == pytest.approx(1 / rank if rank else 0.0)
