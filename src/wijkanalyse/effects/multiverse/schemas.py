"""What the tables of the multiverse hold."""

from __future__ import annotations

from pandera.pandas import Field
from pandera.typing.pandas import Series

from wijkanalyse.contracts import SOURCE_COLUMN, Contract
from wijkanalyse.effects.multiverse.declaration import CONTRASTS

MECHANICAL, NOT_MECHANICAL = "mechanical", "not_mechanical"
SIDES = (NOT_MECHANICAL, MECHANICAL)
"""The two sides of the firewall; no table mixes them."""

_SIDE = "side of the firewall: specifications that follow from how the figures are made, or the others"
_CONTRAST = "use, duration or crisis"
ESTIMATED = "estimated"


class Declared(Contract):
    """The specifications that are computed: the option of every branch, by name."""

    id: Series[str] = Field(unique=True, description="name of the specification: contrast and a hash of its options")
    contrast: Series[str] = Field(isin=CONTRASTS, description=_CONTRAST)
    name: Series[str] = Field(description="primary, another reading with a name, or empty")
    measure: Series[str] = Field(description="what the share counts")
    share: Series[str] = Field(description="numerator and denominator of the share")
    threshold: Series[str] = Field(description="threshold for active")
    timing: Series[str] = Field(description="years of the share")
    persistence: Series[str] = Field(description="how a share of several years counts")
    minimum_count: Series[str] = Field(description="smallest denominator of the share")
    suppressed: Series[str] = Field(description="what suppressed cells count for")
    outcome: Series[str] = Field(description="outcome")
    per: Series[str] = Field(description="denominator of the outcome")
    help: Series[str] = Field(description="form of help in the outcome")
    window: Series[str] = Field(description="years of the outcome")
    base: Series[str] = Field(description="level, or change since")
    weighting: Series[str] = Field(description="weighting of municipalities")
    covariates: Series[str] = Field(description="baseline characteristics held equal")
    fixed_effects: Series[str] = Field(description="within what is compared")
    left_out: Series[str] = Field(description="municipalities left out")
    cluster: Series[str] = Field(description="what may hang together")
    boundaries: Series[str] = Field(description="municipal boundaries")
    differs: Series[int] = Field(ge=0, description="branches in which it differs from the primary")
    mechanical: Series[bool] = Field(description="follows from how the figures are made, whatever teams do")
    reason: Series[str] = Field(description="why it is mechanical (Dutch); empty when it is not")
    comparable: Series[bool] = Field(description="active and not_active are the same quantity as the published figures")
    source: Series[str] = Field(description=SOURCE_COLUMN)


class Sizes(Contract):
    """How many specifications there are of each contrast."""

    contrast: Series[str] = Field(isin=CONTRASTS, unique=True, description=_CONTRAST)
    admissible: Series[int] = Field(ge=0, description="specifications that make sense and have figures")
    one_in: Series[int] = Field(ge=1, description="one in this many is drawn")
    drawn: Series[int] = Field(ge=0, description="specifications that are computed, those with a name included")
    deviation: Series[str] = Field(
        description="that the primary was changed after it was frozen (Dutch); empty when it was not"
    )
    source: Series[str] = Field(description=SOURCE_COLUMN)


class Specifications(Declared):
    """The same with their estimates, active minus not active in `unit`."""

    source: Series[str] = Field(description=SOURCE_COLUMN)
    unit: Series[str] = Field(description="percent, days or percentage points")
    estimate: Series[float] = Field(nullable=True, description="active minus not active; empty when not estimable")
    error: Series[float] = Field(nullable=True, description="standard error (CR1 over clusters)")
    lower: Series[float] = Field(nullable=True, description="lower end of the interval (t, clusters - 1)")
    upper: Series[float] = Field(nullable=True, description="upper end of the interval")
    statistic: Series[float] = Field(nullable=True, description="estimate divided by its error (Poisson: of the log ratio)")
    p: Series[float] = Field(nullable=True, description="two-sided p of that statistic")
    active: Series[float] = Field(nullable=True, description="value of the active municipalities")
    not_active: Series[float] = Field(nullable=True, description="value of the others")
    municipalities: Series[int] = Field(ge=0, description="municipalities that count")
    n_active: Series[int] = Field(ge=0, description="of which active")
    clusters: Series[int] = Field(ge=0, description="clusters of the standard error")
    status: Series[str] = Field(description="estimated, or why not (Dutch)")


class Checked(Contract):
    """The sample that was held against statsmodels."""

    specifications: Series[int] = Field(ge=0, description="specifications fitted in statsmodels too")
    largest_deviation: Series[float] = Field(
        ge=0, description="largest deviation of an estimate or error, relative to at least 1"
    )
    tolerance: Series[float] = Field(gt=0, description="largest that is allowed")
    source: Series[str] = Field(description=SOURCE_COLUMN)


class Permuted(Contract):
    """The curve of every permutation in a few figures."""

    contrast: Series[str] = Field(isin=CONTRASTS, description=_CONTRAST)
    side: Series[str] = Field(isin=SIDES, description=_SIDE)
    permutation: Series[int] = Field(ge=0, description="number of the permutation")
    median_statistic: Series[float] = Field(nullable=True, description="median of the studentised estimates")
    median_estimate: Series[float] = Field(nullable=True, description="median of the estimates")
    share_negative: Series[float] = Field(nullable=True, description="share of estimates below zero")
    share_significant: Series[float] = Field(nullable=True, description="share of estimates with p below 1 - level")
    specifications: Series[int] = Field(ge=0, description="specifications that can be estimated")


