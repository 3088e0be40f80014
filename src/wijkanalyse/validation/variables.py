"""The variables of the panel that a made-up country has, and which years and tables they come from."""

from typing import Final

from wijkanalyse.example import national as nl
from wijkanalyse.years import FIRST_YEAR, LAST_YEAR

YEARS: Final = tuple(range(FIRST_YEAR, LAST_YEAR + 1))

YOUTHS: Final = {
    "youths_zonder_verblijf": "JH 121",
    "youths_wijkteam": "JH 1211",
    "youths_niet_wijkteam": "JH 1212",
    "youths_met_verblijf": "JH 122",
}
TRAJECTORIES: Final = {
    "trajectories_zonder_verblijf": "JH 121",
    "trajectories_wijkteam": "JH 1211",
    "trajectories_niet_wijkteam": "JH 1212",
    "trajectories_ambulant_locatie": "JH 12121",
    "trajectories_daghulp_locatie": "JH 12122",
    "trajectories_netwerk": "JH 12123",
    "trajectories_met_verblijf": "JH 122",
}
"""The form of the key figures that a variable is of (so too in YOUTHS and MEASURES)."""
MEASURES: Final = {"youths_jeugdbescherming": "JB 1", "youths_jeugdreclassering": "JR 1"}
FORM_PARTS: Final = {"zonder_verblijf": (nl.TEAM, nl.PROVIDER), "wijkteam": (nl.TEAM,), "niet_wijkteam": (nl.PROVIDER,)}
FLOWS: Final = tuple(
    f"{measure}_{form}" for form in FORM_PARTS for measure in ("begun", "begun_crisis", "ended", "mean_duration_days")
)
BACKGROUND: Final = ("youths_zonder_verblijf_migration", "youths_zonder_verblijf_no_migration", "youths_wijkteam_migration")
MEAN_OF: Final = {f"mean_duration_days_{form}": f"ended_{form}" for form in FORM_PARTS} | {
    "mean_income_1000_eur": "households_with_income_1000",
    "address_density": "inhabitants",
}
VARIABLES: Final = (
    *YOUTHS,
    *TRAJECTORIES,
    *MEASURES,
    *FLOWS,
    "population_0_22",
    "households",
    "households_single_parent",
    *BACKGROUND,
    "youths_zonder_verblijf_single_parent",
    "population_0_22_migration",
    "population_0_22_no_migration",
    "households_with_income_1000",
    "mean_income_1000_eur",
    "inhabitants",
    "address_density",
)
"""The variables of config/tables.yaml, in its order (a test keeps the two in step)."""
SORTED: Final = tuple(sorted(VARIABLES))
LAST_YEAR_OF: Final = (
    dict.fromkeys(VARIABLES, nl.YEARS[-1])
    | dict.fromkeys(("population_0_22", "households", "households_single_parent"), LAST_YEAR)
    | dict.fromkeys(("population_0_22_migration", "population_0_22_no_migration"), 2022)
    | dict.fromkeys((*BACKGROUND, "households_with_income_1000", "mean_income_1000_eur"), 2020)
)
"""The last year that the tables of a variable cover; all begin in the first."""
INCOME_DIVISION: Final = 2021
"""The year of the boundaries on which the income table gives all its years."""
