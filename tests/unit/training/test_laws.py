import gzip
from pathlib import Path

import pytest

from zjip_qa.training.laws import SOURCE, write_articles, write_laws


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rows = [
        "《甲法》第十条\t十。",
        "《甲法》第二条\t二。",
        "《甲法》第二条\t另一版本的二。",
        "甲法总则\t不是条文。",
        "《乙法》第一条\t乙。",
    ]
    path = tmp_path / SOURCE
    path.parent.mkdir()
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("\n".join(rows) + "\n")
    return tmp_path


def test_articles_stand_in_order_each_once(data: Path, tmp_path: Path) -> None:
    write_laws(data, {"甲法"}, tmp_path / "laws")
    text = (tmp_path / "laws" / "甲法.md").read_text(encoding="utf-8")
    assert text == "# 甲法\n\n第二条　二。\n\n第十条　十。\n"
    assert [path.name for path in (tmp_path / "laws").iterdir()] == ["甲法.md"]


def test_a_law_that_is_not_there_is_named(data: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="丙法"):
        write_laws(data, {"丙法"}, tmp_path / "laws")


def test_an_article_is_a_document(data: Path, tmp_path: Path) -> None:
    write_articles(data, {"甲法 第二条"}, tmp_path / "articles")
    (path,) = (tmp_path / "articles").iterdir()
    assert path.name == "甲法 第二条.md"
    assert path.read_text(encoding="utf-8") == "# 甲法\n\n第二条　二。\n"
    with pytest.raises(ValueError, match="甲法 第三条"):
        write_articles(data, {"甲法 第三条"}, tmp_path / "articles")
