"""Claims on the client surveys: each published figure beside the rerun, how far that moves, and what activity makes of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from wijkanalyse.evidence.codes import PRECISIONS
from wijkanalyse.frames import rows
from wijkanalyse.report import evidence_words as words
from wijkanalyse.report.claims.ledger import Claim, Origin, unknown
from wijkanalyse.report.language import Words, tr
from wijkanalyse.report.numbers import enumeration, interval
from wijkanalyse.synthesis.indicators import POOLED, RANDOM, RANDOM_BY_SURVEY, UNWEIGHTED
from wijkanalyse.synthesis.small_studies import FEWEST_ADVISED

FOLDER: Final = "data/processed/estimates"
RULE: Final = "synthesise_evidence"
DECIMALS: Final = {"grade": 1, "percent": 0}
_KEYS: Final = ("subset", "precision", "missing_n", "grade_sd", "estimator")

VARIANTS: Final[dict[str, dict[str, str]]] = {
    "left_out": {"missing_n": "left_out"},
    "small": {"missing_n": "small"},
    "large": {"missing_n": "large"},
    "approx": {"precision": "+".join(PRECISIONS[:2])},
    "bounds": {"precision": "+".join(PRECISIONS)},
    "wijkteam": {"subset": "wijkteam"},
    "jeugd": {"subset": "jeugd"},
    "by_survey": {"estimator": RANDOM_BY_SURVEY},
}
"""Other choices than the main one, each changed alone."""

VARIANT_NAMES: Final = Words(
    {
        "main": "hoofdschatting",
        "left_out": "alleen met genoemd aantal",
        "small": "klein aantal ingevuld",
        "large": "groot aantal ingevuld",
        "approx": "ook ‘ongeveer’",
        "bounds": "ook onder- en bovengrens",
        "wijkteam": "alleen wijkteams",
        "jeugd": "alleen jeugdhulp",
        "by_survey": "elk onderzoek apart",
        "pooled": "gewogen naar respondenten",
        "unweighted": "gemiddelde van onderzoeken",
    }
)
"""What the choices are called in the report; the last two are other means, not other choices."""


def indicators(estimates: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``indicator.<name>.*``: the three means, where another place lies, and the published figure with its n.

    estimates: frame as in `ClientEstimates`. ``mean`` is the mean over places (random effects).
    """
    base = estimates[estimates["is_base"]]
    for row in rows(base[base["estimator"].eq(RANDOM)]):
        name, unit, label, decimals = row.indicator, row.unit, words.indicator_name(row.indicator), DECIMALS[row.unit]
        where = _origin("client_estimates", f"indicator={name}, is_base, estimator={RANDOM}")
        key = f"indicator.{name}"
        yield Claim(
            f"{key}.mean",
            row.value,
            unit,
            tr("{indicator}, gemiddelde over plaatsen", indicator=label),
            where,
            row.lower,
            row.upper,
            decimals,
        )
        ends = row.prediction_lower, row.prediction_upper
        elsewhere = unknown() if math.isnan(ends[0]) else interval(*ends, unit, decimals)
        text = tr("{indicator}, waar een andere plaats te verwachten is", indicator=label)
        yield Claim(f"{key}.elsewhere", row.value, unit, text, where, *ends, decimals, words=elsewhere)
        yield Claim(
            f"{key}.published",
            row.published,
            unit,
            tr("{indicator}, zoals gepubliceerd", indicator=label),
            where,
            decimals=decimals,
        )
        n = math.nan if pd.isna(row.published_n) else float(row.published_n)
        yield Claim(f"{key}.published_n", n, "count", tr("{indicator}, respondenten in de studie", indicator=label), where)
        position = _position(row.published_in_interval, row.published_in_prediction)
        text = tr("{indicator}, waar het gepubliceerde cijfer ligt", indicator=label)
        yield Claim(f"{key}.position", math.nan, "text", text, where, words=position)
        yield Claim(f"{key}.k", row.k, "count", tr("{indicator}, onderzoeken", indicator=label), where)
        yield Claim(f"{key}.places", row.places, "count", tr("{indicator}, plaatsen", indicator=label), where)
        yield Claim(
            f"{key}.k_with_n",
            row.k_with_n,
            "count",
            tr("{indicator}, onderzoeken met aantal respondenten", indicator=label),
            where,
        )
        yield Claim(f"{key}.n", row.n, "count", tr("{indicator}, respondenten", indicator=label), where)
        text = tr("{indicator}, deel van de spreiding tussen plaatsen (I2)", indicator=label)
        yield Claim(f"{key}.i2", row.i2_pct, "percent", text, where, decimals=0)
        yield Claim(
            f"{key}.tau2",
            row.tau2,
            "ratio",
            tr("{indicator}, variantie tussen plaatsen (tau2)", indicator=label),
            where,
            decimals=3,
        )
    means = {POOLED: "pooled", UNWEIGHTED: "unweighted"}
    for row in rows(base[base["estimator"].isin(means)]):
        leaf = means[row.estimator]
        where = _origin("client_estimates", f"indicator={row.indicator}, is_base, estimator={row.estimator}")
        value, decimals = (row.value, row.unit), DECIMALS[row.unit]
        label = f"{words.indicator_name(row.indicator)}, {VARIANT_NAMES[leaf]}"
        yield Claim(f"indicator.{row.indicator}.{leaf}", *value, label, where, row.lower, row.upper, decimals)


