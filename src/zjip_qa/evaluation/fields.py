"""Evaluation files, read field by field, with errors that name the place and the reason.

Covers UTF-8 lines, JSONL and the typed fields of an object. What the fields mean is the
business of the modules that read question files, BEIR folders and SQuAD files.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from zjip_qa.errors import EvaluationError


@dataclass(frozen=True, slots=True)
class Fields:
    """One JSON object of a file. `where` is the file and the line or path, for messages."""

    where: str
    values: Mapping[str, object]

    def refusal(self, reason: str) -> EvaluationError:
        """The error to raise when this object cannot be used, naming where it stands."""
        return EvaluationError(f"{self.where}: {reason}")

    def text(self, name: str) -> str:
        """A required text that is not blank.

        Raises:
            EvaluationError: it is missing, not text, blank, or not valid Unicode.
        """
        if name not in self.values:
            raise self.refusal(f"field '{name}' is missing")
        return self._as_text(name, self.values[name])

    def optional_text(self, name: str) -> str | None:
        """A text that is not blank, or None where it is missing or null.

        Raises:
            EvaluationError: it is there but not text, blank, or not valid Unicode.
        """
        value = self.values.get(name)
        return None if value is None else self._as_text(name, value)

    def texts(self, name: str) -> tuple[str, ...]:
        """A required list of texts, none blank; the list may be empty.

        Raises:
            EvaluationError: it is missing or something else.
        """
        return tuple(
            self._as_text(f"{name}[{position}]", value)
            for position, value in enumerate(self._list(name))
        )

    def objects(self, name: str) -> list[Fields]:
        """A required list of objects; the list may be empty.

        Raises:
            EvaluationError: it is missing or something else.
        """
        return [
            as_fields(value, f"{self.where}.{name}[{position}]")
            for position, value in enumerate(self._list(name))
        ]

    def _list(self, name: str) -> list[object]:
        if name not in self.values:
            raise self.refusal(f"field '{name}' is missing")
        value = self.values[name]
        if not isinstance(value, list):
            raise self.refusal(f"field '{name}' is {_kind(value)}, expected a list")
        return value

    def _as_text(self, name: str, value: object) -> str:
        if not isinstance(value, str):
            raise self.refusal(f"field '{name}' is {_kind(value)}, expected text")
        if not value.strip():
            raise self.refusal(f"field '{name}' is blank, expected text")
        # JSON can spell half a character ("\ud83d"), which no file could be written with again.
        if any("\ud800" <= char <= "\udfff" for char in value):
            raise self.refusal(f"field '{name}' holds half a surrogate pair, expected whole text")
        return value


def as_fields(value: object, where: str) -> Fields:
    """Take a decoded JSON value as an object.

    Raises:
        EvaluationError: it is not an object.
    """
    if not isinstance(value, dict):
        raise EvaluationError(f"{where}: found {_kind(value)}, expected an object {{…}}")
    return Fields(where, value)


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines of a UTF-8 file with their numbers from 1; blank lines are left out.

    A line ends at a line feed only: other separators may stand inside a JSON text.

    Raises:
        EvaluationError: the file cannot be read or a line is not UTF-8.
    """
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                try:
                    text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
                except UnicodeDecodeError as exc:
                    raise EvaluationError(
                        f"{path}, line {number}: byte {exc.start + 1} is not UTF-8; "
                        "save the file as UTF-8"
                    ) from exc
                if text.strip():
                    yield number, text.rstrip("\r\n")
    except OSError as exc:
        raise unreadable(path, exc) from exc


def read_objects(path: Path) -> Iterator[tuple[int, Fields]]:
    """Objects of a JSONL file with their line numbers.

    Raises:
        EvaluationError: the file cannot be read, or a line is not one JSON object.
    """
    for number, text in read_lines(path):
        where = f"{path}, line {number}"
        try:
            value = json.loads(text)
        except json.JSONDecodeError as exc:
            raise EvaluationError(f"{where}: not JSON: {exc.msg} at column {exc.colno}") from exc
        except (ValueError, RecursionError) as exc:
            raise EvaluationError(f"{where}: not JSON that can be used: {exc}") from exc
        yield number, as_fields(value, where)


def unreadable(path: Path, exc: OSError) -> EvaluationError:
    """The error for a file that the system refuses to open or read."""
    return EvaluationError(f"{path} cannot be read: {exc.strerror or exc}; check the path")


def _kind(value: object) -> str:
    """What a decoded JSON value is, in the words of JSON."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "an object"
