"""The report's words for things that have a short name in the code."""

from __future__ import annotations

from typing import Final

from wijkanalyse.report.grammar import COMPARED, Figure
from wijkanalyse.report.language import Words

CONTRASTS: Final = Words(
    {
        "use": "Verandering van het gebruik",
        "duration": "Gemiddelde duur",
        "crisis": "Start vanuit crisis",
        "reach": "Bereik",
    }
)
CONTRAST_AXES: Final = Words(
    {
        "use": "verandering van het aantal begonnen trajecten (%)",
        "duration": "gemiddelde duur van beëindigde trajecten (dagen)",
        "crisis": "aandeel van de begonnen trajecten dat start vanuit crisis (%)",
        "reach": "jongeren met hulp per honderd inwoners van 0 tot en met 22 jaar",
    }
)
FORMS: Final = Words(
    {
        "zonder_verblijf": "alle jeugdhulp zonder verblijf",
        "niet_wijkteam": "zonder de hulp van het wijkteam zelf",
        "wijkteam": "hulp van het wijkteam zelf",
        "ambulant_locatie": "ambulante hulp op locatie van de aanbieder",
        "daghulp_locatie": "daghulp op locatie van de aanbieder",
        "netwerk": "hulp in het netwerk van de jongere",
        "met_verblijf": "jeugdhulp met verblijf",
    }
)
GROUPS: Final = Words({"active": "actief", "not_active": "niet actief", "difference": "verschil"})
WEIGHTINGS: Final = Words({"pooled": "alle trajecten samen", "mean_of_municipalities": "gemiddelde van gemeenten"})
MEASURES: Final = Words({"trajectories": "trajecten", "youths": "jongeren"})
ROLES: Final = Words({"primary": "hoofdvraag", "secondary": "nevenvraag", "control": "controle"})
STATUSES: Final = Words(
    {
        "Definitief": "definitief",
        "NaderVoorlopig": "nader voorlopig",
        "Voorlopig": "voorlopig",
        "Onbekend": "status onbekend",
    }
)
CLUSTERS: Final = Words({"gm_code": "gemeente", "jeugdregio_code": "jeugdregio"})
MARK: Final = "VOORBEELDCIJFERS"


def difference_in_words(lower: float, upper: float) -> str:
    """Say what an interval of a difference (active minus not active) allows to say, and no more."""
    return COMPARED[Figure(0.0, lower, upper).finding]
