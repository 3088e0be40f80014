"""The report's words for the codes of the hand-coded evidence."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from wijkanalyse.evidence.codes import PUBLISHED_INDICATORS
from wijkanalyse.report.language import Words, tr

LEVELS: Final = Words(
    {
        "team_report": "verslagen van teams",
        "municipal_report": "gemeentelijke verslagen over teams",
        "monitor": "monitors",
        "press_or_web_summary": "berichten over verslagen",
    }
)
CONSENSUS: Final = Words(
    {
        "first": "telt wat de eerste codeur zag",
        "second": "telt wat de tweede codeur zag",
        "both": "telt een thema als beide codeurs het zagen",
        "either": "telt een thema als een van beide codeurs het zag",
    }
)
MISSING_N: Final = Words(
    {
        "left_out": "telt niet mee",
        "small": "krijgt een klein aantal zoals andere onderzoeken noemen",
        "median": "krijgt het middelste aantal van de andere",
        "large": "krijgt een groot aantal zoals andere onderzoeken noemen",
    }
)
PRECISIONS: Final = Words(
    {
        "exact": "precies genoemd",
        "approx": "ongeveer genoemd",
        "lower_bound": "als ondergrens genoemd",
        "upper_bound": "als bovengrens genoemd",
    }
)
POPULATIONS: Final = Words({"jeugd": "jeugdhulp", "wmo": "Wmo", "wijkteam": "wijkteam", "participatie": "participatie"})
DIRECTIONS: Final = Words(
    {
        "positive": "gunstig",
        "mixed": "gemengd",
        "none": "geen verschil",
        "negative": "ongunstig",
        "unclear": "niet te zien",
    }
)
DESIGNS: Final = Words(
    {
        "quasi-experiment": "quasi-experiment",
        "register study": "registercijfers",
        "survey": "enquête",
        "casestudy": "gevalsstudie",
        "business case": "businesscase",
    }
)
SCOPES: Final = Words({"local": "lokaal", "national": "landelijk"})
ELEMENT_LISTS: Final = Words(
    {
        "added_value": "Toegevoegde waarde",
        "working_element": "Werkzaam element",
        "barrier": "Belemmering",
        "helps": "Helpt",
        "hinders": "Hindert",
    }
)
POLL_KINDS: Final = Words(
    {
        "presence": "aanwezigheid",
        "form": "vorm",
        "task": "taak",
        "bottleneck": "knelpunt",
        "change": "verandering",
        "judgement": "oordeel",
        "agreement": "afspraken",
        "other": "overig",
    }
)
CASE_LEVELS: Final = Words(
    {
        "case": "één casus",
        "aggregate": "groep casussen",
        "unit_cost": "kosten per gezin of kind",
        "programme_cost": "kosten van de teams samen",
        "related_intervention": "andere aanpak",
    }
)
CASE_ORIGINS: Final = Words({"recorded": "gevonden", "own": "eigen", "all": "samen"})
RESULTS: Final = Words({"better": "beter", "equal": "gelijk", "worse": "slechter", "mixed": "gemengd"})
SAVINGS_UNITS: Final = Words(
    {
        "percent social return": "procent maatschappelijk rendement",
        "percent cheaper (approx)": "procent goedkoper (ongeveer)",
        "euro net per year": "euro per jaar bespaard",
        "euro over the first 50 families": "euro bespaard bij de eerste gezinnen",
        "euro expected over five years": "euro bespaard, verwacht over vijf jaar",
    }
)
PLACES: Final = Words({"national": "landelijk"})
RELATIONS: Final = Words({"contradicts": "wijst de andere kant op", "partly": "deels"})
STUDY_FIGURES: Final = Words(
    {
        "use_change": "verandering van het gebruik",
        "mean_duration": "gemiddelde duur",
        "crisis_start": "start vanuit crisis",
        "active_threshold": "grens waarboven een team actief is",
        "preventie": "teams die op preventie inzetten",
        "questions_handled_by_team": "vragen die het team zelf afhandelt",
        "annual_reports": "jaarverslagen",
        "client_surveys": "cliëntervaringsonderzoeken",
        "local_studies": "lokale onderzoeken",
        "organisations": "organisaties",
        "clients": "cliënten",
        **{name: indicator.label_nl for name, indicator in PUBLISHED_INDICATORS.items()},
    }
)

CPB_FOUND: Final = Words(
    {
        "NS02": "Het aantal verwijzingen naar professionele Wmo-zorg steeg met wijkteams {0}% meer dan zonder ({1} tot {2}).",
        "NS03": "Onderzoek in {0} gemeenten: in {1} hadden {2}% meer kinderen tweedelijns jeugdzorg dan in {3}, met weinig "
        "verschil tussen gemeenten met en zonder teams die zelf hulp geven. Zorg met verblijf groeide {4}% waar teams veel "
        "hulp geven, en {5}% waar ze weinig of geen hulp geven.",
        "NS04": "Met actieve teams groeide het gebruik {0}% sterker bij een laag inkomen en {1}% sterker bij een "
        "migratieachtergrond dan in andere gemeenten.",
    }
)
"""What the CPB studies found; the numbers are those of `effect_stated` in local_studies.csv, in the order they stand there."""

CPB_REMARKS: Final = Words(
    {
        "NS02": "gaat over de Wmo en over elk wijkteam, niet over jeugdhulp",
        "NS03": "weinig verschil in gebruik; wel minder groei waar teams veel hulp geven, ook van verblijf",
        "NS04": "meer gebruik bij groepen die weinig gebruiken: meer bereik, niet minder gebruik",
    }
)


def indicator_name(name: str) -> str:
    """What clients were asked, in words."""
    return tr(PUBLISHED_INDICATORS[name].label_nl)


def cpb_in_words(study_id: str, stated: str, say: Callable[[str, str], str] = lambda name, text: text) -> str:
    """Say what a CPB study found, with the numbers of the record; a record of another shape stays as it stands.

    `say` is given each number, and what to call it, and returns what is to be written.
    """
    template = CPB_FOUND.get(study_id, "")
    numbers = re.findall(r"\d+", stated)
    if not template or len(numbers) != len(set(re.findall(r"\{\d\}", template))):
        return say("stated", stated)
    return template.format(*(say(f"number {place}", text) for place, text in enumerate(numbers, start=1)))
