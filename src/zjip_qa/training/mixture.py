"""What the encoder is trained on: sources, how much of each, and batches drawn from them.

A source holds rows of two texts, cut into tokens once. Translations pair English with Chinese;
questions pair a Chinese question or heading, or an English sentence, with the Chinese passage
that answers or holds it. Sources are drawn in proportion to a share, not to their size, so that
laws and software manuals, of which there is most, don't outweigh news and encyclopaedic text.
"""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from opencc import OpenCC
from tokenizers import Tokenizer

from zjip_qa.training.data import Pair, read_pairs
from zjip_qa.training.quantities import quantity_pairs
from zjip_qa.training.rows import Batch, Source, bucket, cut, padded

LONGEST_ENGLISH = 400
LONGEST_CHINESE = 150
"""Characters; longer sentences are left out, and passages are joined from shorter ones."""
_WINDOW = 260
_TRADITIONAL_SHARE = 0.08
_DRAWN_ROWS = 4096

SHARES: Mapping[str, int] = {
    "taiwan-laws": 30_000,
    "cc-cedict": 45_000,
    "chinese-wordnet": 30_000,
    "wiktionary-en-cmn": 30_000,
    "tatoeba": 30_000,
    "tico19": 12_000,
    "plurality-book": 8_000,
    "python-docs": 7_000,
    "bible-cuv-kjv": 5_000,
    "ud-pud": 5_000,
    "iso-codes": 5_000,
    "cldr": 4_000,
    "ms-iot-beginners": 4_000,
    "d2l-zh": 4_000,
    "django-docs": 4_000,
    "tensorflow-docs": 3_000,
    "gnome-help": 3_000,
    "un-sdg": 2_500,
    "hf-course": 2_000,
    "mozilla-legal": 2_000,
    "opensource-guide": 2_000,
    "angular-cn": 2_000,
    "react-docs": 2_000,
    "tensorflow-notebooks": 2_000,
    "prc-laws": 2_000,
}
"""Rows of each parallel source in one pass over the mixture; `OTHER_SHARE` for the rest."""
OTHER_SHARE = 1_200
PASSAGE_SHARES: Mapping[str, int] = {
    "taiwan-laws": 6_000,
    "plurality-book": 3_000,
    "tico19": 4_000,
    "ud-pud": 2_500,
    "d2l-zh": 800,
    "ms-iot-beginners": 1_000,
    "tatoeba": 2_500,
    "opensource-guide": 500,
    "un-sdg": 1_000,
}
"""Sources whose neighbouring rows are also joined into passages of two to five sentences."""
OWN_SHARES: Mapping[str, int] = {"terms": 6_000, "sentences": 8_000, "quantities": 10_000}
"""What was written or generated for this model."""
LATER_BOOST = 2.5
"""Factor on `OWN_SHARES` once general text has been learned."""
SENTENCE_SHARES: Mapping[str, int] = {
    "taiwan-laws": 5_000,
    "plurality-book": 5_000,
    "tico19": 7_000,
    "ud-pud": 4_000,
    "tatoeba": 2_000,
    "d2l-zh": 1_000,
    "ms-iot-beginners": 2_000,
    "un-sdg": 1_500,
}
"""Sources from which an English sentence is to find the Chinese passage that holds it."""
QUESTION_SHARES: Mapping[str, int] = {
    "cmrc2018-trial": 6_000,
    "drcd-dev": 14_000,
    "docs-heading-paragraph": 3_000,
    "prc-law-title-article": 3_000,
}


def some_traditional(pairs: Sequence[Pair], draw: random.Random) -> list[Pair]:
    """Spell the Chinese side of a few rows in Traditional characters."""
    convert = OpenCC("s2t").convert
    return [(a, convert(b) if draw.random() < _TRADITIONAL_SHARE else b) for a, b in pairs]


def joined(pairs: Sequence[Pair], n: int, draw: random.Random) -> list[Pair]:
    """Join runs of two to five neighbouring rows into passages.

    Args:
        pairs: rows in the order of their documents.
        n: passages wanted.
        draw: of where they start and how long they are.
    """
    passages = []
    for _ in range(n if len(pairs) > 5 else 0):
        n_sentences, start = draw.randint(2, 5), draw.randrange(len(pairs) - 5)
        run = pairs[start : start + n_sentences]
        passages.append((" ".join(a for a, _ in run), "".join(b for _, b in run)))
    return passages


def sentences_in_passages(pairs: Sequence[Pair], n: int, draw: random.Random) -> list[Pair]:
    """Pair an English sentence with a Chinese passage of three to six that holds it.

    A question is short and the passage that answers it long: this is the nearest to it that
    translations give across the languages (compare the inverse cloze task, Lee et al., ACL 2019).

    Args:
        pairs: rows in the order of their documents.
        n: rows wanted.
        draw: of the passages, and which sentence is asked for.
    """
    rows = []
    for _ in range(n if len(pairs) > 6 else 0):
        n_sentences, start = draw.randint(3, 6), draw.randrange(len(pairs) - 6)
        run = list(pairs[start : start + n_sentences])
        while sum(len(chinese) for _, chinese in run) > _WINDOW and len(run) > 1:
            run.pop()
        rows.append((draw.choice(run)[0], "".join(chinese for _, chinese in run)))
    return rows


