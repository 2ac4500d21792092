"""The commands that rebuild the shipped model and the tables made with it, in their order."""

from __future__ import annotations

import argparse
import logging
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from zjip_qa.embedding.light import SHIPPED_LIGHT
from zjip_qa.embedding.model_folder import SHIPPED
from zjip_qa.training.build import build_version_0
from zjip_qa.training.checkpoint import average
from zjip_qa.training.data import sample_sentences
from zjip_qa.training.train import N_ROWS, Paths, train
from zjip_qa.types import Language

N_DRAWN = 608_000
"""Rows that are laid ready for the reader."""
N_EXAMPLES = 4_530_000
"""Rows that the reader is trained on, drawn ones again and again."""
_PACKAGE = Path(__file__).parents[1]
_ON_LAWS = _PACKAGE / "training/data/law-questions.jsonl"
_ON_ARTICLES = _PACKAGE / "training/data/article-questions.jsonl"
N_CALIBRATED = 500
"""Questions drawn for each language to fit the weights of signals."""


def main() -> None:
    """Parse the command line and run one step."""
    parser = argparse.ArgumentParser(prog="python -m zjip_qa.training", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    build = steps.add_parser("build", help="version 0: the English encoder with Chinese words")
    build.add_argument("--data", type=Path, required=True, help="folder with parallel/*.tsv.gz")
    build.add_argument("--out", type=Path, required=True, help="model folder to write")
    build.add_argument("--seed", type=int, default=0)
    further = steps.add_parser("train", help="train a model folder on parallel text")
    further.add_argument("--data", type=Path, required=True, help="folder with parallel, zh_pairs")
    further.add_argument("--model", type=Path, required=True, help="model folder to begin with")
    further.add_argument("--out", type=Path, required=True, help="model folder to write")
    further.add_argument("--rows", type=int, default=N_ROWS, help="of training in all")
    further.add_argument("--reading", type=Path, nargs="*", default=[], help="SQuAD-form files")
    further.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    further.add_argument("--seed", type=int, default=0)
    mean = steps.add_parser("average", help="the mean of several models' weights")
    mean.add_argument("models", type=Path, nargs="+", help="model folders")
    mean.add_argument("--out", type=Path, required=True, help="model folder to write")
    exported = steps.add_parser("export", help="the int8 graph of the shipped model")
    exported.add_argument("--data", type=Path, required=True, help="folder with parallel/*.tsv.gz")
    exported.add_argument("--model", type=Path, default=SHIPPED, help="model folder to export")
    exported.add_argument("--out", type=Path, default=SHIPPED_LIGHT, help="folder to write")
    exported.add_argument("--seed", type=int, default=0)
    tables = steps.add_parser("tables", help="the lexical bridge, places, transliteration")
    tables.add_argument("--data", type=Path, required=True, help="folder with parallel/*.tsv.gz")
    tables.add_argument("--seed", type=int, default=0)
    weights = steps.add_parser("calibrate", help="the weights of signals, for the shipped model")
    weights.add_argument("--data", type=Path, required=True, help="folder with zh_pairs, for laws")
    weights.add_argument("--chinese", type=Path, nargs="+", required=True, help="SQuAD-form files")
    weights.add_argument(
        "--english", type=Path, nargs=2, required=True, help="Chinese passages, English questions"
    )
    weights.add_argument("--corpus", type=Path, default=Path("corpus"), help="the sample article")
    weights.add_argument("--questions", type=int, default=N_CALIBRATED, help="of each language")
    weights.add_argument("--seed", type=int, default=0)
    laws = steps.add_parser("laws", help="the laws that data/law-questions.jsonl asks about")
    laws.add_argument("--data", type=Path, required=True, help="folder with zh_pairs")
    laws.add_argument("--out", type=Path, required=True, help="corpus folder to write")
    articles = steps.add_parser(
        "articles", help="those that data/article-questions.jsonl asks about"
    )
    articles.add_argument("--data", type=Path, required=True, help="folder with zh_pairs")
    articles.add_argument("--out", type=Path, required=True, help="corpus folder to write")
    reads = steps.add_parser("read", help="the reader: where in a passage an answer stands")
    reads.add_argument("--reading", type=Path, nargs="+", required=True, help="SQuAD-form files")
    reads.add_argument("--data", type=Path, required=True, help="folder with parallel, zh_pairs")
    reads.add_argument("--out", type=Path, required=True, help="folder of the state")
    reads.add_argument("--export", type=Path, required=True, help="folder of the reader to write")
    reads.add_argument("--model", type=Path, default=SHIPPED, help="encoder to begin with")
    reads.add_argument("--begin", type=Path, help="a reader to train further; by default a new one")
    reads.add_argument("--drawn", type=int, default=N_DRAWN, help="rows laid ready")
    reads.add_argument("--examples", type=int, default=N_EXAMPLES, help="rows of training")
    reads.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    reads.add_argument("--seed", type=int, default=0)
    parts = steps.add_parser("ablate", help="what each part of the training is worth")
    parts.add_argument("--data", type=Path, required=True, help="folder with parallel, zh_pairs")
    parts.add_argument("--model", type=Path, required=True, help="version 0")
    parts.add_argument("--out", type=Path, required=True, help="model folder under way")
    parts.add_argument("--rows", type=int, default=12_000, help="that each variant sees")
    parts.add_argument("--reading", type=Path, nargs="*", default=[], help="SQuAD-form files")
    parts.add_argument("--xquad", type=Path, nargs=2, required=True, help="Chinese, English")
    parts.add_argument("--pairs", type=Path, required=True, help="English, tab, Chinese")
    parts.add_argument("--seed", type=int, default=0)
    alone = steps.add_parser("measure", help="encoders alone, and the speed of the shipped one")
    alone.add_argument("models", type=Path, nargs="*", help="model folders")
    alone.add_argument("--xquad", type=Path, nargs=2, required=True, help="Chinese, English")
    alone.add_argument("--pairs", type=Path, required=True, help="English, tab, Chinese")
    alone.add_argument("--speed", type=Path, help="SQuAD-form file whose passages are read")
    everything = steps.add_parser("rebuild", help="all of these, in order, into the package")
    everything.add_argument("--data", type=Path, required=True, help="folder with parallel, …")
    everything.add_argument("--work", type=Path, required=True, help="folder for models under way")
    everything.add_argument("--rows", type=int, default=N_ROWS, help="of training")
    everything.add_argument(
        "--reading", type=Path, nargs="+", required=True, help="SQuAD-form files"
    )
    everything.add_argument("--english", type=Path, nargs=2, required=True, help="as calibrate's")
    everything.add_argument("--corpus", type=Path, default=Path("corpus"), help="as calibrate's")
    everything.add_argument("--drawn", type=int, default=N_DRAWN, help="rows laid ready for it")
    everything.add_argument("--examples", type=int, default=N_EXAMPLES, help="of the reader")
    everything.add_argument("--resume", action="store_true", help="go on with the training")
    everything.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    if arguments.step == "build":
        _build(arguments.data, arguments.out, arguments.seed)
    elif arguments.step == "average":
        average(arguments.models, arguments.out)
    elif arguments.step == "export":
        _export(arguments.data, arguments.model, arguments.out, arguments.seed)
    elif arguments.step == "tables":
        _tables(arguments.data, arguments.seed)
    elif arguments.step == "calibrate":
        _calibrate(arguments, arguments.chinese, arguments.questions)
    elif arguments.step == "laws":
        _laws(arguments.data, arguments.out)
    elif arguments.step == "articles":
        _articles(arguments.data, arguments.out)
    elif arguments.step == "read":
        _read(arguments, arguments.model, arguments.begin, arguments.out, arguments.export)
    elif arguments.step == "ablate":
        from zjip_qa.training.ablation import ablate
        from zjip_qa.training.measure import Measured

        ablate(
            Paths(arguments.data, arguments.model, arguments.out, arguments.reading),
            Measured(tuple(arguments.xquad), arguments.pairs),
            n_rows=arguments.rows,
            seed=arguments.seed,
        )
    elif arguments.step == "measure":
        _measure(arguments)
    elif arguments.step == "rebuild":
        _rebuild(arguments)
    else:
        train(
            Paths(arguments.data, arguments.model, arguments.out, arguments.reading),
            n_rows=arguments.rows,
            resume=arguments.resume,
            seed=arguments.seed,
        )


def _build(data: Path, out: Path, seed: int) -> None:
    build_version_0(out, sample_sentences(data, n_per_source=1500, seed=seed))


def _export(data: Path, model: Path, out: Path, seed: int) -> None:
    from zjip_qa.training.export import export

    export(model, out, sample_sentences(data, n_per_source=20, seed=seed))


def _tables(data: Path, seed: int) -> None:
    from zjip_qa.training.bridge import build_bridge
    from zjip_qa.training.places import build_places
    from zjip_qa.training.transliteration import build_transliteration

    build_bridge(data, _PACKAGE / "retrieval", seed)
    build_places(_PACKAGE / "text/places.tsv")
    build_transliteration(data, _PACKAGE / "retrieval/transliteration.tsv.gz")


def _calibrate(arguments: argparse.Namespace, chinese: Sequence[Path], n_questions: int) -> None:
    from zjip_qa.training.calibrate import QuestionSet, ReadingSet, calibrate

    n_each = n_questions // len(chinese)
    sets = [ReadingSet(path, path, Language.ZH, n_each) for path in chinese]
    passages, questions = arguments.english
    sets.append(ReadingSet(passages, questions, Language.EN, n_questions))
    on_article = _PACKAGE / "evaluation/data"
    with tempfile.TemporaryDirectory() as laws:
        _laws(arguments.data, Path(laws))
        files = [
            QuestionSet(on_article / "zhejiang-ip.jsonl", arguments.corpus),
            QuestionSet(on_article / "zhejiang-ip-plain.jsonl", arguments.corpus),
            QuestionSet(_ON_LAWS, Path(laws)),
        ]
        calibrate(sets, files, _PACKAGE / "answering/calibration.json", arguments.seed)


def _laws(data: Path, out: Path) -> None:
    from zjip_qa.training.laws import asked_about, write_laws

    write_laws(data, asked_about(_ON_LAWS), out)


def _articles(data: Path, out: Path) -> None:
    from zjip_qa.training.laws import asked_about, write_articles

    write_articles(data, asked_about(_ON_ARTICLES), out)


def _read(
    arguments: argparse.Namespace, model: Path, begin: Path | None, out: Path, export: Path
) -> None:
    """Train a reader in `out` and write it to `export`."""
    from zjip_qa.training.reader import ROWS, export_reader, make_rows, train_reader

    seed, resume = arguments.seed, arguments.resume
    if not (resume and (out / ROWS).exists()):
        make_rows(
            arguments.reading,
            arguments.data,
            model,
            out,
            n_rows=arguments.drawn,
            further=begin is not None,
            seed=seed,
        )
    train_reader(model, out, begin=begin, n_rows=arguments.examples, resume=resume, seed=seed)
    export_reader(model, out, export)


def _measure(arguments: argparse.Namespace) -> None:
    from zjip_qa.training.measure import Measured, measure, measure_speed

    if arguments.models:
        measure(arguments.models, Measured(tuple(arguments.xquad), arguments.pairs))
    if arguments.speed:
        measure_speed(arguments.speed)


def _rebuild(arguments: argparse.Namespace) -> None:
    """Every step in order; with `resume` the training goes on and the steps before are kept."""
    from zjip_qa.answering.reader import SHIPPED_READER

    data, seed = arguments.data, arguments.seed
    version_0, trained = arguments.work / "version-0", arguments.work / "trained"
    if not arguments.resume:
        _build(data, version_0, seed)
    paths = Paths(data, version_0, trained, arguments.reading)
    train(paths, n_rows=arguments.rows, resume=arguments.resume, seed=seed)
    # The model card stays: it isn't made by the training.
    shutil.copytree(trained, SHIPPED, dirs_exist_ok=True)
    _export(data, SHIPPED, SHIPPED_LIGHT, seed)
    _tables(data, seed)
    reader = arguments.work / "reader"
    arguments.resume = arguments.resume and reader.exists()
    _read(arguments, SHIPPED, None, reader, SHIPPED_READER)
    # The reader was trained on `reading`: what it says of those is no measure.
    _calibrate(arguments, arguments.english[:1], N_CALIBRATED)


if __name__ == "__main__":
    main()
