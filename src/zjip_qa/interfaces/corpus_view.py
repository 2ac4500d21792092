"""What the Corpus tab shows, as safe HTML: the documents, one of them cut, two indexes compared.

Names, texts and words come from strangers' files, so all of it is escaped. It does no I/O and knows
nothing of Gradio.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zjip_qa.interfaces import strings as s
from zjip_qa.interfaces.source_pane import escaped, tag
from zjip_qa.types import Language

if TYPE_CHECKING:
    from zjip_qa.index import BuildPlan, CutChunk, DocumentSummary, History, Preview, Progress

MAX_LISTED = 200
"""Lines of a list of files; a page with thousands would stall."""


@dataclass(frozen=True, slots=True)
class CorpusRow:
    """One document of the corpus folder or the index.

    `size` is in bytes; `summary` is None when it isn't indexed yet. `state` is what the next build
    will do to it, if anything; `warning` what its owner should know.
    """

    doc_id: str
    size: int
    summary: DocumentSummary | None = None
    state: s.Text | None = None
    warning: str = ""


def corpus_rows(
    plan: BuildPlan, summaries: Sequence[DocumentSummary], language: Language
) -> list[CorpusRow]:
    """All documents of folder and index, by name; files that cannot be read are not among them."""
    indexed = {summary.doc_id: summary for summary in summaries}
    states = dict.fromkeys(plan.changes.added, s.NEW)
    states |= dict.fromkeys(plan.changes.changed, s.CHANGED)
    states |= dict.fromkeys(plan.changes.removed, s.GONE)
    warnings = {
        d.doc_id: (s.COPY_OF if d.similarity == 1 else s.NEARLY).to(language, name=d.of)
        for d in plan.duplicates
    }
    rows = []
    for doc_id in sorted({*plan.sizes, *indexed}):
        summary = indexed.get(doc_id)
        size = plan.sizes.get(doc_id, summary.size if summary else 0)
        rows.append(CorpusRow(doc_id, size, summary, states.get(doc_id), warnings.get(doc_id, "")))
    return rows


def render_rows(rows: Sequence[CorpusRow], find: str, language: Language) -> str:
    """The documents whose name or title holds `find`, each a button that opens it."""
    wanted = find.strip().lower()
    title = f"<h4>{escaped(s.DOCUMENTS.to(language, count=f'{len(rows):,}'))}</h4>"
    shown = [row for row in rows if wanted in f"{row.doc_id}\n{_title(row)}".lower()]
    if wanted and not shown:
        return title + f'<p class="note">{escaped(s.NONE_FOUND.to(language, words=find))}</p>'
    items = "".join(_row(row, language) for row in shown[:MAX_LISTED])
    if len(shown) > MAX_LISTED:
        items += f"<li>{escaped(s.AND_MORE.to(language, count=len(shown) - MAX_LISTED))}</li>"
    return f'{title}<ul class="documents">{items}</ul>'


def _title(row: CorpusRow) -> str:
    return row.summary.title if row.summary and row.summary.title else row.doc_id


def _passages(n_chunks: int, language: Language) -> str:
    if n_chunks == 1:
        return s.ONE_PASSAGE.to(language)
    return s.N_PASSAGES.to(language, count=f"{n_chunks:,}")


def _row(row: CorpusRow, language: Language) -> str:
    facts = [size_text(row.size)]
    spoken = ""
    if row.summary is not None:
        facts.insert(0, s.LANGUAGES[row.summary.language].to(language))
        facts.append(_passages(row.summary.n_chunks, language))
        if row.summary.translated:
            facts.append(s.TRANSLATED.to(language))
        spoken = f' lang="{tag(row.summary.language)}"'
    state = f'<span class="state">{escaped(row.state.to(language))}</span>' if row.state else ""
    warning = f'<span class="warning">{escaped(row.warning)}</span>' if row.warning else ""
    return (
        f'<li><button type="button" data-doc="{escaped(row.doc_id)}">'
        f'<span class="title"{spoken}>{escaped(_title(row))}</span>{state}'
        f"<bdi>{escaped(row.doc_id)}</bdi><span>{escaped(' · '.join(facts))}</span>{warning}"
        f"</button></li>"
    )


def render_pending(plan: BuildPlan, language: Language) -> str:
    """What the next build would do; nothing when folder and index agree."""
    lines = []
    if plan.changes:
        counts = s.PENDING.to(
            language,
            added=len(plan.changes.added),
            changed=len(plan.changes.changed),
            removed=len(plan.changes.removed),
        )
        if plan.seconds and plan.n_bytes:
            counts += s.PENDING_TIME.to(
                language, size=size_text(plan.n_bytes), time=time_text(plan.seconds, language)
            )
        lines.append(counts)
    if plan.new_words:
        lines.append(s.PENDING_WORDS.to(language))
    return "".join(f'<p class="notice pending-build">{escaped(line)}</p>' for line in lines)


def render_problems(problems: Iterable[tuple[str, str]], language: Language) -> str:
    """Files that are left out, each with its reason."""
    listed = list(problems)
    if not listed:
        return ""
    items = "".join(
        f"<li><bdi>{escaped(doc_id)}</bdi><span>{escaped(reason)}</span></li>"
        for doc_id, reason in listed[:MAX_LISTED]
    )
    title = escaped(s.LEFT_OUT.to(language, count=len(listed)))
    return f'<h4>{title}</h4><ul class="documents problems">{items}</ul>'


def render_preview(
    found: Preview, terms: Collection[str], language: Language, message: str = ""
) -> str:
    """A document's passages, with a tint on each word that jieba cuts."""
    document = found.document
    facts = s.LOOK_META.to(
        language,
        spoken=s.LANGUAGES[document.language].to(language),
        size=size_text(found.size),
        characters=f"{len(document.text):,}",
        passages=_passages(found.n_chunks, language),
    )
    own = {term.lower() for term in terms}
    passages = "".join(
        _passage(i, cut, own, document.language, language) for i, cut in enumerate(found.chunks, 1)
    )
    n_more = found.n_chunks - len(found.chunks)
    more = s.LOOK_MORE.to(language, count=f"{n_more:,}") if n_more else ""
    return (
        f'<section class="look" data-of="{escaped(document.doc_id)}"><header>'
        f'<h3 tabindex="-1" lang="{tag(document.language)}">{escaped(document.title)}</h3>'
        f'<p class="file"><bdi>{escaped(document.doc_id)}</bdi> · {escaped(facts)}</p></header>'
        f'{message}<p class="note">{escaped(s.LOOK_NOTE.to(language))}</p>'
        f'<ol class="passages">{passages}</ol>'
        f"{f'<p class=cut>{escaped(more)}</p>' if more else ''}</section>"
    )


