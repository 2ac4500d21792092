"""The Chat tab: conversation on one side, the source and how it was found on the other.

All that a session knows (its turns, the opened passage, what was found) is in `gr.State`, one
copy a browser tab, so two people never see each other's questions.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from zjip_qa.errors import QuestionError, ZjipQAError
from zjip_qa.interfaces import strings as s
from zjip_qa.interfaces.conversation import (
    Turn,
    history_of,
    passage_at,
    passage_of,
    render_conversation,
)
from zjip_qa.interfaces.examples import Examples, next_questions
from zjip_qa.interfaces.export import as_json, as_markdown
from zjip_qa.interfaces.feedback import keep_rating
from zjip_qa.interfaces.index_tab import notice, render_progress
from zjip_qa.interfaces.localised import Localised
from zjip_qa.interfaces.retrieval_panel import (
    FoundPassage,
    render_empty_retrieval,
    render_retrieval,
)
from zjip_qa.interfaces.service import Phase, Service
from zjip_qa.interfaces.source_pane import Passage, render_empty_source, render_source
from zjip_qa.types import Answer, Language

logger = logging.getLogger(__name__)

N_PASSAGES = 10
"""Passages listed in the retrieval panel."""

Found = tuple[str, list[FoundPassage]]
"""A question as the core understood it, its hits, and the matched words by rank."""

# A click anywhere in the conversation; `data-act` says what it means.
_ON_CLICK = """
element.addEventListener('click', event => {
  const clicked = event.target.closest('[data-act]');
  if (!clicked) return;
  const act = clicked.dataset.act;
  const events = {example: 'submit', next: 'submit', good: 'like', bad: 'like', gloss: 'expand'};
  trigger(events[act.split(':')[0]] ?? 'select', {act});
});
watch('value', () => window.zjipQA.answered(element));
"""
# The text that the server made becomes a file in the browser alone.
_SAVE = """
(text, name, type) => {
  if (!text) return;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], {type}));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
