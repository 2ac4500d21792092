"""Runs an iterator in a thread of its own, some items ahead of whoever takes them.

What one thread computes outside the interpreter's lock, as an encoder does, so costs hardly any
time beside what another does meanwhile. Order, errors and their place in it are the iterator's.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from queue import SimpleQueue
from types import TracebackType
from typing import Generic, Self, TypeVar

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Failed:
    """What the iterator raised, StopIteration when it was through."""

    error: BaseException


class Ahead(Generic[_T]):
    """The items of an iterator, in order; to be used in a `with` block, whose end ends the thread.

    Args:
        items: what to run; nobody else may take from it.
        most: items that may wait to be taken, beside the one at work.
    """

    def __init__(self, items: Iterator[_T], most: int) -> None:
        self._items = items
        self._room = threading.Semaphore(most)
        self._ready: SimpleQueue[_T | _Failed] = SimpleQueue()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="ahead")
        self._thread.start()

    def take(self) -> _T:
        """The next item; waits until it is there.

        Raises:
            StopIteration: there is none.
            BaseException: whatever the iterator raised in place of the item.
        """
        item = self._ready.get()
        if isinstance(item, _Failed):
            self._ready.put(item)  # whoever asks again is told the same
            raise item.error
        self._room.release()
        return item

    def _run(self) -> None:
        while True:
            self._room.acquire()
            if self._stopped:
                return
            try:
                self._ready.put(next(self._items))
            except BaseException as error:
                # A KeyboardInterrupt too: it belongs to the thread that waits for the item.
                self._ready.put(_Failed(error))
                return

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopped = True
        self._room.release()
        self._thread.join()
