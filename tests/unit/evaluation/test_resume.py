from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.evaluation.test_runner import QUESTIONS, Fake

from zjip_qa.errors import EvaluationError
from zjip_qa.evaluation.report import Report
from zjip_qa.evaluation.resume import Remembering, state_path
from zjip_qa.evaluation.runner import AnsweringSearcher, evaluate
from zjip_qa.types import Answer, Hit


class Interrupted(Exception):
    pass


class Counting(Fake):
    """Counts its steps and is cut off after some."""

    def __init__(self, most: int) -> None:
        self.n_steps = 0
        self._most = most

    def _step(self) -> None:
        if self.n_steps == self._most:
            raise Interrupted
        self.n_steps += 1

    def search(self, question: str, k: int = 10, retriever: str = "hybrid") -> list[Hit]:
        self._step()
        return super().search(question, k, retriever)

    def ask(self, question: str, *, threshold: float | None = None) -> Answer:
        self._step()
        return super().ask(question, threshold=threshold)


def run(searcher: AnsweringSearcher) -> dict[str, object]:
    report: Report = evaluate(searcher, QUESTIONS)
    return {name: value for name, value in report.to_json().items() if name != "timings"}


N_STEPS = 3 * 3 + 2 * 4


@pytest.mark.parametrize("most", [0, 1, 5, 9, 12, N_STEPS - 1])
def test_an_interrupted_run_goes_on_and_gives_the_same_report(tmp_path: Path, most: int) -> None:
    path = tmp_path / "state.jsonl"
    first = Remembering(Counting(most), path)
    with pytest.raises(Interrupted):
        run(first)
    first.close(finished=False)
    inner = Counting(N_STEPS)
    second = Remembering(inner, path)
    assert second.n_remembered == most
    assert run(second) == run(Fake())
    assert inner.n_steps == N_STEPS - most
    second.close(finished=True)
    assert not path.exists()


def test_a_kill_in_the_middle_of_a_line_loses_that_line_only(tmp_path: Path) -> None:
    path = tmp_path / "state.jsonl"
    first = Remembering(Fake(), path)
    run(first)
    first.close(finished=False)
    data = path.read_bytes()
    path.write_bytes(data[:-1])  # whole JSON, but its line break is missing
    cut = Remembering(Fake(), path)
    assert cut.n_remembered == N_STEPS - 1
    assert run(cut) == run(Fake())
    cut.close(finished=False)
    whole = Remembering(Fake(), path)
    assert whole.n_remembered == N_STEPS
    whole.close(finished=True)


def test_remembered_steps_take_as_long_as_they_took(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ticking(step: float) -> Callable[[], float]:
        now = iter(range(1_000_000))
        return lambda: next(now) * step

    monkeypatch.setattr("zjip_qa.evaluation.resume.perf_counter", ticking(1.0))
    first = Remembering(Fake(), tmp_path / "state.jsonl")
    first.ask("2029")
    first.close(finished=False)
    monkeypatch.setattr("zjip_qa.evaluation.resume.perf_counter", lambda: 0.0)
    second = Remembering(Fake(), tmp_path / "state.jsonl")
    before = second.clock()
    second.ask("2029")
    assert second.clock() - before == 1.0
    second.close(finished=True)


def test_another_index_or_setting_has_a_file_of_its_own(tmp_path: Path) -> None:
    one = {"index": "a", "weights": None}
    assert state_path(tmp_path, one) == state_path(tmp_path, dict(reversed(one.items())))
    assert state_path(tmp_path, one) != state_path(tmp_path, {**one, "index": "b"})


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="cannot be written"):
        Remembering(Fake(), tmp_path / "none" / "state.jsonl")
