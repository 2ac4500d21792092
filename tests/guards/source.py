"""The source as syntax trees, for tests of what the code may not do."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "zjip_qa"
MODULES = sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    """`src/zjip_qa/text/segment.py` as "text/segment.py"."""
    return path.relative_to(PACKAGE).as_posix()


def room_of(path: Path) -> str:
    """The first part of a module's path: "text", "types"; the package itself is ""."""
    name = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "" if name == "__init__" else name


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports_of(path: Path) -> Iterator[str]:
    """Dotted names of the modules that run when `path` does, or one of its functions.

    What stands under `if TYPE_CHECKING:` is left out.
    """
    pending: list[ast.AST] = [tree_of(path)]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            pending += node.orelse
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            assert node.module is not None
            if node.module == "zjip_qa":
                yield from (f"zjip_qa.{alias.name}" for alias in node.names)
            else:
                yield node.module
        pending += ast.iter_child_nodes(node)