def _passage(
    number: int, cut: CutChunk, own: Collection[str], spoken: Language, language: Language
) -> str:
    text, done, parts = cut.chunk.text, 0, []
    for word in cut.words:
        if word.start < done:  # two words of one character
            continue
        parts.append(escaped(text[done : word.start]))
        kind = "w own-word" if word.term in own else "w"
        parts.append(f'<span class="{kind}">{escaped(text[word.start : word.end])}</span>')
        done = word.end
    parts.append(escaped(text[done:]))
    section = " › ".join(cut.chunk.section)
    return (
        f'<li><div class="place"><span>{escaped(s.PASSAGE.to(language, number=number))}</span>'
        f'<span class="section">{escaped(section)}</span></div>'
        f'<div class="cut-text" lang="{tag(spoken)}">{"".join(parts)}</div></li>'
    )


def render_terms(terms: Sequence[str], language: Language) -> str:
    """The words of the user dictionary."""
    if not terms:
        return ""
    words = "".join(f'<span class="word">{escaped(term)}</span>' for term in terms[:MAX_LISTED])
    return f'<div class="words terms"><span>{escaped(s.TERMS.to(language))}</span>{words}</div>'


def render_history(history: History | None, language: Language) -> str:
    """The index in use and the one before, and what lies between them."""
    if history is None or history.previous is None:
        return f'<p class="note">{escaped(s.HISTORY_NONE.to(language))}</p>'
    lines = ""
    for name, each in ((s.HISTORY_NOW, history.current), (s.HISTORY_BEFORE, history.previous)):
        line = s.HISTORY_LINE.to(
            language,
            created=when(each.created),
            documents=f"{each.n_documents:,}",
            chunks=f"{each.n_chunks:,}",
        )
        lines += f"<dt>{escaped(name.to(language))}</dt><dd>{escaped(line)}</dd>"
    changes = history.changes
    lists = "".join(
        _names(title, names, language)
        for title, names in (
            (s.HISTORY_ADDED, changes.added),
            (s.HISTORY_CHANGED, changes.changed),
            (s.HISTORY_REMOVED, changes.removed),
        )
    )
    same = "" if changes else f'<p class="note">{escaped(s.HISTORY_SAME.to(language))}</p>'
    words = f'<p class="note">{escaped(s.HISTORY_WORDS.to(language))}</p>'
    return f'<dl class="history">{lines}</dl>{same}{words if history.new_words else ""}{lists}'


def _names(title: s.Text, names: Sequence[str], language: Language) -> str:
    if not names:
        return ""
    items = "".join(f"<li><bdi>{escaped(name)}</bdi></li>" for name in names[:MAX_LISTED])
    if len(names) > MAX_LISTED:
        items += f"<li>{escaped(s.AND_MORE.to(language, count=len(names) - MAX_LISTED))}</li>"
    head = escaped(title.to(language, count=len(names)))
    return f'<h4>{head}</h4><ul class="documents">{items}</ul>'


def pace_text(progress: Progress, language: Language) -> str:
    """How fast a build is and how long it still takes; nothing while that can't be told."""
    if not progress.rate or progress.seconds_left is None:
        return ""
    left = time_text(progress.seconds_left, language)
    return s.PACE.to(language, rate=size_text(progress.rate), left=left)


def time_text(seconds: float, language: Language) -> str:
    """A time as a person says it."""
    if seconds < 99.5:
        return s.SECONDS.to(language, count=max(1, round(seconds)))
    return s.MINUTES.to(language, count=round(seconds / 60))


def size_text(n_bytes: float) -> str:
    """A number of bytes as a person says it."""
    if n_bytes < 1000:
        return f"{n_bytes:.0f} B"
    return f"{n_bytes / 1e3:.1f} kB" if n_bytes < 999_950 else f"{n_bytes / 1e6:.1f} MB"


def when(created: str) -> str:
    """A moment of a manifest, to the minute."""
    return created[:16].replace("T", " ") + " UTC"
