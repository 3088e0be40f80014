"""A map of equal tiles: every municipality one hexagon, all together as near as can be to where they lie.

The grid lies over the country wherever a municipality is near; which municipality gets which tile is the assignment with
the least sum of squared distances. Places are whole kilometres, costs whole numbers and ties are broken, so the layout is the
same at every run and on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from scipy.spatial import KDTree

Tile = tuple[int, int]
"""Row and column on the grid; odd rows lie half a tile to the east."""
Points = npt.NDArray[np.float64]

NEAR_KM = 8.0
"""A tile lies on land when a municipality's centre is this near: enough to close the Veluwe, not the IJsselmeer."""
ROOM = 0.08
"""Tiles that may stay empty, per municipality: room for the thinly settled north to stay where it is."""
_SIZES_KM = np.arange(2000, 199, -5) / 100
_TIE_BREAK = 1 << 20

# to the east, and then against the clock: the neighbour that lies behind each side of a hexagon
_AROUND_EVEN = ((0, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0))
_AROUND_ODD = ((0, 1), (1, 1), (1, 0), (0, -1), (-1, 0), (-1, 1))


def lay_tiles(places: Mapping[str, tuple[float, float]]) -> dict[str, Tile]:
    """Give each municipality (code: east and north in kilometres) a tile of its own."""
    codes = sorted(places)
    points = np.array([places[code] for code in codes], dtype=float)
    tiles, centres = _land(points)
    apart = ((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    # of layouts that are equally near one is chosen by these small numbers, not by the solver
    rows, columns = np.indices(apart.shape)
    ties = (rows * 7919 + columns * 104_729 + rows * columns) % 1009
    _, chosen = linear_sum_assignment(np.rint(apart) * _TIE_BREAK + ties)
    return {code: tiles[place] for code, place in zip(codes, chosen, strict=True)}


def centre(tile: Tile) -> tuple[float, float]:
    """Return the middle of a tile on the page, in widths of a tile."""
    row, column = tile
    return column + 0.5 * (row % 2), row * 3**0.5 / 2


def corners(tile: Tile) -> Points:
    """Return the six corners of a tile; the side from corner n to n + 1 is shared with neighbour n of `neighbours`."""
    angles = np.deg2rad(np.arange(-30, 330, 60))
    return np.array(centre(tile)) + np.column_stack([np.cos(angles), np.sin(angles)]) / 3**0.5


def neighbours(tile: Tile) -> list[Tile]:
    """Return the six tiles around a tile, from the east against the clock."""
    row, column = tile
    return [(row + up, column + right) for up, right in (_AROUND_ODD if row % 2 else _AROUND_EVEN)]


def borders(area_of: Mapping[Tile, str]) -> Iterator[Points]:
    """Yield every side of a tile with something else behind it than its own area: another area, or nothing."""
    for tile, area in sorted(area_of.items()):
        around = corners(tile)
        for place, other in enumerate(neighbours(tile)):
            # a side between two areas is drawn once
            if area_of.get(other) != area and (other not in area_of or tile < other):
                yield around[[place, (place + 1) % 6]]


def _land(points: Points) -> tuple[list[Tile], Points]:
    """The tiles on land and their centres, with the largest tiles of which there are enough."""
    wanted = len(points) + round(ROOM * len(points))
    tree = KDTree(points)
    (west, south), (east, north) = points.min(axis=0) - NEAR_KM, points.max(axis=0) + NEAR_KM
    for size in _SIZES_KM:
        # counted from the origin of the coordinates, so that the grid does not move with the outermost municipality
        height = size * 3**0.5 / 2
        tiles = [
            (row, column)
            for row in range(int(south // height), int(north // height) + 2)
            for column in range(int(west // size) - 1, int(east // size) + 2)
        ]
        centres = np.round(size * np.array([centre(tile) for tile in tiles]), 6)
        is_land = np.round(tree.query(centres)[0], 6) <= NEAR_KM
        if is_land.sum() >= wanted:
            return [tile for tile, land in zip(tiles, is_land, strict=True) if land], centres[is_land]
    raise ValueError(f"{len(points)} municipalities lie too near to one another for tiles of {_SIZES_KM[-1]} km")
