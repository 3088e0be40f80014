"""The years that everything shares."""

from typing import Final

FIRST_YEAR: Final = 2015
"""The Youth Act came into force: first year of municipal youth care figures."""

LAST_YEAR: Final = 2026
"""Last year of which the municipal division is known."""

TREND_BREAK: Final = 2021
"""First year of the second series: CBS widened the population of providers, so no figure is compared across it."""
