import threading
from pathlib import Path
from typing import Any

import pytest

from zjip_qa.errors import IndexUnusable, StaleIndex
from zjip_qa.interfaces.service import CoreType, Phase, Service, Status
from zjip_qa.settings import Settings


def last(service: Service) -> Status:
    """The status once nothing is going on."""
    return list(service.watch())[-1]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(corpus=tmp_path / "corpus", index=tmp_path / "index")


def test_it_builds_an_index_where_there_is_none(settings: Settings, core: Any) -> None:
    service = Service(settings, lambda: core)
    with pytest.raises(IndexUnusable):
        _ = service.core
    service.start()
    assert last(service).phase is Phase.READY
    assert service.core.documents() == ["a.md"]
    assert service.examples.zh == ("“保护”讲了什么？",)


def test_it_opens_the_index_that_is_there(settings: Settings, core: Any) -> None:
    core.build(settings.corpus, settings.index)
    core.build = None  # Building again would fail.
    service = Service(settings, lambda: core)
    service.start()
    assert last(service) == Status(Phase.READY, serving=True)


def test_a_stale_index_is_told_and_never_overwritten(settings: Settings, core: Any) -> None:
    core.build(settings.corpus, settings.index)

    def refuse(*args: Any, **options: Any) -> Any:
        raise StaleIndex("built by another model; run `zjip-qa index --rebuild`")

    core.open = core.build = refuse
    service = Service(settings, lambda: core)
    service.start()
    status = last(service)
    assert (status.phase, status.serving) == (Phase.FAILED, False)
    assert status.error == "built by another model; run `zjip-qa index --rebuild`"


def test_the_old_index_serves_while_a_build_runs_and_when_it_fails(
    settings: Settings, core: Any
) -> None:
    service = Service(settings, lambda: core)
    service.start()
    last(service)
    go_on = threading.Event()

    def fail(*args: Any, **options: Any) -> Any:
        go_on.wait(10)
        raise IndexUnusable("another build is at work")

    core.build = fail
    assert service.build()
    assert not service.build()  # One at a time.
    assert service.status == Status(Phase.INDEXING, serving=True)
    assert service.core.ask("满意度?").abstained is False
    go_on.set()
    assert last(service) == Status(Phase.FAILED, serving=True, error="another build is at work")
    assert service.core.ask("满意度?").abstained is False


def test_progress_is_told(settings: Settings, core: Any) -> None:
    seen: list[Status] = []
    build = core.build

    def slow(*args: Any, progress: Any, **options: Any) -> Any:
        progress("half")
        seen.append(service.status)
        return build(*args)

    core.build = slow
    service = Service(settings, lambda: core)
    service.start()
    last(service)
    assert seen == [Status(Phase.INDEXING, progress="half")]  # type: ignore[arg-type]


def test_a_core_that_cannot_be_loaded_is_told(settings: Settings) -> None:
    def load() -> CoreType:
        raise ModuleNotFoundError("No module named 'torch'")

    service = Service(settings, load)
    service.start()
    assert last(service).error == "No module named 'torch'"


def test_the_open_index_serves_on_when_the_one_on_the_disk_is_of_no_use(
    settings: Settings, core: Any, caplog: pytest.LogCaptureFixture
) -> None:
    service = Service(settings, lambda: core)
    service.start()
    last(service)

    def refuse(_: Any) -> bool:
        raise StaleIndex("built by another model; run `zjip-qa index --rebuild`")

    core.refresh = refuse
    assert service.core.ask("满意度?").abstained is False
    assert service.core.ask("满意度?").abstained is False
    assert service.refused.startswith("built by another model")
    assert len([r for r in caplog.records if "serves on" in r.message]) == 1  # told once
    core.refresh = lambda _: False
    assert service.core.documents() == ["a.md"]
    assert service.refused == ""
