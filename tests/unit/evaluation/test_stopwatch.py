import pytest

from zjip_qa.evaluation.stopwatch import Stopwatch


def test_timings_by_stage_in_milliseconds() -> None:
    # Steps of 1, 3 and 2 s: nearest rank gives p50 = 2 s and p95 = 3 s.
    clock = iter([0.0, 1.0, 1.0, 4.0, 4.0, 6.0])
    watch = Stopwatch(3, clock=lambda: next(clock))
    for _ in range(3):
        with watch.step("ask"):
            pass
    assert watch.timings() == {
        "ask": {"n": 3, "mean": 2000.0, "p50": 2000.0, "p95": 3000.0, "p99": 3000.0}
    }


def test_failed_step_is_not_counted() -> None:
    seen: list[tuple[int, int]] = []
    watch = Stopwatch(2, lambda done, total: seen.append((done, total)))
    with pytest.raises(KeyError), watch.step("ask"):
        raise KeyError
    with watch.step("search"):
        pass
    assert seen == [(1, 2)]
    assert list(watch.timings()) == ["search"]