def translations(
    data: Path, tokenizer: Tokenizer, n_english: int, draw: random.Random
) -> list[Source]:
    """Read every parallel source, and the passages joined from some."""
    sources = []
    for path in sorted((data / "parallel").glob("*.tsv.gz")):
        name = path.name.removesuffix(".tsv.gz")
        rows = list(read_pairs(path))
        share = SHARES.get(name, OTHER_SHARE)
        short = [p for p in rows if len(p[0]) < LONGEST_ENGLISH and len(p[1]) < LONGEST_CHINESE]
        chosen = draw.sample(short, min(len(short), 2 * share))
        cut_rows = cut(tokenizer, some_traditional(chosen, draw), n_english)
        sources.append(Source(name, *cut_rows, share))
        if n_passages := PASSAGE_SHARES.get(name, 0):
            passages = cut(tokenizer, joined(short, 2 * n_passages, draw), n_english)
            sources.append(Source(f"{name} (passages)", *passages, n_passages))
    return sources


def own_translations(tokenizer: Tokenizer, n_english: int, seed: int) -> list[Source]:
    """Read the rows written for the domain, and make those about quantities."""
    folder = Path(__file__).parent / "data"
    rows = {
        "terms": [p for path in sorted(folder.glob("terms*.tsv")) for p in read_pairs(path)],
        "sentences": [
            p for path in sorted(folder.glob("sentences*.tsv")) for p in read_pairs(path)
        ],
        "quantities": quantity_pairs(2 * OWN_SHARES["quantities"], seed),
    }
    return [
        Source(name, *cut(tokenizer, pairs, n_english), OWN_SHARES[name])
        for name, pairs in rows.items()
        if pairs
    ]


def read_questions(path: Path, draw: random.Random) -> list[Pair]:
    """Pairs of question and passage of a file in the form of SQuAD.

    A passage longer than the window is cut around the answer. Half of the rows in Traditional
    characters are converted, which changes nothing in a file of Simplified ones.
    """
    simplify = OpenCC("t2s").convert
    pairs = []
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            context = paragraph["context"]
            for question in paragraph["qas"]:
                answer = question["answers"][0]["answer_start"] if question["answers"] else 0
                start = max(0, min(answer - draw.randrange(_WINDOW), len(context) - _WINDOW))
                pair = (question["question"], context[start : start + _WINDOW])
                pairs.append(
                    pair if draw.random() < 0.5 else (simplify(pair[0]), simplify(pair[1]))
                )
    return pairs


def questions(
    data: Path, reading: Sequence[Path], tokenizer: Tokenizer, draw: random.Random
) -> list[Source]:
    """Read Chinese questions and headings, and English sentences, with their passages.

    Args:
        data: the folder that holds `parallel/` and `zh_pairs/`.
        reading: files in the form of SQuAD that may be trained on.
        tokenizer: the model's.
        draw: of windows and of characters' spelling.
    """
    found = {path.stem: read_questions(path, draw) for path in reading}
    for path in sorted((data / "zh_pairs").glob("*.tsv.gz")):
        # "… 第二十三条" names an article by number: nothing in its text answers to that.
        found[path.name.removesuffix(".tsv.gz")] = [
            (heading, passage[:_WINDOW])
            for heading, passage in read_pairs(path)
            if not re.search(r"第[一二三四五六七八九十百]+条$", heading) and len(passage) > 30
        ]
    sources = [
        Source(name, *cut(tokenizer, pairs, None), QUESTION_SHARES.get(name, OTHER_SHARE))
        for name, pairs in found.items()
    ]
    for name, share in SENTENCE_SHARES.items():
        rows = [
            pair
            for pair in read_pairs(data / "parallel" / f"{name}.tsv.gz")
            if len(pair[0]) < LONGEST_ENGLISH and len(pair[1]) < LONGEST_CHINESE
        ]
        pairs = sentences_in_passages(rows, 2 * share, draw)
        sources.append(Source(f"{name} (sentences)", *cut(tokenizer, pairs, None), share))
    return [source for source in sources if source.n_rows()]


def batches(
    sources: Sequence[Source],
    *,
    n_tokens: int,
    largest: int,
    rng: np.random.Generator,
    boosts: Mapping[str, float] | None = None,
) -> Iterator[Batch]:
    """Draw batches without end; texts of about one length come together.

    Args:
        sources: each drawn in proportion to its share, its rows in random order, none twice
            before all have come.
        n_tokens: most tokens of one side of a batch, counted with the filling.
        largest: most rows of a batch.
        rng: of the drawing.
        boosts: factors on the shares, by name of the source.
    """
    shares = np.array([s.share * (boosts or {}).get(s.name, 1.0) for s in sources])
    queues = [_endless(s.n_rows(), rng) for s in sources]
    waiting: defaultdict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    while True:
        for s in rng.choice(len(sources), size=_DRAWN_ROWS, p=shares / shares.sum()):
            source, row = sources[s], next(queues[s])
            lengths = (bucket(len(source.left.text(row))), bucket(len(source.right.text(row))))
            waiting[lengths].append((s, row))
            if len(waiting[lengths]) == min(largest, n_tokens // max(lengths)):
                yield _batch(sources, waiting.pop(lengths))


def _endless(n: int, rng: np.random.Generator) -> Iterator[int]:
    while True:
        yield from rng.permutation(n).tolist()


def _batch(sources: Sequence[Source], rows: Sequence[tuple[int, int]]) -> Batch:
    return Batch(
        padded([sources[s].left.text(i) for s, i in rows]),
        padded([sources[s].right.text(i) for s, i in rows]),
    )
