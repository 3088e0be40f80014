"""National totals that the made-up country is scaled to, so that its figures have the size of the real ones.

Published totals are marked with their source; the others are chosen to lie between or beyond them and mean nothing.
Sources: CBS longreads Jeugdhulp 2020 and 2021 (figure 2.1.1, tables 2.1.2), tables 82970NED, 85096NED, 85099NED and
84134NED, Jeugdmonitor 2018 and 2024.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

YEARS: Final = tuple(range(2015, 2026))
ERA_BREAK: Final = 2021  # from this year CBS asks more providers: other tables, and no stock carried over
CRISIS_SINCE: Final = 2019  # providers report 'started from crisis' since information protocol 5 of 1-1-2019

TEAM, PROVIDER, RESIDENTIAL = 0, 1, 2  # by the team; not by the team; with residence

# Active trajectories. 2017-2021: CBS (2021 provisional). 2015, 2016 and 2022-2025: made up; the team's totals of 2015 and
# 2016 hold only what was delivered to CBS (36,500 and 62,130 youths).
ACTIVE: Final[Floats] = np.array(
    [
        [38_500, 64_000, 84_400, 85_415, 86_850, 85_740, 77_480, 67_100, 66_500, 66_000, 65_500],
        [402_000, 408_000, 416_765, 433_315, 453_575, 448_225, 495_725, 516_600, 543_500, 558_000, 566_000],
        [60_000, 58_500, 57_185, 52_150, 52_435, 50_575, 52_340, 51_300, 50_000, 49_000, 48_000],
    ],
    dtype=float,
)

# Begun trajectories. 2018-2021: CBS totals and shares; with residence in 2022: 85096NED. The rest made up.
_BEGUN_TOTAL: Final = np.array(
    [300_000, 265_000, 262_000, 335_695, 281_810, 269_020, 287_870, 302_280, 318_000, 322_000, 324_000], dtype=float
)
_BEGUN_TEAM: Final = np.array([0.120, 0.136, 0.135, 0.117, 0.135, 0.132, 0.107, 0.100, 0.097, 0.095, 0.094])
_BEGUN_RESIDENTIAL: Final = np.array([0.093, 0.077, 0.075, 0.067, 0.069, 0.069, 0.061, 0.052, 0.050, 0.049, 0.048])
BEGUN: Final[Floats] = _BEGUN_TOTAL * np.stack([_BEGUN_TEAM, 1 - _BEGUN_TEAM - _BEGUN_RESIDENTIAL, _BEGUN_RESIDENTIAL])

# Ended in the last year of each era. 2020: CBS, 253,140 in all (82970NED), divided over the forms here; 2025 made up.
_ENDED_LAST: Final = {2020: (37_000.0, 199_140.0, 17_000.0), 2025: (31_000.0, 273_500.0, 15_500.0)}

# What teams really did in 2015 and 2016, delivered to CBS or not (made up).
TEAM_LATENT_ACTIVE: Final = (82_000.0, 83_500.0)
TEAM_LATENT_BEGUN: Final = (37_000.0, 36_500.0)

# Mean duration of ended trajectories as a factor of 2020: help that began on paper on 1-1-2015 cannot have lasted long.
DURATION_PATH: Final = np.array([0.42, 0.60, 0.76, 0.87, 0.95, 1.0, 1.02, 1.03, 1.04, 1.04, 1.05])
RESIDENTIAL_DURATION_DAYS: Final = 590.0
RESIDENTIAL_CRISIS_SHARE_PCT: Final = 9.0

# Youths by form. 2016-2019 (zonder verblijf, wijkteam, in natura), 2020 and 2021: CBS longreads, some provisional; Z of
# 2023, JZ of 2020, 2022 and 2023: 84134NED and Jeugdmonitor. The rest made up.
YOUTHS: Final[dict[str, Floats]] = {
    "JZ": np.array([379, 405, 421, 431, 444, 435.76, 463, 469, 474, 478, 480]) * 1e3,
    "JH 1": np.array([366, 389.925, 407.245, 417.765, 430.99, 423, 450.1, 457, 462, 466, 468]) * 1e3,
    "JH 12": np.array([359, 383, 400.2, 410.875, 424.665, 417, 443.62, 450.5, 455.5, 459.5, 461.5]) * 1e3,
    "JH 121": np.array([334, 358.125, 379.79, 392.035, 404.98, 398, 424.3, 434, 440, 444, 446]) * 1e3,
    "JH 1211": np.array([36.5, 62.13, 81.635, 82.345, 79.435, 82.5, 75.4, 65.3, 64.8, 64.3, 63.8]) * 1e3,
    "JH 1212": np.array([315, 325, 332, 344.5, 361, 353, 385, 402, 410, 414, 416]) * 1e3,
    "JH 122": np.array([50, 48.5, 47.5, 43.7, 44, 42.4, 43.9, 43, 41, 40.2, 39.5]) * 1e3,
    "JH 11": np.array([24, 23, 22.2, 21.555, 20.245, 19.4, 18.9, 18.4, 18, 17.8, 17.6]) * 1e3,
    "JB 1": np.array([38.5, 38.9, 39.4, 40.3, 42, 42.3, 41.2, 39, 37, 35.5, 34.6]) * 1e3,
    "JR 1": np.array([10.9, 10.4, 9.9, 9.3, 9.1, 8.7, 8.3, 8, 7.9, 7.8, 7.8]) * 1e3,
}

# Part of the year's begun (ended) trajectories in the first half. 2017-2023: such that active in the first half comes out
# as CBS published it (440,215; 446,695; 476,700; 456,625; 476,405; 483,645; 517,450). The rest made up.
BEGUN_IN_FIRST_HALF: Final = (0.56, 0.56, 0.549, 0.63, 0.588, 0.5245, 0.482, 0.50, 0.552, 0.53, 0.53)
ENDED_IN_FIRST_HALF: Final = 0.47

# Population on 1 January 2015-2026 in millions: all (CBS, rounded) and of 0-22 years (2020: CBS's 435,760 youths with youth
# care are 9.8 %, 84134NED; the other years made up around it).
POPULATION_MILLIONS: Final = np.array([16.90, 16.98, 17.08, 17.18, 17.28, 17.41, 17.475, 17.59, 17.81, 17.94, 18.04, 18.13])
YOUTHS_0_22_MILLIONS: Final = np.array([4.465, 4.460, 4.460, 4.455, 4.450, 4.447, 4.440, 4.445, 4.475, 4.475, 4.465, 4.450])


for _fixed in (ACTIVE, BEGUN, DURATION_PATH, POPULATION_MILLIONS, YOUTHS_0_22_MILLIONS, *YOUTHS.values()):
    _fixed.setflags(write=False)  # two worlds in one process must not change each other


def stock_at_start() -> Floats:
    """Return the trajectories already running on 1 January, (3 forms x 11 years): active minus begun."""
    return ACTIVE - BEGUN


def ended() -> Floats:
    """Return the trajectories ended in the year, (3 x 11): what is needed to come to next year's stock at the start.

    No stock is carried over the trend break: the last year of an era has its own total.
    """
    start = stock_at_start()
    result = np.empty_like(ACTIVE)
    result[:, :-1] = ACTIVE[:, :-1] - start[:, 1:]
    for year, totals in _ENDED_LAST.items():
        result[:, YEARS.index(year)] = totals
    return result
