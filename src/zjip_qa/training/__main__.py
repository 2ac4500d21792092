"""The command that rebuilds the shipped model."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from zjip_qa.training.build import build_version_0
from zjip_qa.training.data import sample_sentences


def main() -> None:
    """Parse the command line and run one step."""
    parser = argparse.ArgumentParser(prog="python -m zjip_qa.training", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    build = steps.add_parser("build", help="version 0: the English encoder with Chinese words")
    build.add_argument("--data", type=Path, required=True, help="folder with parallel/*.tsv.gz")
    build.add_argument("--out", type=Path, required=True, help="model folder to write")
    build.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    samples = sample_sentences(arguments.data, n_per_source=1500, seed=arguments.seed)
    build_version_0(arguments.out, samples)


if __name__ == "__main__":
    main()
