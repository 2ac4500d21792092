"""The command line: index, ask, search, eval, serve, doctor.

With `--json` one JSON document goes to stdout and nothing else; progress and logs go to stderr.
Exit status: 0 done; 1 a known error, one line on stderr; 2 usage. Heavy libraries are imported
inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from zjip_qa.errors import CorpusError, ZjipQAError
from zjip_qa.interfaces.evaluating import (
    Bench,
    evaluate_dataset,
    evaluate_questions,
    evaluate_reader,
)
from zjip_qa.interfaces.variants import Variant, read_variant
from zjip_qa.settings import IndexSettings, Settings

if TYPE_CHECKING:
    from zjip_qa.evaluation import Report
    from zjip_qa.evaluation.comparison import Change
    from zjip_qa.evaluation.demands import Demand
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
    # Not by way of `KnowledgeBase`: nothing is asked here, so nothing that answers is loaded.
    from zjip_qa.embedding import load_encoder
    from zjip_qa.index import build_index, plan_index
    from zjip_qa.interfaces.index_report import build_json, build_text, plan_json, plan_text

    _stay_offline(model)
    encoder, settings = load_encoder(model), IndexSettings()
    if dry_run:
        plan = plan_index(corpus, index, encoder, settings, rebuild=rebuild)
        if as_json:
            _print_json(plan_json(plan))
        else:
            typer.echo(plan_text(plan, index))
        return
    with _progress_bar() as progress:
        report = build_index(corpus, index, encoder, settings, rebuild=rebuild, progress=progress)
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
    qrels: Annotated[
        Path | None, typer.Option(help="TREC judgements to measure --run against.")
    ] = None,
    run: Annotated[
        list[Path] | None, typer.Option(help="TREC run made elsewhere; several are compared.")
    ] = None,
    make_questions: Annotated[
        bool,
        typer.Option("--make-questions", help="Print a draft of a question file from the corpus."),
    ] = False,
    reader: Annotated[
        Path | None,
        typer.Option(help="With one --squad: does this reader find the answer in its passage?"),
    ] = None,
    from_feedback: Annotated[
        Path | None,
        typer.Option(help="Turn the chat's ratings (feedback.jsonl) into a question file."),
    ] = None,
    compare: Annotated[
        list[str] | None,
        typer.Option(help="Compare with another setting, NAME=VALUE[,…]; see README. Repeatable."),
    ] = None,
    history: Annotated[
        bool, typer.Option("--history", help="List earlier evaluations on this index.")
    ] = False,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(help='Exit with status 1 below this, "nDCG@10=0.9". Repeatable.'),
    ] = None,
    retriever: RetrieverOption = None,
    split: Annotated[str | None, typer.Option(help="Only questions whose `split` is this.")] = None,
    corpus: Annotated[
        Path, typer.Option(help="Folder of documents, for settings that need another index.")
    ] = _DEFAULTS.corpus,
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
    if history:
        _print_history(index)
        return
    if make_questions:
        _print_drafts(corpus)
        return
    runs = tuple(run or ())
    squads = tuple(squad or ())
    sources = EvaluationSources(questions, beir, squads, squad_questions, split, qrels, runs)
    _check_sources(sources)
    variants = [_given(read_variant, text) for text in compare or ()]
    demands = _demands(fail_under or ())
    names = _retrievers(retriever)
    _stay_offline(model)
    if reader is not None:
        if not (squad and len(squad) == 1):
            raise typer.BadParameter("--reader needs one --squad file")
        if retriever or model or report or variants or demands:
            raise typer.BadParameter(
                "--reader takes no --retriever, --model, --report, --compare or --fail-under"
            )
        read = evaluate_reader(reader, squad[0], squad_questions)
        if as_json:
            _print_json(read.to_json())
        else:
            typer.echo(read.to_text())
        return
    bench = Bench(tuple(names), index, corpus, model, _progress_bar, _question_bar)
    measured, since = _measure(sources, bench, variants)
    if report is not None:
        from zjip_qa.evaluation import write_report

        typer.echo(f"report: {write_report(measured, report)}", err=True)
    if as_json:
        _print_json(measured.to_json())
    else:
        typer.echo(measured.to_text())
        if since is not None:
            typer.echo("\n" + _changed(since, measured))
    _insist(measured, demands)


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


@dataclass(frozen=True, slots=True)
class EvaluationSources:
    """Where the questions come from: a question file, a data set, or runs made elsewhere."""

    questions: Path | None
    beir: Path | None
    squad: tuple[Path, ...]
    squad_questions: Path | None
    split: str | None
    qrels: Path | None
    runs: tuple[Path, ...]


def _check_sources(sources: EvaluationSources) -> None:
    if sum(map(bool, (sources.questions, sources.beir, sources.squad, sources.qrels))) > 1:
        raise typer.BadParameter("give one of --questions, --beir, --squad and --qrels")
    if bool(sources.qrels) != bool(sources.runs):
        raise typer.BadParameter("--run and --qrels need each other")
    if sources.squad_questions is not None and not sources.squad:
        raise typer.BadParameter("--squad-questions needs --squad, the file of the passages")
    if sources.split is not None and (sources.beir or sources.squad):
        raise typer.BadParameter("--split selects from a question file, not from a data set")


def _measure(
    sources: EvaluationSources, bench: Bench, variants: Sequence[Variant]
) -> tuple[Report, Change | None]:
    from zjip_qa.evaluation import default_questions, read_beir, read_squad

    if sources.qrels is not None:
        if variants:
            raise typer.BadParameter("--compare needs questions to ask; give --run more than once")
        return _measure_runs(sources.qrels, sources.runs), None
    for variant in variants:
        _stay_offline(variant.model or bench.model)
    if sources.beir is not None:
        dataset, name = read_beir(sources.beir), sources.beir.name
    elif sources.squad:
        dataset = read_squad(sources.squad, sources.squad_questions)
        name = " + ".join(path.name for path in sources.squad)
    else:
        path = sources.questions or default_questions()
        return evaluate_questions(path, sources.split, bench, variants)
    for variant in variants:
        if variant.index is not None or variant.threshold is not None:
            raise typer.BadParameter(
                f"{variant.name}: a data set has an index of its own and no answers"
            )
    return evaluate_dataset(dataset, name, bench, variants), None


def _measure_runs(qrels: Path, paths: Sequence[Path]) -> Report:
    from zjip_qa.evaluation import evaluate_runs, read_qrels, read_run

    # Runs may carry one tag, so they go by the names of their files; or by their paths.
    names = [path.name for path in paths]
    if len(set(names)) < len(names):
        names = list(map(str, paths))
    runs = {name: read_run(path)[1] for name, path in zip(names, paths, strict=True)}
    return evaluate_runs(runs, read_qrels(qrels))


def _changed(since: Change, measured: Report) -> str:
    from zjip_qa.evaluation.report_tables import comparison_table, turned_table
    from zjip_qa.evaluation.report_text import table_text

    text_of = {row.id: row.question for row in measured.rows}
    tables = (comparison_table([since]), turned_table(since, text_of))
    return "\n\n".join(map(table_text, tables))


def _print_history(index: Path) -> None:
    from zjip_qa.evaluation.history import FILE_NAME, read_history
    from zjip_qa.evaluation.report_tables import history_table
    from zjip_qa.evaluation.report_text import table_text

    typer.echo(table_text(history_table(read_history(index / FILE_NAME))))


def _demands(texts: Sequence[str]) -> list[Demand]:
    if not texts:
        return []
    from zjip_qa.evaluation.demands import read_demand

    return [_given(read_demand, text) for text in texts]


def _insist(report: Report, demands: Sequence[Demand]) -> None:
    """Exit with status 1 where a report doesn't meet what is asked of it."""
    if not demands:
        return
    from zjip_qa.errors import EvaluationError
    from zjip_qa.evaluation.demands import unmet

    if missed := unmet(report, demands):
        raise EvaluationError("; ".join(missed))


