"""What must hold of a document before either renderer sees it: every reference, citation, figure and alt text resolves.

Quarto and pandoc only warn of most of these, each in its own words; checked here on pandoc's reading of the document,
both renderers refuse the same things with the same message.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wijkanalyse.errors import WijkanalyseError, nearest
from wijkanalyse.report.rendering.sources import Source

FORMATS = ("html", "typst")
_FLOATS = {"Figure": "fig", "Table": "tbl"}
_REFERENCE = re.compile(r"(fig|tbl|sec|eq|lst|thm)-")
_MOST = 20
_NO_CAPTION = "found {} without a caption, or not alone in its paragraph. Write one: it is numbered by its caption."
_NO_DIV = (
    "found a block #{} around a figure or table, which only Quarto numbers. "
    "Put the label on the image (![caption](file){{#fig-x}}) or behind the table's caption (: caption {{#tbl-x}})."
)


@dataclass
class _Found:
    """What a document holds in one format."""

    targets: list[str] = field(default_factory=list)
    unnumbered: set[str] = field(default_factory=set)
    cited: list[str] = field(default_factory=list)
    images: list[tuple[str, str, bool]] = field(default_factory=list)  # identifier, path, has an alt text
    faults: list[tuple[str, str]] = field(default_factory=list)  # a pattern that finds the line, and what is wrong


def check(tree: dict[str, Any], source: Source, folder: Path, known_works: set[str]) -> None:
    """Raise one `WijkanalyseError` with every fault of the document, each with its file and line.

    `tree` is pandoc's JSON of the filled-in document, `folder` where its images are, `known_works` the keys of the
    bibliography.
    """
    faults = _front_matter(tree["meta"], source)
    for output in FORMATS:
        found = _Found()
        for block in tree["blocks"]:
            _collect(block, output, found)
        faults += [source.where(pattern) + fault for pattern, fault in found.faults]
        faults += _references(found, source, known_works)
        faults += _images(found, source, folder)
    faults = list(dict.fromkeys(faults))  # most faults are found in both formats
    if faults:
        rest = f"\n... and {len(faults) - _MOST} more" if len(faults) > _MOST else ""
        raise WijkanalyseError("\n".join(faults[:_MOST]) + rest)


def plain(node: Any) -> str:
    """Return the text of a piece of pandoc's JSON."""
    if isinstance(node, list):
        return "".join(plain(part) for part in node)
    if not isinstance(node, dict):
        return ""
    match node.get("t"):
        case "Str" | "MetaString":
            return str(node["c"])
        case "Space" | "SoftBreak" | "LineBreak":
            return " "
        case "Code" | "Math":
            return str(node["c"][1])
        case _:
            return plain(node.get("c"))


def _front_matter(meta: dict[str, Any], source: Source) -> list[str]:
    faults = []
    name = source.lines[0].file if source.lines else ""
    here = f"{(source.shown_as / name).as_posix()}: "
    if not plain(meta.get("title")).strip():
        faults.append(f"{here}found no title. Put `title:` in the front matter: an accessible PDF must have one.")
    if not re.match(r"(nl|en)\b", plain(meta.get("lang"))):
        faults.append(f"{here}found lang {plain(meta.get('lang')) or 'missing'!r}, expected nl or en in the front matter.")
    if (date := plain(meta.get("date"))) in ("today", "now", "last-modified"):
        faults.append(f"{source.where(r'^date:')}found date {date!r}, which reads the clock. Give the date itself.")
    return faults


def _collect(node: Any, output: str, found: _Found) -> None:
    """Walk `node` as `output` will show it."""
    if isinstance(node, list):
        for part in node:
            _collect(part, output, found)
        return
    if not isinstance(node, dict):
        return
    kind: str | None = node.get("t")
    content: Any = node.get("c")
    if kind in ("Div", "Span"):
        if not _is_shown(content[0], output, found):
            return
        if content[0][0].startswith(("fig-", "tbl-")):
            found.faults.append((_label(content[0][0]), _NO_DIV.format(content[0][0])))
        if "panel-tabset" in content[0][1]:
            content = [content[0], list(_without_tab_titles(content[1]))]
    elif kind == "Header":
        identifier, classes, _ = content[1]
        found.targets.append(identifier)
        if "unnumbered" in classes:
            found.unnumbered.add(identifier)
    elif kind in _FLOATS:
        _collect_float(kind, content, found)
        if kind == "Figure":
            return
    elif kind == "Image":
        if content[0][0].startswith("fig-"):  # pandoc sees a figure only where there is a caption
            found.faults.append((_label(content[0][0]), _NO_CAPTION.format(f"image #{content[0][0]}")))
        _collect_image("", content, found, plain(content[1]))
    elif kind == "Cite":
        found.cited += [citation["citationId"] for citation in content[0]]
    _collect(content, output, found)


