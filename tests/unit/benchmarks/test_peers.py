"""Our own pipeline through the table; the others are no dependency of the tests."""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path

import pytest
from tests.encoders import HashingEncoder

from zjip_qa.benchmarks import peers

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
    row = printed.out.splitlines()[-1].split()
    assert row[:6] == ["zjip-qa", known("zjip-qa"), "2", "1", "1", "1"]
    assert printed.out.count("\n") == 3
    assert printed.err.count("is not installed; left out") == len(peers.PIPELINES) - 1


def test_a_passage_ranks_where_its_first_chunk_does() -> None:
    def build(*given: object) -> peers.Ask:
        return lambda question: ["b", "b", "a", "b"]

    figures = peers.measured(build, {}, {"q": "?"}, {"q": {"a": 1}}, HashingEncoder())
    # At rank 2, behind "b", which counts once: 1 / log2(3).
    assert figures[:3] == pytest.approx([0.6309297, 0.0, 1.0])
