"""A table of figures as safe HTML, for the Evaluate tab."""

from __future__ import annotations

from collections.abc import Sequence

from zjip_qa.interfaces.source_pane import escaped


def figures_table(
    title: str,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    n_names: int,
    show_title: bool = True,
) -> str:
    """A table whose first `n_names` columns are names and whose others are figures.

    `show_title` is False where the title stands above it already.
    """
    score = ' class="score"'
    head = "".join(f'<th scope="col">{escaped(text)}</th>' for text in header)
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{'' if i < n_names else score}>{escaped(text)}</td>" for i, text in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    heading = f"<h4>{escaped(title)}</h4>" if show_title else ""
    return (
        f'{heading}<div class="scroll" tabindex="0" role="region"'
        f' aria-label="{escaped(title)}"><table class="measures"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )
