"""The mark on every page of a report that rests on made-up figures: one text, written for both formats."""

import html
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_CSS = """:root {{ --mark: {text}; }}
@page {{ @top-center {{ content: {text}; font: 700 8.5pt system-ui, sans-serif; color: #a3161a; }} }}
@media print {{ main > section > h2::before {{ content: var(--mark); }} }}
"""


def text_of(variables: Mapping[str, Any]) -> str:
    """Return the mark (`run.mark`), or an empty text when there is none."""
    run = variables.get("run")
    mark = run.get("mark") if isinstance(run, Mapping) else None
    return " ".join(str(mark or "").split())


def write(folder: Path, variables: Mapping[str, Any]) -> None:
    """Write `mark.html`, `mark.css` and `mark.typ` into `folder`; without a mark they show nothing."""
    mark = text_of(variables)
    quoted = json.dumps(mark, ensure_ascii=False)  # the same escapes serve Typst and, but for <, CSS
    banner = f'<div class="mark" role="region" aria-label="{html.escape(mark)}"><p role="note">{html.escape(mark)}</p></div>\n'
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mark.html").write_text(banner if mark else "", encoding="utf-8")
    css = _CSS.format(text=quoted.replace("<", "\\3c ")) if mark else "/* no mark */\n"
    (folder / "mark.css").write_text(css, encoding="utf-8")
    (folder / "mark.typ").write_text(f"#let run-mark = {quoted if mark else 'none'}\n", encoding="utf-8")
