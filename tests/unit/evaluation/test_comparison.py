import pytest

from zjip_qa.evaluation.answers import Judgement
from zjip_qa.evaluation.comparison import Outcome, compare, outcome
from zjip_qa.evaluation.report import QuestionRow
from zjip_qa.types import Language

BEFORE = Outcome(
    "a",
    {"q1": {"RR": 1.0}, "q2": {"RR": 0.5}, "q3": {}, "gone": {"RR": 1.0}},
    {"q1": True, "q2": False, "q3": True, "gone": True},
)
AFTER = Outcome(
    "b",
    {"q1": {"RR": 0.5}, "q2": {"RR": 1.0}, "q3": {}, "new": {"RR": 0.0}},
    {"q1": False, "q2": True, "q3": True, "new": True},
)


def test_change_is_told_question_by_question() -> None:
    change = compare(BEFORE, AFTER)
    assert (change.name, change.against, change.n) == ("b", "a", 3)
    assert (change.newly_right, change.newly_wrong) == (("q2",), ("q1",))
    # RR: (−½ + ½) / 2 over the two that have it; right: 2 of 3 before and after.
    assert change.means == {"RR": 0.75, "right": pytest.approx(2 / 3)}
    assert change.differences["RR"]["difference"] == 0.0
    assert change.differences["RR"]["p"] == 1.0


def test_the_same_run_has_not_changed() -> None:
    change = compare(AFTER, AFTER)
    assert (change.newly_right, change.newly_wrong) == ((), ())
    assert {one["difference"] for one in change.differences.values()} == {0.0}


def test_nothing_in_common() -> None:
    change = compare(BEFORE, Outcome("c", {}, {}))
    assert (change.n, change.means, change.newly_wrong) == (0, {}, ())


def test_what_is_right() -> None:
    rows = (
        QuestionRow("judged", "?", Language.ZH, ranks={"h": 1}, judgement=Judgement.WRONG),
        QuestionRow("refused", "?", Language.ZH, judgement=Judgement.ABSTAINED_RIGHTLY),
        QuestionRow("first", "?", Language.ZH, ranks={"h": 1, "d": 2}, measures={"h": {"RR": 1}}),
        QuestionRow("second", "?", Language.ZH, ranks={"h": 2, "d": 1}),
        QuestionRow("unmeasured", "?", Language.ZH),
    )
    of = outcome("run", rows)
    assert of.right == {"judged": False, "refused": True, "first": True, "second": False}
    assert of.values["first"] == {"RR": 1}
