"""`zjip-qa eval` beyond the measures: comparing, history, demands, going on after a stop."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.encoders import HashingEncoder

from zjip_qa.interfaces.cli import main
from zjip_qa.knowledge_base import KnowledgeBase
from zjip_qa.types import Answer, Language

LINES = [
    "全省共有有效专利12万件。",
    "杭州市登记商标3000件。",
    "宁波市版权登记500件。",
    "The court heard 42 patent cases in 2023.",
]
QUESTIONS: list[dict[str, object]] = [
    {"id": "z1", "question": "有效专利多少件？", "quote": LINES[0], "answers": ["12万"]},
    {"id": "z2", "question": "杭州市登记商标多少件？", "quote": LINES[1], "answers": ["3000"]},
    {"id": "e1", "question": "How many patent cases?", "quote": LINES[3], "answers": ["42"]},
    {"id": "n1", "question": "火星上有几座法院？", "quote": None, "answers": []},
]

REFUSED = Answer("…", Language.ZH, abstained=True, confidence=0.0)


class Outcome(NamedTuple):
    status: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a corpus, its index and a question file."""
    encoder = HashingEncoder()
    monkeypatch.setattr("zjip_qa.embedding.load_encoder", lambda model=None: encoder)
    monkeypatch.setattr("zjip_qa.knowledge_base.load_encoder", lambda model=None: encoder)
    for name in ("HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "GRADIO_ANALYTICS_ENABLED"):
        monkeypatch.setenv(name, "1")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, line in enumerate(LINES):
        (corpus / f"{number}.txt").write_text(line, encoding="utf-8")
    KnowledgeBase.build(corpus, tmp_path / "index", encoder=encoder)
    rows = [row | {"lang": "en" if row["id"] == "e1" else "zh"} for row in QUESTIONS]
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (tmp_path / "questions.jsonl").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> Outcome:
        given: list[object] = ["eval", "--index", folder / "index", "--corpus", folder / "corpus"]
        given += ["--questions", folder / "questions.jsonl", *arguments]
        monkeypatch.setattr(sys, "argv", ["zjip-qa", *map(str, given)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            main()
        out, err = capsys.readouterr()
        assert isinstance(caught.value.code, int)
        return Outcome(caught.value.code, out, err)

    return call


def without_timings(text: str) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(text)
    del report["timings"]
    return report


def test_settings_are_compared_question_by_question(run: Run, folder: Path) -> None:
    outcome = run(
        *("--compare", "retriever=lexical", "--compare", "threshold=1"),
        *("--compare", "chunk_tokens=16,late_dense=0", "--json", "--report", folder / "out"),
    )
    assert outcome.status == 0, outcome.err
    report = json.loads(outcome.out)
    changes = report["comparison"]
    assert [change["name"] for change in changes] == [
        *("retriever=lexical", "threshold=1", "chunk_tokens=16,late_dense=0"),
    ]
    assert {change["against"] for change in changes} == {"base"}
    refusing = changes[1]
    # Where nothing is sure enough, only the unanswerable question comes out right.
    right = {row["id"] for row in report["questions"] if row["judgement"] == "correct"}
    assert refusing["means"]["right"] == 0.25
    assert set(refusing["newly_wrong"]) == right
    assert refusing["differences"]["nDCG@10"]["difference"] == 0.0
    page = (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert "Settings compared" in page
    assert "threshold=1 against base" in page


def test_the_next_run_says_what_changed(
    run: Run, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    first = run("--retriever", "lexical")
    assert "newly right" not in first.out
    again = run("--retriever", "lexical")
    assert "0 newly right, 0 newly wrong" in again.out
    monkeypatch.setattr(KnowledgeBase, "ask", lambda *args, **options: REFUSED)
    changed = run("--retriever", "lexical")
    assert "newly wrong  z1" in changed.out
    # A finished run leaves nothing to go on from.
    assert not list((folder / "index").glob("*.partial.jsonl"))
    listed = run("--history").out
    assert listed.count("questions.jsonl") == 3


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_what_is_demanded_decides_the_exit_status(
    run: Run, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    fine = run("--fail-under", "Recall@5=0.1", "--fail-under", "wrong=1", *options)
    assert (fine.status, fine.err) == (0, "")
    monkeypatch.setattr(KnowledgeBase, "ask", lambda *args, **options: REFUSED)
    missed = run("--fail-under", "Recall@5=0.1", "--fail-under", "refused=0", *options)
    assert missed.status == 1
    # Three of four have an answer.
    assert missed.err == "zjip-qa: refused is 0.7500, wanted at most 0\n"
    assert missed.out  # the report is printed all the same


@pytest.mark.parametrize(
    "arguments",
    [
        ("--fail-under", "nDGC@10=1"),
        ("--compare", "retriever=splade"),
        ("--compare", "index=a,chunk_tokens=80"),
    ],
)
def test_what_cannot_be_asked_for_is_wrong_usage(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).status == 2


def test_a_run_that_is_stopped_goes_on(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    expected = without_timings(run("--json").out)
    ask, n_asked = KnowledgeBase.ask, 0

    def stopped(self: KnowledgeBase, *args: Any, **options: Any) -> Answer:
        nonlocal n_asked
        n_asked += 1
        if n_asked == 3:
            raise KeyboardInterrupt
        return ask(self, *args, **options)

    monkeypatch.setattr(KnowledgeBase, "ask", stopped)
    assert run("--json").status == 130
    assert len(list((folder / "index").glob("*.partial.jsonl"))) == 1
    assert without_timings(run("--json").out) == expected
    assert "going on with an evaluation that was interrupted: 11 steps" in caplog.text
    assert n_asked == 3 + 2 * 4 - 2
    assert not list((folder / "index").glob("*.partial.jsonl"))


def test_an_index_that_cannot_be_written_to_is_measured_all_the_same(
    run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    opened = Path.open

    def read_only(self: Path, mode: str = "r", *args: Any, **options: Any) -> Any:
        if "a" in mode:
            raise PermissionError(13, "Permission denied")
        return opened(self, mode, *args, **options)

    monkeypatch.setattr(Path, "open", read_only)
    assert run("--json").status == 0
    assert "the evaluation is not kept" in caplog.text


def test_drafts_can_be_run_at_once(run: Run, folder: Path) -> None:
    (folder / "corpus" / "bad.txt").write_bytes(b"\x00\x01\x02")
    drafted = run("--make-questions")
    assert drafted.status == 0
    assert "left out: bad.txt" in drafted.err
    path = folder / "drafts.jsonl"
    path.write_text(drafted.out, encoding="utf-8")
    outcome = run("--questions", path, "--json")
    assert outcome.status == 0
    report = json.loads(outcome.out)
    # The English line holds a second figure behind the first: its question would give it away.
    assert report["n_questions"] == drafted.out.count("\n") == len(LINES) - 1
    assert report["measures"]["Recall@5"] == 1


def test_rankings_of_others_are_measured(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What one run's report writes, another measures, to the same figures."""
    report = json.loads(run("--json", "--report", folder / "out").out)
    arguments = [f"--run={folder}/out/{name}.run" for name in ("hybrid", "lexical")]
    arguments += [f"--qrels={folder}/out/qrels.txt", "--json"]
    assert run(*arguments).status == 2  # questions and judgements both
    monkeypatch.setattr(sys, "argv", ["zjip-qa", "eval", *arguments])
    capsys.readouterr()
    with pytest.raises(SystemExit, match="0"):
        main()
    measured = json.loads(capsys.readouterr().out)
    assert measured["measures"] == report["measures"]
    assert measured["n_questions"] == 3
