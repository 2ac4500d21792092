"""Our own pipeline through the table; the others are no dependency of the tests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

import pytest
from tests.encoders import HashingEncoder

from zjip_qa.benchmarks import peers
from zjip_qa.evaluation import Dataset

CONTEXTS = ["浙江省专利转化率为百分之八。", "上海市商标注册量居首位。", "江苏省版权登记十万件。"]
ASKED = ["专利转化率多少？", "商标注册量谁居首位？", "版权登记几件？"]


@pytest.fixture
def squad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(peers, "load_encoder", HashingEncoder)
    paragraphs = [
        {"context": context, "qas": [{"id": asked, "question": asked, "answers": [{"text": "x"}]}]}
        for context, asked in zip(CONTEXTS, ASKED, strict=True)
    ]
    path = tmp_path / "squad.json"
    text = json.dumps({"data": [{"paragraphs": paragraphs}]}, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return path


def test_what_is_not_installed_is_named_and_left_out(
    squad: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    known = metadata.version

    def version(name: str) -> str:
        if name.startswith(("langchain", "llama", "txtai")):
            raise metadata.PackageNotFoundError(name)
        return known(name)

    monkeypatch.setattr("importlib.metadata.version", version)
    peers.main(["--squad", str(squad), "--most", "2"])
    printed = capsys.readouterr()
    title, header, row = printed.out.splitlines()
    assert title.endswith("squad.json: nDCG@10 and time")
    assert header.split()[:3] == ["pipeline", "n", "zh→zh"]
    assert row.split()[:4] == ["zjip-qa", known("zjip-qa"), "2", "100.0"]
    assert row.split()[-2:] == ["1.00", "1.00"]
    assert printed.err.count("is not installed; left out") == len(peers.PIPELINES) - 1


def test_two_translations_are_asked_in_four_directions_and_built_once_each() -> None:
    passages = {"zh": {"p": "浙江省的专利。"}, "en": {"p": "Patents of Zhejiang."}}
    asked = {"zh": {"q": "专利有多少？"}, "en": {"q": "How many patents are there?"}}
    groups = [
        [Dataset(passages[of], asked[by], {"q": {"p": 1}}) for by in ("zh", "en")]
        for of in ("zh", "en")
    ]
    built = []

    def build(given: Mapping[str, str], *rest: object) -> peers.Ask:
        built.append(given["p"])
        return lambda question: ["p"] if "专" in question else []

    figures = peers.measure_pipeline(build, groups, HashingEncoder())
    assert built == [passages["zh"]["p"], passages["en"]["p"]]
    assert figures.ndcg == {"zh→zh": 1.0, "en→zh": 0.0, "zh→en": 1.0, "en→en": 0.0}


def test_a_passage_ranks_where_its_first_chunk_does() -> None:
    def build(*given: object) -> peers.Ask:
        return lambda question: ["b", "b", "a", "b"]

    asked = Dataset({"a": "文", "b": "文"}, {"q": "何？"}, {"q": {"a": 1}})
    figures = peers.measure_pipeline(build, [[asked]], HashingEncoder())
    # At rank 2, behind "b", which counts once: 1 / log2(3).
    assert figures.ndcg == pytest.approx({"zh→zh": 0.6309297})