"""
_ON_SOURCE = "watch('value', () => window.zjipQA.opened(element));"


class ChatTab:
    """The tab's components and events; made inside the open layout context.

    Attributes:
        state: what `rendered` needs, in order: the session's states.
        outputs: what `rendered` gives, in order.
    """

    def __init__(self, service: Service, words: Localised, language: gr.State) -> None:
        self.service = service
        self.language = language
        self.turns = gr.State([])
        self.passage = gr.State(None)
        self.found = gr.State(None)
        with gr.Row(elem_id="chat-columns"):
            with gr.Column(scale=5, min_width=300, elem_id="talk"):
                self.conversation = _html("conversation", _ON_CLICK)
                self.notice = _html("notice")
                with gr.Row(elem_id="ask-row"):
                    self.question = words.add(
                        gr.Textbox(
                            lines=1, max_lines=6, container=False, elem_id="question", scale=8
                        ),
                        placeholder=s.QUESTION_HINT,
                        label=s.QUESTION,
                    )
                    self.send = words.add(
                        gr.Button(variant="primary", elem_id="send", scale=1, min_width=72),
                        value=s.SEND,
                    )
                    self.new = words.add(
                        gr.Button(elem_id="new-chat", scale=1, min_width=72), value=s.NEW_CHAT
                    )
                with words.add(gr.Accordion(open=False, elem_id="caution"), label=s.CAUTION):
                    self.least = words.add(
                        gr.Slider(0, 95, value=0, step=5, elem_id="least-confidence"),
                        label=s.LEAST_CONFIDENCE,
                    )
                with gr.Row(elem_id="keep-row", visible=False) as self.keep:
                    self.markdown = words.add(
                        gr.Button(size="sm", elem_id="export-markdown", min_width=72),
                        value=s.EXPORT_MARKDOWN,
                    )
                    self.json = words.add(
                        gr.Button(size="sm", elem_id="export-json", min_width=72),
                        value=s.EXPORT_JSON,
                    )
                # What a browser saves: text, name of the file, media type.
                self.saved = [gr.Textbox(visible=False) for _ in range(3)]
            with gr.Column(scale=6, min_width=300, elem_id="side"):
                self.source = _html("source", _ON_SOURCE)
                with words.add(gr.Accordion(open=False, elem_id="retrieval"), label=s.RETRIEVAL):
                    self.retrieval = _html("passages")
        self.state = [self.turns, self.passage, self.found]
        self.outputs = [self.conversation, self.source, self.retrieval]
        self._connect()

    def rendered(
        self, language: Language, turns: list[Turn], passage: Passage | None, found: Found | None
    ) -> list[str]:
        """Everything in `outputs`, in `language`, from the session's states."""
        return [
            render_conversation(turns, self.service.examples, language),
            self._source(passage, language),
            self._retrieval(found, language),
        ]

    def _connect(self) -> None:
        """Wire the events; none of them is an endpoint for strangers."""
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        asking = {
            "inputs": [self.question, self.turns, self.language, self.least],
            "outputs": [self.conversation, self.question, self.notice, self.turns],
        }
        showing: dict[str, Any] = {
            "inputs": [self.turns, self.language],
            "outputs": [self.source, self.passage],
        }
        finding: dict[str, Any] = {
            "inputs": [self.turns, self.found, self.language],
            "outputs": [self.retrieval, self.found],
        }
        for ask in (
            gr.on([self.question.submit, self.send.click], self._ask, **asking, **quiet),
            self.conversation.submit(self._take_example, self.turns, self.question, **quiet).then(
                self._ask, **asking, **quiet
            ),
        ):
            ask.then(self._show_first, **showing, **quiet).then(self._find, **finding, **quiet)
            ask.then(_offered, self.turns, self.keep, **quiet)
        self.conversation.like(
            self._rate,
            [self.turns, self.language],
            [self.conversation, self.notice, self.turns],
            **quiet,
        )
        self.conversation.expand(
            self._gloss,
            [self.turns, self.language],
            [self.conversation, self.notice, self.turns],
            **quiet,
        )
        for button, export in (
            (self.markdown, self._as_markdown),
            (self.json, self._as_json),
        ):
            button.click(export, [self.turns, self.language], self.saved, **quiet).then(
                None, self.saved, js=_SAVE
            )
        self.conversation.select(
            self._open, [self.turns, self.language], [self.source, self.passage], **quiet
        )
        self.new.click(
            self._clear, self.language, [*self.outputs, self.notice, *self.state], **quiet
        ).then(_offered, self.turns, self.keep, **quiet)

    def watch(self, chosen: str) -> Iterator[str]:
        """Show how far the index is until it serves."""
        language = Language(chosen)
        for status in self.service.watch():
            if status.phase == Phase.FAILED:
                yield notice(s.BUILD_FAILED.to(language, reason=status.error))
            else:
                yield render_progress(status, language)

    def offer_examples(self, shown: str, chosen: str) -> Any:
        """The examples that an index makes possible, in place of a welcome without any.

        Whatever else is `shown` stays: a question asked meanwhile, and its answer, would lie
        under a welcome that comes late.
        """
        language = Language(chosen)
        if shown != render_conversation([], Examples(), language):
            return gr.skip()
        return render_conversation([], self.service.examples, language)

    def _ask(
        self, question: str, turns: list[Turn], chosen: str, least: float = 0
    ) -> Iterator[tuple[Any, Any, Any, Any]]:
        """Show the question at once, then its answer; on an error lose neither.

        `least` is the confidence to answer from, in percent; 0 for the calibrated one.
        """
        language, examples = Language(chosen), self.service.examples
        asked = question.encode("utf-8", "replace").decode()  # A lone surrogate can't be sent back.
        if not self.service.status.serving:
            yield gr.skip(), gr.skip(), notice(s.NOT_READY.to(language)), gr.skip()
            return
        waiting = [*turns, Turn(asked.strip())]
        if asked.strip():
            yield render_conversation(waiting, examples, language), "", "", gr.skip()
        try:
            answer = self.service.core.ask(
                asked, history=history_of(turns), threshold=least / 100 if least else None
            )
        except Exception as exc:
            text = _what_went_wrong(exc, asked, language)
            yield render_conversation(turns, examples, language), question, notice(text), gr.skip()
            return
        turns = [*turns, Turn(asked.strip(), answer)]
        turns[-1] = replace(turns[-1], suggested=self._suggested(turns, answer))
        yield render_conversation(turns, examples, language), gr.skip(), "", turns

    def _take_example(self, turns: list[Turn], event: gr.EventData) -> str:
        """The example or suggested question that was clicked."""
        match = re.fullmatch(r"example:(zh|en):(\d{1,6})|next:(\d{1,6}):(\d{1,6})", str(event.act))
        if match is None:
            return ""
        number = int(match[2] or match[4])
        if match[1]:
            questions = self.service.examples.of(Language(match[1]))
        else:
            turn = int(match[3])
            questions = turns[turn].suggested if turn < len(turns) else ()
        return questions[number] if number < len(questions) else ""

    def _suggested(self, turns: list[Turn], answer: Answer) -> tuple[str, ...]:
        """What to ask next; nothing where the index changed underneath."""
        citations = [c for turn in turns if turn.answer for c in turn.answer.citations]
        asked = [turn.question for turn in turns]
        try:
            core = self.service.core
            recent = dict.fromkeys(c.doc_id for c in reversed(citations))
            documents = [core.document(doc_id) for doc_id in recent]
        except (ZjipQAError, KeyError):
            documents = []
        sections = [c.section for c in citations]
        return next_questions(documents, self.service.examples, asked, sections, answer.language)

    def _rate(
        self, turns: list[Turn], chosen: str, event: gr.EventData
    ) -> tuple[Any, str, list[Turn]]:
        """Keep the user's judgement of an answer."""
        language = Language(chosen)
        match = re.fullmatch(r"(good|bad):(\d{1,6})", str(event.act))
        number = int(match[2]) if match else len(turns)
        answer = turns[number].answer if number < len(turns) else None
        if match is None or answer is None:
            return gr.skip(), "", turns
        try:
            keep_rating(
                self.service.settings.index, turns[number].question, answer, good=match[1] == "good"
            )
        except OSError as exc:
            return gr.skip(), notice(s.NOT_RATED.to(language, reason=exc.strerror)), turns
        turns = [*turns]
        turns[number] = replace(turns[number], rating=match[1])
        shown = render_conversation(turns, self.service.examples, language)
        return shown, notice(s.RATED.to(language), good=True), turns

    def _gloss(
        self, turns: list[Turn], chosen: str, event: gr.EventData
    ) -> tuple[Any, str, list[Turn]]:
        """Show a source word by word, or put the words away again."""
        language = Language(chosen)
        match = re.fullmatch(r"gloss:(\d{1,6}):(\d{1,6})", str(event.act))
        number, i = (int(match[1]), int(match[2])) if match else (len(turns), 0)
        answer = turns[number].answer if number < len(turns) else None
        if answer is None or i >= len(answer.citations):
            return gr.skip(), "", turns
        glosses = dict(turns[number].glosses)
        if glosses.pop(i, None) is None:
            try:
                glosses[i] = self.service.core.gloss(answer.citations[i].quote)
            except ZjipQAError as exc:
                return gr.skip(), notice(str(exc)), turns
        turns = [*turns]
        turns[number] = replace(turns[number], glosses=glosses)
        return render_conversation(turns, self.service.examples, language), "", turns

    def _as_markdown(self, turns: list[Turn], chosen: str) -> tuple[str, str, str]:
        """The conversation as Markdown, with the name and type of its file."""
        return as_markdown(turns, Language(chosen)), "zjip-qa.md", "text/markdown"

    def _as_json(self, turns: list[Turn], _chosen: str) -> tuple[str, str, str]:
        """The conversation as JSON, with the name and type of its file."""
        return as_json(turns), "zjip-qa.json", "application/json"

    def _show_first(self, turns: list[Turn], chosen: str) -> tuple[Any, Any]:
        """Open the source of a new answer beside it, without moving the reader."""
        answer = turns[-1].answer if turns else None
        if answer is None or not answer.citations:
            return gr.skip(), gr.skip()
        passage = passage_of(answer.citations[0])
        return self._source(passage, Language(chosen)), passage

    def _open(self, turns: list[Turn], chosen: str, event: gr.EventData) -> tuple[Any, Any]:
        """Open the passage that was clicked."""
        passage = passage_at(turns, str(event.act))
        if passage is None:
            return gr.skip(), gr.skip()
        return self._source(passage, Language(chosen), follow=time.monotonic_ns()), passage

    def _find(self, turns: list[Turn], found: Found | None, chosen: str) -> tuple[Any, Any]:
        """Search again for the last question, to show how its answer was found."""
        if not turns or turns[-1].answer is None:
            return gr.skip(), gr.skip()
        question = turns[-1].answer.question or turns[-1].question
        if found is not None and found[0] == question:
            return gr.skip(), gr.skip()
        try:
            core = self.service.core
            hits = core.search(question, k=N_PASSAGES)
            nearest = core.word_matches(question, hits)
            words = [core.matched_words(question, hit) for hit in hits]
            found = (question, list(map(FoundPassage, hits, words, nearest)))
        except ZjipQAError as exc:
            return notice(str(exc)), None
        return self._retrieval(found, Language(chosen)), found

    def _clear(self, chosen: str) -> list[Any]:
        """Start a new conversation."""
        language = Language(chosen)
        return [*self.rendered(language, [], None, None), "", [], None, None]

    def _source(self, passage: Passage | None, language: Language, *, follow: int = 0) -> str:
        """The source pane for a passage; an index that changed underneath is told in one line."""
        if passage is None:
            return render_empty_source(language)
        try:
            core = self.service.core
            document = core.document(passage.doc_id)
            translation = core.translation(passage.doc_id)
        except (ZjipQAError, KeyError):
            return notice(s.SOURCE_GONE.to(language))
        return render_source(document, passage, translation, language, follow=follow)

    def _retrieval(self, found: Found | None, language: Language) -> str:
        """The retrieval panel for what was found."""
        if found is None:
            return render_empty_retrieval(language)
        return render_retrieval(*found, language)


def _offered(turns: list[Turn]) -> gr.Row:
    """The row of export buttons, once there is something to export."""
    return gr.Row(visible=bool(turns))


def _html(name: str, script: str | None = None) -> gr.HTML:
    """An element of our own making, without Gradio's styles for running text."""
    return gr.HTML(elem_id=name, js_on_load=script, apply_default_css=False, elem_classes="own")


def _what_went_wrong(exc: Exception, question: str, language: Language) -> str:
    """An error of `ask` as one line in the interface's language."""
    if isinstance(exc, QuestionError):
        if not question.strip():
            return s.EMPTY_QUESTION.to(language)
        if not any(character.isalnum() for character in question):
            return s.NO_WORDS.to(language)
        return s.TOO_LONG.to(language, count=f"{len(question):,}")
    if isinstance(exc, ZjipQAError):
        return s.CANNOT_ANSWER.to(language, reason=exc)
    logger.error("a question could not be answered", exc_info=exc)
    return s.BROKEN.to(language)
