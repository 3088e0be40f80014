"""Words of the codebook: the only values that the coded columns may hold.

The meaning of every word is in ``data/raw/evidence/codebook.md``; a word that is added there is added here, and the
loader then accepts it.
"""

from typing import Final, NamedTuple


class Indicator(NamedTuple):
    """Something that clients were asked: the unit of its value and its Dutch name in tables and figures."""

    unit: str
    label_nl: str


class Theme(NamedTuple):
    """Something an annual report may mention: its kind (theme, barrier, enabling) and its Dutch name."""

    kind: str
    label_nl: str


# The eight figures that the original study published, in its order.
PUBLISHED_INDICATORS: Final[dict[str, Indicator]] = {
    "tevredenheid_cijfer": Indicator("grade", "tevredenheid (rapportcijfer)"),
    "bekendheid": Indicator("percent", "bekendheid"),
    "kwaliteit": Indicator("percent", "kwaliteit"),
    "regie": Indicator("percent", "regie"),
    "tijdig": Indicator("percent", "tijdig"),
    "passend": Indicator("percent", "passend"),
    "helpend": Indicator("percent", "helpend"),
    "zelfredzaamheid": Indicator("percent", "zelfredzaamheid"),
}

INDICATORS: Final[dict[str, Indicator]] = PUBLISHED_INDICATORS | {
    "deskundigheid": Indicator("percent", "deskundigheid"),
    "respect": Indicator("percent", "respect"),
    "serieus": Indicator("percent", "serieus genomen"),
    "informatie": Indicator("percent", "informatie"),
    "samenwerking": Indicator("percent", "samenwerking"),
    "tevredenheid_pct": Indicator("percent", "tevreden (aandeel)"),
    "tevredenheid_sterren5": Indicator("stars5", "tevredenheid (sterren)"),
    "tevredenheid_cijfer_ondersteuning": Indicator("grade", "tevredenheid met de ondersteuning (rapportcijfer)"),
    "tevredenheid_cijfer_9of10": Indicator("percent", "aandeel dat een 9 of 10 geeft"),
    "aanvraaggemak_cijfer": Indicator("grade", "gemak van de aanvraag (rapportcijfer)"),
    "zou_terugkomen": Indicator("percent", "zou terugkomen"),
    "dingen_doen": Indicator("percent", "kan doen wat men wil"),
    "kwaliteit_leven": Indicator("percent", "kwaliteit van leven"),
    "effect_voelt_beter": Indicator("percent", "voelt zich beter"),
    "effect_school": Indicator("percent", "gaat beter op school"),
    "effect_vertrouwen_toekomst": Indicator("percent", "vertrouwen in de toekomst"),
    "vindbaar_niet_moeilijk": Indicator("percent", "team niet moeilijk te vinden"),
    "begrijpt_problematiek": Indicator("percent", "begrijpt de problematiek"),
}

THEMES: Final[dict[str, Theme]] = {
    "preventie": Theme("theme", "preventie"),
    "eigen_kracht": Theme("theme", "eigen kracht"),
    "netwerk": Theme("theme", "inzet netwerk"),
    "vroegsignalering": Theme("theme", "vroegsignalering"),
    "samenwerking": Theme("theme", "samenwerking"),
    "laagdrempelig": Theme("theme", "laagdrempelig"),
    "brede_aanpak": Theme("theme", "brede aanpak"),
    "tijd_werkdruk": Theme("barrier", "onvoldoende tijd, werkdruk"),
    "administratieve_druk": Theme("barrier", "administratieve druk"),
    "kennis": Theme("barrier", "onvoldoende kennis"),
    "samenwerking_gebrek": Theme("barrier", "gebrek aan samenwerking"),
    "consistente_opdracht": Theme("enabling", "consistente opdracht"),
    "mandaat": Theme("enabling", "mandaat"),
    "ruimte_leren": Theme("enabling", "ruimte om te leren"),
}

POPULATIONS: Final = ("jeugd", "wmo", "wijkteam", "participatie")
YEAR_BASES: Final = ("stated", "inferred", "unknown")
PRECISIONS: Final = ("exact", "approx", "lower_bound", "upper_bound")
# A number of respondents of the row itself is known, in one of these ways ...
N_BASES_WITH_N: Final = ("exact", "approx", "lower_bound", "derived")
# ... or only that of the whole survey is, or none.
N_BASES: Final = (*N_BASES_WITH_N, "survey_only", "not_stated")
RESPONDENT_TYPES: Final = ("clients", "residents", "panel")
SOURCE_LEVELS: Final = ("team_report", "municipal_report", "monitor", "press_or_web_summary")
DELIVERS_HELP: Final = ("yes", "no", "unclear")
STUDY_SCOPES: Final = ("local", "national")
STUDY_DESIGNS: Final = ("business case", "casestudy", "quasi-experiment", "register study", "survey")
DIRECTIONS: Final = ("positive", "mixed", "none", "negative", "unclear")
CASE_LEVELS: Final = ("aggregate", "unit_cost", "programme_cost", "related_intervention", "case")
# The period that the euros of one case are about.
PERIOD: Final = r"(?:year|([1-9]\d?) (?:months?|years?))"
CASE_RESULTS: Final = ("better", "equal", "worse", "mixed")

SECTIONS: Final = ("effectiviteit", "toegevoegde_waarde", "definitie", "opzet")
GROUPS: Final = ("active", "not_active", "all")
# What a published figure is about, and its unit.
PUBLISHED_FIGURES: Final[dict[str, str]] = {
    "use_change": "percent",
    "mean_duration": "days",
    "crisis_start": "percent",
    "active_threshold": "percent",
    **{name: indicator.unit for name, indicator in PUBLISHED_INDICATORS.items()},
    "preventie": "percent",
    "questions_handled_by_team": "percent",
    "annual_reports": "count",
    "client_surveys": "count",
    "local_studies": "count",
    "organisations": "count",
    "clients": "count",
}
PUBLISHED_UNITS: Final = ("percent", "days", "grade", "count")
# The only text with all eight client figures and their n; its numbers count where texts differ.
HEADLINE_SOURCE: Final = "study-slides"

# Scale of each unit: lowest and highest possible value, and how a person says it.
UNIT_RANGES: Final[dict[str, tuple[float, float, str]]] = {
    "percent": (0.0, 100.0, "a percentage from 0 to 100"),
    "grade": (1.0, 10.0, "a grade from 1 to 10"),
    "stars5": (1.0, 5.0, "a number of stars from 1 to 5"),
}
