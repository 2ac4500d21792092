import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.evaluation.test_runner import run

from zjip_qa.evaluation.plots import Axis, Series, bar_chart, line_chart, nice_axis
from zjip_qa.evaluation.report_plots import PlotWords, report_plots

X = Axis("k", 0.0, 10.0, (0.0, 5.0, 10.0))
Y = Axis("recall", 0.0, 1.0, (0.0, 1.0))


def figure(text: str) -> ET.Element:
    return ET.fromstring(text)


def test_a_point_stands_where_its_values_are() -> None:
    drawn = figure(line_chart("t", [Series("a", ((0, 0), (10, 1), (5, 0.5)))], X, Y))
    circles = drawn.findall(".//circle")
    places = [(float(each.attrib["cx"]), float(each.attrib["cy"])) for each in circles]
    # The plane goes from x = 52 to 428 and, upwards, from y = 198 to 12.
    assert places == [(52.0, 198.0), (428.0, 12.0), (240.0, 105.0)]
    assert [each.findtext("title") for each in circles] == ["a: 0, 0", "a: 10, 1", "a: 5, 0.5"]


def test_bars_are_as_high_as_their_values() -> None:
    series = [Series("p50", ((0, 1), (1, 4))), Series("p95", ((0, 2), (1, 0)))]
    bars = figure(bar_chart("t", ["ask", "search"], series, "stage", "ms")).findall(".//rect")
    heights = [float(each.attrib["height"]) for each in bars]
    assert heights == pytest.approx([186 / 4, 186, 186 / 2, 0], abs=0.1)
    assert len({each.attrib["x"] for each in bars}) == 4


def test_text_is_escaped_and_nothing_is_fetched_or_run() -> None:
    evil = "<script>alert('x')</script>&\""
    text = line_chart(evil, [Series(evil, ((1, 1),))], Axis(evil, 0, 2, (1,)), Y)
    text += bar_chart(evil, [evil], [Series(evil, ((0, 1),))], evil, evil)
    assert "<script" not in text
    assert not any(word in text for word in ("http", "href", "url(", "style=", " on"))
    assert figure(f"<div>{text}</div>").findtext("figure/figcaption") == evil


@given(st.floats(1e-6, 1e9))
def test_a_nice_axis_holds_what_it_is_for_and_not_much_more(highest: float) -> None:
    axis = nice_axis("", highest)
    assert highest * 0.999 <= axis.high <= 2.5 * highest
    assert 2 <= len(axis.marks) <= 6
    assert axis.marks[-1] == pytest.approx(axis.high)


def test_an_axis_of_nothing() -> None:
    assert nice_axis("", 0.0).high == 1.0
    figure(bar_chart("t", [], [], "x", "y"))


def test_a_report_has_all_its_plots_in_the_words_given() -> None:
    words = PlotWords(recall_title="召回", names={"lexical": "词语", "ask": "回答"})
    drawn = [figure(each) for each in report_plots(run(), words)]
    assert [each.findtext("figcaption") for each in drawn] == [
        "召回",
        "Wrong answers against refusals",
        "Calibration",
        "Confidence of right and of other answers",
        "Time by stage",
    ]
    recall, _, _, scores, time = ["".join(each.itertext()) for each in drawn]
    assert "词语: 10, 0" in recall
    assert "hybrid: 2, 0.667" in recall
    # One right answer of confidence 0.9; one wrong one, and two refusals of 0.1.
    assert "right, 0.9: 1" in scores
    assert "not right, 0.1: 2" in scores
    assert "回答" in time
