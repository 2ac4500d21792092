"""The Index tab: add texts to the corpus, update the index, watch it being built."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from zjip_qa.errors import ZjipQAError
from zjip_qa.interfaces import strings as s
from zjip_qa.interfaces.corpus_files import SUFFIXES, add_file
from zjip_qa.interfaces.localised import Localised
from zjip_qa.interfaces.service import Phase, Service, Status
from zjip_qa.interfaces.source_pane import escaped, tag
from zjip_qa.types import Language

if TYPE_CHECKING:
    from zjip_qa.index import BuildReport, DocumentSummary

MAX_LISTED = 200
"""Lines of a list of files; a page with thousands would stall."""


def build_index_tab(service: Service, words: Localised, language: gr.State) -> gr.HTML:
    """Lay the tab out inside the open context.

    Returns:
        The report, so that the page can fill it when it loads.
    """
    words.add(gr.Markdown(elem_classes="intro"), value=s.INDEX_INTRO)
    with gr.Row(elem_classes="actions"):
        update = words.add(gr.Button(variant="primary", elem_id="update"), value=s.UPDATE_INDEX)
        rebuild = words.add(gr.Button(elem_id="rebuild"), value=s.REBUILD_INDEX)
        upload = words.add(
            gr.UploadButton(file_count="multiple", file_types=list(SUFFIXES), elem_id="upload"),
            label=s.UPLOAD,
        )
    replace = words.add(gr.Checkbox(elem_id="replace", container=False), label=s.REPLACE)
    added = gr.HTML(elem_id="added", apply_default_css=False, elem_classes="own")
    report = gr.HTML(elem_id="report", apply_default_css=False, elem_classes="own")
    with words.add(gr.Accordion(open=False, elem_id="paste"), label=s.PASTE):
        name = words.add(
            gr.Textbox(max_lines=1, elem_id="paste-name"),
            label=s.PASTE_NAME,
            placeholder=s.PASTE_NAME_HINT,
        )
        text = words.add(
            gr.Textbox(lines=6, max_lines=16, elem_id="paste-text"), label=s.PASTE_TEXT
        )
        paste = words.add(gr.Button(elem_id="paste-add"), value=s.PASTE_ADD)

    def watch(chosen: str) -> Iterator[str]:
        for status in service.watch():
            yield render_report(service, status, Language(chosen))

    def run(chosen: str, *, rebuild: bool) -> Iterator[str]:
        if not service.build(rebuild=rebuild):
            gr.Info(s.BUILD_RUNNING.to(Language(chosen)))
        yield from watch(chosen)

    def on_update(chosen: str) -> Iterator[str]:
        yield from run(chosen, rebuild=False)

    def on_rebuild(chosen: str) -> Iterator[str]:
        yield from run(chosen, rebuild=True)

    def on_upload(paths: list[str] | None, may_replace: bool, chosen: str) -> str:
        lines = []
        for path in map(Path, paths or []):
            outcome = add_file(
                service.settings.corpus, path.name, path.read_bytes(), replace=may_replace
            )
            path.unlink(missing_ok=True)  # Its copy in the corpus is the only one to keep.
            lines.append(notice(outcome.to(Language(chosen)), good=outcome.added))
        return "".join(lines)

    def on_paste(file_name: str, pasted: str, may_replace: bool, chosen: str) -> tuple[str, Any]:
        data = pasted.encode("utf-8", "replace")
        outcome = add_file(service.settings.corpus, file_name, data, replace=may_replace)
        shown = notice(outcome.to(Language(chosen)), good=outcome.added)
        return shown, "" if outcome.added else gr.skip()

    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    update.click(on_update, language, report, concurrency_limit=None, **quiet)
    rebuild.click(on_rebuild, language, report, concurrency_limit=None, **quiet)
    upload.upload(on_upload, [upload, replace, language], added, **quiet)
    paste.click(on_paste, [name, text, replace, language], [added, text], **quiet)
    return report


def notice(text: str, *, good: bool = False) -> str:
    """One clear line, announced by a screen reader."""
    return f'<p class="notice {"good" if good else "bad"}" role="alert">{escaped(text)}</p>'


def render_progress(status: Status, language: Language) -> str:
    """A bar and what is being done; nothing when nothing is going on."""
    if not status.busy:
        return ""
    progress = status.progress
    if status.phase == Phase.STARTING or progress is None:
        text = s.STARTING if status.phase == Phase.STARTING else s.INDEXING
        return f'<div class="progress" role="status">{escaped(text.to(language))}</div>'
    stage = s.STAGES[progress.stage].to(language) if progress.stage in s.STAGES else progress.stage
    return (
        f'<div class="progress" role="status">{escaped(s.INDEXING.to(language))}: '
        f"{escaped(stage)} {progress.done} / {progress.total}"
        f'<progress max="1" value="{progress.share:.3f}" aria-label="{escaped(stage)}"></progress>'
        f'<span class="current"><bdi>{escaped(progress.doc_id)}</bdi></span></div>'
    )


def render_report(service: Service, status: Status, language: Language) -> str:
    """What the index holds, or how far it is, or why it was not built."""
    if status.busy:
        return render_progress(status, language)
    if status.phase == Phase.FAILED:
        reason = notice(s.BUILD_FAILED.to(language, reason=status.error))
        served = notice(s.OLD_INDEX_SERVES.to(language), good=True) if status.serving else ""
        return reason + served
    try:
        summaries = service.core.summaries()
    except ZjipQAError as exc:
        return notice(s.CANNOT_ANSWER.to(language, reason=exc))
    ready = notice(s.READY.to(language, count=f"{len(summaries):,}"), good=True)
    done = _changes(status.report, language) if status.report is not None else ""
    return ready + done + _documents(summaries, language)


def _changes(report: BuildReport, language: Language) -> str:
    """What a build did, and each file that it left out, with the reason."""
    counts = s.CHANGES.to(
        language,
        added=len(report.added),
        changed=len(report.changed),
        removed=len(report.removed),
        unchanged=len(report.unchanged),
        seconds=f"{report.seconds:.1f}",
    )
    left_out = "".join(
        f"<li><bdi>{escaped(problem.doc_id)}</bdi><span>{escaped(problem.reason)}</span></li>"
        for problem in report.problems[:MAX_LISTED]
    )
    title = s.LEFT_OUT.to(language, count=len(report.problems))
    problems = (
        f'<h4>{escaped(title)}</h4><ul class="documents problems">{left_out}</ul>'
        if left_out
        else ""
    )
    return f'<p class="note">{escaped(counts)}</p>{problems}'


def _documents(summaries: Sequence[DocumentSummary], language: Language) -> str:
    """The documents that are indexed."""
    items = "".join(
        f'<li><span class="title" lang="{tag(each.language)}">'
        f"{escaped(each.title or each.doc_id)}</span><bdi>{escaped(each.doc_id)}</bdi>"
        f"<span>{escaped(s.N_PASSAGES.to(language, count=f'{each.n_chunks:,}'))}"
        f"{' · ' + escaped(s.TRANSLATED.to(language)) if each.translated else ''}</span></li>"
        for each in summaries[:MAX_LISTED]
    )
    if len(summaries) > MAX_LISTED:
        items += f"<li>{escaped(s.AND_MORE.to(language, count=len(summaries) - MAX_LISTED))}</li>"
    return f'<h4>{escaped(s.DOCUMENTS.to(language))}</h4><ul class="documents">{items}</ul>'
