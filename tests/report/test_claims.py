"""Claims: what they print, and the two forms in which they leave."""

import math

import pandas as pd
import pytest

from wijkanalyse.classification import Classified
from wijkanalyse.config import Config, Contrast
from wijkanalyse.report.claims import Claim, Claims, Origin, as_frame, as_variables, effectiveness, municipalities, run
from wijkanalyse.report.language import spoken, tr

ORIGIN = Origin("data/processed/x.parquet", "row", "84134NED", "estimate_contrasts")


def estimates(form: str = "zonder_verblijf") -> pd.DataFrame:
    """A duration contrast of 340 against 390 days; the difference is -50 (-60 to -40)."""
    values = {"active": (340, 335, 345), "not_active": (390, 384, 396), "difference": (-50, -60, -40)}
    common = {"contrast": "duration", "form": form, "unit": "days", "years": "2020", "municipalities": 7}
    return pd.DataFrame(
        [
            {**common, "weighting": weighting, "term": term, "value": value, "lower": lower, "upper": upper}
            for weighting in ("pooled", "mean_of_municipalities")
            for term, (value, lower, upper) in values.items()
        ]
    )


def by_id(claims: list[Claim]) -> dict[str, Claim]:
    assert len({claim.id for claim in claims}) == len(claims)
    return {claim.id: claim for claim in claims}


def test_a_claim_prints_its_number_its_unit_and_its_interval() -> None:
    claim = Claim("a.b", 340.4, "days", "duur", ORIGIN, lower=334.6, upper=346.1)
    assert claim.text == "340\u00a0dagen"
    assert claim.interval == "335 tot 346\u00a0dagen"
    assert Claim("a.b", math.nan, "days", "duur", ORIGIN).text == "niet te berekenen"
    with pytest.raises(ValueError, match="claim id"):
        Claim("Zomaar", 1, "count", "x", ORIGIN)


def test_the_ledger_fits_its_contract_and_becomes_nested_variables() -> None:
    claims = [
        Claim("a.b.c", 2.5, "percent", "x", ORIGIN, lower=2, upper=3),
        Claim("a.b.d", math.nan, "text", "y", ORIGIN, words="lager dan"),
        Claim("a.e", 12, "count", "z", ORIGIN),
    ]
    ledger = Claims.validate(as_frame(lambda: claims, "CBS StatLine"), lazy=True)
    variables = as_variables(ledger)
    assert variables["a"] == {
        "b": {
            "c": '[2,5%]{.claim of="a.b.c"}',
            "c_interval": '[2,0 tot 3,0%]{.claim of="a.b.c"}',
            "d": '[lager dan]{.claim of="a.b.d"}',
        },
        "e": '[12]{.claim of="a.e"}',
        "e_interval": "geen interval",
    }
    assert variables["en"]["a"]["b"]["c_interval"] == '[2.0 to 3.0%]{.claim of="a.b.c"}'
    assert variables["en"]["a"]["e_interval"] == "no interval"


def test_the_mark_is_printed_outside_the_text_and_is_no_link() -> None:
    claims = [Claim("run.mark", math.nan, "text", "x", ORIGIN, words="VOORBEELDCIJFERS")]
    assert as_variables(as_frame(lambda: claims, "s"))["run"]["mark"] == "VOORBEELDCIJFERS"


def test_only_the_words_of_a_claim_may_depend_on_the_language() -> None:
    def claims() -> list[Claim]:
        return [Claim("a.b", 1 if spoken() == "nl" else 2, "count", tr("gemeenten"), ORIGIN)]

    with pytest.raises(ValueError, match="not the same"):
        as_frame(claims, "s")
    ledger = as_frame(lambda: [Claim("a.b", 1234.5, "ratio", tr("gemeenten"), ORIGIN)], "s").iloc[0]
    assert (ledger["label"], ledger["label_en"]) == ("gemeenten", "municipalities")
    assert (ledger["text"], ledger["text_en"]) == ("1.234,50", "1,234.50")


def test_a_contrast_becomes_claims_with_a_verdict_that_follows_the_interval() -> None:
    claims = by_id(list(effectiveness.contrasts(estimates(), {"duration": "82971NED, 84134NED"})))
    active = claims["duration.zonder_verblijf.pooled.active"]
    assert active.text == "340\u00a0dagen"
    assert active.origin.row == "contrast=duration, form=zonder_verblijf, weighting=pooled, term=active"
    assert active.origin.tables == "82971NED, 84134NED"
    assert claims["duration.zonder_verblijf.pooled.verdict"].text == "lager dan"
    wide = estimates().assign(upper=5.0)
    verdict = by_id(list(effectiveness.contrasts(wide, {"duration": "x"})))["duration.zonder_verblijf.pooled.verdict"]
    assert verdict.text == "niet aantoonbaar verschillend van"


