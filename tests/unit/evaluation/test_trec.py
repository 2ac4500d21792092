from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zjip_qa.errors import EvaluationError
from zjip_qa.evaluation.runner import evaluate_runs
from zjip_qa.evaluation.trec import qrels_text, read_qrels, read_run, run_text

# The library's own published example (README of ir-measures), as trec_eval reads it.
QRELS = "Q0 0 D0 0\nQ0 0 D1 1\nQ1 0 D0 0\nQ1 0 D3 2\n"
RUN = "Q0 Q0 D0 1 1.2 tag\nQ0\tQ0\tD1 2 1.0 tag\n\nQ1 Q0 D3 1 3.6 tag\nQ1 Q0 D0 2 2.4 tag\n"


def files(folder: Path, qrels: str = QRELS, run: str = RUN) -> tuple[Path, Path]:
    (folder / "q").write_text(qrels, encoding="utf-8")
    (folder / "r").write_text(run, encoding="utf-8")
    return folder / "q", folder / "r"


def test_the_published_example_is_measured_as_published(tmp_path: Path) -> None:
    qrels, run = files(tmp_path)
    tag, found = read_run(run)
    report = evaluate_runs({tag: found}, read_qrels(qrels))
    assert report.retrievers["tag"].measures["nDCG@10"] == pytest.approx(0.8154648767857288)
    assert report.retrievers["tag"].measures["AP"] == 0.75
    assert (report.to_json()["n_questions"], report.rows) == (2, ())
    assert "questions failed" not in report.to_text()


def test_a_query_that_a_run_lacks_scores_zero(tmp_path: Path) -> None:
    qrels, run = files(tmp_path, run="Q1 Q0 D3 1 3.6 tag\n")
    report = evaluate_runs({"r": read_run(run)[1]}, read_qrels(qrels))
    assert report.retrievers["r"].measures["RR"] == 0.5


names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).map(
    lambda text: f"n{text}"
)


@given(
    st.dictionaries(
        names, st.dictionaries(names, st.integers(0, 3), min_size=1), min_size=1, max_size=4
    )
)
def test_what_is_written_is_read_again(qrels: dict[str, dict[str, int]]) -> None:
    import tempfile

    def written(text: str) -> str:
        return qrels_text({text: {"d": 1}}).split()[0]

    runs = {
        query: {item: float(grade) / 3 for item, grade in judged.items()}
        for query, judged in qrels.items()
    }
    with tempfile.TemporaryDirectory() as folder:
        paths = files(Path(folder), qrels_text(qrels), run_text(runs, "a tag"))
        assert read_qrels(paths[0]) == {
            written(query): {written(item): grade for item, grade in judged.items()}
            for query, judged in qrels.items()
        }
        tag, run = read_run(paths[1])
    assert tag == "a%20tag"
    assert {query: set(found.values()) for query, found in run.items()} == {
        written(query): set(found.values()) for query, found in runs.items()
    }


@pytest.mark.parametrize(
    ("qrels", "says"),
    [
        ("", "holds no judgements"),
        ("Q0 0 D1\n", "line 1: 3 columns, expected 'query 0 item grade'"),
        ("Q0 0 D1 1\nQ0 0 D1 0\n", "line 2: 'D1' was judged before for query 'Q0'"),
        ("Q0 0 D1 yes\n", "line 1: the grade is 'yes', expected a whole number"),
    ],
)
def test_broken_judgements_are_refused(tmp_path: Path, qrels: str, says: str) -> None:
    with pytest.raises(EvaluationError, match=says):
        read_qrels(files(tmp_path, qrels=qrels)[0])


@pytest.mark.parametrize(
    ("run", "says"),
    [
        ("\n", "holds no results"),
        ("Q0 Q0 D1 1 1.0\n", "line 1: 5 columns"),
        ("Q0 Q0 D1 1 1.0 t\nQ0 Q0 D1 2 0.5 t\n", "line 2: 'D1' was found before"),
        ("Q0 Q0 D1 1 x t\n", "line 1: the score is 'x', expected a number"),
        ("Q0 Q0 D1 1 nan t\n", "expected a finite number"),
    ],
)
def test_a_broken_run_is_refused(tmp_path: Path, run: str, says: str) -> None:
    with pytest.raises(EvaluationError, match=says):
        read_run(files(tmp_path, run=run)[1])
