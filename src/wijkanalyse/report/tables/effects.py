"""Tables of the estimates: the primary ones with all their inference, what each is and is not, and how far they move."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pandas as pd

from wijkanalyse.effects.estimands import Estimand, Estimands
from wijkanalyse.frames import rows as records
from wijkanalyse.report.claims.effects import INFERENCE
from wijkanalyse.report.language import Words, tr
from wijkanalyse.report.tables.markdown import NOTHING, Ledger, markdown_table, marked
from wijkanalyse.report.tables.printed import Printed, years_in_words
from wijkanalyse.report.tables.reasons import reason_in_words
from wijkanalyse.report.words import ROLES


def primary(ledger: Ledger, estimands: Estimands, mark: bool) -> str:
    """The primary estimates side by side: estimate, interval, every p value, and what could have been found."""
    chosen = estimands.primary
    names = [f"effect.{estimand.id}" for estimand in chosen]
    rows = [
        [f"**{tr('Verschil')}** (%)", *(f"**{ledger.with_interval(f'{name}.value')}**" for name in names)],
        [tr("in procentpunten"), *(ledger.with_interval(f"{name}.points") for name in names)],
        *([words, *(ledger.text(f"{name}.{key}") for name in names)] for key, words in INFERENCE.items()),
        [tr("kleinste verschil dat meestal was gevonden (%)"), *(ledger.bare(f"{name}.detectable") for name in names)],
        [tr("E-waarde"), *(ledger.text(f"{name}.e_value") for name in names)],
        [tr("gemeenten (waarvan actief)"), *(_municipalities(ledger, name) for name in names)],
    ]
    caption = tr(
        "De drie hoofdvragen: verschil van eerder actieve met andere gemeenten, met achtergrondkenmerken in het model."
    )
    header = ["", *(tr(estimand.label) for estimand in chosen)]
    return markdown_table(header, rows, caption + marked(mark), "tbl-hoofdvragen", [40, *[20] * len(chosen)], len(chosen))


def _municipalities(ledger: Ledger, name: str) -> str:
    return f"{ledger.text(f'{name}.municipalities')} ({ledger.text(f'{name}.active')})"


MODELS = Words(
    {
        "rate": "aantal per jongere (quasi-Poisson)",
        "share": "aandeel (binomiaal)",
        "mean": "logaritme van het gemiddelde, gewogen naar aantal",
        "mean_gamma": "gemiddelde (gamma)",
    }
)
ADJUSTMENTS = Words(
    {
        "none": "zonder achtergrondkenmerken",
        "regression": "met achtergrondkenmerken in het model",
        "entropy": "gewogen vergelijking",
        "doubly_robust": "dubbel robuust",
    }
)


def methods(estimands: Estimands, printed: Printed) -> str:
    """What is estimated and what it is not, from config/estimands.yaml: a row per question, with the estimates that ask it.

    What most estimates have in common is said once, in the caption.
    """
    classified = [estimand for estimand in estimands.estimands if estimand.activity]
    usual = Counter(tuple(estimand.activity) for estimand in classified).most_common(1)[0][0] if classified else ()
    by_question: dict[tuple[str, str], list[Estimand]] = {}
    for estimand in estimands.estimands:
        by_question.setdefault((estimand.question, estimand.is_not), []).append(estimand)
    rows = []
    for (question, is_not), asked in by_question.items():
        name = asked[0].id
        who = "; ".join(tr(estimand.label) for estimand in asked)
        hows = "; ".join(dict.fromkeys(how(estimand, usual, printed) for estimand in asked))
        said = f"{printed.words(name, 'question', tr(question))} *{printed.words(name, 'is_not', tr(is_not))}*"
        rows.append([f"**{who}** ({ROLES[asked[0].role]}): {hows}", said])
    caption = tr("Wat er is geschat, en (cursief) wat het antwoord niet is.")
    if usual:
        usually = printed.words("usual", "activity", years_in_words(usual))
        caption += " " + tr(
            "Tenzij anders vermeld is ingedeeld over {years}, met achtergrondkenmerken in het model.", years=usually
        )
    header = [tr("Schatting, en hoe"), tr("Vraag, en wat het antwoord niet is")]
    return markdown_table(header, rows, caption, "tbl-schattingen", [50, 50], 0)


def how(estimand: Estimand, usual: Sequence[int], printed: Printed) -> str:
    """Design, model and years of an estimand in words; of the years of activity only what is not as usual."""
    years = printed.words(estimand.id, "years", years_in_words(estimand.years))
    if estimand.design == "change":
        first, last = (printed.words(estimand.id, f"year_{n}", str(year)) for n, year in enumerate(estimand.years))
        design = tr("verandering van {first} op {last}", first=first, last=last)
    elif estimand.design == "yearly":
        lag = printed.words(estimand.id, "lag", str(estimand.lag))
        when = {0: tr("actief in hetzelfde jaar"), 1: tr("actief een jaar eerder")}.get(
            estimand.lag, tr("actief {n} jaar eerder", n=lag)
        )
        design = tr("elke gemeente met zichzelf vergeleken, {years}, {when}", years=years, when=when)
    elif estimand.design == "adoption":
        design = tr("actief worden in {years}, naar het jaar ervoor", years=years)
    else:
        design = tr("{years} samen", years=years)
    parts = [design, MODELS[estimand.model]]
    if estimand.activity and list(estimand.activity) != list(usual):
        activity = printed.words(estimand.id, "activity", years_in_words(estimand.activity))
        parts.append(tr("ingedeeld over {years}", years=activity))
    if estimand.adjustment != "regression":
        parts.append(ADJUSTMENTS[estimand.adjustment])
    return ", ".join(parts)


def estimates(effects: pd.DataFrame, estimands: Estimands, ledger: Ledger, printed: Printed, mark: bool) -> str:
    """Every estimate with its interval; those that cannot be made, with their reason."""
    rows = []
    for row in records(effects[effects["unit"].eq("percent")]):
        name, label = f"effect.{row.estimand}", tr(estimands.named(row.estimand).label)
        if row.reason:
            why = reason_in_words(row.reason)
            why = why if why.startswith("`") else printed.words(row.estimand, "reason", why)
            found = [tr("niet geschat: {why}", why=why), NOTHING]
        else:
            found = [ledger.with_interval(f"{name}.value"), ledger.text(f"{name}.p")]
        kind = tr("mechanisch") if row.is_mechanical else ROLES[row.role]
        rows.append([f"{label} `{row.estimand}`", kind, *found])
    header = [tr("Schatting"), tr("Soort"), tr("Verschil (%) en interval"), "p"]
    caption = tr("Alle schattingen. Mechanisch: de uitkomst bevat waarop gemeenten zijn ingedeeld.")
    return markdown_table(header, rows, caption + marked(mark), "tbl-alle-schattingen", [54, 14, 24, 8], 2)


def balance(table: pd.DataFrame, printed: Printed, mark: bool) -> str:
    """Baseline covariates of the groups of the first primary estimand, before and after weighting."""
    first = table[table["estimand"].eq(table["estimand"].iloc[0])]
    columns = ("active", "others", "smd_before", "smd_after")
    rows = [
        [
            printed.words(row.covariate, "label", tr(row.label)),
            *(printed.number(row.covariate, column, getattr(row, column)) for column in columns),
        ]
        for row in records(first)
    ]
    header = [tr("Kenmerk"), tr("Actief"), tr("Andere"), tr("Verschil voor weging"), tr("Verschil na weging")]
    caption = tr("Achtergrond van de gemeenten; verschillen in standaarddeviaties.")
    return markdown_table(header, rows, caption + marked(mark), "tbl-balans", [40, 14, 14, 16, 16], 4)


ERAS = Words({"2017-2020": "eerste reeks", "2021-2025": "tweede reeks"})


FOLLOWED = "trajectories_niet_wijkteam"


def trend_bounds(bounds: pd.DataFrame, switchers: pd.DataFrame, printed: Printed, mark: bool) -> str:
    """What is left of the change in the year of the switch when trends differed, per bound on the difference."""
    chosen = bounds[bounds["outcome"].eq(FOLLOWED)]
    found = {(row.m_bar, row.era): row for row in records(chosen)}
    rows = [
        [
            printed.number(f"m_{m_bar:g}", "m_bar", m_bar, decimals=1),
            *(_bound(found.get((m_bar, era)), f"m_{m_bar:g}", era, printed) for era in ERAS),
        ]
        for m_bar in sorted(chosen["m_bar"].unique())
    ]
    caption = tr(
        "Verandering van het gebruik buiten het team in het jaar waarin het team actief werd, als trends verschilden. Eerste "
        "kolom: het grootste verschil in trend erna, als veelvoud van het grootste ervoor."
    )
    if switchers.loc[switchers["outcome"].eq(FOLLOWED), "is_mechanical"].any():
        caption += " " + tr("Deels mechanisch: dit gebruik staat in de noemer van het aandeel waarop is ingedeeld.")
    header = [tr("Verschil in trend"), *ERAS.values()]
    return markdown_table(header, rows, caption + marked(mark), "tbl-trends", [30, 35, 35], 2)


def _bound(row: Any, key: str, era: str, printed: Printed) -> str:
    if row is None or math.isnan(row.lower):
        return tr("te weinig jaren ervoor")
    return printed.interval(key, era, row.lower, row.upper, "percent", 1, bare=False)
