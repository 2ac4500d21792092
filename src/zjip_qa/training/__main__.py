"""The commands that rebuild the shipped model and the tables made with it, in their order."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from zjip_qa.embedding.light import SHIPPED_LIGHT
from zjip_qa.embedding.model_folder import SHIPPED
from zjip_qa.training.build import build_version_0
from zjip_qa.training.data import sample_sentences
from zjip_qa.training.train import N_ROWS, Paths, train
from zjip_qa.types import Language

_PACKAGE = Path(__file__).parents[1]


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
    exported = steps.add_parser("export", help="the int8 graph of the shipped model")
    exported.add_argument("--data", type=Path, required=True, help="folder with parallel/*.tsv.gz")
    exported.add_argument("--model", type=Path, default=SHIPPED, help="model folder to export")
    exported.add_argument("--out", type=Path, default=SHIPPED_LIGHT, help="folder to write")
    exported.add_argument("--seed", type=int, default=0)
    tables = steps.add_parser("tables", help="the lexical bridge and the list of places")
    tables.add_argument("--data", type=Path, required=True, help="folder with parallel/*.tsv.gz")
    tables.add_argument("--seed", type=int, default=0)
    weights = steps.add_parser("calibrate", help="the weights of signals, for the shipped model")
    weights.add_argument("--chinese", type=Path, nargs="+", required=True, help="SQuAD-form files")
    weights.add_argument(
        "--english", type=Path, nargs=2, required=True, help="Chinese passages, English questions"
    )
    weights.add_argument("--questions", type=int, default=800, help="drawn for each language")
    weights.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    if arguments.step == "build":
        samples = sample_sentences(arguments.data, n_per_source=1500, seed=arguments.seed)
        build_version_0(arguments.out, samples)
    elif arguments.step == "export":
        from zjip_qa.training.export import export

        samples = sample_sentences(arguments.data, n_per_source=20, seed=arguments.seed)
        export(arguments.model, arguments.out, samples)
    elif arguments.step == "tables":
        from zjip_qa.training.bridge import build_bridge
        from zjip_qa.training.places import build_places

        build_bridge(arguments.data, _PACKAGE / "retrieval/bridge.tsv.gz", arguments.seed)
        build_places(_PACKAGE / "text/places.tsv")
    elif arguments.step == "calibrate":
        from zjip_qa.training.calibrate import ReadingSet, calibrate

        n_each = arguments.questions // len(arguments.chinese)
        sets = [ReadingSet(path, path, Language.ZH, n_each) for path in arguments.chinese]
        passages, questions = arguments.english
        sets.append(ReadingSet(passages, questions, Language.EN, arguments.questions))
        calibrate(sets, _PACKAGE / "answering/calibration.json", arguments.seed)
    else:
        train(
            Paths(arguments.data, arguments.model, arguments.out, arguments.reading),
            n_rows=arguments.rows,
            resume=arguments.resume,
            seed=arguments.seed,
        )


if __name__ == "__main__":
    main()
