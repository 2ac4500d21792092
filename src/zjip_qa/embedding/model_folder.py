"""Where a model lies, what identifies it, and what its folder says on late interaction.

Knows files alone: no library that runs a model is imported here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from zjip_qa.errors import ModelUnavailable

SHIPPED = Path(__file__).parent / "shipped"
LATE_INTERACTION = "late_interaction.safetensors"
SHIPPED_NAME = "zjip-qa bilingual MiniLM"
_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")


def find_model(model: str | None) -> Path:
    """Find the folder of a model.

    Args:
        model: a folder; or a hub id ("owner/name"), which is downloaded unless it lies in the
            hub's cache; None for the shipped model.

    Raises:
        ModelUnavailable: no such folder, or the hub doesn't give it.
    """
    if model is None:
        return SHIPPED
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    if not _HUB_ID.fullmatch(model):
        raise ModelUnavailable(
            f"no model folder at {folder}; expected a folder that sentence-transformers can load "
            "or a hub id such as intfloat/multilingual-e5-small; leave --model out for the "
            "shipped model"
        )
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(model))
    except Exception as exc:  # the hub's client raises errors of four libraries
        raise ModelUnavailable(
            f"neither a folder {folder} nor, from the hub, a model {model} "
            f"({type(exc).__name__}); check the name and the network, or give a local folder"
        ) from exc


def hash_folder(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a model folder that can change a vector, by relative path."""
    return {path.relative_to(folder).as_posix(): hash_file(path) for path in _files(folder)}


def hash_file(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fingerprint_folder(folder: Path) -> str:
    """Hash every file of a model folder that can change a vector, as 16 hex digits."""
    return fingerprint(hash_folder(folder))


def fingerprint(hashes: dict[str, str]) -> str:
    """One hash for what `hash_folder` gives, as 16 hex digits."""
    digest = hashlib.sha256()
    for name, found in hashes.items():
        digest.update(name.encode() + b"\0" + bytes.fromhex(found))
    return digest.hexdigest()[:16]


def read_late_interaction(folder: Path) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Read how token vectors are projected, (dim, token_dim), and weighted, (n_vocabulary,).

    Raises:
        ModelUnavailable: the file is missing or damaged.
    """
    path = folder / LATE_INTERACTION
    try:
        tensors = load_file(path)
        projection, rarity = tensors["projection"], tensors["rarity"]
    except (SafetensorError, KeyError, OSError) as exc:
        raise ModelUnavailable(
            f"{path} is damaged ({exc}); expected the tensors projection and rarity; "
            "reinstall zjip-qa"
        ) from exc
    return projection.astype(np.float32), rarity.astype(np.float32)


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        hidden = path.relative_to(folder).parts[0].startswith(".")
        if path.is_file() and path.suffix != ".md" and not hidden:
            yield path
