"""The guard on every test, and what several rooms share: the shipped model, one index with it.

No test reaches another machine, also where a library would swallow the refusal.
"""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from zjip_qa.embedding import Encoder, load_encoder
from zjip_qa.knowledge_base import KnowledgeBase

ROOT = Path(__file__).parents[1]

_refused: list[str] = []


def _is_here(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host is None or host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


def _stay_here(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:  # another event, or a socket of the file system
        return
    if not _is_here(host):
        _refused.append(f"{event} {host}")
        raise ConnectionRefusedError(f"{event} {host}: tests stay on this machine")


# A hook sees what patching `socket` would miss: name look-ups, and sockets opened from C.
sys.addaudithook(_stay_here)


@pytest.fixture(autouse=True)
def refused() -> Iterator[list[str]]:
    """What was refused during a test; it fails unless this is empty in the end."""
    _refused.clear()
    yield _refused
    assert not _refused, "tried to reach another machine"


@pytest.fixture(scope="session")
def shipped_encoder() -> Encoder:
    """The model in the package, loaded once."""
    return load_encoder()


@pytest.fixture(scope="session")
def shipped_index(shipped_encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the shipped corpus. Tests read it; one that writes takes a copy."""
    folder = tmp_path_factory.mktemp("shipped") / "index"
    KnowledgeBase.build(ROOT / "corpus", folder, encoder=shipped_encoder)
    return folder


@pytest.fixture(scope="session")
def knowledge_base(shipped_index: Path, shipped_encoder: Encoder) -> KnowledgeBase:
    """The shipped corpus, opened once."""
    return KnowledgeBase.open(shipped_index, encoder=shipped_encoder)
