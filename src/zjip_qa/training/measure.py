"""Measures encoders alone, one vector a paragraph: the tables of the model card."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zjip_qa.evaluation import read_squad
from zjip_qa.training.data import read_pairs

logger = logging.getLogger(__name__)

HEADER = "| | en→zh | zh→zh | zh→en | en→en | sentences en→zh / zh→en |"
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Measured:
    """Files that models are measured on."""

    xquad: tuple[Path, Path]
    """SQuAD-form files of the same questions, in Chinese and in English."""
    pairs: Path
    """English, tab, Chinese: each sentence should find its translation."""


def measure(models: Sequence[Path], measured: Measured) -> None:
    """Log a row of the table for each model."""
    logger.info("%s", HEADER)
    for model in models:
        logger.info("| %s | %s |", model.name, table_row(model, measured))


def measure_speed(passages: Path) -> None:
    """Log how many passages a second the shipped encoder reads, beside sentence-transformers.

    In turns, the best of several rounds each: the exported graph, the same model and the English
    model it was built from.

    Args:
        passages: SQuAD-form file, whose contexts are read, 220 characters of each.
    """
    from sentence_transformers import SentenceTransformer

    from zjip_qa.embedding.light import LightEncoder
    from zjip_qa.embedding.model_folder import SHIPPED
    from zjip_qa.training.build import english_model_folder

    texts = [text[:220] for text in read_squad([passages]).passages.values()]
    light = LightEncoder()
    whole = SentenceTransformer(str(SHIPPED), device="cpu")
    english = SentenceTransformer(str(english_model_folder()), device="cpu")
    ways: dict[str, Callable[[], object]] = {
        "int8": lambda: light.encode_passages(texts),
        "sentence-transformers": lambda: whole.encode(texts, show_progress_bar=False),
        "all-MiniLM-L6-v2": lambda: english.encode(texts, show_progress_bar=False),
    }
    seconds = dict.fromkeys(ways, float("inf"))
    for _ in range(_ROUNDS):
        for name, encode in ways.items():
            began = time.monotonic()
            encode()
            seconds[name] = min(seconds[name], time.monotonic() - began)
    logger.info("%d passages, %.0f tokens each", len(texts), np.mean(light.count_tokens(texts)))
    for name, taken in seconds.items():
        ratio = seconds["sentence-transformers"] / taken
        logger.info("%-22s %.1f passages/s, %.2f times", name, len(texts) / taken, ratio)


def table_row(model: Path, measured: Measured) -> str:
    """The cells of one model's row under `HEADER`, but for its name."""
    from sentence_transformers import SentenceTransformer

    encoder = SentenceTransformer(str(model), device="cpu")

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        found: NDArray[np.float32] = encoder.encode(list(texts), show_progress_bar=False)
        return found

    chinese, english = (read_squad([path]) for path in measured.xquad)
    ids = list(chinese.queries)
    passages = {
        "zh": encode([*chinese.passages.values()]),
        "en": encode([*english.passages.values()]),
    }
    asked = {
        "zh": encode([chinese.queries[i] for i in ids]),
        "en": encode([english.queries[i] for i in ids]),
    }
    gold = {
        name: np.array([list(data.passages).index(next(iter(data.qrels[i]))) for i in ids])
        for name, data in (("zh", chinese), ("en", english))
    }
    cells = [
        f"{100 * ndcg_at_10(asked[a] @ passages[b].T, gold[b]):.1f}"
        for a, b in (("en", "zh"), ("zh", "zh"), ("zh", "en"), ("en", "en"))
    ]
    lefts, rights = zip(*read_pairs(measured.pairs), strict=True)
    scores = encode(lefts) @ encode(rights).T
    own = np.arange(len(scores))
    to_right, to_left = (scores.argmax(axis) == own for axis in (1, 0))
    return " | ".join([*cells, f"{100 * to_right.mean():.1f} / {100 * to_left.mean():.1f}"])


def ndcg_at_10(scores: NDArray[np.float32], gold: NDArray[np.int64]) -> float:
    """Mean nDCG@10 where each row of scores has one relevant column; ties count against it."""
    own = scores[np.arange(len(gold)), gold][:, None]
    ranks = (scores >= own).sum(axis=1)
    return float(np.where(ranks <= 10, 1 / np.log2(1 + ranks), 0.0).mean())
