"""A figure in fewer bytes shows the same."""

from __future__ import annotations

import re
from io import StringIO
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.figure import Figure

from wijkanalyse.report.figures.slender import slender

SVG, HREF = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"


@pytest.fixture(scope="module")
def drawn() -> str:
    figure = Figure(figsize=(4, 3))
    axis = figure.subplots()
    axis.scatter([1, 2, 3], [3, 1, 2], s=[10, 40, 90], color="#0072B2")
    axis.plot(np.linspace(1, 3, 50), np.linspace(1, 3, 50) ** 2 / 3, "s-")
    axis.set_title("Duur \N{MINUS SIGN}7,5")
    written = StringIO()
    figure.savefig(written, format="svg", metadata={"Date": None})
    return written.getvalue()


def test_it_is_much_shorter_and_still_a_drawing_of_the_same_size(drawn: str) -> None:
    thin = slender(drawn)
    assert len(thin) < 0.7 * len(drawn)
    before, after = (ElementTree.fromstring(svg.encode()) for svg in (drawn, thin))
    assert before.attrib == after.attrib
    assert len(list(after.iter(f"{SVG}use"))) == len(list(before.iter(f"{SVG}use")))


def test_a_dot_becomes_a_circle_of_its_size_in_its_place(drawn: str) -> None:
    circles = list(ElementTree.fromstring(slender(drawn).encode()).iter(f"{SVG}circle"))
    radii = sorted(float(circle.attrib["r"]) for circle in circles)
    # the area of a dot is in square points: a diameter of the square root of `s`
    assert radii == pytest.approx([np.sqrt(10) / 2, np.sqrt(40) / 2, np.sqrt(90) / 2], abs=0.02)
    found = re.search(r'<g id="PathCollection_1">.*?<path d="M ([\d.]+) ([\d.]+)', drawn, re.DOTALL)
    assert found is not None
    assert float(circles[0].attrib["cx"]) == pytest.approx(float(found[1]), abs=0.01)


def test_every_reference_still_finds_its_shape(drawn: str) -> None:
    tree = ElementTree.fromstring(slender(drawn).encode())
    there = {f"#{element.attrib['id']}" for element in tree.iter() if "id" in element.attrib}
    used = {element.attrib[HREF] for element in tree.iter(f"{SVG}use")}
    used |= set(re.findall(r"url\((#[^)]+)\)", slender(drawn)))
    assert used
    assert used <= there


def test_a_square_stays_a_path() -> None:
    svg = '<svg><path d="M 0 0 \nL 1.23456 0 \nL 1 1 \nz\n" style="fill: #fff"/></svg>'
    assert slender(svg) == '<svg><path d="M0 0L1.23 0L1 1z" style="fill: #fff"/></svg>'
