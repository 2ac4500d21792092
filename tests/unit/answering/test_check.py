import pytest

from zjip_qa.answering.check import Claim, Verdict, check_answer
from zjip_qa.text import Segmenter
from zjip_qa.types import Citation

ZH = (
    "2023年，浙江专利转让8.4万次，居全国第3位，质押融资3028.07亿元，"
    "依据《浙江省知识产权保护和促进条例》。"
)
EN = "In 2023, Zhejiang transferred patents 84,000 times, third in the country."
QUOTED = Citation("a.md", 0, len(ZH), ZH)
TRANSLATED = Citation("a.md", 0, len(ZH), ZH, translation=EN)


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter()


def _one(text: str, segmenter: Segmenter, citation: Citation = QUOTED) -> Claim:
    [claim] = check_answer(text, [citation], segmenter)
    return claim


@pytest.mark.parametrize(
    "claim",
    [
        "浙江专利转让8.4万次 [1]",
        "浙江专利转让**8.4万次**，居全国第3位。[1]",
        "2023年，\n浙江专利转让8.4万次 [1]".replace("\n", ""),
        "２０２３年,浙江專利轉讓8.4萬次 [1]",
    ],
)
def test_the_very_words(claim: str, segmenter: Segmenter) -> None:
    assert _one(claim, segmenter).verdict is Verdict.VERBATIM


@pytest.mark.parametrize(
    "claim",
    [
        "浙江的专利在2023年转让了84000次。[1]",
        "Zhejiang transferred 84,000 patents in 2023. [1]",
        "Pledges secured RMB 302.807 billion, and Zhejiang ranked third in China. [1]",
        "**RMB 302.807 billion** — In the Chinese original: “质押融资**3028.07亿元**” [1]",
        "It rests on 《浙江省知识产权保护和促进条例》 [1].",
    ],
)
def test_equal_figures_dates_and_names_agree(claim: str, segmenter: Segmenter) -> None:
    assert _one(claim, segmenter).verdict is Verdict.AGREES


@pytest.mark.parametrize(
    ("claim", "missing"),
    [
        ("浙江专利转让8.5万次。[1]", "8.5万次"),
        ("浙江专利转让84次。[1]", "84次"),
        ("浙江专利转让8.4次。[1]", "8.4次"),
        ("质押融资3028.07万元。[1]", "3028.07万元"),
        ("Pledges secured RMB 3028.07 million. [1]", "3028.07 million"),
        ("Zhejiang transferred 85,000 patents in 2023. [1]", "85,000"),
        ("Zhejiang transferred 84,000 patents in 2022. [1]", "2022"),
        ("广东专利转让8.4万次。[1]", "广东"),
        ("据周江勇介绍，浙江专利转让8.4万次。[1]", "周江勇"),
        ("According to Smithers, Zhejiang transferred 84,000 patents. [1]", "Smithers"),
        ("Guangdong transferred 84,000 patents. [1]", "Guangdong"),
        ("依据《专利法》，浙江专利转让8.4万次。[1]", "专利法"),
        ("浙江的商标纠纷由法院审理判决执行。[1]", "浙江的商标纠纷由法院审理判决执行。"),
    ],
)
def test_what_differs_is_named(claim: str, missing: str, segmenter: Segmenter) -> None:
    found = _one(claim, segmenter)
    assert found.verdict is Verdict.DIFFERS
    assert any(missing in each for each in found.missing)


def test_a_translation_counts_as_the_source(segmenter: Segmenter) -> None:
    assert _one(f"{EN} [1]", segmenter, TRANSLATED).verdict is Verdict.VERBATIM


def test_claims_without_a_citation_are_told(segmenter: Segmenter) -> None:
    claims = check_answer("浙江居全国第3位。[2]\n专利很重要。", [QUOTED], segmenter)
    assert [c.verdict for c in claims] == [Verdict.UNCITED, Verdict.UNCITED]
    assert [c.citations for c in claims] == [(2,), ()]


def test_sentences_share_the_marker_that_ends_their_paragraph(segmenter: Segmenter) -> None:
    claims = check_answer("浙江专利转让8.4万次。居全国第3位。[1]", [QUOTED], segmenter)
    assert [(c.citations, c.verdict) for c in claims] == [((1,), Verdict.VERBATIM)] * 2


def test_nothing_said_nothing_checked(segmenter: Segmenter) -> None:
    assert check_answer("", [], segmenter) == []
    assert check_answer("[1] [2]", [QUOTED], segmenter) == []
