"""The Evaluate tab: run a question file against the index, and read what came of it.

Earlier runs and their comparison stand below; see `past_runs`.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from zjip_qa.errors import ZjipQAError
from zjip_qa.evaluation import Judgement, Report, default_questions, evaluate, load_questions
from zjip_qa.evaluation.report import QuestionRow
from zjip_qa.evaluation.report_plots import PlotWords, report_plots
from zjip_qa.interfaces import strings as s
from zjip_qa.interfaces.evaluating import keep_run
from zjip_qa.interfaces.figures_table import figures_table
from zjip_qa.interfaces.index_tab import notice
from zjip_qa.interfaces.localised import Localised
from zjip_qa.interfaces.past_runs import PastRuns
from zjip_qa.interfaces.service import Service
from zjip_qa.interfaces.source_pane import escaped, tag, tag_of
from zjip_qa.types import Language

MEASURES = ("nDCG@10", "Recall@1", "Recall@5", "RR")
MAX_FAILURES = 200
MAX_FOUND = 300
"""Characters shown of a passage that was found instead."""


def build_evaluate_tab(service: Service, words: Localised, language: gr.State, tab: gr.Tab) -> None:
    """Lay the tab out inside the open context, which is `tab`'s."""
    words.add(gr.Markdown(elem_classes="intro"), value=s.EVALUATE_INTRO)
    with gr.Row(elem_classes="actions"):
        shipped = words.add(
            gr.Button(variant="primary", elem_id="run-shipped"), value=s.RUN_SHIPPED
        )
        own = words.add(
            gr.UploadButton(file_count="single", file_types=[".jsonl"], elem_id="run-own"),
            label=s.RUN_OWN,
        )
    result = gr.HTML(elem_id="evaluation", apply_default_css=False, elem_classes="own")
    measured = gr.State(None)
    """The report on the page, to be told anew in another language."""
    past = PastRuns(service, words, language)

    def run(path: Path, chosen: str) -> Iterator[tuple[str, Report | None]]:
        language = Language(chosen)
        try:
            for step in run_evaluation(service, path):
                if isinstance(step, Report):
                    yield render_evaluation(step, language), step
                else:
                    yield _progress(*step, language), None
        except ZjipQAError as exc:
            # Where an upload waits on this machine is nobody's business.
            reason = str(exc).replace(str(path), path.name)
            yield notice(s.CANNOT_EVALUATE.to(language, reason=reason)), None

    def on_shipped(chosen: str) -> Iterator[tuple[str, Report | None]]:
        yield from run(default_questions(), chosen)

    def on_own(path: str, chosen: str) -> Iterator[tuple[str, Report | None]]:
        try:
            yield from run(Path(path), chosen)
        finally:
            Path(path).unlink(missing_ok=True)

    # One at a time: an evaluation keeps a processor busy, and people are asking meanwhile.
    options: dict[str, Any] = {
        "api_visibility": "private",
        "show_progress": "hidden",
        "concurrency_limit": 1,
        "concurrency_id": "evaluation",
    }
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    for started in (
        shipped.click(on_shipped, language, [result, measured], **options),
        own.upload(on_own, [own, language], [result, measured], **options),
    ):
        started.then(past.newest, language, past.outputs, **quiet)
    tab.select(past.refresh, past.inputs, past.outputs, **quiet)

    def retell(report: Report | None, chosen: str) -> Any:
        return gr.skip() if report is None else render_evaluation(report, Language(chosen))

    language.change(retell, [measured, language], result, **quiet)
    language.change(past.refresh, past.inputs, past.outputs, **quiet)


def run_evaluation(service: Service, path: Path) -> Iterator[tuple[int, int] | Report]:
    """Evaluate a question file, giving (done, total) as it goes and the report at the end.

    The run is kept in the history beside the index.

    Raises:
        ZjipQAError: the index or the file can't be used.
    """
    core = service.core
    questions = load_questions(path)
    steps: queue.SimpleQueue[tuple[int, int] | Report | Exception] = queue.SimpleQueue()

    def work() -> None:
        try:
            steps.put(evaluate(core, questions, progress=lambda *step: steps.put(step)))
        except Exception as exc:
            steps.put(exc)

    threading.Thread(target=work, daemon=True).start()
    yield 0, len(questions)
    while True:
        step = steps.get()
        while isinstance(step, tuple) and not steps.empty():
            step = steps.get()  # Only the newest count is worth a repaint.
        if isinstance(step, Exception):
            raise step
        if isinstance(step, Report):
            keep_run(service.settings.index, path.name, questions, step)
            yield step
            return
        yield step


