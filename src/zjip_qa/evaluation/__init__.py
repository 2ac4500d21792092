"""Measuring retrieval and answers: question files, data sets, measures, reports.

Nothing at run time needs this room; `ir_measures` is loaded when something is measured.
"""

from zjip_qa.evaluation.answers import Judgement
from zjip_qa.evaluation.beir import read_beir
from zjip_qa.evaluation.dataset import Dataset
from zjip_qa.evaluation.questions import Question, default_questions, load_questions
from zjip_qa.evaluation.reading import ReadingReport, evaluate_reading
from zjip_qa.evaluation.report import Report, write_report
from zjip_qa.evaluation.runner import evaluate, evaluate_dataset, evaluate_runs
from zjip_qa.evaluation.squad import read_squad
from zjip_qa.evaluation.trec import read_qrels, read_run

__all__ = [
    "Dataset",
    "Judgement",
    "Question",
    "ReadingReport",
    "Report",
    "default_questions",
    "evaluate",
    "evaluate_dataset",
    "evaluate_reading",
    "evaluate_runs",
    "load_questions",
    "read_beir",
    "read_qrels",
    "read_run",
    "read_squad",
    "write_report",
]
