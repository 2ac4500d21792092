"""Sentence-transformers models of a few kilobytes, with random weights, for tests of the seam."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Transformer
from sentence_transformers.sentence_transformer.modules import Pooling, StaticEmbedding
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

MAX_TOKENS = 24
PROMPTS = {"query": "query: ", "passage": "passage: "}
_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
_CHARACTERS = "浙江省知识产权专利商标转化许可高校企业有效拥有量年件万亿元的了,.:!?%()"
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


def save_bert(folder: Path, *, seed: int = 0, metaspace: bool = False) -> Path:
    """A BERT of one layer with mean pooling, a tokenizer of its own, and prompts as E5's.

    With `metaspace` the space before a word belongs to its first token, as SentencePiece has it.
    """
    tokenizer = _tokenizer(metaspace=metaspace)
    torch.manual_seed(seed)
    BertModel(
        BertConfig(
            vocab_size=tokenizer.get_vocab_size(),
            hidden_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=64,
            max_position_embeddings=MAX_TOKENS,
        )
    ).save_pretrained(folder / "bert")
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=MAX_TOKENS,
    ).save_pretrained(folder / "bert")
    modules = [Transformer(str(folder / "bert")), Pooling(32, "mean")]
    return _save(modules, folder / "model", PROMPTS)


def save_static(folder: Path) -> Path:
    """A model without token vectors: a table of word vectors, averaged."""
    torch.manual_seed(0)
    embedding = StaticEmbedding(_tokenizer(metaspace=False), embedding_dim=16)
    return _save([embedding], folder / "model", {})


# Writing a model card would ask the hub about the model it comes from.
def _save(modules: list[Any], folder: Path, prompts: dict[str, str]) -> Path:
    SentenceTransformer(modules=modules, prompts=prompts, device="cpu").save(
        str(folder), create_model_card=False
    )
    return folder


def _tokenizer(*, metaspace: bool) -> Tokenizer:
    words = [*_CHARACTERS, *_ALPHABET, "query", "passage"]
    if metaspace:
        pieces = [*_SPECIAL, "▁", *(f"▁{word}" for word in words), *words]
        model: Any = models.Unigram([(piece, -1.0) for piece in pieces], unk_id=1)
        split: Any = pre_tokenizers.Metaspace()
    else:
        pieces = [*_SPECIAL, *words, *(f"##{word}" for word in words)]
        model = models.WordPiece({p: i for i, p in enumerate(pieces)}, unk_token="[UNK]")
        split = pre_tokenizers.BertPreTokenizer()
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = split
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[(name, pieces.index(name)) for name in ("[CLS]", "[SEP]")],
    )
    return tokenizer
