import gc
import os
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from zjip_qa.interfaces import chat
from zjip_qa.interfaces import strings as s
from zjip_qa.interfaces.chat_tab import ChatTab
from zjip_qa.interfaces.conversation import render_conversation
from zjip_qa.interfaces.examples import Examples
from zjip_qa.interfaces.localised import Localised
from zjip_qa.interfaces.security import POLICY
from zjip_qa.interfaces.service import Service
from zjip_qa.settings import Settings
from zjip_qa.types import Language

import gradio as gr  # isort: skip

# Gradio makes an event loop for every page and leaves it to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """Let the collector run here, where its warnings are expected."""
    yield
    gc.collect()


@pytest.fixture
def service(tmp_path: Path, core: Any) -> Service:
    service = Service(Settings(corpus=tmp_path / "corpus", index=tmp_path / "index"), lambda: core)
    service.start()
    list(service.watch())
    return service


@pytest.fixture
def tab(service: Service) -> ChatTab:
    with gr.Blocks(analytics_enabled=False):
        return ChatTab(service, Localised(), gr.State("zh"))


def ask(tab: ChatTab, question: str, turns: list[Any], language: str = "zh") -> tuple[Any, ...]:
    """What the last of the updates says."""
    return list(tab._ask(question, turns, language))[-1]


def test_a_welcome_that_comes_late_never_lies_over_an_answer(tab: ChatTab) -> None:
    empty = render_conversation([], Examples(), Language.ZH)
    welcome = tab.offer_examples(empty, "zh")
    assert "chip" in welcome
    answered, *_ = ask(tab, "保护满意度是多少？", [])
    for shown in (answered, welcome):
        assert tab.offer_examples(shown, "zh") == gr.skip()


def test_gradio_is_told_to_stay_offline() -> None:
    assert os.environ["GRADIO_ANALYTICS_ENABLED"] == "False"
    assert os.environ["HF_HUB_OFFLINE"] == "1"


def test_no_endpoint_is_public(service: Service) -> None:
    app = chat.build_app(service)
    api = app.get_api_info()
    assert api is not None
    assert (api["named_endpoints"], api["unnamed_endpoints"]) == ({}, {})
    assert {fn.api_visibility for fn in app.fns.values()} == {"private"}


def test_the_policy_allows_no_other_machine() -> None:
    assert "http" not in POLICY
    assert "*" not in POLICY


def test_an_answer_is_added_and_the_box_emptied(tab: ChatTab) -> None:
    pending, answered = list(tab._ask("满意度?", [], "zh"))
    assert s.THINKING.zh in pending[0] and pending[1] == ""
    assert "<strong>86.02分</strong>" in answered[0]
    assert [turn.question for turn in answered[3]] == ["满意度?"]


def test_a_follow_up_carries_the_conversation(tab: ChatTab) -> None:
    turns = ask(tab, "满意度?", [])[3]
    ask(tab, "那2023年呢?", turns)
    histories: list[Any] = tab.service.core.histories  # type: ignore[attr-defined]
    assert histories == [[], [("满意度?", "社会满意度达到**86.02分**。 [1]")]]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("", s.EMPTY_QUESTION.en),
        ("  \n", s.EMPTY_QUESTION.en),
        ("?!。…", s.NO_WORDS.en),
        ("长" * 10_000, s.TOO_LONG.to(Language.EN, count="10,000")),
    ],
)
def test_bad_input_gives_one_line_and_loses_nothing(tab: ChatTab, question: str, text: str) -> None:
    turns = ask(tab, "满意度?", [])[3]
    conversation, box, notice, state = ask(tab, question, turns, "en")
    assert text in notice and notice.count("<p") == 1
    assert box == question
    assert "86.02分" in conversation
    assert state == gr.skip()


def test_a_bug_in_the_core_loses_nothing_either(
    tab: ChatTab, core: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*args: Any, **options: Any) -> Any:
        raise ZeroDivisionError

    core.ask = broken
    _, box, notice, _ = ask(tab, "满意度?", [], "en")
    assert s.BROKEN.en in unescape(notice)
    assert box == "满意度?"
    assert "ZeroDivisionError" in caplog.text


def test_two_conversations_know_nothing_of_each_other(tab: ChatTab) -> None:
    first = ask(tab, "满意度?", [])
    second = ask(tab, "火星?", [])
    assert [turn.question for turn in first[3]] == ["满意度?"]
    assert [turn.question for turn in second[3]] == ["火星?"]
    assert "满意度?" not in second[0]


def test_a_lone_surrogate_does_not_break_the_page(tab: ChatTab) -> None:
    assert "满意度?" in ask(tab, "满意度\ud800", [])[0]


@pytest.mark.parametrize(
    ("remembered", "accepted", "expected"),
    [
        ("", "zh-CN,zh;q=0.9,en;q=0.8", Language.ZH),
        ("", "de-DE,en-US;q=0.7,zh;q=0.3", Language.EN),
        ("", "de", Language.EN),
        ("", "", Language.ZH),
        ("en", "zh-CN", Language.EN),
        ("nonsense", "zh-TW", Language.ZH),
    ],
)
def test_the_page_speaks_the_reader_s_language(
    remembered: str, accepted: str, expected: Language
) -> None:
    assert chat.preferred_language(remembered, accepted) is expected


@pytest.mark.parametrize(("least", "threshold"), [(0, None), (70, 0.7)])
def test_the_user_says_how_sure_an_answer_must_be(
    tab: ChatTab, least: int, threshold: float | None
) -> None:
    list(tab._ask("满意度?", [], "zh", least))
    assert tab.service.core.thresholds == [threshold]  # type: ignore[attr-defined]


def test_a_source_is_shown_word_by_word_and_put_away_again(tab: ChatTab) -> None:
    turns = ask(tab, "满意度?", [], "en")[3]
    event: Any = SimpleNamespace(act="gloss:0:0")
    shown, _, turns = tab._gloss(turns, "en", event)
    assert "<ruby>社会<rp>(</rp>" in shown and "&lt;b&gt;" in shown
    assert s.GLOSS_NOTE.en in shown
    hidden, _, turns = tab._gloss(turns, "en", event)
    assert "<ruby>" not in hidden
    assert turns[0].glosses == {}


@pytest.mark.parametrize("act", ["gloss:9:0", "gloss:0:9", "gloss:0", "<img>", "gloss:-1:0"])
def test_a_forged_click_shows_no_words(tab: ChatTab, act: str) -> None:
    turns = ask(tab, "满意度?", [], "en")[3]
    event: Any = SimpleNamespace(act=act)
    assert tab._gloss(turns, "en", event) == (gr.skip(), "", turns)
