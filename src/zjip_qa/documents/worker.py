"""A process of its own for parsing strangers' files, with limits on time and memory.

A library that a hostile file brings down, fills or stops brings down this process, not the server
or the build; the file becomes an `UnreadableDocument`. One process serves many files, from any
thread. It is started as a program, not forked: no thread, lock or open file goes with it. What
comes back is JSON, so a taken-over parser could lie about its file, and nothing more.

Limits on memory need a POSIX system; the one on time holds everywhere.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from typing import IO, Any

from zjip_qa.errors import UnreadableDocument
from zjip_qa.types import Block, BlockKind, Document, Language, Span

SECONDS = 60
"""Longest time for one file."""

MEMORY = 1_500_000_000
"""Most memory of the process, in bytes."""

_MOST_REPLY = 500_000_000  # bytes
_IDLE = 60  # seconds after which a process without work ends
_LENGTH = struct.Struct(">Q")
_PROGRAM = "from zjip_qa.documents.worker import main; main()"


class Worker:
    """Reads files in another process, started when it is first needed."""

    def __init__(self, *, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self._seconds = seconds
        self._memory = memory
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, data: bytes, doc_id: str) -> Document:
        """Turn a file's bytes into a document, as the reader of its suffix would.

        Raises:
            UnreadableDocument: the reader refuses it, or it takes too long or too much memory, or
                brings the reader down.
        """
        with self._lock:
            used = self._process is not None
            try:
                reply = self._ask(data, doc_id)
                if reply is None and used:
                    # What ended it may be an earlier file, or that it had nothing to do.
                    reply = self._ask(data, doc_id)
            except _TooLong:
                raise UnreadableDocument(
                    f"{doc_id} takes more than {self._seconds:g} seconds to read; expected a file "
                    "that is read in less; split it or save it in another format"
                ) from None
        if reply is None:
            raise UnreadableDocument(
                f"{doc_id} makes its reader fail; expected an undamaged file that needs less than "
                f"{self._memory // 1_000_000} MB of memory to read; save it again or split it"
            )
        if "error" in reply:
            raise UnreadableDocument(str(reply["error"]))
        return _document(reply)

    def close(self) -> None:
        """End the process, if one runs."""
        with self._lock:
            self._end()

    def _ask(self, data: bytes, doc_id: str) -> dict[str, Any] | None:
        """Send a file and wait for what comes of it; None if the process ends instead."""
        process = self._running()
        assert process.stdin and process.stdout
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self._seconds, stop)
        timer.daemon = True
        timer.start()
        try:
            _send(process.stdin, doc_id.encode("utf-8"))
            _send(process.stdin, data)
            reply: dict[str, Any] = json.loads(_receive(process.stdout))
        except (OSError, EOFError, ValueError):
            self._end()
            if late.is_set():
                raise _TooLong from None
            return None
        finally:
            timer.cancel()
        return reply

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._end()
        path = os.pathsep.join(entry for entry in sys.path if entry)
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(self._seconds), str(self._memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        # Takes note of its end at once, so that no dead process is left in the system's table.
        threading.Thread(target=self._process.wait, daemon=True).start()
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                with suppress(OSError):
                    stream.close()


class _TooLong(Exception):
    """The time was up."""


def _send(stream: IO[bytes], data: bytes) -> None:
    stream.write(_LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def _receive(stream: IO[bytes]) -> bytes:
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    if length > _MOST_REPLY:
        raise ValueError(f"{length} bytes in one message")
    return _exactly(stream, length)


def _exactly(stream: IO[bytes], length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data


def _document(reply: dict[str, Any]) -> Document:
    text = str(reply["text"])
    return Document(
        doc_id=str(reply["doc_id"]),
        text=text,
        title=str(reply["title"]),
        blocks=tuple(
            Block(Span(start, end), BlockKind(kind), level)
            for start, end, kind, level in reply["blocks"]
        ),
        language=Language(reply["language"]),
        pages=tuple(map(int, reply["pages"])),
    )


def _reply(document: Document) -> dict[str, Any]:
    blocks = [(b.span.start, b.span.end, b.kind.value, b.level) for b in document.blocks]
    return {
        "doc_id": document.doc_id,
        "text": document.text,
        "title": document.title,
        "blocks": blocks,
        "language": document.language.value,
        "pages": document.pages,
    }


def main() -> None:
    """Serve files from standard input until it ends: the process that `Worker` starts."""
    from zjip_qa.documents.readers import reader_for

    seconds, memory = float(sys.argv[1]), int(sys.argv[2])
    requests, replies = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no reply
    _limit(memory)
    while True:
        _alarm(_IDLE)
        try:
            doc_id, data = _receive(requests).decode("utf-8"), _receive(requests)
        except EOFError:
            return
        # Should the parent be gone, nobody else would stop an endless parse.
        _alarm(seconds + 5)
        try:
            reply = _reply(reader_for(doc_id).read(data, doc_id))
        except UnreadableDocument as exc:
            reply = {"error": str(exc)}
        except (MemoryError, RecursionError) as exc:
            needs = "memory" if isinstance(exc, MemoryError) else "depth"
            reply = {
                "error": f"{doc_id} needs more {needs} to read than is allowed; expected a file "
                "that a person would read; split it or save it in another format"
            }
        # Lone surrogates must go through; they are no text, but an error here would be ours.
        _send(replies, json.dumps(reply).encode("ascii"))
        del data, reply


def _limit(memory: int) -> None:
    """Let this process have so much memory, and write no file."""
    try:
        import resource
    except ImportError:  # Windows
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    if most != resource.RLIM_INFINITY:
        memory = min(memory, most)
    resource.setrlimit(resource.RLIMIT_AS, (memory, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _alarm(seconds: float) -> None:
    """End this process in so many seconds, unless this is called again."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds)


SHARED = Worker()
"""The one that corpora are read with."""

atexit.register(SHARED.close)