def render_evaluation(report: Report, language: Language) -> str:
    """Measures by retriever and language, judgements, plots, and what went wrong."""
    return "".join(
        [
            _retrieval(report, language),
            _answers(report.answers, language) if report.answers else "",
            f'<div class="plots">{"".join(report_plots(report, plot_words(language)))}</div>',
            _failures(report.failed, language),
        ]
    )


def plot_words(language: Language) -> PlotWords:
    """The words in the plots, in the interface's language."""
    names = {**s.RETRIEVERS, **s.GROUPS, **s.EVALUATION_STAGES}
    return PlotWords(
        **{name: text.to(language) for name, text in s.PLOTS.items()},
        names={name: text.to(language) for name, text in names.items()},
    )


def _retrieval(report: Report, language: Language) -> str:
    """The table of retrieval measures."""
    rows = []
    for name, result in report.retrievers.items():
        groups: dict[str, Mapping[str, float]] = {
            "all": {**result.measures, "n": result.n},
            **result.by_language,
        }
        for group, values in groups.items():
            figures = [f"{values[measure]:.3f}" for measure in MEASURES if measure in values]
            rows.append(
                [
                    _named(s.RETRIEVERS, name, language),
                    _named(s.GROUPS, group, language),
                    f"{values['n']:.0f}",
                    *figures,
                ]
            )
    header = [s.RETRIEVER.to(language), s.GROUP.to(language), s.COUNT.to(language), *MEASURES]
    return figures_table(s.RETRIEVAL_MEASURES.to(language), header, rows, n_names=2)


def _answers(answers: Mapping[str, Any], language: Language) -> str:
    """The table of judgements."""
    groups = {"all": answers, **answers.get("by_language", {})}
    rows = [
        [
            _named(s.GROUPS, group, language),
            str(summary["n"]),
            *(
                _count(summary["counts"][judgement], summary["rates"][judgement])
                for judgement in Judgement
            ),
        ]
        for group, summary in groups.items()
    ]
    header = [
        s.GROUP.to(language),
        s.COUNT.to(language),
        *(_named(s.JUDGEMENTS, judgement, language) for judgement in Judgement),
    ]
    return figures_table(s.ANSWER_MEASURES.to(language), header, rows, n_names=1)


def _failures(rows: Sequence[QuestionRow], language: Language) -> str:
    """Each question that went wrong, with what was expected and what came."""
    if not rows:
        return notice(s.NO_FAILURES.to(language), good=True)
    items = []
    for row in rows[:MAX_FAILURES]:
        if row.judgement is not None and not row.judgement.right:
            verdict = _named(s.JUDGEMENTS, row.judgement, language)
        else:
            verdict = s.NOT_FOUND.to(language)
        expected = " / ".join(row.acceptable) or s.NO_ANSWER_EXPECTED.to(language)
        got = row.answer.text if row.answer is not None else ""
        found = row.found[0].chunk.text if row.rank is None and row.found else ""
        items.append(
            f'<li><span class="verdict">{escaped(verdict)}</span>'
            f'<p class="asked" lang="{tag(row.lang)}">{escaped(row.question)}</p>'
            f"<dl><dt>{escaped(s.EXPECTED.to(language))}</dt>"
            f'<dd lang="{tag_of(expected)}">{escaped(expected)}</dd>'
            f"<dt>{escaped(s.GOT.to(language))}</dt>"
            f'<dd lang="{tag_of(got)}">{escaped(got.replace("**", ""))}</dd>'
            f"{_found(found, language)}</dl></li>"
        )
    title = escaped(s.FAILURES.to(language, count=len(rows)))
    return (
        f'<details class="failures"><summary>{title}</summary><ol>{"".join(items)}</ol></details>'
    )


def _found(text: str, language: Language) -> str:
    """The passage that stands where a relevant one should."""
    if not text:
        return ""
    return (
        f"<dt>{escaped(s.FOUND_INSTEAD.to(language))}</dt>"
        f'<dd lang="{tag_of(text)}">{escaped(" ".join(text.split())[:MAX_FOUND])}</dd>'
    )


def _progress(done: int, total: int, language: Language) -> str:
    """How far the evaluation is."""
    text = s.EVALUATING.to(language)
    return (
        f'<div class="progress" role="status">{escaped(text)} {done} / {total}'
        f'<progress max="{max(total, 1)}" value="{done}" aria-label="{escaped(text)}"></progress>'
        "</div>"
    )


def _named(names: Mapping[str, s.Text], key: str, language: Language) -> str:
    """The name of a thing in the interface's language, or its own where we know none."""
    return names[key].to(language) if key in names else key


def _count(count: int, share: float | None) -> str:
    """A count and its share."""
    return str(count) if share is None else f"{count} ({share:.0%})"