class JointTest(Contract):
    """The whole curve against curves in which the paths of municipalities changed places."""

    contrast: Series[str] = Field(isin=CONTRASTS, description=_CONTRAST)
    side: Series[str] = Field(isin=SIDES, description=_SIDE)
    statistic: Series[str] = Field(description="what of the curve is tested: median, share below zero, share significant")
    observed: Series[float] = Field(nullable=True, description="on the figures as they are")
    null_low: Series[float] = Field(nullable=True, description="2.5 % quantile of the permutations")
    null_median: Series[float] = Field(nullable=True, description="their median")
    null_high: Series[float] = Field(nullable=True, description="97.5 % quantile")
    p: Series[float] = Field(
        nullable=True, description="part of the permutations at least as far from no effect, observed included"
    )
    permutations: Series[int] = Field(ge=0, description="permutations")
    specifications: Series[int] = Field(ge=0, description="specifications of the curve")
    source: Series[str] = Field(description=SOURCE_COLUMN)


class BranchShares(Contract):
    """How much of the differences between specifications goes with each choice."""

    contrast: Series[str] = Field(isin=CONTRASTS, description=_CONTRAST)
    side: Series[str] = Field(isin=SIDES, description=_SIDE)
    branch: Series[str] = Field(description="choice")
    label: Series[str] = Field(description="choice (Dutch)")
    options: Series[int] = Field(ge=1, description="options that occur")
    eta2: Series[float] = Field(nullable=True, description="part of the variance between the means of its options")
    eta2_total: Series[float] = Field(nullable=True, description="part that remains when only this choice still varies")
    source: Series[str] = Field(description=SOURCE_COLUMN)


class OptionShifts(Contract):
    """What each option does to the curve."""

    contrast: Series[str] = Field(isin=CONTRASTS, description=_CONTRAST)
    side: Series[str] = Field(isin=SIDES, description=_SIDE)
    branch: Series[str] = Field(description="choice")
    option: Series[str] = Field(description="option")
    label: Series[str] = Field(description="option (Dutch)")
    defence: Series[str] = Field(description="what speaks for it (Dutch)")
    specifications: Series[int] = Field(ge=0, description="specifications with it")
    median: Series[float] = Field(nullable=True, description="median of their estimates")
    shift: Series[float] = Field(nullable=True, description="that median minus the median of the whole side")
    share_in_direction: Series[float] = Field(nullable=True, description="share of estimates with the published sign")
    from_primary: Series[float] = Field(
        nullable=True, description="the primary with only this option changed; empty: not admissible"
    )
    source: Series[str] = Field(description=SOURCE_COLUMN)


class Nearest(Contract):
    """The specifications whose two groups lie nearest to the published figures."""

    contrast: Series[str] = Field(isin=CONTRASTS, description=_CONTRAST)
    rank: Series[int] = Field(ge=1, description="1 is nearest")
    id: Series[str] = Field(description="specification")
    distance: Series[float] = Field(ge=0, description="largest of the two deviations, in halves of the last published digit")
    within_rounding: Series[bool] = Field(description="both groups round to the published figures")
    active: Series[float] = Field(description="value of the active municipalities")
    not_active: Series[float] = Field(description="value of the others")
    published_active: Series[float] = Field(description="published figure of the active municipalities")
    published_not_active: Series[float] = Field(description="that of the others")
    mechanical: Series[bool] = Field(description="follows from how the figures are made")
    choices: Series[str] = Field(description="the options in words (Dutch)")
    source: Series[str] = Field(description=SOURCE_COLUMN)


class Common(Contract):
    """What the nearest specifications have in common: how often an option occurs among them and among all."""

    contrast: Series[str] = Field(isin=CONTRASTS, description=_CONTRAST)
    branch: Series[str] = Field(description="choice")
    option: Series[str] = Field(description="option")
    label: Series[str] = Field(description="option (Dutch)")
    share_nearest: Series[float] = Field(ge=0, le=1, description="share of the nearest specifications")
    share_comparable: Series[float] = Field(
        ge=0, le=1, description="share of all that are comparable with the published figures"
    )
    source: Series[str] = Field(description=SOURCE_COLUMN)


class Summary(Contract):
    """Each curve in a few figures."""

    contrast: Series[str] = Field(isin=CONTRASTS, description=_CONTRAST)
    side: Series[str] = Field(isin=SIDES, description=_SIDE)
    unit: Series[str] = Field(description="percent, days or percentage points")
    published: Series[float] = Field(description="published difference, active minus not active")
    primary: Series[float] = Field(nullable=True, description="the primary, where it is on this side")
    specifications: Series[int] = Field(ge=0, description="specifications computed")
    estimated: Series[int] = Field(ge=0, description="of which could be estimated")
    share_in_direction: Series[float] = Field(nullable=True, description="share of estimates with the published sign")
    share_significant: Series[float] = Field(nullable=True, description="share with the published sign and p below 1 - level")
    share_opposite: Series[float] = Field(nullable=True, description="share with the other sign and p below 1 - level")
    share_as_large: Series[float] = Field(nullable=True, description="share at least as large as the published difference")
    q05: Series[float] = Field(nullable=True, description="5 % quantile of the estimates")
    q25: Series[float] = Field(nullable=True, description="25 % quantile")
    median: Series[float] = Field(nullable=True, description="median")
    q75: Series[float] = Field(nullable=True, description="75 % quantile")
    q95: Series[float] = Field(nullable=True, description="95 % quantile")
    comparable: Series[int] = Field(ge=0, description="estimated specifications of the same quantity as the published figures")
    within_rounding: Series[int] = Field(ge=0, description="of which both groups round to the published figures")
    source: Series[str] = Field(description=SOURCE_COLUMN)
