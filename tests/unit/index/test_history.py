import shutil
from pathlib import Path

import pytest
from tests.unit.index.conftest import Build

from zjip_qa.errors import BrokenIndex, IndexUnusable
from zjip_qa.index import current, history, open_index, rollback
from zjip_qa.index.changes import Changes


def test_the_one_before_is_compared_with_the_one_in_use(
    build: Build, corpus: Path, index: Path
) -> None:
    first = build()
    assert history(index).previous is None
    (corpus / "b.txt").write_text("New.", encoding="utf-8")
    (corpus / "c.txt").rename(corpus / "d.txt")
    second = build()
    found = history(index)
    assert found.previous is not None
    assert (found.previous.name, found.current.name) == (first.generation, second.generation)
    changes = Changes(
        ("d.txt",), ("b.txt",), ("c.txt",),
        ("a.md", "法律/第一章.md", "法律/第二章.md"), (("c.txt", "d.txt"),),
    )  # fmt: skip
    assert found.changes == changes
    assert not found.new_words
    rollback(index)
    assert history(index).changes.moved == (("d.txt", "c.txt"),)


def test_going_back_is_a_way_out_of_a_damaged_index(
    build: Build, corpus: Path, index: Path
) -> None:
    first = build()
    (corpus / "b.txt").write_text("New.", encoding="utf-8")
    build()
    (current(index) / "signatures.npy").write_bytes(b"damaged")
    assert rollback(index).name == first.generation
    open_index(index).close()
    with pytest.raises(BrokenIndex, match=r"the one in use stays.*signatures"):
        rollback(index)
    assert current(index).name == first.generation
    open_index(index).close()


@pytest.mark.parametrize("name", ["manifest.json", "texts", "."])
def test_a_damaged_one_before_is_not_put_back(
    build: Build, corpus: Path, index: Path, name: str
) -> None:
    first = build()
    (corpus / "b.txt").write_text("New.", encoding="utf-8")
    second = build()
    damaged = index / first.generation / name
    if name == "texts":
        damaged = next(damaged.iterdir())
    if name == ".":
        shutil.rmtree(damaged)
    else:
        damaged.write_bytes(b"damaged")
    with pytest.raises(BrokenIndex, match="the one in use stays"):
        rollback(index)
    assert current(index).name == second.generation


def test_where_nothing_was_built_nothing_is_made(index: Path) -> None:
    with pytest.raises(IndexUnusable, match="run `zjip-qa index`"):
        rollback(index)
    assert not index.exists()
