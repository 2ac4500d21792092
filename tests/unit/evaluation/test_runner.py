import json
import math
from collections.abc import Mapping
from itertools import pairwise

import pytest

from zjip_qa.errors import EvaluationError, QuestionError
from zjip_qa.evaluation.answers import Judgement
from zjip_qa.evaluation.dataset import Dataset
from zjip_qa.evaluation.questions import Question
from zjip_qa.evaluation.report import Report
from zjip_qa.evaluation.runner import evaluate, evaluate_dataset
from zjip_qa.types import (
    Answer,
    Block,
    BlockKind,
    Chunk,
    Citation,
    Document,
    Hit,
    Language,
    Span,
)

TEXT = "专利共12件。杭州最多。宁波其次。"
#       0      7    12
CHUNKS = [Chunk("a.md", start, end, TEXT[start:end]) for start, end in pairwise((0, 7, 12, 17))]
QUESTIONS = [
    Question("z1", "专利多少件？", Language.ZH, "12件", ("12件",), kind="figure", line=1),
    Question("z2", "哪里最多？", Language.ZH, "杭州最多", ("杭州",), kind="place", line=2),
    Question("e1", "How many?", Language.EN, "12件", ("12",), kind="figure", line=3),
    Question("e2", "In 2029?", Language.EN, None, (), line=4),
]
ORDERS = {"专利多少件？": (0, 1, 2), "哪里最多？": (0, 1, 2), "How many?": (2, 1)}
CITED = {"专利多少件？": "12件", "哪里最多？": "宁波其次"}


class Fake:
    """Answers what it was told to; "lexical" finds nothing."""

    def search(self, question: str, k: int = 10, retriever: str = "hybrid") -> list[Hit]:
        order = () if retriever == "lexical" else ORDERS[question]
        return [Hit(rank, 1 / rank, CHUNKS[i]) for rank, i in enumerate(order[:k], start=1)]

    def ask(self, question: str, *, threshold: float | None = None) -> Answer:
        quote = CITED.get(question)
        if quote is None:
            return Answer("…", Language.ZH, abstained=True, confidence=0.1)
        start = TEXT.index(quote)
        cited = Citation("a.md", start, start + len(quote), quote)
        return Answer(f"{quote} [1]", Language.ZH, False, 0.9, (cited,))

    def documents(self) -> list[str]:
        return ["a.md"]

    def document(self, doc_id: str) -> Document:
        return Document(doc_id, TEXT)


def run() -> Report:
    return evaluate(Fake(), QUESTIONS, retrievers=("hybrid", "lexical"))


def test_report_has_the_contract_s_shape() -> None:
    report = run().to_json()
    assert list(report)[:5] == ["measures", "by_language", "answers", "n_questions", "settings"]
    # z1 at rank 1, z2 at rank 2, e1 not found.
    assert report["measures"] == {
        "nDCG@10": pytest.approx((1 + 1 / math.log2(3)) / 3),
        "Recall@1": pytest.approx(1 / 3),
        "Recall@5": pytest.approx(2 / 3),
        "RR": pytest.approx(0.5),
        "AP": pytest.approx(0.5),
        "Success@1": pytest.approx(1 / 3),
        "Success@5": pytest.approx(2 / 3),
    }
    assert report["n_questions"] == 4
    assert report["settings"] == {
        "retrievers": ["hybrid", "lexical"],
        "k": 10,
        "measures": ["nDCG@10", "Recall@1", "Recall@5", "RR", "AP", "Success@1", "Success@5"],
    }
    assert json.loads(json.dumps(report, allow_nan=False)) == report


def test_groups_and_retrievers() -> None:
    hybrid, lexical = run().retrievers.values()
    assert {name: (group["RR"], group["n"]) for name, group in hybrid.by_language.items()} == {
        "zh": (0.75, 2),
        "en": (0.0, 1),
    }
    assert {name: (group["RR"], group["n"]) for name, group in hybrid.by_kind.items()} == {
        "figure": (0.5, 2),
        "place": (0.5, 1),
    }
    assert (lexical.n, set(lexical.measures.values())) == (3, {0.0})


