from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.guards.source import MODULES, PACKAGE, imports_of, name_of, room_of

# Ground first: a room imports from the rooms before it.
FLOORS = (
    "types",
    "errors",
    "settings",
    "text",
    "documents",
    "chunks",
    "embedding",
    "index",
    "retrieval",
    "answering",
    "knowledge_base",
    "evaluation",
    "benchmarks",
    "interfaces",
    "__main__",
)


def rooms_used(path: Path) -> set[str]:
    used = {name.split(".")[1] for name in imports_of(path) if name.startswith("zjip_qa.")}
    return used - {room_of(path)}


def test_every_room_has_a_floor() -> None:
    assert {room_of(path) for path in MODULES} == {*FLOORS, "training", ""}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_down(path: Path) -> None:
    room = room_of(path)
    if room == "training":
        allowed = set(FLOORS) - {"interfaces", "__main__"}
    elif room == "":
        allowed = {"types", "errors", "settings", "knowledge_base"}
    else:
        allowed = set(FLOORS[: FLOORS.index(room)])
    if room == "evaluation":
        allowed -= {"knowledge_base"}  # what it measures is handed to it
    assert rooms_used(path) <= allowed


def test_the_ground_floor_stands_on_nothing() -> None:
    for name in ("types.py", "errors.py", "settings.py"):
        assert rooms_used(PACKAGE / name) == set()


@pytest.mark.parametrize("module", ["zjip_qa", "zjip_qa.interfaces.cli", "zjip_qa.evaluation"])
def test_heavy_libraries_are_not_loaded_early(module: str) -> None:
    code = (
        f"import sys, {module}\n"
        "print(*sorted({'torch', 'faiss', 'gradio', 'transformers'} & set(sys.modules)))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (loaded.stdout.strip(), loaded.stderr) == ("", "")
