import logging
from pathlib import Path

import pytest
from tests.unit.evaluation.test_runner import run

from zjip_qa.errors import EvaluationError
from zjip_qa.evaluation.comparison import compare
from zjip_qa.evaluation.history import keep, past_run, read_history
from zjip_qa.evaluation.report_tables import history_table


def test_a_run_is_kept_and_can_be_compared_with(tmp_path: Path) -> None:
    path = tmp_path / "evaluations.jsonl"
    assert read_history(path) == []
    kept = past_run(run(), time="2026-01-02T03:04:05+00:00", questions="浙江.jsonl", digest="d")
    keep(path, kept)
    keep(path, kept)
    assert read_history(path) == [kept, kept]
    assert kept.measures["RR"] == 0.5
    assert kept.measures["right"] == 0.5
    assert kept.right == {"z1": True, "z2": False, "e1": False, "e2": True}
    assert kept.values["e2"] is None
    change = compare(kept.outcome, read_history(path)[0].outcome)
    assert (change.n, change.newly_right, change.newly_wrong) == (4, (), ())
    row = history_table([kept]).rows[0]
    assert row[:5] == ("2026-01-02T03:04:05+00:00", "浙江.jsonl", "d", "–", "4")


def test_a_line_that_is_no_run_is_left_out_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "evaluations.jsonl"
    path.write_text('{"time": 1}\nnothing\n[]\n', encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        assert read_history(path) == []
    assert [record.args[1] for record in caplog.records if isinstance(record.args, tuple)] == [
        *(1, 2, 3)
    ]


def test_a_history_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="cannot be read"):
        read_history(tmp_path)
    kept = past_run(run(), time="t", questions="q", digest="d")
    with pytest.raises(EvaluationError, match="the evaluation is not kept"):
        keep(tmp_path / "none" / "evaluations.jsonl", kept)