def test_each_retriever_carries_its_doubt_and_its_distance_from_the_first() -> None:
    hybrid, lexical = run().retrievers.values()
    assert hybrid.differences == {}
    low, high = hybrid.intervals["RR"]
    assert 0 <= low < 0.5 < high <= 1
    # RR 1, ½, 0 against 0, 0, 0: of the eight swaps the two with equal signs are as far apart
    # as it gets, and the sign of the third doesn't matter.
    assert lexical.differences["RR"]["difference"] == pytest.approx(-0.5)
    assert lexical.differences["RR"]["p"] == pytest.approx(0.5, abs=0.02)
    assert hybrid.recall_curve == pytest.approx([1 / 3, *[2 / 3] * 9])


def test_directions_and_documents() -> None:
    hybrid = run().retrievers["hybrid"]
    assert {name: group["n"] for name, group in hybrid.by_direction.items()} == {
        "en→zh": 1,
        "zh→zh": 2,
    }
    assert {name: group["n"] for name, group in hybrid.by_document.items()} == {"a.md": 3}
    answers = run().answers
    assert isinstance(answers["by_direction"], Mapping)
    assert {name: group["n"] for name, group in answers["by_direction"].items()} == {
        "en→zh": 1,
        "zh→zh": 2,
    }


def test_rows_carry_the_values_of_each_retriever_and_the_rankings_are_kept() -> None:
    report = run()
    assert report.rows[1].measures["hybrid"]["RR"] == 0.5
    assert report.rows[1].measures["lexical"]["RR"] == 0.0
    assert report.rows[3].measures == {}  # unanswerable
    assert next(iter(report.runs["hybrid"]["z1"])) == "place/a.md/3-6"
    assert report.qrels["z1"] == {"place/a.md/3-6": 1}


def test_a_threshold_is_passed_on() -> None:
    asked: list[float | None] = []

    class Noting(Fake):
        def ask(self, question: str, *, threshold: float | None = None) -> Answer:
            asked.append(threshold)
            return super().ask(question, threshold=threshold)

    evaluate(Noting(), QUESTIONS, retrievers=(), threshold=0.7)
    assert asked == [0.7] * 4 + [0.0] * 4


def test_rows_say_what_each_question_came_to() -> None:
    report = run()
    assert [(row.rank, row.judgement, row.failed) for row in report.rows] == [
        (1, Judgement.CORRECT, False),
        (2, Judgement.WRONG, True),
        (None, Judgement.ABSTAINED_WRONGLY, True),
        (None, Judgement.ABSTAINED_RIGHTLY, False),
    ]
    assert report.rows[1].ranks == {"hybrid": 2, "lexical": None}
    assert [hit.chunk.start for hit in report.rows[2].found] == [12, 7]
    row = report.rows[1].to_json()
    assert (row["answer"], row["confidence"]) == ("宁波其次 [1]", 0.9)
    assert row["relevant"] == [{"doc_id": "a.md", "start": 7, "end": 11}]


def test_confidence_is_judged_by_language() -> None:
    trust = run().trust
    assert {name: values["n"] for name, values in trust.items()} == {"all": 4, "zh": 2, "en": 2}
    assert all(0 <= values["calibration_error"] <= 1 for values in trust.values())
    for point in trust["all"]["curve"]:
        assert point["right"] + point["wrong"] + point["refused"] == pytest.approx(1)


def test_answers_are_grouped() -> None:
    answers = run().answers
    assert (answers["n"], answers["n_unanswerable"]) == (4, 1)
    by_language = answers["by_language"]
    assert isinstance(by_language, Mapping)
    assert by_language["zh"]["counts"]["correct"] == 1
    assert by_language["en"]["rates"]["abstained_rightly"] == 1.0
    assert isinstance(answers["by_kind"], Mapping)
    assert sorted(answers["by_kind"]) == ["figure", "place"]


