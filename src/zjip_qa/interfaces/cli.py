"""The command line: index, ask, search, eval, serve, doctor.

With `--json` one JSON document goes to stdout and nothing else; progress and logs go to stderr.
Exit status: 0 done; 1 a known error, one line on stderr; 2 usage. Heavy libraries are imported
inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import json
import logging
import math
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zjip_qa.errors import CorpusError, ZjipQAError
from zjip_qa.settings import Settings

if TYPE_CHECKING:
    from zjip_qa.evaluation import ReadingReport, Report
    from zjip_qa.index import Progress

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Ask Chinese documents in Chinese or English, offline, with citations to check.",
)

IndexOption = Annotated[Path, typer.Option("--index", help="Folder of the index.")]
ModelOption = Annotated[
    str | None,
    typer.Option("--model", help="A sentence-transformers folder or hub id; default: the shipped."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document, nothing else.")]
RetrieverOption = Annotated[
    str | None, typer.Option("--retriever", help="hybrid, dense or lexical.")
]
_DEFAULTS = Settings()


@app.callback()
def _set_up(
    verbose: Annotated[bool, typer.Option("--verbose", help="Log more to stderr.")] = False,
) -> None:
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )


@app.command()
def index(
    corpus: Annotated[Path, typer.Option(help="Folder of documents.")] = _DEFAULTS.corpus,
    index: IndexOption = _DEFAULTS.index,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Embed everything again, also what hasn't changed.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and change nothing.")
    ] = False,
    go_back: Annotated[
        bool, typer.Option("--rollback", help="Put the index before the last build back into use.")
    ] = False,
    model: ModelOption = None,
    as_json: JsonOption = False,
) -> None:
    """Build the index, or bring it up to date with the corpus."""
    if go_back:
        if rebuild or dry_run or model:
            raise typer.BadParameter("--rollback takes no --rebuild, --dry-run or --model")
        _roll_back(index, as_json=as_json)
        return
    from zjip_qa.interfaces.index_report import build_json, build_text, plan_json, plan_text
    from zjip_qa.knowledge_base import KnowledgeBase

    _stay_offline(model)
    if dry_run:
        plan = KnowledgeBase.plan(corpus, index, model=model, rebuild=rebuild)
        if as_json:
            _print_json(plan_json(plan))
        else:
            typer.echo(plan_text(plan, index))
        return
    with _progress_bar() as progress:
        built = KnowledgeBase.build(corpus, index, model=model, rebuild=rebuild, progress=progress)
    report = built.report
    assert report is not None
    if as_json:
        _print_json(build_json(report))
    else:
        typer.echo(build_text(report, index))
    if report.problems:
        raise CorpusError(
            f"{len(report.problems)} of the files could not be read and were left out: "
            + "; ".join(
                p.reason if p.doc_id in p.reason else f"{p.doc_id}: {p.reason}"
                for p in report.problems[:3]
            )
            + ("; …" if len(report.problems) > 3 else "")
        )


@app.command()
def ask(
    question: str,
    index: IndexOption = _DEFAULTS.index,
    model: ModelOption = None,
    threshold: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Confidence to answer from; as calibrated if not given."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a question, in its language, with citations."""
    from zjip_qa.interfaces.json_output import answer_json
    from zjip_qa.knowledge_base import KnowledgeBase, read_query

    read_query(question)
    _stay_offline(model)
    answer = KnowledgeBase.open(index, model=model).ask(question, threshold=threshold)
    if as_json:
        _print_json(answer_json(question, answer))
        return
    typer.echo(answer.text)
    for number, citation in enumerate(answer.citations, 1):
        page = f" p. {citation.page}" if citation.page else ""
        place = f"{citation.doc_id}{page} [{citation.start}:{citation.end}]"
        typer.echo(f"\n[{number}] {place} {citation.section}\n    {citation.quote}")
    for hit in answer.nearest:
        place = f"{hit.chunk.doc_id} [{hit.chunk.start}:{hit.chunk.end}]"
        typer.echo(f"\n~ {place}\n    {' '.join(hit.chunk.text.split())[:160]}")