def _is_shown(attributes: list[Any], output: str, found: _Found) -> bool:
    _, classes, pairs = attributes
    hidden, visible = "content-hidden" in classes, "content-visible" in classes
    if not (hidden or visible):
        return True
    values = dict(pairs)
    for name in ("when-format", "unless-format"):
        if name in values and values[name] not in FORMATS:
            fault = f'found {name}="{values[name]}", expected one of {", ".join(FORMATS)}.'
            found.faults.append((f"{name}=.{re.escape(values[name])}", fault))
    holds = values.get("when-format", output) == output and values.get("unless-format") != output
    return holds != hidden


def _without_tab_titles(blocks: list[Any]) -> Iterator[Any]:
    """The headings of a tabset are titles of tabs, not sections that can be referred to."""
    level = next((block["c"][0] for block in blocks if block["t"] == "Header"), None)
    return (block for block in blocks if block["t"] != "Header" or block["c"][0] != level)


def _collect_float(kind: str, content: list[Any], found: _Found) -> None:
    identifier, prefix = content[0][0], _FLOATS[kind]
    caption = plain(content[1]).strip()
    if identifier.startswith(prefix + "-") and caption:
        found.targets.append(identifier)
    elif identifier.startswith(prefix + "-"):
        found.faults.append((_label(identifier), _NO_CAPTION.format(f"{kind.lower()} #{identifier}")))
    if kind == "Figure":
        for image in _images_in(content[2]):
            # In a figure the alt text that pandoc sees is the caption, which says what it shows, not what is seen.
            _collect_image(identifier, image, found, "")
        _collect(content[1], "", found)


def _images_in(node: Any) -> Iterator[list[Any]]:
    if isinstance(node, list):
        for part in node:
            yield from _images_in(part)
    elif isinstance(node, dict):
        if node.get("t") == "Image":
            yield node["c"]
        else:
            yield from _images_in(node.get("c"))


def _collect_image(identifier: str, content: list[Any], found: _Found, own_alt: str) -> None:
    attributes, path = dict(content[0][2]), content[2][0]
    alt = attributes.get("fig-alt", own_alt).strip()
    found.images.append((identifier or content[0][0], path, bool(alt)))


def _references(found: _Found, source: Source, known_works: set[str]) -> Iterator[str]:
    targets = set(found.targets)
    for identifier in sorted(name for name in targets if name and found.targets.count(name) > 1):
        yield f"{source.where(_label(identifier))}found #{identifier} more than once. Give each its own name."
    for key in dict.fromkeys(found.cited):
        where = source.where(rf"@\{{?{re.escape(key)}(?![\w:/.-]*\w)")
        if _REFERENCE.match(key):
            if key in found.unnumbered:
                yield f"{where}found a reference @{key} to a section without a number. Remove .unnumbered there."
            elif key not in targets:
                hint = nearest(key, (name for name in targets if _REFERENCE.match(name)))
                yield (
                    f"{where}found a reference @{key}, but no figure, table or section has #{key}{hint}. "
                    "Correct the reference or add the label."
                )
        elif key not in known_works:
            yield (
                f"{where}found a citation @{key} that is not in the bibliography{nearest(key, known_works)}. "
                "Add it to the .bib file or correct the key."
            )


def _images(found: _Found, source: Source, folder: Path) -> Iterator[str]:
    for identifier, path, has_alt in found.images:
        where = source.where(re.escape(path))
        shown = f"figure #{identifier} ({path})" if identifier else f"image {path}"
        if not has_alt:
            yield f'{where}found {shown} without alt text. Add fig-alt="what a reader sees in it".'
        if re.match(r"[a-z]+:", path):
            yield f"{where}found {shown}, which is fetched from elsewhere. Put the file in the report's folder."
        elif not (folder / path).is_file():
            yield f"{where}found {shown}, but that file does not exist. Correct the path or run the step that makes it."


def _label(identifier: str) -> str:
    return rf"#{re.escape(identifier)}\b"