def test_what_could_not_be_estimated_is_said_to_be_so() -> None:
    tables = dict.fromkeys(("use", "duration", "crisis", "reach"), "x")
    done = by_id(list(effectiveness.contrasts(estimates(), tables)))
    absent = by_id(list(effectiveness.not_estimated(estimates(), tables)))
    assert not done.keys() & absent.keys()
    assert absent["duration.niet_wijkteam.pooled.difference"].text == "niet te berekenen"
    assert "duration.zonder_verblijf.pooled.difference" not in absent
    # together they answer every name that the text may call
    expected = {
        f"{contrast}.{form}.{weighting}.{term}"
        for contrast in tables
        for form in ("zonder_verblijf", "niet_wijkteam")
        for weighting in ("pooled", "mean_of_municipalities")
        for term in ("active", "not_active", "difference", "verdict")
    }
    assert expected <= done.keys() | absent.keys()


def test_counts_follow_the_classification() -> None:
    frame = pd.DataFrame(
        {
            "gm_code": [f"GM000{n}" for n in range(5)],
            "gm_name": "x",
            "jeugdregio_code": "JZ01",
            "group": ["active", "active", "not_active", "not_active", None],
            "share_pct": [20.0, 40.0, 1.0, 3.0, float("nan")],
            "share_low_pct": 0.0,
            "share_high_pct": 1.0,
            "numerator": [20.0, 40.0, 1.0, 3.0, float("nan")],
            "denominator": [100.0, 100.0, 100.0, 100.0, float("nan")],
            "is_certain": [True, True, True, False, False],
            "why": "x",
            "source": "CBS StatLine",
        }
    )
    Classified.validate(frame)
    claims = by_id(list(municipalities.counts(frame, "84134NED")))
    texts = {name: claim.text for name, claim in claims.items()}
    assert texts["municipalities.all"] == "5"
    assert texts["municipalities.classified"] == "4"
    assert texts["municipalities.active"] == "2"
    assert texts["municipalities.uncertain"] == "1"
    assert texts["share.median.active"] == "30,0%"
    assert texts["share.national"] == "16,0%"  # 64 of 400


def test_only_made_up_figures_get_a_mark_and_their_truth() -> None:
    table = {"retrieved_at": "2026-11-01T10:00:00+00:00", "modified": "2026-04-30T02:00:00", "row_count": 10}
    real = by_id(list(run.origin({"source": "cbs", "source_text": "CBS StatLine", "tables": {"84134NED": table}})))
    assert "run.mark" not in real
    assert real["run.modified"].text == "30 april 2026"
    made_up = by_id(list(run.origin({"source": "example", "source_text": "VOORBEELDCIJFERS", "tables": {"84134NED": table}})))
    assert made_up["run.mark"].text.startswith("VOORBEELDCIJFERS")
    settings = {"effect_specialised_use_pct": -3.0, "effect_duration_pct": 0.0, "effect_crisis_pct": 0.0}
    assert by_id(list(run.truth(settings)))["truth.use"].text == "\N{MINUS SIGN}3%"


def test_every_choice_that_the_text_names_has_a_claim() -> None:
    panel = pd.DataFrame(
        {"year": [2019, 2020], "period_status": ["Definitief", "Voorlopig"], "trajectories_zonder_verblijf": [1.0, 2.0]}
    )
    claims = by_id(list(municipalities.choices(Config(), panel, "84134NED")))
    assert claims["choice.threshold"].text == "5%"
    # a figure that is not definitive is marked wherever its year is named
    assert claims["choice.use_years"].text == "2019 en 2020 (voorlopig)"
    assert claims["choice.across_break"].text == "geen enkel cijfer hier overschrijdt die breuk"
    assert claims["panel.provisional_years"].text == "2020 (voorlopig)"


def test_a_contrast_across_the_trend_break_is_told_in_the_report() -> None:
    panel = pd.DataFrame({"year": [2020, 2021], "period_status": "Definitief", "trajectories_zonder_verblijf": [1.0, 2.0]})
    use = Contrast(kind="change", outcome="begun", years=[2020, 2021], across_break=True)
    config = Config(contrasts={**Config().contrasts, "use": use})
    claims = by_id(list(municipalities.choices(config, panel, "84134NED")))
    assert claims["choice.across_break"].text == "verandering van het gebruik gaat over die breuk heen"