def together(estimates: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``indicators.*``: of the published figures together, how many lie where, and on which choices that rests."""
    main = estimates[estimates["is_base"] & estimates["estimator"].eq(RANDOM)]
    inside, elsewhere = (main[f"published_in_{what}"].fillna(False).astype(bool) for what in ("interval", "prediction"))
    percent = main[main["unit"].eq("percent")]
    width = percent["prediction_upper"] - percent["prediction_lower"]
    counts = {
        "all": (len(main), tr("Gepubliceerde cliëntcijfers")),
        "within": (int(inside.sum()), tr("Gepubliceerde cijfers binnen het interval van het gemiddelde over plaatsen")),
        "within_elsewhere": (int(elsewhere.sum()), tr("Gepubliceerde cijfers binnen het gebied van een andere plaats")),
        "percentages": (len(percent), tr("Gepubliceerde cliëntcijfers die een percentage zijn")),
        "wide": (int((width > 50).sum()), tr("Percentages waarvan het gebied meer dan de helft van de schaal beslaat")),
    }
    where = _origin("client_estimates", f"is_base, estimator={RANDOM}")
    for leaf, (count, label) in counts.items():
        yield Claim(f"indicators.{leaf}", count, "count", label, where)
    outside = [
        tr("{indicator} (de studie lager)", indicator=words.indicator_name(row.indicator))
        if row.published < row.value
        else tr("{indicator} (de studie hoger)", indicator=words.indicator_name(row.indicator))
        for row in rows(main[main["published_in_interval"].eq(False).fillna(False).astype(bool)])
    ]
    first = main.iloc[0]
    yield _text("indicators.outside", tr("Cijfers buiten het interval"), where, enumeration(outside) or tr("geen enkel cijfer"))
    missing_n = words.MISSING_N[first["missing_n"]]
    yield _text("indicators.missing_n", tr("Onderzoek zonder aantal respondenten"), where, missing_n)
    precise = enumeration([words.PRECISIONS[word] for word in str(first["precision"]).split("+")])
    yield _text("indicators.precision", tr("Hoe precies een cijfer is genoemd"), where, precise)
    widest = percent.iloc[int(width.fillna(-1).to_numpy().argmax())] if width.notna().any() else None
    label, ends = tr("Percentage met het breedste gebied"), unknown()
    if widest is not None:
        ends = interval(widest["prediction_lower"], widest["prediction_upper"], "percent", 0)
    yield _text("indicators.widest", label, where, unknown() if widest is None else words.indicator_name(widest["indicator"]))
    yield _text("indicators.widest_area", label, where, ends)


def sensitivity(estimates: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``sensitive.<variant>.*``: the mean over places with one other choice, and how many published lie inside.

    The main choice and the two other means stand among the variants as ``main``, ``pooled`` and ``unweighted``.
    """
    base = estimates[estimates["is_base"]]
    main = base[base["estimator"].eq(RANDOM)]
    variants = {
        "main": main,
        **{name: _changed(estimates, main, change) for name, change in VARIANTS.items()},
        "pooled": base[base["estimator"].eq(POOLED)],
        "unweighted": base[base["estimator"].eq(UNWEIGHTED)],
    }
    for variant, found in variants.items():
        label = VARIANT_NAMES[variant]
        where = _origin("client_estimates", ", ".join(f"{key}={found[key].iloc[0]}" for key in _KEYS if key != "grade_sd"))
        for row in rows(found):
            name, text = f"sensitive.{variant}.{row.indicator}", f"{words.indicator_name(row.indicator)}, {label}"
            yield Claim(name, row.value, row.unit, text, where, row.lower, row.upper, DECIMALS[row.unit])
        known = found["published_in_interval"].dropna()
        text = tr("Gepubliceerd binnen interval, {choice}", choice=label)
        yield Claim(f"sensitive.{variant}.inside", int(known.sum()), "count", text, where)
        text = tr("Cijfers met een interval, {choice}", choice=label)
        yield Claim(f"sensitive.{variant}.known", len(known), "count", text, where)
    yield from _grade_sd(estimates, main)


def _grade_sd(estimates: pd.DataFrame, main: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``grade_sd.*``: the standard deviations taken for grades, and how far another one moves the mean."""
    grades = main[main["unit"].eq("grade")]
    for row in rows(grades):
        same = estimates["indicator"].eq(row.indicator) & estimates["estimator"].eq(RANDOM)
        for key in ("subset", "precision", "missing_n"):
            same &= estimates[key].eq(getattr(row, key))
        found = estimates[same]
        where = _origin("client_estimates", f"indicator={row.indicator}, is_base but for grade_sd")
        taken = {"main": row.grade_sd, "low": found["grade_sd"].min(), "high": found["grade_sd"].max()}
        for leaf, value in taken.items():
            yield Claim(f"grade_sd.{leaf}", value, "grade", tr("Standaardafwijking van rapportcijfers"), where)
        name = words.indicator_name(row.indicator)
        label = tr("{indicator}, grootste verschuiving bij een andere standaardafwijking", indicator=name)
        yield Claim("grade_sd.shift", (found["value"] - row.value).abs().max(), "grade", label, where, decimals=2)


def leave_one_out(table: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``without_one.<indicator>.*`` (range of the mean over places) and the indicator that one survey moves most."""
    main = table[table["estimator"].eq(RANDOM)]
    for name, group in main.groupby("indicator", sort=False):
        unit = str(group["unit"].iloc[0])
        where = _origin("client_leave_one_out", f"indicator={name}, estimator={RANDOM}")
        of = words.indicator_name(str(name))
        for leaf, value, label in (
            ("lowest", group["value"].min(), tr("{indicator}, laagste met één onderzoek minder", indicator=of)),
            ("highest", group["value"].max(), tr("{indicator}, hoogste met één onderzoek minder", indicator=of)),
        ):
            yield Claim(f"without_one.{name}.{leaf}", value, unit, label, where, decimals=DECIMALS[unit])
    shift = main[main["unit"].eq("percent")].dropna(subset="shift")
    where = _origin("client_leave_one_out", "largest shift of a percentage")
    largest = shift.iloc[int(shift["shift"].abs().to_numpy().argmax())] if len(shift) else None
    label = tr("Percentage dat met één onderzoek het meest verschuift")
    yield _text("without_one.most", label, where, unknown() if largest is None else words.indicator_name(largest["indicator"]))
    moved = math.nan if largest is None else abs(float(largest["shift"]))
    yield Claim("without_one.shift", moved, "points", label, where)


def small_studies(table: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``small_studies.*``: for how many figures one could ask whether small surveys say something else."""
    where = _origin("client_small_studies", "is_advised")
    advised = int(table["is_advised"].sum())
    yield Claim("small_studies.testable", advised, "count", tr("Cijfers met genoeg onderzoeken van bekende omvang"), where)
    yield Claim("small_studies.needed", FEWEST_ADVISED, "count", tr("Onderzoeken die daarvoor nodig zijn"), where)
    yield Claim(
        "small_studies.most", table["k"].max(), "count", tr("Meeste onderzoeken van bekende omvang bij één cijfer"), where
    )


def survey_populations(values: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``surveys.*``: the client surveys that are pooled, how many state their size, and how many are on the Wmo."""
    distinct = values.drop_duplicates("survey_id")
    where = _origin("client_survey_values", "distinct survey_id")
    yield Claim("surveys.pooled", len(distinct), "count", tr("Samengevoegde cliëntervaringsonderzoeken"), where)
    with_n = values.dropna(subset="n")["survey_id"].nunique()
    yield Claim("surveys.with_n", with_n, "count", tr("Waarvan met een aantal respondenten"), where)
    yield Claim("surveys.places", distinct["place"].nunique(), "count", tr("Plaatsen van deze onderzoeken"), where)
    wmo = int(distinct["population"].eq("wmo").sum())
    yield Claim("surveys.wmo", wmo, "count", tr("Waarvan onder Wmo-cliënten"), where)


def activity(table: pd.DataFrame, classified_on: str) -> Iterator[Claim]:
    """Claims ``activity.<indicator>.*``: means and places by activity, their difference, and what the groups rest on.

    table: frame as in `Activity`; classified_on: the StatLine tables that municipalities are classified on.
    """
    tables, of_all = f"client_surveys.csv, {classified_on}", table[table["subset"].eq("all")]
    for row in rows(of_all):
        where = Origin(f"{FOLDER}/client_activity.parquet", f"indicator={row.indicator}, subset=all", tables, RULE)
        key, decimals = f"activity.{row.indicator}", DECIMALS[row.unit]
        name = words.indicator_name(row.indicator)
        for group, label in (
            ("active", tr("{indicator}, gemeenten met actief wijkteam", indicator=name)),
            ("not_active", tr("{indicator}, gemeenten zonder actief wijkteam", indicator=name)),
        ):
            yield Claim(f"{key}.{group}", getattr(row, f"mean_{group}"), row.unit, label, where, decimals=decimals)
            yield Claim(f"{key}.places_{group}", getattr(row, f"places_{group}"), "count", label, where)
        unit = "points" if row.unit == "percent" else row.unit
        label = tr("{indicator}, actief min niet actief", indicator=name)
        more = decimals + 1
        yield Claim(f"{key}.difference", row.difference, unit, label, where, row.lower, row.upper, more)
    compared = of_all.dropna(subset=["lower", "upper"])
    clear = int(((compared["lower"] > 0) | (compared["upper"] < 0)).sum())
    where = Origin(f"{FOLDER}/client_activity.parquet", "subset=all, lower and upper", tables, RULE)
    yield Claim("activity.compared", len(compared), "count", tr("Cijfers met genoeg gemeenten in beide groepen"), where)
    yield Claim("activity.clear", clear, "count", tr("Waarvan met een interval zonder nul"), where)
    source = str(table["source"].iloc[0])
    where = Origin(f"{FOLDER}/client_activity.parquet", "source", tables, RULE)
    yield _text("activity.source", tr("Waarop de indeling in actief en niet actief rust"), where, tr(source))


def _changed(estimates: pd.DataFrame, main: pd.DataFrame, change: dict[str, str]) -> pd.DataFrame:
    """The rows with the main choices but for `change`, in the order of the indicators."""
    wanted = {**{key: main[key].iloc[0] for key in _KEYS if key != "grade_sd"}, **change}
    same = pd.Series(True, index=estimates.index)
    for key, value in wanted.items():
        same &= estimates[key].eq(value)
    deviation = float(main["grade_sd"].dropna().iloc[0])
    return estimates[same & (estimates["grade_sd"].isna() | estimates["grade_sd"].eq(deviation))]


def _position(inside: Any, elsewhere: Any) -> str:
    if pd.isna(inside):
        return unknown()
    if inside:
        return tr("in het interval")
    return tr("alleen in het gebied") if not pd.isna(elsewhere) and elsewhere else tr("erbuiten")


def _origin(table: str, row: str) -> Origin:
    return Origin(f"{FOLDER}/{table}.parquet", row, "client_surveys.csv", RULE)


def _text(name: str, label: str, where: Origin, said: str) -> Claim:
    return Claim(name, math.nan, "text", label, where, words=said)
