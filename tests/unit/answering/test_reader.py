import numpy as np
import pytest
from tokenizers import Tokenizer

from zjip_qa.answering.reader import LONGEST, LONGEST_QUESTION, Reading, joined, traits
from zjip_qa.embedding.light import WORD_EMBEDDINGS, load_tokenizer, map_tensor
from zjip_qa.embedding.model_folder import SHIPPED
from zjip_qa.types import Span

SPANS = np.array([[0, 2], [2, 4], [4, 7], [8, 9]], dtype=np.int32)
READING = Reading(
    SPANS,
    starts=np.array([0.0, 3.0, 1.0, 9.0], np.float32),
    ends=np.array([5.0, 0.0, 3.0, -9.0], np.float32),
    none=1.5,
)


def test_the_best_answer_starts_before_it_ends() -> None:
    # 9 + 5 would be more, but token 3 comes after token 0; 3 + 3 from token 1 to 2 is the best.
    assert READING.best() == (Span(2, 7), 4.5)


def test_an_answer_can_be_asked_of_a_part() -> None:
    assert READING.best(Span(0, 2)) == (Span(0, 2), 3.5)
    assert READING.best(Span(4, 9)) == (Span(4, 7), 2.5)
    assert READING.best(Span(7, 8)) is None
    assert READING.best(Span(1, 3)) is None


def test_answers_are_short() -> None:
    n = 100
    spans = np.stack([np.arange(n), np.arange(n) + 1], axis=1).astype(np.int32)
    starts, ends = np.zeros(n, np.float32), np.zeros(n, np.float32)
    starts[0], ends[-1] = 5.0, 5.0
    found = Reading(spans, starts, ends, 0.0).best()
    assert found is not None
    assert found[0].end - found[0].start <= 40
    assert found[1] == 5.0


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return load_tokenizer(SHIPPED)


def test_question_and_passage_make_one_row(tokenizer: Tokenizer) -> None:
    begin, end = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    assert joined(tokenizer, [7, 8], [9]) == ([begin, 7, 8, end, 9, end], 4)


def test_what_is_too_long_is_cut(tokenizer: Tokenizer) -> None:
    ids, first = joined(tokenizer, [7] * 100, [9] * 1000)
    assert (len(ids), first) == (LONGEST, LONGEST_QUESTION + 2)


def test_each_word_is_told_how_well_the_other_side_matches_it() -> None:
    table = np.array([[0, 0], [1, 0], [0, 2], [3, 3], [-1, 0]], dtype=np.float16)
    # [CLS] 1 4 [SEP] 1 2 [SEP]: the question is 1 4, the passage 1 2.
    told = traits([0, 1, 4, 0, 1, 2, 0], 4, table)
    assert told[:, 0].tolist() == [0, 0, 0, 0, 1, 1, 1]
    assert told[1:3, 1:].tolist() == [[1, 1, 0, 0], [0, 0, 0, 0]]
    assert told[4:6, 1:].tolist() == [[0, 0, 1, 1], [0, 0, 0, 0]]
    assert not told[[0, 3], 1:].any()
    assert not told[6, 1:].any()


def test_words_in_two_languages_match() -> None:
    tokenizer = load_tokenizer(SHIPPED)
    table = map_tensor(SHIPPED / "model.safetensors", WORD_EMBEDDINGS)
    asked, passage = (
        tokenizer.encode(text, add_special_tokens=False).ids
        for text in ("patents and weather", "浙江的专利")
    )
    told = traits(*joined(tokenizer, asked, passage), table)
    patents, _, weather = told[1:4, 1]
    assert patents > 0.6 > 0.4 > weather


@pytest.mark.parametrize(("asked", "passage"), [([], [1]), ([1], []), ([], [])])
def test_an_empty_side_matches_nothing(
    tokenizer: Tokenizer, asked: list[int], passage: list[int]
) -> None:
    ids, first = joined(tokenizer, asked, passage)
    assert not traits(ids, first, np.ones((200, 2), np.float16))[:, 1:].any()