def test_only_timings_differ_between_runs() -> None:
    first, second = run().to_json(), run().to_json()
    timings = first.pop("timings")
    del second["timings"]
    assert first == second
    assert isinstance(timings, Mapping)
    assert {stage: values["n"] for stage, values in timings.items()} == {
        "search hybrid": 3,
        "search lexical": 3,
        "ask": 4,
        "ask, nothing refused": 4,
    }


def test_without_answers_and_with_settings() -> None:
    report = evaluate(Fake(), QUESTIONS, answers=False, k=1, settings={"model": "m"})
    assert report.answers == {}
    assert report.rows[0].judgement is None
    assert report.settings["model"] == "m"
    # At depth 1 the second question's passage is out of sight.
    assert [row.rank for row in report.rows] == [1, None, None, None]


def test_unanswerable_questions_alone_have_no_measures() -> None:
    report = evaluate(Fake(), QUESTIONS[3:]).to_json()
    assert (report["measures"], report["by_language"]) == ({}, {})


def test_progress_counts_every_step() -> None:
    seen: list[tuple[int, int]] = []
    evaluate(Fake(), QUESTIONS, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(done, 17) for done in range(1, 18)]


def test_what_cannot_be_evaluated_is_refused() -> None:
    with pytest.raises(EvaluationError, match="two questions have the same id"):
        evaluate(Fake(), [QUESTIONS[0], QUESTIONS[0]])
    with pytest.raises(ValueError, match="k must be at least 1"):
        evaluate(Fake(), QUESTIONS, k=0)
    moved = Question("m", "?", Language.ZH, "不在", ("x",), line=9)
    with pytest.raises(EvaluationError, match="line 9: the quote"):
        evaluate(Fake(), [*QUESTIONS, moved])


def test_question_that_cannot_be_asked_is_named() -> None:
    class Refusing(Fake):
        def ask(self, question: str, *, threshold: float | None = None) -> Answer:
            raise QuestionError("no words in it")

    with pytest.raises(EvaluationError, match="line 1: question 'z1' cannot be asked: no words"):
        evaluate(Refusing(), QUESTIONS)


def test_dataset_ranks_passages_by_their_first_chunk() -> None:
    # Chunks come back as p1 p1 p1 p1 p2 p2 …: four a passage, so depth must grow to find three.
    dataset = Dataset(
        passages={"p1": "一", "p2": "二", "p3": "三", "p4": ""},
        queries={"q1": "三？", "q2": "Two?"},
        qrels={"q1": {"p3": 1, "p1": 0}, "q2": {"p4": 2}},
    )
    indexed: list[Document] = []

    class Passages:
        def search(self, question: str, k: int = 10, retriever: str = "hybrid") -> list[Hit]:
            chunks = [Chunk(doc.doc_id, 0, 1, doc.text) for doc in indexed for _ in range(4)]
            return [Hit(rank, 1 / rank, chunk) for rank, chunk in enumerate(chunks[:k], start=1)]

    def index_documents(documents: list[Document]) -> Passages:
        indexed.extend(documents)
        return Passages()

    report = evaluate_dataset(
        dataset,
        index_documents,
        language_of=lambda text: Language.EN if text.isascii() else Language.ZH,
        retrievers=("dense",),
        k=3,
    )
    paragraph = (Block(Span(0, 1), BlockKind.PARAGRAPH),)
    assert indexed == [
        Document(passage_id, text, blocks=paragraph)
        for passage_id, text in (("p1", "一"), ("p2", "二"), ("p3", "三"))
    ]
    assert [row.rank for row in report.rows] == [3, None]
    assert report.retrievers["dense"].measures["RR"] == pytest.approx(1 / 6)
    assert report.retrievers["dense"].by_language["zh"]["nDCG@10"] == pytest.approx(0.5)
    assert report.answers == {}
