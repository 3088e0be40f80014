"""SVG as matplotlib writes it, said in fewer bytes: the report carries all its figures inside.

What is seen stays the same: coordinates are kept to a hundredth of a point, and a dot that was written as a path of eight
curves becomes a circle.
"""

from __future__ import annotations

import re

_TOLERANCE = 0.02
_METADATA = re.compile(r"<metadata>.*?</metadata>|<!--.*?-->", re.S)
_PATH = re.compile(r'\bd="([^"]*)"')
_PATH_ELEMENT = re.compile(r'<path( id="[^"]*")? d="([^"]*)"')
_PLACED = re.compile(r'\b(x|y|x1|x2|y1|y2|width|height)="(-?\d+\.\d+)"')
_TRANSLATED = re.compile(r"translate\(([-\d.]+) ([-\d.]+)\)")
_NUMBER = re.compile(r"-?\d+\.\d+")
_ALONG = re.compile(r'(<use xlink:href="#[^"]*") transform="translate\(([-\d.]+) 0\)"')
_NAMED_GROUP = re.compile(r'<g id="[^"]*"')
_GLYPH = re.compile(r"\bDejaVuSans(-Bold|-Oblique)?-([0-9a-f]+)\b")


def slender(svg: str) -> str:
    """Return the same drawing, shorter."""
    svg = _METADATA.sub("", svg)
    svg = _PATH.sub(lambda found: f'd="{_short(found[1])}"', svg)
    svg = _PATH_ELEMENT.sub(lambda found: _as_circle(found[2], found[1] or "") or found[0], svg)
    svg = _PLACED.sub(lambda found: f'{found[1]}="{_round(found[2])}"', svg)
    svg = _TRANSLATED.sub(lambda found: f"translate({_round(found[1])} {_round(found[2])})", svg)
    svg = _ALONG.sub(r'\1 x="\2"', svg)
    svg = _GLYPH.sub(lambda found: f"g{(found[1] or '-')[1:2].lower()}{found[2]}", svg)
    svg = _NAMED_GROUP.sub("<g", svg)  # no one refers to a group
    return re.sub(r">\s+<", "><", svg)


def _short(path: str) -> str:
    rounded = _NUMBER.sub(lambda found: _round(found[0]), path)
    return re.sub(r"\s*([A-Za-z])\s*", r"\1", " ".join(rounded.split()))


def _round(number: str) -> str:
    return f"{round(float(number), 2) + 0.0:g}"


def _as_circle(path: str, identifier: str) -> str | None:
    """The path as a circle, if it is matplotlib's: from the lowest point, over eight curves, back to it."""
    if path.count("C") != 8 or not path.endswith("z"):
        return None
    numbers = [float(number) for number in re.split(r"[MCz ]+", path) if number]
    ends = [(numbers[0], numbers[1]), *((numbers[n + 4], numbers[n + 5]) for n in range(2, 50, 6))]
    (x, low), (right, at), (_, high), (left, _) = ends[0], ends[2], ends[4], ends[6]
    middle, radius = (low + high) / 2, abs(low - high) / 2
    apart = (abs(at - middle), abs(abs(right - x) - radius), abs(abs(left - x) - radius), abs(ends[8][0] - x))
    if max(apart) > _TOLERANCE:
        return None
    return f'<circle{identifier} cx="{x:g}" cy="{middle:g}" r="{radius:.4g}"'
