from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from zjip_qa.retrieval.sorted_table import SortedTable, write_sorted_table

_LINE = st.text(st.characters(min_codepoint=0x20, exclude_categories=["Cs", "Cc"]), max_size=6)


@given(st.dictionaries(_LINE, _LINE), st.lists(_LINE))
def test_it_answers_as_a_dict_does(rows: dict[str, str], others: list[str]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "table.tsv")
        write_sorted_table(rows, path)
        table = SortedTable(path)
        for key in (*rows, *others):
            assert table.get(key) == rows.get(key)


def test_it_is_written_sorted(tmp_path: Path) -> None:
    path = tmp_path / "table.tsv"
    # By code point: 𠮷 (U+20BB7) comes after Ａ (U+FF21), though its first UTF-16 unit doesn't.
    write_sorted_table({"𠮷": "4", "a b": "2", "a": "1", "Ａ": "3"}, path)
    assert path.read_text("utf-8") == "a\t1\na b\t2\nＡ\t3\n𠮷\t4\n"
    table = SortedTable(path)
    assert [table.get(key) for key in ("a", "a b", "Ａ", "𠮷")] == ["1", "2", "3", "4"]
    assert [table.get(key) for key in ("", "b", "a ", "\U0010ffff")] == [None] * 4
