"""The web page: layout, language, launch.

Two rules keep a stranger's text from doing harm. What is shown goes through the renderers of
this room, which escape all of it; and nothing that a browser sends is used as a path: a document
is looked up among those that the server has found.
No request leaves the machine: Gradio's own are switched off before it is imported.
"""

from __future__ import annotations

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import atexit
import logging
import shutil
import signal
import sys
import tempfile
from importlib.resources import files
from typing import Any

import gradio as gr
from starlette.middleware import Middleware

from zjip_qa.interfaces import strings as s
from zjip_qa.interfaces.chat_tab import ChatTab
from zjip_qa.interfaces.corpus_files import MAX_MEGABYTES
from zjip_qa.interfaces.evaluate_tab import build_evaluate_tab
from zjip_qa.interfaces.index_tab import CorpusTab
from zjip_qa.interfaces.localised import Localised
from zjip_qa.interfaces.security import SecurityHeaders
from zjip_qa.interfaces.service import CoreType, Service
from zjip_qa.interfaces.source_pane import escaped, tag
from zjip_qa.settings import Settings
from zjip_qa.types import Language

logger = logging.getLogger(__name__)

_FONT = ["system-ui", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", "sans-serif"]
_MONO = ["ui-monospace", "Consolas", "monospace"]

# The language switch; and <html lang>, which a screen reader chooses its voice by.
_ON_HEAD = """
element.addEventListener('click', event => {
  const clicked = event.target.closest('[data-language]');
  if (clicked) trigger('select', {language: clicked.dataset.language});
});
const follow = () => {
  const shown = element.querySelector('header');
  if (shown) document.documentElement.lang = shown.lang;
};
watch('value', follow);
follow();
"""


def launch(settings: Settings, *, open_browser: bool = False, block: bool = True) -> gr.Blocks:
    """Serve the page on `settings.host` and `settings.port`.

    The page is up at once; the index is opened, or built, behind it.

    Args:
        settings: paths, host and port.
        open_browser: open the page in the user's browser.
        block: return only when the server is stopped.

    Returns:
        The running app; `close()` stops it.

    Raises:
        OSError: the port is taken.
    """

    def load() -> CoreType:
        from zjip_qa.knowledge_base import KnowledgeBase

        return KnowledgeBase

    return serve(Service(settings, load), open_browser=open_browser, block=block)


def serve(service: Service, *, open_browser: bool = False, block: bool = True) -> gr.Blocks:
    """Serve the page for a service: `launch` with the core left open."""
    settings = service.settings
    # Uploads wait here, readable by this user alone, and go when the server does.
    cache = tempfile.mkdtemp(prefix="zjip-qa-")
    atexit.register(shutil.rmtree, cache, ignore_errors=True)
    os.environ["GRADIO_TEMP_DIR"] = cache
    app = build_app(service)
    service.start()
    own = files("zjip_qa.interfaces")
    app.queue(max_size=64, default_concurrency_limit=4).launch(
        server_name=settings.host,
        server_port=settings.port,
        inbrowser=open_browser,
        prevent_thread_lock=True,
        share=False,
        ssr_mode=False,
        mcp_server=False,
        pwa=False,
        run_history=False,
        enable_monitoring=False,
        allowed_paths=[],
        max_file_size=f"{MAX_MEGABYTES}mb",
        footer_links=[],
        theme=theme(),
        css=(own / "style.css").read_text(encoding="utf-8"),
        head=f"<script>{(own / 'script.js').read_text(encoding='utf-8')}</script>",
        app_kwargs={"middleware": [Middleware(SecurityHeaders)]},
        quiet=True,
    )
    sys.stderr.write(f"zjip-qa: open {app.local_url} in a browser; Ctrl+C stops the server\n")
    if settings.host not in {"127.0.0.1", "localhost", "::1"}:
        logger.warning(
            "%s can be reached from other machines, and whoever reaches it can read the "
            "documents and add to them; use 127.0.0.1 to keep it to this one",
            settings.host,
        )
    if block:
        # A plain SIGTERM would skip what is registered to be cleaned up at the end.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        app.block_thread()
    return app


def build_app(service: Service) -> gr.Blocks:
    """The page for a service, not launched."""
    words = Localised()
    app: gr.Blocks
    with gr.Blocks(
        title=f"{s.TITLE.zh} · {s.TITLE.en}", analytics_enabled=False, delete_cache=(600, 3600)
    ) as app:
        stored = gr.BrowserState("", storage_key="zjip-qa-language")
        language = gr.State(Language.ZH.value)
        head = gr.HTML(
            render_head(Language.ZH),
            elem_id="head",
            js_on_load=_ON_HEAD,
            apply_default_css=False,
            elem_classes="own",
        )
        with gr.Tabs():
            with words.add(gr.Tab(id="chat"), label=s.TAB_CHAT):
                chat = ChatTab(service, words, language)
            with words.add(gr.Tab(id="index"), label=s.TAB_INDEX):
                corpus = CorpusTab(service, words, language)
            with words.add(gr.Tab(id="evaluate"), label=s.TAB_EVALUATE) as tab:
                build_evaluate_tab(service, words, language, tab)

        n_chat = len(chat.state)

        def relabel(chosen: str, *session: Any) -> list[Any]:
            to = Language(chosen)
            return [
                render_head(to),
                chosen,
                chosen,
                *words.updates(to),
                *chat.rendered(to, *session[:n_chat]),
                *corpus.rendered(to, *session[n_chat:]),
            ]

        def greet(remembered: str, request: gr.Request, *session: Any) -> list[Any]:
            accepted = request.headers.get("accept-language", "")
            chosen = preferred_language(remembered, accepted)
            return relabel(chosen, *session)

        def switch(event: gr.EventData, *session: Any) -> list[Any]:
            return relabel(Language(event.language), *session)

        relabelled = [
            head, stored, language, *words.components, *chat.outputs, *corpus.outputs
        ]  # fmt: skip
        session = [*chat.state, *corpus.state]
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        head.select(switch, session, relabelled, **quiet)
        app.load(greet, [stored, *session], relabelled, **quiet).then(
            chat.watch, language, chat.notice, concurrency_limit=None, **quiet
        ).then(chat.offer_examples, [chat.conversation, language], chat.conversation, **quiet).then(
            lambda to, *of: corpus.rendered(Language(to), *of),
            [language, *corpus.state],
            corpus.outputs,
            **quiet,
        )
    return app


def preferred_language(remembered: str, accepted: str) -> Language:
    """The interface's language: the one chosen before, else the browser's first of ours.

    Args:
        remembered: an earlier choice, or "".
        accepted: the browser's Accept-Language header; its order is taken as its wish.
    """
    for wish in [remembered or "", *accepted.split(",")]:
        primary = wish.split(";")[0].split("-")[0].strip().lower()
        if primary in {Language.ZH.value, Language.EN.value}:
            return Language(primary)
    return Language.EN if accepted else Language.ZH


def render_head(language: Language) -> str:
    """The page's name and the language switch."""
    switch = "".join(
        f'<button type="button" lang="{tag(each)}" data-language="{each.value}"'
        f' aria-pressed="{"true" if each == language else "false"}">{name}</button>'
        for each, name in ((Language.ZH, "中文"), (Language.EN, "English"))
    )
    return (
        f'<header lang="{tag(language)}"><div><h1>{escaped(s.TITLE.to(language))}</h1>'
        f"<p>{escaped(s.SUBTITLE.to(language))}</p></div>"
        f'<div class="switch" role="group" aria-label="{escaped(s.LANGUAGE.to(language))}">'
        f"{switch}</div></header>"
    )


def theme() -> gr.themes.Base:
    """Calm colours, system fonts: nothing is fetched."""
    return gr.themes.Base(
        primary_hue=gr.themes.colors.teal,
        neutral_hue=gr.themes.colors.slate,
        font=_FONT,
        font_mono=_MONO,
        radius_size=gr.themes.sizes.radius_md,
    ).set(
        button_primary_background_fill="#0f766e",
        button_primary_background_fill_hover="#115e59",
        button_primary_background_fill_dark="#0f766e",
        button_primary_background_fill_hover_dark="#0d9488",
        button_primary_text_color="white",
        button_primary_text_color_dark="white",
    )
