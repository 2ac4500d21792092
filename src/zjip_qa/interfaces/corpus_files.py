"""Adding a text to the corpus folder from a browser: what names are safe, what is refused.

A name comes from a stranger's machine, so it is checked and never repaired: what the page says
was written is what was written.
"""

from __future__ import annotations

import os
import unicodedata
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from zjip_qa.interfaces import strings as s
from zjip_qa.types import Language

SUFFIXES = (".txt", ".md")
MAX_MEGABYTES = 10
_MAX_NAME_BYTES = 200
_FORBIDDEN = frozenset('/\\:*?"<>|')


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    added: bool
    text: s.Text
    values: dict[str, object] = field(default_factory=dict)

    def to(self, language: Language) -> str:
        """The outcome in words."""
        return self.text.to(language, **self.values)


def is_safe_name(name: str) -> bool:
    """Whether `name` is a plain file name that any system can hold and that we can read."""
    return (
        0 < len(name.encode("utf-8", "replace")) <= _MAX_NAME_BYTES
        and name.lower().endswith(SUFFIXES)
        and not name.startswith((".", " ", "-"))
        and Path(name).stem.strip(" .") != ""
        and not any(
            c in _FORBIDDEN or unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
            for c in name
        )
    )


def add_file(corpus: Path, name: str, data: bytes, *, replace: bool) -> Outcome:
    """Write `data` into the corpus folder under `name`.

    A file of that name is left alone unless `replace`; a reader never sees half of one.
    """
    name = unicodedata.normalize("NFC", name.strip())
    if not is_safe_name(name):
        return Outcome(False, s.FILE_BAD_NAME, {"name": name[:80]})
    if len(data) > MAX_MEGABYTES * 1024 * 1024:
        return Outcome(False, s.FILE_TOO_LARGE, {"name": name, "limit": MAX_MEGABYTES})
    if not data.strip():
        return Outcome(False, s.FILE_EMPTY, {"name": name})
    target = corpus / name
    existed = os.path.lexists(target)
    if existed and not (replace and target.is_file() and not target.is_symlink()):
        return Outcome(False, s.FILE_EXISTS, {"name": name})
    part = corpus / f".{uuid.uuid4().hex}.part"
    try:
        corpus.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        if not existed and not _reserved(target):
            return Outcome(False, s.FILE_EXISTS, {"name": name})
        part.replace(target)
    except OSError as exc:
        return Outcome(False, s.FILE_NOT_WRITTEN, {"name": name, "reason": exc.strerror or exc})
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return Outcome(True, s.FILE_REPLACED if existed else s.FILE_ADDED, {"name": name})


def _reserved(target: Path) -> bool:
    """Make an empty file of that name; of two uploads at once, only one does."""
    try:
        target.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
