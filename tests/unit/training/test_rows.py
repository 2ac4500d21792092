from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from zjip_qa.training.mixture import batches
from zjip_qa.training.rows import LENGTHS, Rows, Source, cut, load_sources, padded, save_sources
from zjip_qa.training.vocabulary import build_tokenizer, extend_vocabulary


@pytest.fixture
def tokenizer() -> Tokenizer:
    english = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "new", "patent", "."]
    return build_tokenizer(extend_vocabulary(english, ["专利", "新"], {"專利": "专利"}))


def _rows(*texts: list[int]) -> Rows:
    starts = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    return Rows(np.array([i for text in texts for i in text], dtype=np.int32), starts)


def test_texts_are_cut_and_found_again(tokenizer: Tokenizer) -> None:
    left, right = cut(tokenizer, [("new patent", "新专利"), ("patent.", "專利")], None)
    assert left.text(0).tolist() == [2, 5, 6, 3]
    assert right.text(0).tolist() == [2, 9, 8, 3]
    assert right.text(1).tolist() == [2, 8, 3]


def test_rows_the_teacher_cannot_read_are_left_out(tokenizer: Tokenizer) -> None:
    left, right = cut(tokenizer, [("new 专利", "新专利"), ("patent", "专利")], 8)
    assert left.lengths().tolist() == right.lengths().tolist() == [3]


def test_texts_are_filled_up_to_a_fixed_length() -> None:
    texts = padded([np.array([2, 5, 3], np.int32), np.array([2, 3], np.int32)])
    assert texts.ids.tolist() == [[2, 5, 3] + [0] * 5, [2, 3] + [0] * 6]
    assert texts.mask.sum(axis=1).tolist() == [3, 2]
    assert texts.ids.shape[1] == LENGTHS[0]


def test_kept_rows_come_back(tmp_path: Path) -> None:
    source = Source("laws (passages)", _rows([1, 2, 3], [4]), _rows([5], [6, 7]), 12)
    save_sources(tmp_path / "rows.npz", [source])
    (found,) = load_sources(tmp_path / "rows.npz")
    assert (found.name, found.share, found.n_rows()) == ("laws (passages)", 12, 2)
    assert [found.left.text(i).tolist() for i in (0, 1)] == [[1, 2, 3], [4]]
    assert [found.right.text(i).tolist() for i in (0, 1)] == [[5], [6, 7]]


def test_batches_hold_pairs_of_one_length_and_repeat_no_row_early() -> None:
    texts = [[n] * (6 if n < 60 else 20) for n in range(1, 121)]
    source = Source("any", _rows(*texts), _rows(*texts), 1)
    drawn = list(
        islice(batches([source], n_tokens=96, largest=10, rng=np.random.default_rng(0)), 6)
    )
    for batch in drawn:
        assert batch.left.ids.tolist() == batch.right.ids.tolist()
        assert batch.left.ids.shape in {(10, 8), (4, 24)}
    firsts = [n for batch in drawn for n in batch.left.ids[:, 0].tolist()]
    assert len(firsts) == len(set(firsts))


def test_a_boosted_source_comes_more_often() -> None:
    sources = [Source(name, _rows([n] * 4), _rows([n] * 4), 1) for n, name in ((1, "a"), (2, "b"))]
    stream = batches(
        sources, n_tokens=800, largest=100, rng=np.random.default_rng(0), boosts={"b": 3.0}
    )
    firsts = np.concatenate([batch.left.ids[:, 0] for batch in islice(stream, 20)])
    # 2,000 draws at 3 : 1 stray from 0.75 by 0.01 (one standard deviation).
    assert abs((firsts == 2).mean() - 0.75) < 0.04
