"""The other choices of the sensitivity analysis in words."""

from __future__ import annotations

import pandas as pd

from wijkanalyse.report.language import Words, tr

KINDS = Words(
    {
        "main": "Zoals gekozen",
        "adjustment": "Vergelijkbaar maken",
        "activity": "Indeling",
        "years": "Jaren",
        "municipalities": "Gemeenten",
        "suppression": "Niet getoonde cijfers",
        "bounds": "Niet getoonde cijfers",
        "weights": "Weging",
        "cluster": "Samenhang",
        "region": "Zonder één jeugdregio",
    }
)
SETTINGS = Words(
    {
        "main main": "hoofdschatting",
        "adjustment none": "zonder achtergrondkenmerken",
        "adjustment regression": "achtergrondkenmerken in het model",
        "adjustment entropy": "gewogen vergelijkingsgemeenten",
        "activity same_each_year": "elk jaar gelijk ingedeeld",
        "activity by_youths": "ingedeeld naar jongeren",
        "activity by_location": "aandeel in ambulante hulp op locatie",
        "activity certain": "zonder onzeker ingedeelde",
        "municipalities without_big_four": "zonder de vier grote steden",
        "municipalities without_merged": "zonder heringedeelde",
        "suppression low": "tellen als het minste",
        "suppression high": "tellen als het meeste",
        "suppression shown": "weggelaten",
        "bounds extreme": "uiterste grenzen",
        "weights equal": "elke gemeente even zwaar",
        "cluster jeugdregio_code": "binnen jeugdregio's",
        "cluster gm_code": "binnen gemeenten",
        "region lowest": "laagste van alle",
        "region highest": "hoogste van alle",
    }
)


def sensitivity_rows(sensitivity: pd.DataFrame) -> pd.DataFrame:
    """The settings (`Sensitivity`) as `draw_sensitivity` takes them; of the youth regions the lowest and highest estimate."""
    known = sensitivity[sensitivity["value"].notna() | sensitivity["kind"].eq("bounds") & sensitivity["lower"].notna()]
    is_region = known["kind"].eq("region")
    regions = known[is_region].groupby("estimand")["value"]
    ends = [
        known.loc[found].assign(setting=name) for name, found in (("lowest", regions.idxmin()), ("highest", regions.idxmax()))
    ]
    rows = pd.concat([known[~is_region], *ends])
    # the same choices stand together, whichever estimand has them
    place = rows["kind"].map({kind: n for n, kind in enumerate(KINDS)})
    rows = rows.iloc[place.argsort(kind="stable")]
    pairs = list(zip(rows["kind"], rows["setting"], strict=True))
    return rows.assign(
        key=[f"{kind} {setting}" for kind, setting in pairs],
        group=[KINDS[kind] for kind, _ in pairs],
        label=[setting_in_words(kind, setting) for kind, setting in pairs],
    )


def setting_in_words(kind: str, setting: str) -> str:
    """Say what a choice is set to (`Sensitivity`); other than codes there are years, and one that is left out."""
    if f"{kind} {setting}" in SETTINGS:
        return SETTINGS[f"{kind} {setting}"]
    if kind == "activity":
        return tr("ingedeeld over {years}", years=setting)
    if setting.startswith("without "):
        return tr("zonder {year}", year=setting.removeprefix("without "))
    first, last = setting.split("-")
    return tr("van {first} op {last}", first=first, last=last)
