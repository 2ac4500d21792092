from hypothesis import given
from hypothesis import strategies as st

from zjip_qa.index.changes import Changes, compare

_CORPORA = st.dictionaries(
    st.sampled_from("abcdef"), st.tuples(st.sampled_from("123"), st.sampled_from([None, "4"]))
)


def test_each_document_is_in_one_list() -> None:
    old = {"a": ("1", None), "b": ("2", None), "c": ("3", None), "d": ("4", "5")}
    new = {"a": ("1", None), "b": ("9", None), "e": ("3", None), "d": ("4", None)}
    assert compare(old, new) == Changes(("e",), ("b", "d"), ("c",), ("a",), (("c", "e"),))


def test_copies_move_one_by_one() -> None:
    old = {"a": ("1", None), "b": ("1", None)}
    new = {"x": ("1", None), "y": ("1", None), "z": ("1", None)}
    assert compare(old, new).moved == (("a", "x"), ("b", "y"))


@given(_CORPORA, _CORPORA)
def test_the_lists_add_up(
    old: dict[str, tuple[str, str | None]], new: dict[str, tuple[str, str | None]]
) -> None:
    found = compare(old, new)
    assert {*found.added, *found.changed, *found.unchanged} == set(new)
    assert {*found.removed, *found.changed, *found.unchanged} == set(old)
    assert bool(found) == (old != new)
    for before, after in found.moved:
        assert before in found.removed
        assert after in found.added
        assert old[before] == new[after]
