"""Builds that go on where one was ended."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from tests.encoders import HashingEncoder
from tests.unit.index.conftest import Build

from zjip_qa.embedding.encoder import Encoded
from zjip_qa.errors import BrokenIndex
from zjip_qa.index import open_index
from zjip_qa.index.unfinished import UNFINISHED, RememberingEncoder
from zjip_qa.types import Span

_ROOT = Path(__file__).parents[3]
_TEXTS = ["专利转化 rate", "", "商标注册"]
_SENTENCES = [[Span(0, 4)], [], [Span(0, 2), Span(2, 4)]]


class Tiring(HashingEncoder):
    """Ends the process's build after a number of calls, as a kill would."""

    def __init__(self, calls: int) -> None:
        super().__init__()
        self.calls = calls

    def encode_passages(
        self, texts: Sequence[str], sentences: Sequence[Sequence[Span]] | None = None
    ) -> Encoded:
        if self.calls == 0:
            raise KeyboardInterrupt
        self.calls -= 1
        return super().encode_passages(texts, sentences)


@pytest.mark.parametrize("calls", [0, 1, 3, 5])
def test_what_was_encoded_before_the_end_is_not_encoded_again(
    build: Build, index: Path, tmp_path: Path, calls: int
) -> None:
    whole = HashingEncoder()
    build(whole, into=tmp_path / "whole")
    tired = Tiring(calls)
    with pytest.raises(KeyboardInterrupt):
        build(tired)
    assert len(list((index / UNFINISHED).glob("*"))) == calls
    rested = HashingEncoder()
    build(rested)
    assert tired.n_passages + rested.n_passages == whole.n_passages
    assert not (index / UNFINISHED).exists()
    with open_index(index) as resumed, open_index(tmp_path / "whole") as fresh:
        assert resumed.manifest.fingerprint == fresh.manifest.fingerprint


def test_what_is_damaged_or_of_another_model_is_encoded_again(
    build: Build, index: Path, tmp_path: Path
) -> None:
    whole = HashingEncoder()
    build(whole, into=tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        build(Tiring(4))
    one, two, *_ = (index / UNFINISHED).iterdir()
    data = bytearray(one.read_bytes())
    data[len(data) // 2] ^= 1
    one.write_bytes(data)
    two.write_bytes(two.read_bytes()[:-30])
    encoder = HashingEncoder()
    build(encoder)
    assert 0 < encoder.n_passages < whole.n_passages
    with open_index(index) as resumed, open_index(tmp_path / "whole") as fresh:
        assert resumed.manifest.fingerprint == fresh.manifest.fingerprint


def test_another_model_takes_nothing_over(build: Build, index: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        build(Tiring(5))
    other = HashingEncoder(salt="other")
    report = build(other)
    assert other.n_passages >= report.n_chunks


def test_rebuild_takes_nothing_over(build: Build, index: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        build(Tiring(5))
    encoder = HashingEncoder()
    report = build(encoder, rebuild=True)
    assert encoder.n_passages >= report.n_chunks


def test_what_failed_the_check_is_forgotten(
    build: Build, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise BrokenIndex("failed its check")

    monkeypatch.setattr("zjip_qa.index.build._check", fail)
    with pytest.raises(BrokenIndex):
        build()
    assert not (index / UNFINISHED).exists()


def test_where_nothing_can_be_kept_the_build_goes_on(
    build: Build, index: Path, caplog: pytest.LogCaptureFixture
) -> None:
    index.mkdir()
    (index / UNFINISHED).write_text("a file where the folder should be", encoding="utf-8")
    build()
    open_index(index).close()
    assert "cannot be kept" in caplog.text


def test_remembered_vectors_are_those_of_the_index(tmp_path: Path) -> None:
    plain = HashingEncoder()
    fresh = plain.encode_passages(_TEXTS, _SENTENCES)
    first = RememberingEncoder(HashingEncoder(), tmp_path)
    first.encode_passages(_TEXTS, _SENTENCES)
    again = RememberingEncoder(HashingEncoder(), tmp_path)
    found = again.encode_passages(_TEXTS, _SENTENCES)
    assert again.n_remembered == 3
    assert np.array_equal(found.vectors, fresh.vectors)
    for ours, theirs in ((found.tokens, fresh.tokens), (found.sentences, fresh.sentences)):
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(one.vectors, other.vectors, atol=0.5 / 127 + 1e-6)
            assert np.array_equal(one.spans, other.spans)
            assert np.array_equal(one.weights, other.weights)
    again.encode_passages(_TEXTS)  # without sentences it is another question
    assert again.n_remembered == 3


_PROGRAM = """
import os, signal, sys
from pathlib import Path
from tests.unit.index.test_unfinished import Tiring
from zjip_qa.index import build_index
from zjip_qa.settings import IndexSettings

class Killed(Tiring):
    def encode_passages(self, texts, sentences=None):
        if self.calls == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().encode_passages(texts, sentences)

build_index(Path(sys.argv[1]), Path(sys.argv[2]), Killed(4), IndexSettings(chunk_tokens=16))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_killed_build_is_gone_on_with(
    build: Build, corpus: Path, index: Path, tmp_path: Path
) -> None:
    whole = HashingEncoder()
    build(whole, into=tmp_path / "whole")
    killed = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(corpus), str(index)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(_ROOT / "src"), str(_ROOT)])},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert list(index.glob("building-*"))
    n_kept = len(list((index / UNFINISHED).glob("*.npz")))
    assert n_kept == 4
    encoder = HashingEncoder()
    report = build(encoder)
    assert whole.n_passages - encoder.n_passages >= n_kept
    assert sorted(path.name for path in index.iterdir() if path.is_dir()) == [report.generation]
