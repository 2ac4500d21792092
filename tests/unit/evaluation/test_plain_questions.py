from pathlib import Path

from zjip_qa.evaluation import default_questions, load_questions
from zjip_qa.evaluation.questions import locate

CORPUS = Path(__file__).parents[3] / "corpus"


def test_the_plain_questions_quote_the_article() -> None:
    questions = load_questions(default_questions().with_name("zhejiang-ip-plain.jsonl"))
    text = (CORPUS / "zhejiang-ip.md").read_text(encoding="utf-8")
    assert all(
        locate(question, {"zhejiang-ip.md": text}) for question in questions if question.quote
    )
    for language in ("zh", "en"):
        asked = [question for question in questions if question.lang == language]
        assert sum(question.answerable for question in asked) == 100
        assert sum(not question.answerable for question in asked) == 45
