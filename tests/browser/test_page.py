"""The page in a real browser, on the real corpus and model."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from zjip_qa.interfaces import strings as s
from zjip_qa.interfaces.feedback import FILE_NAME
from zjip_qa.interfaces.security import POLICY

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]


def ask(page: Page, question: str) -> None:
    """Ask and wait for the answer."""
    n_before = page.locator(".answer").count()
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    expect(page.locator(".answer")).to_have_count(n_before + 1, timeout=30_000)


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def choose_file(page: Page, button: str, path: Path) -> None:
    """Click an upload button and pick a file."""
    with page.expect_file_chooser() as chooser:
        page.click(button)
    chooser.value.set_files(path)


def no_sideways_scrolling(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_a_new_corpus_is_indexed_with_progress_shown(server: Any) -> None:
    progress, welcome = server.first_seen
    assert re.search(r"Opening|Building|正在", progress)
    assert s.WELCOME.en in welcome or s.WELCOME.zh in welcome


def test_a_chinese_question_is_answered_and_its_citation_opens_the_source(
    open_page: OpenPage,
) -> None:
    page = open_page()
    ask(page, "知识产权保护社会满意度是多少?")
    expect(page.locator(".answer .text")).to_contain_text("86.02")
    page.click(".answer .text .cite")
    hit = page.locator("#hit")
    expect(hit).to_contain_text("知识产权保护社会满意度达到86.02分")
    expect(hit).to_be_in_viewport()
    assert hit.inner_text() == page.locator(".sources .quote").first.text_content()
    expect(page.locator(".source header")).to_contain_text("zhejiang-ip.md")
    expect(page.locator(".source h3")).to_be_focused()


def test_an_english_question_gets_english_and_the_chinese_source_beside_it(
    open_page: OpenPage,
) -> None:
    page = open_page("en-US")
    ask(page, "How many technology transfer institutions have universities set up?")
    answer = page.locator(".answer .text")
    expect(answer).to_contain_text("360")
    expect(answer).to_have_attribute("lang", "en")
    page.click(".answer .text .cite")
    expect(page.locator("#hit")).to_contain_text("技术转移机构360个")
    expect(page.locator(".row.cited .translation").first).to_contain_text("360")


def test_an_abstention_is_an_answer_with_the_nearest_passages_as_such(
    open_page: OpenPage,
) -> None:
    page = open_page("en-US")
    ask(page, "Who won the 1998 World Cup?")
    expect(page.locator(".badge")).to_have_text(s.NOT_IN_DOCUMENTS.en)
    expect(page.locator(".sources h4")).to_have_text(s.NEAREST.en)
    page.locator(".source-link").first.click()
    expect(page.locator("#hit")).to_be_in_viewport()


def test_an_example_is_asked_by_clicking_it(open_page: OpenPage) -> None:
    page = open_page()
    question = page.locator(".chip").first.inner_text()
    page.locator(".chip").first.click()
    expect(page.locator(".answer")).to_have_count(1, timeout=30_000)
    expect(page.locator(".question")).to_contain_text(question)


def test_each_source_says_how_the_answer_was_checked(open_page: OpenPage) -> None:
    page = open_page("en-US")
    ask(page, "知识产权保护社会满意度是多少?")
    expect(page.locator(".sources .verdict").first).to_have_attribute("title", s.VERBATIM.en)


def test_a_suggested_question_is_asked_by_clicking_it(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, "知识产权保护社会满意度是多少?")
    suggested = page.locator(".next .chip")
    expect(suggested.first).to_be_visible()
    question = suggested.first.inner_text()
    suggested.first.click()
    expect(page.locator(".answer")).to_have_count(2, timeout=30_000)
    expect(page.locator(".question").last).to_contain_text(question)
    assert question not in page.locator(".next .chip").all_inner_texts()


def test_an_answer_is_rated_and_the_rating_kept(open_page: OpenPage, server: Any) -> None:
    page = open_page("en-US")
    ask(page, "知识产权保护社会满意度是多少?")
    thumb = page.get_by_role("button", name=s.GOOD.en, exact=True)
    thumb.click()
    expect(thumb).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".notice")).to_have_text(s.RATED.en)
    kept = server.corpus.with_name("index") / FILE_NAME
    row = json.loads(kept.read_text(encoding="utf-8").splitlines()[-1])
    assert (row["rating"], row["question"]) == ("good", "知识产权保护社会满意度是多少?")


@pytest.mark.parametrize(("button", "name"), [("markdown", "zjip-qa.md"), ("json", "zjip-qa.json")])
def test_a_conversation_is_saved_with_its_citations(
    open_page: OpenPage, tmp_path: Path, button: str, name: str
) -> None:
    page = open_page()
    expect(page.locator(f"#export-{button}")).to_be_hidden()
    ask(page, "知识产权保护社会满意度是多少?")
    with page.expect_download() as download:
        page.click(f"#export-{button}")
    assert download.value.suggested_filename == name
    download.value.save_as(tmp_path / name)
    text = (tmp_path / name).read_text(encoding="utf-8")
    assert "86.02" in text
    assert "zhejiang-ip.md" in text


def test_the_retrieval_panel_lists_passages_scores_and_words(open_page: OpenPage) -> None:
    page = open_page("en-US")
    ask(page, "知识产权保护社会满意度是多少?")
    page.click("#retrieval button")
    expect(page.locator(".hits tbody").first).to_be_visible(timeout=15_000)
    heads = page.locator(".hits th").all_inner_texts()
    assert heads[:3] == ["Rank", "Dense", "Lexical"]
    expect(page.locator(".hits tbody").first.locator(".word")).to_contain_text(
        ["满意度"], use_inner_text=True
    )


def test_the_retrieval_panel_shows_which_words_met_across_the_languages(
    open_page: OpenPage,
) -> None:
    page = open_page("en-US")
    ask(page, "How many technology transfer offices have universities set up?")
    page.click("#retrieval button")
    first = page.locator(".hits tbody").first
    expect(first).to_contain_text("universities → 高校", timeout=15_000, use_inner_text=True)


def test_the_language_switch_keeps_the_conversation_and_is_remembered(
    open_page: OpenPage,
) -> None:
    page = open_page("zh-CN")
    expect(page.locator("#head h1")).to_have_text(s.TITLE.zh)
    ask(page, "知识产权保护社会满意度是多少?")
    page.get_by_role("button", name="English").click()
    expect(page.locator("#head h1")).to_have_text(s.TITLE.en)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#send")).to_have_text(s.SEND.en)
    expect(page.locator(".answer .text")).to_contain_text("86.02")
    expect(page.get_by_role("tab", name=s.TAB_EVALUATE.en)).to_be_visible()
    page.reload()
    expect(page.locator("#head h1")).to_have_text(s.TITLE.en)


def test_a_phone_in_the_dark_scrolls_one_way_only(open_page: OpenPage) -> None:
    page = open_page("en-US", width=360, height=740, dark=True)
    assert no_sideways_scrolling(page)
    ask(page, "How many technology transfer institutions have universities set up?")
    page.click(".answer .text .cite")
    expect(page.locator("#hit")).to_be_in_viewport()
    page.click("#retrieval button")
    assert no_sideways_scrolling(page)
    page.click(".source [data-back]")
    expect(page.locator(".answer .text .cite").first).to_be_focused()
    for tab in (s.TAB_INDEX, s.TAB_EVALUATE):
        open_tab(page, tab.en)
        assert no_sideways_scrolling(page)
    assert brightness(page, "body", "backgroundColor") < 60
    assert brightness(page, "#head h1", "color") > 200


def brightness(page: Page, selector: str, style: str) -> float:
    """Mean of red, green and blue, 0…255."""
    color = page.eval_on_selector(selector, f"e => getComputedStyle(e).{style}")
    red, green, blue = re.findall(r"[\d.]+", color)[:3]
    return (float(red) + float(green) + float(blue)) / 3


@pytest.mark.parametrize(
    ("question", "line"),
    [
        ("  ", s.EMPTY_QUESTION.zh),
        ("?!。…", s.NO_WORDS.zh),
        ("长" * 10_000, s.TOO_LONG.zh.format(count="10,000")),
    ],
)
def test_bad_input_gives_one_line_and_loses_nothing(
    open_page: OpenPage, question: str, line: str
) -> None:
    page = open_page()
    ask(page, "知识产权保护社会满意度是多少?")
    page.fill("#question textarea", question)
    page.click("#send")
    expect(page.locator("#notice [role=alert]")).to_have_text(line)
    expect(page.locator("#question textarea")).to_have_value(question)
    expect(page.locator(".answer")).to_have_count(1)


def test_a_hostile_document_shows_as_text_and_does_nothing(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, "量子烤箱的价格是多少?")
    expect(page.locator(".answer .text")).to_contain_text("4321")
    page.click(".answer .text .cite")
    expect(page.locator("#hit")).to_contain_text("<script>document.title='owned'</script>")
    expect(page.locator(".source-text")).to_contain_text("${document.title='owned'}{{value}}")
    expect(page.locator(".source header")).to_contain_text("<img src=x onerror=")
    page.click("#retrieval button")
    expect(page.locator(".hits tbody").first).to_be_visible(timeout=15_000)
    ask(
        page,
        "量子烤箱 <img src=x onerror=\"document.title='owned'\"> ![x](http://example.com/c.png)",
    )
    open_tab(page, s.TAB_INDEX.zh)
    assert page.locator(".gradio-container img").count() == 0
    assert page.locator(".gradio-container a[href*=example]").count() == 0
    assert "owned" not in page.title()


def test_a_chinese_source_is_shown_word_by_word_on_demand(open_page: OpenPage) -> None:
    page = open_page("en-US")
    ask(page, "量子烤箱的价格是多少?")
    words = page.locator(".gloss")
    expect(words).to_have_count(0)
    page.get_by_role("button", name=s.GLOSS.en).click()
    expect(words).to_contain_text(s.GLOSS_NOTE.en, timeout=30_000)
    expect(words.locator("ruby", has_text="价格")).to_contain_text("price")
    assert page.locator(".gloss script").count() == 0
    assert no_sideways_scrolling(page)
    page.get_by_role("button", name=s.GLOSS.en).click()
    expect(words).to_have_count(0)


def test_two_people_see_only_their_own_conversation(open_page: OpenPage) -> None:
    one, other = open_page(), open_page("en-US")
    ask(one, "知识产权保护社会满意度是多少?")
    ask(other, "How many technology transfer institutions have universities set up?")
    expect(one.locator(".question")).to_have_count(1)
    expect(one.locator("#conversation")).not_to_contain_text("technology transfer")
    expect(other.locator("#conversation")).not_to_contain_text("满意度是多少")


def test_the_keyboard_reaches_the_source_and_an_input_method_does_not_send(
    open_page: OpenPage,
) -> None:
    page = open_page()
    page.fill("#question textarea", "知识产权保护社会满意度是多少?")
    page.eval_on_selector(
        "#question textarea",
        """e => { for (const kind of ['keydown', 'keypress']) e.dispatchEvent(
        new KeyboardEvent(kind, {key: 'Enter', isComposing: true, bubbles: true})); }""",
    )
    page.wait_for_timeout(700)
    expect(page.locator(".turn")).to_have_count(0)
    page.press("#question textarea", "Enter")
    expect(page.locator(".answer")).to_have_count(1, timeout=30_000)
    page.locator(".cite").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".source h3")).to_be_focused()


def test_pasted_text_is_added_indexed_and_cited(open_page: OpenPage, server: Any) -> None:
    page = open_page("en-US")
    open_tab(page, s.TAB_INDEX.en)
    page.click("#paste button")
    page.fill("#paste-name textarea, #paste-name input", "港口.txt")
    page.fill("#paste-text textarea", "东海港口二期码头长度为1357米。")
    page.click("#paste-add")
    expect(page.locator("#added")).to_contain_text("Added 港口.txt")
    assert (server.corpus / "港口.txt").exists()
    page.click("#update")
    expect(page.locator("#report .progress")).to_be_visible()
    expect(page.locator("#report")).to_contain_text("Added 1,", timeout=120_000)
    open_tab(page, s.TAB_CHAT.en)
    ask(page, "东海港口二期码头有多长?")
    expect(page.locator(".answer .text")).to_contain_text("1357")
    expect(page.locator(".sources")).to_contain_text("港口.txt")


def open_document(page: Page, doc_id: str) -> None:
    page.locator("[data-doc]").filter(has_text=doc_id).first.click()
    expect(page.locator(f"#look .file bdi:text-is('{doc_id}')")).to_be_visible(timeout=30_000)


def test_a_document_is_shown_as_it_is_cut_and_a_term_changes_the_cut(
    open_page: OpenPage, server: Any, tmp_path: Path
) -> None:
    page = open_page("zh-CN")
    open_tab(page, s.TAB_INDEX.zh)
    files = []
    for name in ("甲.txt", "乙.md"):
        (tmp_path / name).write_text(f"{name}:海域立体分层设权率为3.75%。\n", encoding="utf-8")
        files.append(tmp_path / name)
    with page.expect_file_chooser() as chooser:
        page.click("#upload")
    chooser.value.set_files(files)
    expect(page.locator("#added .good")).to_have_count(2)
    expect(page.locator("#report .pending-build")).to_contain_text("待加入 2")
    expect(page.locator("#report .state")).to_have_count(2)
    open_document(page, "甲.txt")
    words = page.locator("#look .w")
    expect(words.filter(has_text=re.compile("^分层$"))).to_have_count(1)
    page.fill("#term textarea, #term input", "立体分层设权率")
    page.click("#term-add")
    expect(page.locator("#look .own-word")).to_have_text("立体分层设权率")
    expect(words.filter(has_text=re.compile("^分层$"))).to_have_count(0)
    page.click("#update")
    expect(page.locator("#report .note")).to_contain_text("新增 2", timeout=120_000)
    expect(page.locator("#report .pending-build")).to_have_count(0)
    page.get_by_role("button", name="English").click()
    expect(page.locator("#look .note")).to_have_text(s.LOOK_NOTE.en)
    page.fill("#term textarea, #term input", "立体分层设权率")
    page.click("#term-remove")
    expect(page.locator("#look .own-word")).to_have_count(0)


def test_a_document_is_taken_out_and_the_index_before_comes_back(
    open_page: OpenPage, server: Any
) -> None:
    (server.corpus / "灯塔.txt").write_text("南麂灯塔高27.5米。\n", encoding="utf-8")
    page = open_page("en-US")
    open_tab(page, s.TAB_INDEX.en)
    page.click("#update")
    expect(page.locator("#report .note")).to_contain_text("Added 1,", timeout=120_000)
    open_document(page, "灯塔.txt")
    page.click("#remove")
    expect(page.locator("#added")).to_contain_text("Moved 灯塔.txt to .removed")
    expect(page.locator("#look")).to_have_text(s.LOOK_HINT.en)
    expect(page.locator("#report .state").first).to_have_text(s.GONE.en)
    page.click("#update")
    expect(page.locator("#report .note")).to_contain_text("removed 1", timeout=120_000)
    page.click("#compare button")
    expect(page.locator("#history")).to_contain_text(s.HISTORY_REMOVED.en.format(count=1))
    page.click("#go-back")
    expect(page.locator("#added")).to_contain_text("Back at the index of")
    expect(page.locator("#history")).to_contain_text(s.HISTORY_ADDED.en.format(count=1))
    open_tab(page, s.TAB_CHAT.en)
    ask(page, "南麂灯塔有多高?")
    expect(page.locator(".answer .text")).to_contain_text("27.5")
    open_tab(page, s.TAB_INDEX.en)
    page.click("#go-back")
    expect(page.locator("#history")).to_contain_text(s.HISTORY_REMOVED.en.format(count=1))


def test_a_document_is_found_by_its_name_and_a_hostile_one_is_only_shown(
    open_page: OpenPage,
) -> None:
    page = open_page("en-US", width=360, height=740)
    open_tab(page, s.TAB_INDEX.en)
    page.fill("#find textarea, #find input", "ZHEJIANG")
    expect(page.locator("[data-doc]")).to_have_count(1, timeout=10_000)
    page.fill("#find textarea, #find input", "onerror")
    expect(page.locator("[data-doc]")).to_have_count(1, timeout=10_000)
    page.locator("[data-doc]").click()
    expect(page.locator("#look .cut-text")).to_contain_text("<script>", timeout=30_000)
    assert no_sideways_scrolling(page)
    assert page.locator("#look img, #look script").count() == 0
    page.fill("#find textarea, #find input", "nowhere")
    expect(page.locator("#report")).to_contain_text("No document has “nowhere”")
    assert "owned" not in page.title()


def test_an_uploaded_file_is_never_overwritten_unasked(
    open_page: OpenPage, server: Any, tmp_path: Path
) -> None:
    page = open_page("en-US")
    open_tab(page, s.TAB_INDEX.en)
    new = tmp_path / "zhejiang-ip.md"
    new.write_text("替换", encoding="utf-8")
    choose_file(page, "#upload", new)
    expect(page.locator("#added")).to_contain_text("zhejiang-ip.md exists and was left alone")
    assert (server.corpus / "zhejiang-ip.md").stat().st_size > 1000


def test_an_uploaded_question_file_is_evaluated(open_page: OpenPage, tmp_path: Path) -> None:
    questions = tmp_path / "own.jsonl"
    questions.write_text(
        json.dumps(
            {"id": "1", "question": "知识产权保护社会满意度是多少?", "lang": "zh",
             "quote": "社会满意度达到86.02分", "answers": ["86.02"]},
            ensure_ascii=False,
        ),
        encoding="utf-8",
    )  # fmt: skip
    page = open_page("en-US")
    open_tab(page, s.TAB_EVALUATE.en)
    choose_file(page, "#run-own", questions)
    expect(page.locator("#evaluation")).to_contain_text("nDCG@10", timeout=60_000)
    expect(page.locator("#evaluation")).to_contain_text("1 (100%)")
    titles = page.locator("#evaluation .plot figcaption")
    expect(titles).to_have_count(5)
    expect(titles.first).to_have_text(s.PLOTS["recall_title"].en)
    expect(page.locator("#evaluation .plot circle").first).to_be_visible()
    # What was measured stays on the page and is told anew.
    page.get_by_role("button", name="中文").click()
    expect(titles.first).to_have_text(s.PLOTS["recall_title"].zh)
    expect(page.locator("#evaluation")).to_contain_text(s.RETRIEVERS["hybrid"].zh)
    assert no_sideways_scrolling(page)
    page.get_by_role("button", name="English").click()
    expect(titles.first).to_have_text(s.PLOTS["recall_title"].en)
    broken = tmp_path / "broken.jsonl"
    broken.write_text("not json", encoding="utf-8")
    choose_file(page, "#run-own", broken)
    expect(page.locator("#evaluation [role=alert]")).to_have_text(
        "Can't evaluate: broken.jsonl, line 1: not JSON: Expecting value at column 1"
    )


def test_two_earlier_evaluations_are_compared(
    open_page: OpenPage, server: Any, tmp_path: Path
) -> None:
    kept = server.corpus.parent / "index" / "evaluations.jsonl"
    kept.unlink(missing_ok=True)
    questions = tmp_path / "twice.jsonl"
    asked = "知识产权保护社会满意度是多少?"
    questions.write_text(
        json.dumps(
            {"id": "1", "question": asked, "lang": "zh",
             "quote": "社会满意度达到86.02分", "answers": ["86.02"]},
            ensure_ascii=False,
        ),
        encoding="utf-8",
    )  # fmt: skip
    page = open_page("en-US")
    open_tab(page, s.TAB_EVALUATE.en)
    compared = page.locator("#runs-compared")
    choose_file(page, "#run-own", questions)
    expect(compared).to_have_text(s.NOTHING_TO_COMPARE.en, timeout=60_000)
    # The run before was worse: it answered wrongly and found nothing.
    run = json.loads(kept.read_text(encoding="utf-8"))
    run |= {"setting": "threshold=0.9", "right": {"1": False}, "values": {"1": 0.0}}
    run["measures"] |= {"nDCG@10": 0.0, "right": 0.0, "wrong": 1.0}
    kept.write_text(json.dumps(run, ensure_ascii=False) + "\n", encoding="utf-8")
    choose_file(page, "#run-own", questions)
    expect(compared).to_contain_text(s.COMPARED.en.format(count=1), timeout=60_000)
    expect(compared.locator("tr", has_text="nDCG@10")).to_contain_text("+1.000")
    compared.get_by_text(s.NEWLY_RIGHT.en.format(count=1)).click()
    expect(compared.locator("li")).to_have_text(asked)
    page.get_by_role("button", name="中文").click()
    expect(compared).to_contain_text(s.COMPARED.zh.format(count=1))
    page.locator("#runs-listed summary").click()
    expect(page.locator("#runs-listed tbody tr")).to_have_count(2)
    expect(page.locator("#runs-listed")).to_contain_text("threshold=0.9")
    assert no_sideways_scrolling(page)
    # The other way round: what was gained is lost.
    for field, place in (("#run-before", 0), ("#run-after", 1)):
        page.locator(f"{field} input").click()
        page.locator("[role=option]").nth(place).click()
    expect(compared).to_contain_text(s.NEWLY_WRONG.zh.format(count=1))
    expect(compared.locator("tr", has_text="nDCG@10")).to_contain_text("-1.000")
    page.set_viewport_size({"width": 390, "height": 844})
    assert no_sideways_scrolling(page)


def test_the_server_fences_its_pages_and_offers_no_endpoint_to_strangers(server: Any) -> None:
    with urllib.request.urlopen(server.url) as page:
        assert page.headers["Content-Security-Policy"] == POLICY
        assert page.headers["X-Content-Type-Options"] == "nosniff"
    with urllib.request.urlopen(server.url + "gradio_api/info") as info:
        assert json.load(info) == {"named_endpoints": {}, "unnamed_endpoints": {}}
    inside = urllib.parse.quote(str(server.corpus / "zhejiang-ip.md"))
    with pytest.raises(urllib.error.HTTPError, match=r"403|404"):
        urllib.request.urlopen(server.url + "gradio_api/file=" + inside)


def test_the_server_reached_for_no_other_machine(server: Any) -> None:
    refused = server.refused.read_text(encoding="utf-8")
    assert refused == ""
