"""A report as one self-contained HTML page.

All text in it – questions, answers, documents – is untrusted: everything is escaped, and
the page forbids itself scripts and requests.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from html import escape

from zjip_qa.evaluation.report import QuestionRow, Report
from zjip_qa.evaluation.report_plots import report_plots
from zjip_qa.evaluation.report_tables import Table, report_tables

_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>zjip-qa evaluation</title>
<style>
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid #8886; padding: .25rem .75rem; text-align: left; }
article { border-left: 3px solid #c33; margin: 1.5rem 0; padding-left: 1rem; }
dt { font-weight: 600; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1rem; }
.plot { margin: 0; }
.plot figcaption { font-weight: 600; }
.plot > svg { display: block; width: 100%; height: auto; }
.keys { font-size: .85em; }
.key { margin-right: 1em; white-space: nowrap; }
dd { margin: 0 0 .5rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
</style>
</head>
<body>
<h1>Evaluation</h1>
"""


def report_html(report: Report) -> str:
    """The page: plots, tables of measures and answers, settings, and each failed question."""
    parts = [_HEAD, f'<div class="plots">\n{"".join(report_plots(report))}</div>\n']
    parts += [_table(table) for table in report_tables(report)]
    settings = json.dumps(report.settings, ensure_ascii=False, indent=2)
    parts.append(f"<h2>Settings</h2>\n<pre>{escape(settings)}</pre>\n")
    failed = report.failed
    parts.append(f"<h2>Failed questions: {len(failed)} of {len(report.rows)}</h2>\n")
    parts += [_failed(row) for row in failed]
    parts.append("</body>\n</html>\n")
    return "".join(parts)


def _table(table: Table) -> str:
    header = _cells("th", table.header)
    rows = "\n".join(f"<tr>{_cells('td', row)}</tr>" for row in table.rows)
    return (
        f'<h2>{escape(table.title)}</h2>\n<div class="wide"><table>\n'
        f"<tr>{header}</tr>\n{rows}\n</table></div>\n"
    )


def _cells(tag: str, texts: Iterable[str]) -> str:
    return "".join(f"<{tag}>{escape(text)}</{tag}>" for text in texts)


def _failed(row: QuestionRow) -> str:
    facts: list[tuple[str, str]] = []
    if row.judgement is not None:
        facts.append(("Judgement", row.judgement.replace("_", " ")))
    if row.acceptable:
        facts.append(("Acceptable", " / ".join(row.acceptable)))
    if row.relevant:
        places = (f"{doc_id} [{span.start}, {span.end})" for doc_id, span in row.relevant)
        facts.append(("Should be found", "\n".join(places)))
        ranks = (f"{name}: {'not found' if r is None else r}" for name, r in row.ranks.items())
        facts.append(("Rank", ", ".join(ranks)))
    if row.answer is not None:
        facts.append((f"Answer (confidence {row.answer.confidence:.2f})", row.answer.text))
        facts += [
            (f"Cited: {cited.doc_id} [{cited.start}, {cited.end})", cited.quote)
            for cited in row.answer.citations
        ]
    facts += [
        (f"Found {rank}: {hit.chunk.doc_id} [{hit.chunk.start}, {hit.chunk.end})", hit.chunk.text)
        for rank, hit in enumerate(row.found, start=1)
    ]
    listed = "\n".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in facts)
    kind = f" · {row.kind}" if row.kind else ""
    return (
        f'<article lang="{row.lang}"><h3>{escape(row.question)}</h3>\n'
        f"<p>{escape(f'{row.id} · {row.lang}{kind}')}</p>\n<dl>\n{listed}\n</dl></article>\n"
    )