@app.command()
def search(
    question: str,
    k: Annotated[int, typer.Option("-k", min=1, help="Most passages to print.")] = 10,
    retriever: RetrieverOption = "hybrid",
    index: IndexOption = _DEFAULTS.index,
    model: ModelOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find the passages that fit a question, best first."""
    from zjip_qa.interfaces.json_output import hits_json
    from zjip_qa.knowledge_base import KnowledgeBase, read_query

    read_query(question)
    names = _retrievers(retriever)
    _stay_offline(model)
    hits = KnowledgeBase.open(index, model=model).search(question, k, names[0])
    if as_json:
        _print_json({"question": question, "retriever": names[0], "hits": hits_json(hits)})
        return
    for hit in hits:
        place = f"{hit.chunk.doc_id} [{hit.chunk.start}:{hit.chunk.end}]"
        typer.echo(f"{hit.rank:3d} {hit.score:8.3f}  {place}")
        typer.echo(f"      {' '.join(hit.chunk.text.split())[:160]}")


@app.command(name="eval")
def evaluate(
    questions: Annotated[
        Path | None, typer.Option(help="Question file (JSONL); default: the shipped one.")
    ] = None,
    beir: Annotated[Path | None, typer.Option(help="Folder of a BEIR data set.")] = None,
    squad: Annotated[
        list[Path] | None,
        typer.Option(help="SQuAD file: its paragraphs are the passages; several are pooled."),
    ] = None,
    squad_questions: Annotated[
        Path | None,
        typer.Option(help="SQuAD file with the same ids to take the questions from."),
    ] = None,
    reader: Annotated[
        Path | None,
        typer.Option(help="With one --squad: does this reader find the answer in its passage?"),
    ] = None,
    from_feedback: Annotated[
        Path | None,
        typer.Option(help="Turn the chat's ratings (feedback.jsonl) into a question file."),
    ] = None,
    retriever: RetrieverOption = None,
    split: Annotated[str | None, typer.Option(help="Only questions whose `split` is this.")] = None,
    index: IndexOption = _DEFAULTS.index,
    model: ModelOption = None,
    as_json: JsonOption = False,
    report: Annotated[
        Path | None, typer.Option(help="Folder to write report.json and report.html in.")
    ] = None,
) -> None:
    """Measure retrieval, and answers where the questions have them."""
    if from_feedback is not None:
        _print_questions(from_feedback)
        return
    if sum(map(bool, (questions, beir, squad))) > 1:
        raise typer.BadParameter("give one of --questions, --beir and --squad")
    if squad_questions is not None and not squad:
        raise typer.BadParameter("--squad-questions needs --squad, the file of the passages")
    if split is not None and (beir or squad):
        raise typer.BadParameter("--split selects from a question file, not from a data set")
    if reader is not None and not (squad and len(squad) == 1):
        raise typer.BadParameter("--reader needs one --squad file")
    if reader is not None and (retriever or model or report):
        raise typer.BadParameter("--reader takes no --retriever, --model or --report")
    names = _retrievers(retriever)
    _stay_offline(model)
    if reader is not None and squad:
        measured_reading = _evaluate_reading(reader, squad[0], squad_questions)
        if as_json:
            _print_json(measured_reading.to_json())
        else:
            typer.echo(measured_reading.to_text())
        return
    if beir or squad:
        measured = _evaluate_dataset(beir, squad or [], squad_questions, names, model)
    else:
        measured = _evaluate_questions(questions, split, names, index, model)
    if report is not None:
        from zjip_qa.evaluation import write_report

        typer.echo(f"report: {write_report(measured, report)}", err=True)
    if as_json:
        _print_json(measured.to_json())
    else:
        typer.echo(measured.to_text())


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = _DEFAULTS.host,
    port: Annotated[int, typer.Option(min=0, max=65535)] = _DEFAULTS.port,
    corpus: Annotated[Path, typer.Option(help="Folder of documents.")] = _DEFAULTS.corpus,
    index: IndexOption = _DEFAULTS.index,
    model: ModelOption = None,
    open_browser: Annotated[bool, typer.Option("--open", help="Open a browser.")] = False,
) -> None:
    """Serve the chat in a browser; builds the index first if there is none."""
    _stay_offline(model)
    from zjip_qa.interfaces.chat import launch

    settings = Settings(corpus=corpus, index=index, model=model, host=host, port=port)
    launch(settings, open_browser=open_browser)


@app.command()
def doctor(index: IndexOption = _DEFAULTS.index, model: ModelOption = None) -> None:
    """Check the installation, the model and the index."""
    from zjip_qa.interfaces.doctor import examine

    _stay_offline(model)
    failed = 0
    for finding in examine(index, model):
        failed += not finding.ok
        typer.echo(f"{'ok  ' if finding.ok else 'FAIL'}  {finding.subject:22s} {finding.detail}")
    if failed:
        raise ZjipQAError(f"{failed} of the checks failed; see the lines marked FAIL")


def _roll_back(index: Path, *, as_json: bool) -> None:
    from zjip_qa.index import history, rollback
    from zjip_qa.interfaces.index_report import rollback_json, rollback_text

    rollback(index)
    now = history(index)
    if as_json:
        _print_json(rollback_json(now))
    else:
        typer.echo(rollback_text(now, index))


def _evaluate_questions(
    path: Path | None, split: str | None, retrievers: list[str], index: Path, model: str | None
) -> Report:
    from zjip_qa.errors import EvaluationError
    from zjip_qa.evaluation import default_questions, evaluate, load_questions
    from zjip_qa.knowledge_base import KnowledgeBase

    path = path or default_questions()
    questions = load_questions(path)
    if split is not None:
        questions = [question for question in questions if question.split == split]
        if not questions:
            raise EvaluationError(f"no question of {path.name} has the split {split}")
    knowledge_base = KnowledgeBase.open(index, model=model)
    return evaluate(
        knowledge_base, questions, retrievers=retrievers, settings={"questions": path.name}
    )


def _evaluate_dataset(
    beir: Path | None,
    squad: list[Path],
    squad_questions: Path | None,
    retrievers: list[str],
    model: str | None,
) -> Report:
    from zjip_qa.embedding import load_encoder
    from zjip_qa.evaluation import evaluate_dataset, read_beir, read_squad
    from zjip_qa.interfaces.datasets import PassageIndex
    from zjip_qa.text import detect_language

    dataset = read_beir(beir) if beir else read_squad(squad, squad_questions)
    names = [path.name for path in ([beir] if beir else squad)]
    with tempfile.TemporaryDirectory() as folder, _progress_bar() as progress:
        encoder = load_encoder(model)
        return evaluate_dataset(
            dataset,
            lambda documents: PassageIndex(documents, Path(folder), encoder, progress),
            language_of=detect_language,
            retrievers=retrievers,
            settings={"data set": " + ".join(names), "model": encoder.name},
        )


def _print_questions(ratings: Path) -> None:
    from zjip_qa.interfaces.feedback import question_rows

    rows = list(question_rows(ratings))
    for row in rows:
        typer.echo(json.dumps(row, ensure_ascii=False))
    n_drafts = sum("draft" in row for row in rows)
    if n_drafts:
        typer.echo(
            f"{n_drafts} of {len(rows)} answers were rated bad: complete the rows marked "
            '"draft" with the right quote and answers',
            err=True,
        )


def _evaluate_reading(folder: Path, path: Path, questions: Path | None) -> ReadingReport:
    from zjip_qa.answering.reader import Reader
    from zjip_qa.evaluation import evaluate_reading

    reader = Reader(folder)

    def read(question: str, passage: str) -> tuple[str, float]:
        found = reader.read_text(question, passage)
        return (passage[found[0].start : found[0].end], found[1]) if found else ("", -math.inf)

    return evaluate_reading(path, read, questions)


def _retrievers(name: str | None) -> list[str]:
    known = ["hybrid", "dense", "lexical"]
    if name is None:
        return known
    if name not in known:
        raise typer.BadParameter(f"{name!r} is not a retriever; choose from {', '.join(known)}")
    return [name]


def _stay_offline(model: str | None) -> None:
    """Keep the libraries from looking anything up, unless the user named a hub model."""
    if model is None or Path(model).expanduser().is_dir():
        os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"


@contextmanager
def _progress_bar() -> Iterator[Callable[[Progress], None]]:
    """A bar on stderr; silent where stderr isn't a terminal."""
    from rich import progress as rich_progress
    from rich.console import Console

    from zjip_qa.interfaces.index_report import pace

    console = Console(stderr=True)
    with rich_progress.Progress(
        rich_progress.TextColumn("{task.description}"),
        rich_progress.BarColumn(),
        rich_progress.TextColumn("{task.percentage:3.0f}% {task.fields[pace]}"),
        console=console,
        transient=True,
        # Without a terminal it would still leave an empty line.
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task("indexing", total=1.0, pace="")

        def advance(step: Progress) -> None:
            bar.update(
                task,
                completed=step.share,
                description=f"{step.stage} {step.done}/{step.total} {step.doc_id[-40:]}",
                pace=pace(step),
            )

        yield advance


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def main() -> None:
    """Run the command line; a known error becomes one line and exit status 1."""
    for stream in (sys.stdout, sys.stderr):
        # Chinese must come through where the locale says ASCII, as in many containers.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except ZjipQAError as error:
        sys.stderr.write(f"zjip-qa: {' '.join(str(error).split())}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
