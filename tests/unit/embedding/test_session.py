"""Work side by side: in order, on several threads, and never on more than there are cores."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from zjip_qa.embedding import session
from zjip_qa.embedding.session import n_threads, physical_cores, side_by_side


def test_results_come_in_the_order_of_the_items() -> None:
    assert side_by_side(lambda n: n * n, range(100)) == [n * n for n in range(100)]
    assert side_by_side(str, []) == []


def test_one_item_stays_in_the_thread_of_its_caller() -> None:
    assert side_by_side(lambda _: threading.current_thread(), [0]) == [threading.current_thread()]


def test_callers_at_once_share_the_threads() -> None:
    lock, busy, most = threading.Lock(), 0, 0

    def work(pause: float) -> None:
        nonlocal busy, most
        with lock:
            busy += 1
            most = max(most, busy)
        threading.Event().wait(pause)
        with lock:
            busy -= 1

    with ThreadPoolExecutor(4) as callers:
        list(callers.map(lambda _: side_by_side(work, [0.001] * 20), range(4)))
    assert 1 <= most <= n_threads()


def test_items_are_worked_on_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = ThreadPoolExecutor(2)
    monkeypatch.setattr(session, "_pool", lambda: pool)
    both = threading.Barrier(2)
    side_by_side(lambda _: both.wait(timeout=30), [0, 1])


def test_an_error_reaches_the_caller() -> None:
    with pytest.raises(ZeroDivisionError):
        side_by_side(lambda n: 1 / n, [1, 0, 2])


def test_cores_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 1 <= physical_cores() <= 4096
    monkeypatch.delenv("ZJIP_QA_THREADS", raising=False)
    assert n_threads() == physical_cores()
    monkeypatch.setenv("ZJIP_QA_THREADS", "3")
    assert n_threads() == 3
