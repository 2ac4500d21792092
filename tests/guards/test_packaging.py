from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from importlib import metadata
from typing import Any

from tests.guards.source import MODULES, PACKAGE, ROOT, imports_of, name_of, room_of

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def distributions(requirements: Iterable[str]) -> set[str]:
    """Names of requirements, in the one spelling that index and metadata share."""
    return {_canonical(re.split(r"[^\w.-]", each.strip(), maxsplit=1)[0]) for each in requirements}


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_data_file_is_packaged() -> None:
    patterns = PROJECT["tool"]["setuptools"]["package-data"]["zjip_qa"]
    packaged = {path for pattern in patterns for path in PACKAGE.glob(pattern)}
    data = {
        path
        for path in PACKAGE.rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc") and path.name != ".DS_Store"
    }
    assert sorted(map(name_of, data - packaged)) == []
    assert data  # the model, word lists, the page's script


def test_what_is_imported_is_declared_and_the_reverse() -> None:
    provided = metadata.packages_distributions()
    imported = {
        _canonical(provided[top][0])
        for path in MODULES
        if room_of(path) != "training" and name_of(path) != "benchmarks/peers.py"
        for name in imports_of(path)
        if (top := name.split(".")[0]) in provided and top != "zjip_qa"
    }
    assert imported == distributions(PROJECT["project"]["dependencies"])


def test_the_version_is_the_installed_one() -> None:
    assert metadata.version("zjip-qa") == PROJECT["project"]["version"]


def test_the_legal_files_are_packaged() -> None:
    for name in PROJECT["project"]["license-files"]:
        assert (ROOT / name).is_file()
