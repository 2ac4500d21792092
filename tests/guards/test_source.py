from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest
from tests.guards.source import MODULES, PACKAGE, ROOT, imports_of, name_of, room_of, tree_of

INITS = [path for path in MODULES if path.name == "__init__.py" and room_of(path) != "training"]


def exported(path: Path) -> list[str] | None:
    for node in tree_of(path).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            names = ast.literal_eval(node.value)
            assert isinstance(names, list)
            return names
    return None


def isort_order(name: str) -> tuple[int, str]:
    """CONSTANTS, then Classes, then the rest, as ruff sorts `__all__`."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


@pytest.mark.parametrize("path", INITS, ids=name_of)
def test_all_is_sorted_and_true(path: Path) -> None:
    names = exported(path) or []
    assert names == sorted(set(names), key=isort_order)
    dotted = ".".join(path.relative_to(ROOT / "src").parent.parts)
    module = importlib.import_module(dotted)
    assert [name for name in names if not hasattr(module, name)] == []
    reexported = {
        alias.asname or alias.name
        for node in tree_of(path).body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("zjip_qa.")
        for alias in node.names
    }
    assert (reexported - set(names) if names else set()) <= _used_within(path)


def _used_within(path: Path) -> set[str]:
    """Names that an `__init__` imports for itself."""
    return {node.id for node in ast.walk(tree_of(path)) if isinstance(node, ast.Name)}


@pytest.mark.parametrize(
    "path", [p for p in MODULES if room_of(p) not in ("interfaces", "training")], ids=name_of
)
def test_only_interfaces_print(path: Path) -> None:
    calls = [node.func for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)]
    assert "print" not in {call.id for call in calls if isinstance(call, ast.Name)}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nothing_executable_is_loaded(path: Path) -> None:
    unsafe = {"pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
    assert {name.split(".")[0] for name in imports_of(path)} & unsafe == set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            assert ast.unparse(node.func) not in {"eval", "exec", "torch.load", "torch.save"}
            given = {word.arg: ast.unparse(word.value) for word in node.keywords}
            assert given.get("allow_pickle", "False") == "False"
            assert given.get("trust_remote_code", "False") == "False"


def test_no_file_is_too_large_for_a_git_host() -> None:
    folders = ("src", "tests", "corpus", "docs")
    large = [
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.stat().st_size > 95_000_000
    ]
    assert large == []


def test_the_shipped_model_is_at_most_80_mb() -> None:
    shipped = (PACKAGE / "embedding" / "shipped").rglob("*")
    assert 0 < sum(path.stat().st_size for path in shipped if path.is_file()) <= 80_000_000
