"""Builds killed with SIGKILL, at random moments and at every step on the disk.

The program at the end runs in its own process and forks a builder for each kill, so that the
libraries are loaded once. A second forked process opens the index after each kill.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.encoders import HashingEncoder

from zjip_qa.index import build_index, open_index
from zjip_qa.settings import IndexSettings
from zjip_qa.text import Segmenter

_ROOT = Path(__file__).parents[2]
_SETTINGS = IndexSettings(chunk_tokens=32)
# `ZJIP_QA_KILLS=100 pytest tests/integration/test_kill_build.py` takes some minutes.
_N_KILLS = int(os.environ.get("ZJIP_QA_KILLS", "10"))
_STEPS = ("open", "os.", "shutil.", "sqlite3.")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL"),
]


def _write_corpus(folder: Path, n_files: int, *, version: int) -> None:
    draw = random.Random(version)
    words = ["专利", "商标", "转化", "许可", "高校", "企业", "浙江", "rate", "patent", "2024年"]
    folder.mkdir(exist_ok=True)
    for i in range(n_files):
        sentences = ["".join(draw.choices(words, k=12)) + "。" for _ in range(6)]
        (folder / f"{i:03d}.txt").write_text("\n\n".join(sentences), encoding="utf-8")


def _run(how: str, corpus: Path, index: Path) -> list[str]:
    """Run the program below; one line for each kill."""
    done = subprocess.run(
        [sys.executable, __file__, how, str(corpus), str(index)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(_ROOT / "src"), str(_ROOT)])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def _check_end(corpus: Path, index: Path, n_files: int) -> None:
    report = build_index(corpus, index, HashingEncoder(), _SETTINGS)
    assert report.n_documents == n_files
    with open_index(index) as opened:
        texts = {s.doc_id: opened.store.document(s.doc_id).text for s in opened.store.documents()}
    assert texts == {path.name: path.read_text(encoding="utf-8") for path in corpus.iterdir()}
    assert len([path for path in index.iterdir() if path.is_dir()]) == 2  # and the one before
    assert not list(index.glob("building-*"))


def test_killed_at_random_moments(tmp_path: Path) -> None:
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    _write_corpus(corpus, 200, version=1)
    build_index(corpus, index, HashingEncoder(), _SETTINGS)
    _write_corpus(corpus, 200, version=2)
    outcomes = _run("moments", corpus, index)
    assert outcomes.count("killed") == _N_KILLS  # the others had ended before
    _check_end(corpus, index, 200)


def test_killed_at_every_step_on_the_disk(tmp_path: Path) -> None:
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    _write_corpus(corpus, 3, version=1)
    build_index(corpus, index, HashingEncoder(), _SETTINGS)
    _write_corpus(corpus, 3, version=2)
    outcomes = _run("steps", corpus, index)
    assert outcomes[-1] == "ended"
    assert set(outcomes[:-1]) == {"killed"}
    assert len(outcomes) > 50
    _check_end(corpus, index, 3)


def _fork(work: Callable[[], None]) -> int:
    process = os.fork()
    if process:
        return process
    try:
        work()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def _builder(corpus: Path, index: Path, step: int | None = None) -> None:
    """Build; with `step`, die just before that many steps on the disk were made."""
    left = step

    def count(event: str, _: object) -> None:
        nonlocal left
        if left is not None and event.startswith(_STEPS):
            left -= 1
            if left < 0:
                left = None  # killing is a step too
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    build_index(corpus, index, HashingEncoder(), _SETTINGS, rebuild=True)


def _verifier(index: Path, allowed: list[str]) -> None:
    with open_index(index) as opened:
        fingerprint = opened.manifest.fingerprint
        chunk = opened.store.chunk(opened.manifest.n_chunks - 1)
        text = opened.store.document(chunk.doc_id).text
    if fingerprint not in allowed or text[chunk.start : chunk.end] != chunk.text:
        raise AssertionError(f"the index is neither the old one nor the new one: {fingerprint}")


def _fingerprint(index: Path) -> str:
    with open_index(index) as opened:
        return opened.manifest.fingerprint


def _wait(process: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def _main(how: str, corpus: Path, index: Path) -> int:
    Segmenter().index_terms("先载入词典")
    whole = index.with_name("whole")
    started = time.monotonic()
    if _wait(_fork(lambda: _builder(corpus, whole))):
        return 1
    seconds = time.monotonic() - started
    allowed = [_fingerprint(index), _fingerprint(whole)]
    draw = random.Random(17)
    n_killed = 0
    for turn in range(10_000):
        if how == "moments":
            process = _fork(lambda: _builder(corpus, index))
            time.sleep(draw.uniform(0.02, 1.1) * seconds)
            os.kill(process, signal.SIGKILL)
        else:
            process = _fork(lambda turn=turn: _builder(corpus, index, turn))  # type: ignore[misc]
        status = _wait(process)
        if status not in (0, -signal.SIGKILL) or _wait(_fork(lambda: _verifier(index, allowed))):
            return 1
        sys.stdout.write("killed\n" if status else "ended\n")
        n_killed += bool(status)
        if n_killed == _N_KILLS if how == "moments" else not status:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
