"""A real server on the real corpus, and a browser that reports every request it makes."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[2]
HOSTILE_NAME = "<img src=x onerror=document.title='owned'>.txt"
HOSTILE = (
    "量子烤箱的价格是4321元<script>document.title='owned'</script>"
    "<img src=http://example.com/a.png onerror=document.title='owned'>"
    "![图](http://example.com/b.png)${document.title='owned'}{{value}}。\n"
)


@dataclass
class Server:
    url: str
    corpus: Path
    refused: Path
    first_seen: list[str]


def chromium() -> str:
    """The installed browser; without one the test skips, or fails where one is required."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        reason = "no Chromium on the PATH; on Debian: apt install chromium fonts-wqy-microhei"
        if os.environ.get("ZJIP_QA_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                  "--disable-background-networking"],
        )  # fmt: skip
        yield started
        started.close()


@pytest.fixture(scope="session")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The page on a copy of the shipped corpus and one hostile document, without an index."""
    folder = tmp_path_factory.mktemp("server")
    corpus, refused = folder / "corpus", folder / "refused.txt"
    shutil.copytree(ROOT / "corpus", corpus)
    (corpus / HOSTILE_NAME).write_text(HOSTILE, encoding="utf-8")
    refused.touch()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    script = str(Path(__file__).with_name("guarded_server.py"))
    command = [sys.executable, script, str(corpus), str(folder / "index"), str(port), str(refused)]
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    url = f"http://127.0.0.1:{port}/"
    try:
        wait_for(url, process, folder / "log.txt")
        page = browser.new_page()
        page.goto(url)
        page.wait_for_selector("#notice .progress", timeout=60_000)
        seen = [page.inner_text("#notice")]
        page.wait_for_selector(".chip", timeout=180_000)
        seen.append(page.inner_text("#conversation"))
        page.close()
        yield Server(url, corpus, refused, seen)
    finally:
        process.terminate()
        process.wait(20)


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(240):
        assert process.poll() is None, log.read_text(encoding="utf-8")
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.25)
        else:
            return
    pytest.fail(f"no server at {url}")


@pytest.fixture
def open_page(browser: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """Open the page as someone new; afterwards, nothing was asked of another machine."""
    pages: list[Page] = []
    requested: list[str] = []
    problems: list[str] = []

    def open_one(
        locale: str = "zh-CN", width: int = 1280, height: int = 800, dark: bool = False
    ) -> Page:
        context = browser.new_context(
            locale=locale,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
        )
        page = context.new_page()
        page.on("request", lambda request: requested.append(request.url))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(server.url)
        page.wait_for_selector(".chip", timeout=60_000)
        pages.append(page)
        return page

    yield open_one
    for page in pages:
        sys.stdout.write(page.inner_text("body"))  # Shown of a test that failed: what the user saw.
        page.context.close()
    hosts = {urlsplit(url).hostname for url in requested if not url.startswith(("data:", "blob:"))}
    assert hosts == {"127.0.0.1"}
    assert problems == []
