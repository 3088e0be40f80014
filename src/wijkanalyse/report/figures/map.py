"""The map of active teams: tiles of equal size, or real boundaries where the configuration names a file with them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path as Outline
from matplotlib.patheffects import withStroke

from wijkanalyse.frames import rows
from wijkanalyse.municipalities.places import places
from wijkanalyse.report.figures.geometry import Polygon
from wijkanalyse.report.figures.theme import COLOURS, FAINT, INK, themed
from wijkanalyse.report.figures.tiles import borders, centre, corners, lay_tiles
from wijkanalyse.report.language import Words, tr
from wijkanalyse.report.tables.printed import Column, Drawn

PROVINCES: Final = Words(
    {
        "PV20": "Groningen",
        "PV21": "Fryslân",
        "PV22": "Drenthe",
        "PV23": "Overijssel",
        "PV24": "Flevoland",
        "PV25": "Gelderland",
        "PV26": "Utrecht",
        "PV27": "Noord-Holland",
        "PV28": "Zuid-Holland",
        "PV29": "Zeeland",
        "PV30": "Noord-Brabant",
        "PV31": "Limburg",
    }
)
STATES: Final = Words({"active": "actief", "not_active": "niet actief", "unclassified": "niet ingedeeld"})


def _paler(colour: str, part: float) -> str:
    red, green, blue = (part * value + 1 - part for value in to_rgb(colour))
    return to_hex((red, green, blue))


# the colours of the groups, the second one paler: so that the two are also told apart in grey
FILLS = {"active": COLOURS["active"], "not_active": _paler(COLOURS["not_active"], 0.42), "unclassified": "#ffffff"}
HATCHES = {"unclassified": "------", "uncertain": "////////"}
SNAP_KM = 0.4
"""Boundaries are drawn no finer than this: a fifth of a millimetre on paper."""


def draw_map(
    classification: pd.DataFrame,
    provinces: Mapping[str, str],
    boundaries: Mapping[str, list[Polygon]] | None,
    path: Path,
    mark: bool,
) -> Drawn:
    """Draw which municipalities are active; hatched where rounding and suppression leave open which group it is.

    `classification` as in `Classified`, `provinces` the province code by gm_code. Without `boundaries` a municipality is a
    hexagon.
    """
    states = _states(classification, provinces)
    counts = states["state"].value_counts()
    with themed(path, 6.6, 1, mark) as (figure, (axis,)):
        axis.set_axis_off()
        axis.set_aspect("equal")
        shapes = _tiles(axis, states) if boundaries is None else _outlines(states, boundaries)
        _fill(axis, states, shapes, 0.8 if boundaries is None else 0.4)
        if boundaries is None:
            _name_provinces(axis, states, shapes)
        axis.autoscale_view()
        _legend(figure, counts, int(states["is_uncertain"].sum()), with_provinces=boundaries is None)
    data = _by_province(states)
    columns = [
        Column("province", tr("Provincie")),
        Column("municipalities", tr("Gemeenten"), "count"),
        Column("active", tr("Actief"), "count"),
        Column("not_active", tr("Niet actief"), "count"),
        Column("unclassified", tr("Niet ingedeeld"), "count"),
        Column("uncertain", tr("Kan omslaan"), "count"),
        Column("share", tr("Actief, van de ingedeelde (%)"), "percent", 0),
    ]
    return Drawn(_alt(states, data), columns, data)


def _states(classification: pd.DataFrame, provinces: Mapping[str, str]) -> pd.DataFrame:
    group = classification["group"]
    return pd.DataFrame(
        {
            "gm_code": classification["gm_code"],
            "province_code": classification["gm_code"].map(provinces),
            "state": group.where(group.notna(), "unclassified").astype(str),
            "is_uncertain": group.notna() & ~classification["is_certain"],
        }
    ).sort_values("gm_code", ignore_index=True)


def _tiles(axis: Axes, states: pd.DataFrame) -> dict[str, Outline]:
    """Lay the tiles, draw the borders of provinces around them and return the tile of each municipality."""
    known = places()
    wanted = known[known["gm_code"].isin(states["gm_code"])]
    tiles = lay_tiles({row.gm_code: (row.east_km, row.north_km) for row in rows(wanted)})
    area_of = {tiles[row.gm_code]: row.province_code for row in rows(states)}
    sides = Outline.make_compound_path(*(Outline(side) for side in borders(area_of)))
    axis.add_patch(PathPatch(sides, fill=False, edgecolor=INK, lw=1.1, capstyle="round", zorder=4))
    return {code: Outline(np.vstack([corners(tile), centre(tile)]), [1, 2, 2, 2, 2, 2, 79]) for code, tile in tiles.items()}


def _outlines(states: pd.DataFrame, boundaries: Mapping[str, list[Polygon]]) -> dict[str, Outline]:
    """The boundaries on a fine grid: neighbours keep the same points, and the file of the figure stays small."""
    found = {}
    for code in states["gm_code"]:
        rings = [np.rint(ring / SNAP_KM) * SNAP_KM for polygon in boundaries[code] for ring in polygon]
        once = [ring[np.append(True, np.any(np.diff(ring, axis=0) != 0, axis=1))] for ring in rings]
        large = [ring for ring in once if len(ring) > 3] or once[:1]
        found[code] = Outline.make_compound_path(*(Outline(ring, closed=True) for ring in large))
    return found


def _fill(axis: Axes, states: pd.DataFrame, shapes: Mapping[str, Outline], line: float) -> None:
    for state, fill in FILLS.items():
        of_state = states[states["state"].eq(state)]
        for is_uncertain in (False, True):
            codes = of_state.loc[of_state["is_uncertain"].eq(is_uncertain), "gm_code"]
            if codes.empty:
                continue
            hatch = HATCHES["uncertain"] if is_uncertain else HATCHES.get(state)
            outline = Outline.make_compound_path(*(shapes[code] for code in codes))
            # the lines of a hatch have the colour of the edge: light on dark, dark on light
            edge = FAINT if state == "unclassified" else INK if is_uncertain and state == "not_active" else "#ffffff"
            axis.add_patch(PathPatch(outline, facecolor=fill, edgecolor=edge, hatch=hatch, lw=line, zorder=3 if hatch else 2))


def _name_provinces(axis: Axes, states: pd.DataFrame, shapes: Mapping[str, Outline]) -> None:
    for code, members in states.groupby("province_code")["gm_code"]:
        # the last point of a tile is its centre
        east, north = np.array([np.asarray(shapes[each].vertices)[-1] for each in members]).mean(axis=0)
        axis.text(
            east, north, PROVINCES[str(code)], ha="center", va="center", fontsize=6.5, fontweight="bold", zorder=6,
            path_effects=[withStroke(linewidth=1.8, foreground="white", alpha=0.9)],
        )  # fmt: skip


def _legend(figure: Figure, counts: pd.Series, uncertain: int, *, with_provinces: bool) -> None:
    handles: list[mpl.artist.Artist] = [
        Patch(fc=fill, ec=FAINT, lw=0.6, hatch=HATCHES.get(state), label=f"{STATES[state]} ({int(counts.get(state, 0))})")
        for state, fill in FILLS.items()
    ]
    uncertain_words = f"{tr('indeling kan omslaan')} ({uncertain})"
    handles.append(Patch(fc="#ffffff", ec=INK, lw=0.6, hatch=HATCHES["uncertain"], label=uncertain_words))
    if with_provinces:
        handles.append(mpl.lines.Line2D([], [], color=INK, lw=1.1, label=tr("provinciegrens")))
    figure.legend(
        handles=handles, loc="outside lower center", ncols=len(handles), fontsize=7.5, columnspacing=1.4, handlelength=1.6
    )


def _by_province(states: pd.DataFrame) -> pd.DataFrame:
    found = []
    for code in [code for code in PROVINCES if code in set(states["province_code"])]:
        members = states[states["province_code"].eq(code)]
        counts = {state: int(members["state"].eq(state).sum()) for state in STATES}
        classified = counts["active"] + counts["not_active"]
        found.append(
            {
                "key": code,
                "province": PROVINCES[code],
                "municipalities": len(members),
                **counts,
                "uncertain": int(members["is_uncertain"].sum()),
                "share": 100 * counts["active"] / classified if classified else float("nan"),
            }
        )
    return pd.DataFrame(found).set_index("key")


def _alt(states: pd.DataFrame, data: pd.DataFrame) -> str:
    total = data[["municipalities", *STATES, "uncertain"]].sum()
    said = tr(
        "Kaart van {all} gemeenten: {active} met een actief wijkteam, {not_active} zonder, {unclassified} niet ingedeeld; van "
        "{uncertain} kan de indeling omslaan.",
        all=total["municipalities"],
        **{name: total[name] for name in (*STATES, "uncertain")},
    )
    provinces = [
        tr(
            "{province} {active}, {not_active} en {unclassified}",
            province=row.province,
            active=row.active,
            not_active=row.not_active,
            unclassified=row.unclassified,
        )
        for row in rows(data)
    ]
    return f"{said} {tr('Per provincie actief, niet actief en niet ingedeeld:')} {'; '.join(provinces)}."
