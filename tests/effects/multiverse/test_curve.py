"""The curve: its named specifications are those of the published contrasts, and statsmodels gives the same for any other."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from tests.effects.multiverse.country import declaration, figures, panel
from wijkanalyse.classification import classify
from wijkanalyse.config import Classification, Config
from wijkanalyse.effects.contrasts import estimate_contrasts
from wijkanalyse.effects.multiverse import reference
from wijkanalyse.effects.multiverse.curve import Curve
from wijkanalyse.effects.multiverse.declaration import CONTRASTS, PLACES
from wijkanalyse.effects.multiverse.enumeration import Space
from wijkanalyse.effects.multiverse.figures import make_figures
from wijkanalyse.effects.multiverse.gathering import chunk_of, whole
from wijkanalyse.effects.multiverse.schemas import ESTIMATED, Declared, Specifications
from wijkanalyse.effects.multiverse.specifications import NOT_DISTINCT, TOO_FEW, declare, estimate
from wijkanalyse.errors import WijkanalyseError


@cache
def declared() -> pd.DataFrame:
    return Declared.validate(declare(declaration(), figures())[0])


@cache
def estimated() -> pd.DataFrame:
    return Specifications.validate(estimate(declaration(), figures(), declared()))


@pytest.mark.parametrize("contrast", CONTRASTS)
@pytest.mark.parametrize(("name", "form", "years"), [("study", "zonder_verblijf", 0), ("primary", "niet_wijkteam", 1)])
def test_a_reading_with_a_name_is_the_contrast_as_the_run_estimates_it(contrast: str, name: str, form: str, years: int) -> None:
    found = estimated().query("contrast == @contrast and name == @name").iloc[0]
    wide, long = panel()
    choices = Config().contrasts[contrast]  # type: ignore[index]
    # the primary classifies in the year before the outcome, so before the base year of a change
    classified = classify(wide, long, Classification(years=[choices.years[0] - years if years else 2020]))
    columns = long.pivot(index=["gm_code", "year"], columns="variable", values="value").reset_index()
    expected = estimate_contrasts(columns, classified, {contrast: choices}, [form], Config().inference)[0]
    pooled = expected[expected["weighting"].eq("pooled")].set_index("term")
    assert found["estimate"] == pytest.approx(pooled.loc["difference", "value"])
    assert [found["lower"], found["upper"]] == pytest.approx(list(pooled.loc["difference", ["lower", "upper"]]))
    assert found["active"] == pytest.approx(pooled.loc["active", "value"])
    assert found["not_active"] == pytest.approx(pooled.loc["not_active", "value"])
    assert found["municipalities"] == pooled.loc["difference", "municipalities"]


def test_statsmodels_gives_the_same() -> None:
    some = estimated()[estimated()["status"].eq(ESTIMATED)]
    poisson = some[some["fixed_effects"].eq("municipality_and_year")].head(5)
    chosen = pd.concat([reference.sample_of(some, declaration()).head(60), poisson]).drop_duplicates("id")
    assert len(poisson) > 0
    assert reference.check_against_statsmodels(declaration(), figures(), chosen) < 1e-10


def test_a_deviation_stops_the_run_and_names_the_specification() -> None:
    some = estimated()[estimated()["status"].eq(ESTIMATED)].head(3)
    wrong = some.assign(error=some["error"] * (1 + 1e-8))
    with pytest.raises(reference.EngineError, match=f"{some['id'].iloc[0]}.*statsmodels"):
        reference.check_against_statsmodels(declaration(), figures(), wrong)


def test_the_sample_is_the_same_for_the_same_seed_and_of_the_size_that_was_asked() -> None:
    first, second = (reference.sample_of(estimated(), declaration()) for _ in range(2))
    assert len(first) == declaration().reference.sample
    assert first["id"].tolist() == second["id"].tolist()


def test_chunks_hold_everything_once_and_give_the_same_bytes() -> None:
    def gathered(chunks: int) -> pd.DataFrame:
        parts = [estimate(declaration(), figures(), chunk_of(declared(), number, chunks)) for number in range(chunks)]
        return whole(declared(), reversed(parts))

    again = gathered(4)
    assert again.equals(gathered(4))
    assert again["id"].tolist() == declared()["id"].tolist()
    pd.testing.assert_frame_equal(again, estimated(), rtol=1e-9, atol=1e-12)


def test_a_chunk_of_another_declaration_is_noticed() -> None:
    part = estimate(declaration(), figures(), chunk_of(declared(), 0, 2))
    with pytest.raises(WijkanalyseError, match="do not hold what was declared"):
        whole(declared(), [part])


def test_what_cannot_be_estimated_says_why_and_is_empty() -> None:
    rest = estimated()[estimated()["status"].ne(ESTIMATED)]
    assert rest["estimate"].isna().all()
    assert set(rest["status"]) <= {TOO_FEW, NOT_DISTINCT}
    done = estimated()[estimated()["status"].eq(ESTIMATED)]
    assert len(done) > 0.8 * len(estimated())
    assert (done["lower"] < done["estimate"]).all()
    assert (done["estimate"] < done["upper"]).all()


def test_mechanical_specifications_show_an_effect_in_a_country_without_one() -> None:
    done = estimated()[estimated()["status"].eq(ESTIMATED) & estimated()["contrast"].eq("duration")]
    level = done[done["base"].eq("level")]
    mechanical = level.loc[level["mechanical"], "estimate"].median()
    other = level.loc[~level["mechanical"], "estimate"].median()
    # team trajectories take 230 days instead of 390
    assert mechanical < -15
    assert abs(other) < 8


def test_the_four_big_cities_and_the_boundaries_make_a_difference() -> None:
    wide, long = panel()
    merged = wide[wide["gm_code"].ne("GM0090")], long[long["gm_code"].ne("GM0090")]
    both = make_figures({None: merged, 2020: (wide, long)})
    space = Space(declaration(), "duration", both)
    assert space.names["boundaries"] == ["of_the_run", "of_2020"]
    rows = np.repeat(space.named_rows()[:1], 3, axis=0)
    rows[1, PLACES["left_out"]] = space.names["left_out"].index("big_four")
    rows[2, PLACES["boundaries"]] = 1
    found = Curve(space, rows).fit()
    assert found.municipalities[1] == found.municipalities[0] - 4
    assert found.municipalities[2] == found.municipalities[0] + 1
    # the panel of the run gives the same whether or not there is another
    alone = Curve(Space(declaration(), "duration", make_figures({None: merged})), rows[:1]).fit()
    assert found.estimate[0] == pytest.approx(alone.estimate[0])
    assert found.error[0] == pytest.approx(alone.error[0])
