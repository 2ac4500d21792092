"""Parsing in another process: it answers as the reader does, and a hostile file ends it alone."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.books import docx_file
from tests.pdfs import Line, pdf

from zjip_qa.documents import reader_for
from zjip_qa.documents.worker import Worker
from zjip_qa.errors import UnreadableDocument

ROOT = Path(__file__).parents[3]
PDF = pdf([Line("专利许可三万次。", 72, 100)], [Line("转让八万次。", 72, 100)])
WORD = docx_file(("题", "Title"), ("专利许可。", None))


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker(seconds=30)
    yield worker
    worker.close()


def process_of(worker: Worker) -> int:
    assert worker._process is not None
    return worker._process.pid


def test_it_reads_as_the_reader_does_and_starts_once(worker: Worker) -> None:
    assert worker.read(PDF, "a.pdf") == reader_for("a.pdf").read(PDF, "a.pdf")
    first = process_of(worker)
    assert worker.read(WORD, "甲/b.docx") == reader_for("b.docx").read(WORD, "甲/b.docx")
    with pytest.raises(UnreadableDocument, match=r"a\.pdf holds a damaged PDF"):
        worker.read(PDF[:200], "a.pdf")
    assert process_of(worker) == first


def test_many_threads_share_it(worker: Worker) -> None:
    names = [f"{i}.docx" for i in range(8)]
    with ThreadPoolExecutor(4) as pool:
        documents = list(pool.map(lambda name: worker.read(WORD, name), names))
    assert [document.doc_id for document in documents] == names


def test_one_that_was_killed_meanwhile_is_replaced(worker: Worker) -> None:
    worker.read(WORD, "a.docx")
    os.kill(process_of(worker), 9)
    assert worker.read(WORD, "b.docx").title == "题"


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit there")
def test_memory_is_limited() -> None:
    """A file that needs more than is allowed is refused, and the next one is read."""
    worker = Worker(memory=400_000_000)
    try:
        with pytest.raises(
            UnreadableDocument, match=r"a\.html (needs more memory|makes its|holds no HTML)"
        ):
            worker.read(b"<p>" + b"<b>x</b>" * 9_000_000, "a.html")
        assert worker.read(b"<p>x", "b.html").text == "x"
    finally:
        worker.close()


def test_time_is_limited() -> None:
    worker = Worker(seconds=0.01)
    try:
        with pytest.raises(UnreadableDocument, match=r"takes more than 0\.01 seconds"):
            worker.read(PDF, "a.pdf")
    finally:
        worker.close()


def test_it_ends_with_its_parent() -> None:
    program = (
        "import sys; from zjip_qa.documents.worker import Worker\n"
        "worker = Worker(); worker.read(b'<p>x', 'a.html')\n"
        "print(worker._process.pid, flush=True); import os; os._exit(9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    assert done.returncode == 9, done.stderr
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if not Path(f"/proc/{int(done.stdout)}").exists():
            return
        time.sleep(0.05)
    raise AssertionError("the process outlived its parent")
