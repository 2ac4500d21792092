"""Earlier evaluations in the Evaluate tab: a list of them, and any two side by side.

They are those that `zjip-qa eval` and the tab have kept beside the index. What two come to is
computed in `evaluation/comparison.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import gradio as gr

from zjip_qa.errors import EvaluationError
from zjip_qa.evaluation.comparison import RIGHT, Change, compare
from zjip_qa.evaluation.history import FILE_NAME, PastRun, read_history
from zjip_qa.interfaces import strings as s
from zjip_qa.interfaces.figures_table import figures_table
from zjip_qa.interfaces.index_tab import notice
from zjip_qa.interfaces.localised import Localised
from zjip_qa.interfaces.service import Service
from zjip_qa.interfaces.source_pane import escaped, tag_of
from zjip_qa.types import Language

MAX_RUNS = 50
"""Newest runs that can be chosen and are listed."""
MEASURES = ("nDCG@10", "Recall@1", "Recall@5", "RR", "right", "wrong", "refused")


class PastRuns:
    """The part of the tab that shows earlier evaluations."""

    def __init__(self, service: Service, words: Localised, language: gr.State) -> None:
        """Lay it out inside the open context."""
        self._store = service.settings.index / FILE_NAME
        with gr.Column(visible=False, elem_id="past-runs") as self._all:
            words.add(gr.Markdown(elem_classes="intro"), value=s.PAST_INTRO)
            with gr.Row(elem_classes="runs"):
                self._before = words.add(
                    gr.Dropdown(elem_id="run-before", filterable=False), label=s.RUN_BEFORE
                )
                self._after = words.add(
                    gr.Dropdown(elem_id="run-after", filterable=False), label=s.RUN_AFTER
                )
            self._compared = gr.HTML(
                elem_id="runs-compared", apply_default_css=False, elem_classes="own"
            )
            self._listed = gr.HTML(
                elem_id="runs-listed", apply_default_css=False, elem_classes="own"
            )
        self.inputs = [self._before, self._after, language]
        """What `refresh` is called with."""
        self.outputs = [self._all, self._before, self._after, self._compared, self._listed]
        """What `refresh` gives values for."""
        for dropdown in (self._before, self._after):
            dropdown.input(
                self._compare,
                self.inputs,
                self._compared,
                api_visibility="private",
                show_progress="hidden",
            )

    def newest(self, chosen: str) -> list[Any]:
        """Choose the newest run and the one before it on the same questions."""
        return self.refresh(None, None, chosen)

    def refresh(self, before: str | None, after: str | None, chosen: str) -> list[Any]:
        """Read the runs anew; what was chosen stays chosen."""
        language = Language(chosen)
        try:
            runs = read_history(self._store)
        except EvaluationError as exc:
            alert = notice(s.CANNOT_EVALUATE.to(language, reason=str(exc)))
            return [gr.update(visible=True), gr.skip(), gr.skip(), alert, ""]
        places = list(range(len(runs)))[-MAX_RUNS:][::-1]
        first, second = _place(before, runs), _place(after, runs)
        if second is None and places:
            second = places[0]
        if first is None and second is not None:
            first = _one_before(runs, second)
        choices = [(_label(runs[place]), str(place)) for place in places]
        return [
            gr.update(visible=bool(runs)),
            *(
                gr.update(choices=choices, value=None if place is None else str(place))
                for place in (first, second)
            ),
            _compared(runs, first, second, language),
            render_runs([runs[place] for place in places], language),
        ]

    def _compare(self, before: str | None, after: str | None, chosen: str) -> str:
        language = Language(chosen)
        try:
            runs = read_history(self._store)
        except EvaluationError as exc:
            return notice(s.CANNOT_EVALUATE.to(language, reason=str(exc)))
        return _compared(runs, _place(before, runs), _place(after, runs), language)


def render_comparison(before: PastRun, after: PastRun, language: Language) -> str:
    """Two runs on the same questions: measures, what chance may do, what turned."""
    if before.digest != after.digest:
        return notice(s.OTHER_QUESTIONS.to(language))
    change = compare(before.outcome, after.outcome)
    rows = [
        _row(name, before.measures, after.measures, change, language)
        for name in MEASURES
        if before.measures.get(name) is not None and after.measures.get(name) is not None
    ]
    header = [
        s.MEASURE.to(language),
        s.RUN_BEFORE.to(language),
        s.RUN_AFTER.to(language),
        s.CHANGE.to(language),
        "p",
    ]
    title = s.COMPARED.to(language, count=change.n)
    texts = {**before.texts, **after.texts}
    return (
        figures_table(title, header, rows, n_names=1)
        + f'<p class="note">{escaped(s.P_EXPLAINED.to(language))}</p>'
        + _turned(s.NEWLY_RIGHT, change.newly_right, texts, language)
        + _turned(s.NEWLY_WRONG, change.newly_wrong, texts, language)
    )


def render_runs(runs: Sequence[PastRun], language: Language) -> str:
    """All runs, as they are given."""
    header = [
        s.TIME.to(language),
        s.QUESTION_FILE.to(language),
        s.SETTING.to(language),
        s.COUNT.to(language),
        *(_name(name, language) for name in MEASURES),
    ]
    rows = [
        [
            _time(run),
            run.questions,
            _setting(run, language),
            str(len(run.right)),
            *(_figure(name, run.measures.get(name)) for name in MEASURES),
        ]
        for run in runs
    ]
    title = s.PAST_RUNS.to(language, count=len(runs))
    table = figures_table(title, header, rows, n_names=3, show_title=False)
    return f'<details class="turned"><summary>{escaped(title)}</summary>{table}</details>'


def _compared(
    runs: Sequence[PastRun], before: int | None, after: int | None, language: Language
) -> str:
    if before is None or after is None:
        return f'<p class="note">{escaped(s.NOTHING_TO_COMPARE.to(language))}</p>'
    return render_comparison(runs[before], runs[after], language)


def _row(
    name: str,
    before: Mapping[str, float | None],
    after: Mapping[str, float | None],
    change: Change,
    language: Language,
) -> list[str]:
    """A measure of both runs; p where it was kept question by question."""
    first, second = before[name] or 0.0, after[name] or 0.0
    tested = change.differences.get(RIGHT if name == "right" else name)
    form = "+.1%" if name in s.RUN_SHARES else "+.3f"
    return [
        _name(name, language),
        _figure(name, first),
        _figure(name, second),
        format(second - first, form),
        "–" if tested is None else f"{tested['p']:.3f}",
    ]


def _turned(title: s.Text, ids: Sequence[str], texts: Mapping[str, str], language: Language) -> str:
    """Questions that only one of the runs got right."""
    summary = escaped(title.to(language, count=len(ids)))
    if not ids:
        return f'<p class="turned">{summary}</p>'
    items = "".join(
        f'<li lang="{tag_of(text)}">{escaped(text)}</li>'
        for text in (texts.get(each, each) for each in ids)
    )
    return f'<details class="turned"><summary>{summary}</summary><ol>{items}</ol></details>'


def _place(chosen: str | None, runs: Sequence[PastRun]) -> int | None:
    """Which run a choice means; none where the history is shorter than it was."""
    place = int(chosen) if chosen else -1
    return place if 0 <= place < len(runs) else None


def _one_before(runs: Sequence[PastRun], place: int) -> int | None:
    """The last run before another one that asked the same questions."""
    asked = runs[place].digest
    return next((i for i in range(place - 1, -1, -1) if runs[i].digest == asked), None)


def _label(run: PastRun) -> str:
    """A run by what tells it from the others, the same in both languages; a phone cuts its end."""
    quality = run.measures.get("nDCG@10")
    figure = "" if quality is None else f"nDCG@10 {quality:.3f}"
    parts = (_time(run, "%m-%d %H:%M"), run.setting, run.questions, figure)
    return " · ".join(part for part in parts if part)


def _setting(run: PastRun, language: Language) -> str:
    return run.setting or s.USUAL_SETTING.to(language)


def _time(run: PastRun, form: str = "%Y-%m-%d %H:%M") -> str:
    """When a run ended, on this machine's clock."""
    try:
        return datetime.fromisoformat(run.time).astimezone().strftime(form)
    except ValueError:
        return run.time


def _name(name: str, language: Language) -> str:
    return s.RUN_SHARES[name].to(language) if name in s.RUN_SHARES else name


def _figure(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.1%}" if name in s.RUN_SHARES else f"{value:.3f}"
