"""The Corpus tab: texts in and out of the folder, how they are cut, the index, the one before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from zjip_qa.errors import ZjipQAError
from zjip_qa.interfaces import strings as s
from zjip_qa.interfaces.corpus_files import (
    MAX_FILES,
    SUFFIXES,
    Outcome,
    add_file,
    add_term,
    read_terms,
    remove_document,
    remove_term,
)
from zjip_qa.interfaces.corpus_view import (
    corpus_rows,
    pace_text,
    render_history,
    render_pending,
    render_preview,
    render_problems,
    render_rows,
    render_terms,
    when,
)
from zjip_qa.interfaces.localised import Localised
from zjip_qa.interfaces.service import Phase, Service, Status
from zjip_qa.interfaces.source_pane import escaped
from zjip_qa.types import Language

if TYPE_CHECKING:
    from zjip_qa.index import BuildReport

_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}

# A click on a document of the list.
_ON_CLICK = """
element.addEventListener('click', event => {
  const clicked = event.target.closest('[data-doc]');
  if (clicked) trigger('select', {doc: clicked.dataset.doc});
});
"""
# Another document was opened: bring it into view; not when the same one is cut anew.
_ON_LOOK = """
let shown = '';
watch('value', () => {
  const look = element.querySelector('[data-of]');
  const of = look ? look.dataset.of : '';
  if (look && of !== shown) {
    element.closest('#looked').scrollIntoView({block: 'nearest'});
    look.querySelector('h3').focus({preventScroll: true});
  }
  shown = of;
});
"""


class CorpusTab:
    """The tab's components and events; made inside the open layout context.

    Attributes:
        state: what `rendered` needs, in order.
        outputs: what `rendered` gives, in order.
    """

    def __init__(self, service: Service, words: Localised, language: gr.State) -> None:
        self.service = service
        self.language = language
        self.doc_id = gr.State("")
        words.add(gr.Markdown(elem_classes="intro"), value=s.INDEX_INTRO)
        with gr.Row(elem_classes="actions"):
            self.update = words.add(
                gr.Button(variant="primary", elem_id="update"), value=s.UPDATE_INDEX
            )
            self.upload = words.add(
                gr.UploadButton(file_count="multiple", file_types=list(SUFFIXES), elem_id="upload"),
                label=s.UPLOAD,
            )
            self.rebuild = words.add(gr.Button(elem_id="rebuild"), value=s.REBUILD_INDEX)
        self.replace = words.add(gr.Checkbox(elem_id="replace", container=False), label=s.REPLACE)
        self.added = _html("added")
        with words.add(gr.Accordion(open=False, elem_id="paste"), label=s.PASTE):
            self.name = words.add(
                gr.Textbox(max_lines=1, elem_id="paste-name"),
                label=s.PASTE_NAME,
                placeholder=s.PASTE_NAME_HINT,
            )
            self.text = words.add(
                gr.Textbox(lines=6, max_lines=16, elem_id="paste-text"), label=s.PASTE_TEXT
            )
            self.paste = words.add(gr.Button(elem_id="paste-add"), value=s.PASTE_ADD)
        with words.add(gr.Accordion(open=False, elem_id="compare"), label=s.HISTORY):
            self.history = _html("history")
            self.back = words.add(gr.Button(elem_id="go-back"), value=s.GO_BACK)
        with gr.Row(elem_id="corpus-columns"):
            with gr.Column(scale=5, min_width=300, elem_id="listed"):
                self.find = words.add(
                    gr.Textbox("", max_lines=1, container=False, elem_id="find"),
                    placeholder=s.FIND,
                    label=s.FIND,
                )
                self.report = _html("report", _ON_CLICK)
            with gr.Column(scale=6, min_width=300, elem_id="looked"):
                with gr.Row(elem_id="term-row", visible=False) as self.tools:
                    self.term = words.add(
                        gr.Textbox(max_lines=1, elem_id="term", scale=6, min_width=160),
                        label=s.TERM,
                        placeholder=s.TERM_HINT,
                    )
                    self.teach = words.add(
                        gr.Button(elem_id="term-add", scale=1, min_width=90), value=s.TERM_ADD
                    )
                    self.forget = words.add(
                        gr.Button(elem_id="term-remove", scale=1, min_width=90),
                        value=s.TERM_REMOVE,
                    )
                    self.remove = words.add(
                        gr.Button(variant="stop", elem_id="remove", scale=1, min_width=90),
                        value=s.REMOVE,
                    )
                self.look = _html("look", _ON_LOOK)
        self.state = [self.doc_id, self.find]
        self.outputs = [self.report, self.look, self.history]
        self._connect()

    def rendered(self, language: Language, doc_id: str, find: str | None) -> list[str]:
        """Everything in `outputs`, in `language`."""
        return [
            render_report(self.service, self.service.status, language, find or ""),
            self._looked(doc_id, language),
            self._compared(language),
        ]

    def _connect(self) -> None:
        """Wire the events; none of them is an endpoint for strangers."""
        chosen, find = self.language, self.find
        watching: dict[str, Any] = {
            "inputs": [chosen, find],
            "outputs": self.report,
            "concurrency_limit": None,
            **_QUIET,
        }
        for button, run in ((self.update, self._update), (self.rebuild, self._rebuild)):
            button.click(run, **watching).then(
                self._after, [self.doc_id, chosen], [self.look, self.history], **_QUIET
            )
        self.upload.upload(
            self._upload, [self.upload, self.replace, find, chosen], [self.added, self.report],
            **_QUIET,
        )  # fmt: skip
        self.paste.click(
            self._paste,
            [self.name, self.text, self.replace, find, chosen],
            [self.added, self.text, self.report],
            **_QUIET,
        )
        find.change(self._list, [chosen, find], self.report, trigger_mode="always_last", **_QUIET)
        self.report.select(self._open, chosen, [self.doc_id, self.tools, self.look], **_QUIET)
        for button, change in ((self.teach, add_term), (self.forget, remove_term)):
            button.click(
                lambda term, doc_id, find, to, change=change: self._change_terms(
                    change(self.service.settings.corpus, term), doc_id, find, Language(to)
                ),
                [self.term, self.doc_id, find, chosen],
                [self.term, self.look, self.report],
                **_QUIET,
            )
        self.remove.click(
            self._remove,
            [self.doc_id, find, chosen],
            [self.added, self.doc_id, self.tools, self.look, self.report],
            **_QUIET,
        )
        self.back.click(
            self._go_back, [find, chosen], [self.added, self.report, self.history], **_QUIET
        )

    def _update(self, chosen: str, find: str) -> Iterator[str]:
        yield from self._run(chosen, find, rebuild=False)

    def _rebuild(self, chosen: str, find: str) -> Iterator[str]:
        yield from self._run(chosen, find, rebuild=True)

    def _run(self, chosen: str, find: str, *, rebuild: bool) -> Iterator[str]:
        if not self.service.build(rebuild=rebuild):
            gr.Info(s.BUILD_RUNNING.to(Language(chosen)))
        for status in self.service.watch():
            yield render_report(self.service, status, Language(chosen), find or "")

    def _after(self, doc_id: str, chosen: str) -> list[str]:
        return [self._looked(doc_id, Language(chosen)), self._compared(Language(chosen))]

    def _list(self, chosen: str, find: str | None) -> str:
        # An untouched box has no value at all.
        return render_report(self.service, self.service.status, Language(chosen), find or "")

    def _upload(
        self, paths: list[str] | None, may_replace: bool, find: str, chosen: str
    ) -> tuple[str, str]:
        lines, to = [], Language(chosen)
        for i, path in enumerate(map(Path, paths or [])):
            if i < MAX_FILES:
                data = path.read_bytes()
                outcome = add_file(
                    self.service.settings.corpus, path.name, data, replace=may_replace
                )
                lines.append(_told(outcome, to))
            path.unlink(missing_ok=True)  # Its copy in the corpus is the only one to keep.
        if paths and len(paths) > MAX_FILES:
            lines.append(notice(s.TOO_MANY_FILES.to(to, limit=MAX_FILES)))
        return "".join(lines), self._list(chosen, find)

    def _paste(
        self, name: str, text: str, may_replace: bool, find: str, chosen: str
    ) -> tuple[str, Any, str]:
        data = text.encode("utf-8", "replace")
        outcome = add_file(self.service.settings.corpus, name, data, replace=may_replace)
        left = "" if outcome.added else gr.skip()
        return _told(outcome, Language(chosen)), left, self._list(chosen, find)

    def _open(self, event: gr.EventData, chosen: str) -> tuple[str, Any, str]:
        doc_id = str(event.doc)
        return doc_id, gr.update(visible=True), self._looked(doc_id, Language(chosen))

    def _change_terms(
        self, outcome: Outcome, doc_id: str, find: str, to: Language
    ) -> tuple[Any, str, str]:
        left = "" if outcome.added else gr.skip()
        shown = self._looked(doc_id, to, _told(outcome, to))
        return left, shown, self._list(to.value, find)

    def _remove(self, doc_id: str, find: str, chosen: str) -> tuple[str, Any, Any, Any, str]:
        outcome = remove_document(self.service.settings.corpus, doc_id)
        told = _told(outcome, Language(chosen))
        if not outcome.added:
            return told, gr.skip(), gr.skip(), gr.skip(), self._list(chosen, find)
        empty = self._looked("", Language(chosen))
        return told, "", gr.update(visible=False), empty, self._list(chosen, find)

    def _go_back(self, find: str, chosen: str) -> tuple[str, str, str]:
        to = Language(chosen)
        try:
            now = self.service.go_back()
            told = notice(s.WENT_BACK.to(to, created=when(now.current.created)), good=True)
        except ZjipQAError as error:
            told = notice(s.CANNOT_GO_BACK.to(to, reason=error))
        return told, self._list(chosen, find), self._compared(to)

    def _looked(self, doc_id: str, language: Language, message: str = "") -> str:
        """The opened document, as the folder has it now."""
        if not doc_id:
            return f'<p class="empty">{escaped(s.LOOK_HINT.to(language))}</p>'
        terms = read_terms(self.service.settings.corpus)
        known = render_terms(terms, language)
        try:
            found = self.service.look(doc_id)
        except ZjipQAError as error:
            return known + message + notice(s.LOOK_FAILED.to(language, reason=error))
        own = [line.split()[0] for line in terms]
        return known + render_preview(found, own, language, message)

    def _compared(self, language: Language) -> str:
        return render_history(self.service.history(), language)


def _html(elem_id: str, script: str | None = None) -> gr.HTML:
    return gr.HTML(elem_id=elem_id, js_on_load=script, apply_default_css=False, elem_classes="own")


def _told(outcome: Outcome, language: Language) -> str:
    return notice(outcome.to(language), good=outcome.added)


def notice(text: str, *, good: bool = False) -> str:
    """One clear line, announced by a screen reader."""
    return f'<p class="notice {"good" if good else "bad"}" role="alert">{escaped(text)}</p>'


def render_progress(status: Status, language: Language) -> str:
    """A bar, what is being done, how fast; nothing when nothing is going on."""
    if not status.busy:
        return ""
    progress = status.progress
    if status.phase == Phase.STARTING or progress is None:
        text = s.STARTING if status.phase == Phase.STARTING else s.INDEXING
        return f'<div class="progress" role="status">{escaped(text.to(language))}</div>'
    stage = s.STAGES[progress.stage].to(language) if progress.stage in s.STAGES else progress.stage
    return (
        f'<div class="progress" role="status">{escaped(s.INDEXING_NOW.to(language))}'
        f"{escaped(stage)} {progress.done} / {progress.total}"
        f'<progress max="1" value="{progress.share:.3f}" aria-label="{escaped(stage)}"></progress>'
        f'<span class="current"><bdi>{escaped(progress.doc_id)}</bdi> '
        f"{escaped(pace_text(progress, language))}</span></div>"
    )


def render_report(service: Service, status: Status, language: Language, find: str = "") -> str:
    """What the index holds, or how far it is, or why it was not built."""
    if status.busy:
        return render_progress(status, language)
    top = ""
    if status.phase == Phase.FAILED:
        top = notice(s.BUILD_FAILED.to(language, reason=status.error))
        if not status.serving:
            return top
        top += notice(s.OLD_INDEX_SERVES.to(language), good=True)
    try:
        summaries = service.core.summaries()
    except ZjipQAError as exc:
        return top + notice(s.CANNOT_ANSWER.to(language, reason=exc))
    if service.refused:
        top += notice(s.OTHER_SERVES.to(language, reason=service.refused))
    if not top:
        top = notice(s.READY.to(language, count=f"{len(summaries):,}"), good=True)
    if status.report is not None:
        top += _changes(status.report, language)
    try:
        plan = service.pending()
    except ZjipQAError as exc:
        return top + notice(str(exc))
    rows = corpus_rows(plan, summaries, language)
    problems = render_problems(((p.doc_id, p.reason) for p in plan.problems), language)
    return top + render_pending(plan, language) + problems + render_rows(rows, find, language)


def _changes(report: BuildReport, language: Language) -> str:
    """What a build did."""
    counts = s.CHANGES.to(
        language,
        added=len(report.added),
        changed=len(report.changed),
        removed=len(report.removed),
        unchanged=len(report.unchanged),
        seconds=f"{report.seconds:.1f}",
    )
    return f'<p class="note">{escaped(counts)}</p>'