_T = TypeVar("_T")


def _given(read: Callable[[str], _T], text: str) -> _T:
    """Read the value of an option; what can't be read is wrong usage."""
    try:
        return read(text)
    except ValueError as exc:
        raise typer.BadParameter(str(exc)) from exc


def _print_drafts(corpus: Path) -> None:
    from zjip_qa.documents import read_document, scan_corpus
    from zjip_qa.evaluation.drafts import draft_rows

    documents = []
    for file in scan_corpus(corpus).sources:
        try:
            documents.append(read_document(file))
        except CorpusError as exc:
            typer.echo(f"left out: {exc}", err=True)
    n_drafts = 0
    for row in draft_rows(documents):
        n_drafts += 1
        typer.echo(json.dumps(row, ensure_ascii=False))
    typer.echo(
        f"{n_drafts} drafts, which keep to the documents' words: put them as people would ask, "
        "take out what nobody would, and add questions that the documents don't answer",
        err=True,
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
    """A bar of a build; silent where stderr isn't a terminal."""
    from zjip_qa.interfaces.index_report import pace

    with _bar("indexing") as advance:
        yield lambda step: advance(
            step.share, f"{step.stage} {step.done}/{step.total} {step.doc_id[-40:]}", pace(step)
        )


@contextmanager
def _question_bar() -> Iterator[Callable[[int, int], None]]:
    """A bar of an evaluation; silent where stderr isn't a terminal."""
    with _bar("evaluating") as advance:
        yield lambda done, total: advance(done / max(total, 1), f"evaluating {done}/{total}")


@contextmanager
def _bar(description: str) -> Iterator[Callable[..., None]]:
    """A bar on stderr, told of the share done, what is at work, and if known its pace."""
    from rich import progress as rich_progress
    from rich.console import Console

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
        task = bar.add_task(description, total=1.0, pace="")

        def advance(share: float, description: str, pace: str = "") -> None:
            bar.update(task, completed=share, description=description, pace=pace)

        yield advance


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def main() -> None:
    """Run the command line; a known error becomes one line and exit status 1."""
    # A start makes many objects and hardly any garbage: looking for it takes a twentieth of it.
    gc.set_threshold(50_000)
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
