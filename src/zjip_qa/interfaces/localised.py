"""Gradio components whose labels follow the language switch."""

from __future__ import annotations

from typing import Any, TypeVar

import gradio as gr

from zjip_qa.interfaces.strings import Text
from zjip_qa.types import Language

C = TypeVar("C", bound=gr.blocks.Block)


class Localised:
    """Remembers which text each component shows, in which property."""

    def __init__(self) -> None:
        self._texts: list[tuple[gr.blocks.Block, dict[str, Text]]] = []

    def add(self, component: C, **texts: Text) -> C:
        """Let `component` follow the switch; `texts` by the property that shows them."""
        for name, text in texts.items():
            setattr(component, name, text.zh)  # Until the page knows whom it speaks to.
        self._texts.append((component, texts))
        return component

    @property
    def components(self) -> list[Any]:
        """What `updates` updates, in order."""
        return [component for component, _ in self._texts]

    def updates(self, language: Language) -> list[Any]:
        """One update a component."""
        return [
            {"__type__": "update", **{name: text.to(language) for name, text in texts.items()}}
            for _, texts in self._texts
        ]
