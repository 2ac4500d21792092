"""People who ask while the index is built again and again, in this process and in others."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.encoders import HashingEncoder

from zjip_qa import KnowledgeBase
from zjip_qa.index import build_index, rollback
from zjip_qa.settings import IndexSettings
from zjip_qa.types import Answer

_ROOT = Path(__file__).parents[2]
_SETTINGS = IndexSettings(chunk_tokens=32)
_SUBJECTS = ("专利转化", "商标注册", "版权登记", "地理标志", "数据产权", "许可合同")
_QUESTIONS = [f"{subject}一共多少件?" for subject in _SUBJECTS]
_N_USERS = 50
_N_BUILDS = 6

Texts = dict[str, str]


def _texts(version: int) -> Texts:
    """Six documents of a version; another version says other numbers at other places."""
    filling = "各地推进知识产权工作。" * (version % 5)
    return {
        f"{i}.md": f"# {subject}\n\n{filling}{subject}一共{version}{i}7件,比上年增加{version}成。\n"
        for i, subject in enumerate(_SUBJECTS)
    }


def _write(corpus: Path, version: int) -> None:
    corpus.mkdir(exist_ok=True)
    for name, text in _texts(version).items():
        (corpus / name).write_text(text, encoding="utf-8")


def version_of(answer: Answer, versions: int) -> int:
    """The one version that all citations of an answer are verbatim words of."""
    assert answer.citations
    fitting = [
        version
        for version in range(1, versions + 1)
        if all(_texts(version)[c.doc_id][c.start : c.end] == c.quote for c in answer.citations)
    ]
    assert len(fitting) == 1, answer
    return fitting[0]


def ask(base: KnowledgeBase, turn: int) -> Answer:
    """Ask as the page does: on the newest index there is."""
    base.refresh()
    return base.ask(_QUESTIONS[turn % len(_QUESTIONS)], threshold=0.0)


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    _write(corpus, 1)
    build_index(corpus, index, HashingEncoder(), _SETTINGS)
    yield corpus, index


def _build_on(corpus: Path, index: Path) -> None:
    """Every other document changes, everything is built anew, and one build is taken back."""
    for version in range(2, _N_BUILDS + 2):
        _write(corpus, version)
        build_index(corpus, index, HashingEncoder(), _SETTINGS, rebuild=version % 2 == 0)
        if version % 3 == 0:
            rollback(index)
            rollback(index)


@pytest.mark.slow
def test_fifty_users_never_meet_a_half_built_index(folders: tuple[Path, Path]) -> None:
    corpus, index = folders
    base = KnowledgeBase.open(index, encoder=HashingEncoder())
    ended = threading.Event()
    seen: list[int] = []
    errors: list[BaseException] = []

    def use(user: int) -> None:
        turn = user
        try:
            while not ended.is_set():
                seen.append(version_of(ask(base, turn), _N_BUILDS + 1))
                turn += 1
        except BaseException as error:
            errors.append(error)

    users = [threading.Thread(target=use, args=(i,)) for i in range(_N_USERS)]
    for user in users:
        user.start()
    try:
        _build_on(corpus, index)
    finally:
        ended.set()
        for user in users:
            user.join(60)
    assert errors == []
    assert len(seen) >= _N_USERS
    assert len(set(seen)) > 1  # they did see the index change
    assert version_of(ask(base, 0), _N_BUILDS + 1) == _N_BUILDS + 1


@pytest.mark.slow
def test_other_processes_ask_meanwhile(folders: tuple[Path, Path], tmp_path: Path) -> None:
    corpus, index = folders
    stop = tmp_path / "stop"
    path = os.pathsep.join([str(_ROOT / "src"), str(_ROOT)])
    asking = [
        subprocess.Popen(
            [sys.executable, __file__, str(index), str(stop)],
            env={**os.environ, "PYTHONPATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    try:
        for process in asking:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        _build_on(corpus, index)
    finally:
        stop.touch()
        ended = [process.communicate(timeout=60) for process in asking]
    for process, (out, err) in zip(asking, ended, strict=True):
        assert process.returncode == 0, err
        assert len(out.split()) >= 1


def _main(index: Path, stop: Path) -> None:
    base = KnowledgeBase.open(index, encoder=HashingEncoder())
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    turn = 0
    while not stop.exists() or turn == 0:
        sys.stdout.write(f"{version_of(ask(base, turn), _N_BUILDS + 1)}\n")
        # A reader that comes new, as a command does, must find an index as well.
        if turn % 5 == 0:
            KnowledgeBase.open(index, encoder=HashingEncoder())
        turn += 1


if __name__ == "__main__":
    _main(Path(sys.argv[1]), Path(sys.argv[2]))
