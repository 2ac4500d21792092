"""Earlier runs side by side: the right ones are chosen, compared and told in either language."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from tests.unit.evaluation.test_runner import run

from zjip_qa.evaluation.history import FILE_NAME, PastRun, keep, past_run
from zjip_qa.interfaces import chat  # noqa: F401  which keeps Gradio offline
from zjip_qa.interfaces import strings as s
from zjip_qa.interfaces.localised import Localised
from zjip_qa.interfaces.past_runs import PastRuns, render_comparison, render_runs
from zjip_qa.interfaces.service import Service
from zjip_qa.knowledge_base import KnowledgeBase
from zjip_qa.settings import Settings
from zjip_qa.types import Language

import gradio as gr  # isort: skip

# Gradio makes an event loop for every page and leaves it to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")

# z1 and e2 right, z2 and e1 wrong; e2 has no answer in the documents.
BEFORE = past_run(run(), time="2026-01-02T03:04:05+00:00", questions="浙江.jsonl", digest="d")
AFTER = replace(
    BEFORE,
    time="2026-01-03T03:04:05+00:00",
    setting="threshold=0.5",
    measures={**BEFORE.measures, "nDCG@10": 1.0, "right": 0.75},
    values={**BEFORE.values, "z1": 1.0, "z2": 1.0, "e1": 1.0},
    right={"z1": True, "z2": True, "e1": True, "e2": False},
)


def test_measures_stand_side_by_side_and_each_turned_question_is_told() -> None:
    told = render_comparison(BEFORE, AFTER, Language.EN)
    assert "Two evaluations compared (questions: 4)" in told
    share = '<tr><td>Right</td><td class="score">50.0%</td><td class="score">75.0%</td>'
    assert share + '<td class="score">+25.0%</td>' in told
    assert "Newly right (2)" in told
    assert "Newly wrong (1)" in told
    for question_id in ("z2", "e1", "e2"):
        assert BEFORE.texts[question_id] in told
    assert BEFORE.texts["z1"] not in told
    assert "变对的问题(2)" in render_comparison(BEFORE, AFTER, Language.ZH)


def test_runs_on_other_questions_are_not_compared() -> None:
    other = replace(AFTER, digest="e")
    assert s.OTHER_QUESTIONS.en in unescape(render_comparison(BEFORE, other, Language.EN))


def test_what_was_kept_before_texts_were_is_told_by_id_and_all_is_escaped() -> None:
    hostile = {**AFTER.texts, "z2": "<img src=x>"}
    told = render_comparison(replace(BEFORE, texts={}), replace(AFTER, texts=hostile), Language.EN)
    assert "<img" not in told and "&lt;img" in told
    without = replace(BEFORE, texts={}), replace(AFTER, texts={})
    assert ">z2</li>" in render_comparison(*without, Language.EN)
    assert "<b>" not in render_runs([replace(AFTER, questions="<b>.jsonl")], Language.ZH)


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """Let the collector run here, where its warnings are expected."""
    yield
    gc.collect()


@pytest.fixture
def past(tmp_path: Path) -> PastRuns:
    service = Service(Settings(index=tmp_path), lambda: KnowledgeBase)
    with gr.Blocks(analytics_enabled=False):
        return PastRuns(service, Localised(), gr.State("en"))


def _kept(folder: Path, *runs: PastRun) -> None:
    for each in runs:
        keep(folder / FILE_NAME, each)


def _values(updates: list[Any]) -> tuple[object, object, object]:
    return updates[0]["visible"], updates[1].get("value"), updates[2].get("value")


def test_the_newest_run_is_set_beside_the_last_one_on_the_same_questions(
    tmp_path: Path, past: PastRuns
) -> None:
    assert _values(past.newest("en")) == (False, None, None)
    _kept(tmp_path, BEFORE)
    assert _values(past.newest("en")) == (True, None, "0")
    assert s.NOTHING_TO_COMPARE.en in past.newest("en")[3]
    _kept(tmp_path, replace(BEFORE, digest="other"), AFTER)
    assert _values(past.newest("zh")) == (True, "0", "2")
    labels = [label for label, _ in past.newest("en")[1]["choices"]]
    assert [label.split(" · ")[1:] for label in labels] == [
        ["threshold=0.5", "浙江.jsonl", "nDCG@10 1.000"],
        *2 * [["浙江.jsonl", f"nDCG@10 {BEFORE.measures['nDCG@10']:.3f}"]],
    ]


def test_what_was_chosen_stays_chosen_until_the_run_is_gone(tmp_path: Path, past: PastRuns) -> None:
    _kept(tmp_path, BEFORE, AFTER, AFTER)
    assert _values(past.refresh("0", "1", "en")) == (True, "0", "1")
    (tmp_path / FILE_NAME).unlink()
    _kept(tmp_path, BEFORE)
    assert _values(past.refresh("2", "1", "en")) == (True, None, "0")


def test_a_history_that_cannot_be_read_is_told(tmp_path: Path, past: PastRuns) -> None:
    (tmp_path / FILE_NAME).mkdir()
    assert "cannot be read" in past.newest("en")[3]
