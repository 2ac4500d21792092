from __future__ import annotations

import dataclasses
import re

import click
import pytest
import typer
from tests.guards.source import ROOT

from zjip_qa.interfaces.cli import app
from zjip_qa.settings import IndexSettings, Settings

README = (ROOT / "README.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `(\w+)` \| `([^`]*)` \|", README, re.MULTILINE))
COMMAND_LINE = typer.main.get_command(app)
assert isinstance(COMMAND_LINE, click.Group | typer.core.TyperGroup)
COMMANDS = COMMAND_LINE.commands


def usage(command: str) -> str:
    """What the README's section "Commands" gives for a command, its further lines included."""
    section = README.partition("\n## Commands\n")[2]
    found = re.search(rf"^zjip-qa {command}\b.*\n(?: +.*\n)*", section, re.MULTILINE)
    assert found is not None
    return found[0]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_stands_in_the_readme(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    ours = {max(option.opts, key=len) for option in command.params if option.opts[0][0] == "-"}
    assert set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", usage(name))) == ours - {"--help"}


def test_every_default_is_the_readmes() -> None:
    settings = Settings()
    defaults = {
        field.name: str(getattr(holder, field.name))
        for holder in (settings, settings.indexing)
        for field in dataclasses.fields(holder)
        if not isinstance(getattr(holder, field.name), IndexSettings)
    }
    assert defaults == ROWS


def test_ci_runs_the_readmes_test_command() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    command = re.search(r"^test_command='(.*)'$", script, re.MULTILINE)
    assert command is not None
    assert f"\n```sh\n{command[1]}\n```\n" in README


def test_files_that_the_readme_names_exist() -> None:
    named = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    named += re.findall(r"`((?:corpus|docs|src|tests)/[\w./-]*\.\w+)`", README)
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
