"""What the tables on revisions hold: kept apart, so that who reads them need not know how they are made."""

from __future__ import annotations

from pandera.pandas import Field
from pandera.typing.pandas import Series

from wijkanalyse.contracts import SOURCE_COLUMN, Contract


class Revised(Contract):
    """One row per table of the run of which an older version is stored, and per status of the periods that changed."""

    table: Series[str] = Field(description="StatLine table number")
    title: Series[str] = Field(description="title of the table")
    older: Series[str] = Field(description="Modified of the older version")
    newer: Series[str] = Field(description="Modified of the version of the run")
    status: Series[str] = Field(description="status of the periods in the newer version; empty when nothing differs")
    compared: Series[int] = Field(ge=0, description="cells that both versions have")
    changed: Series[int] = Field(ge=0, description="cells with another figure")
    added: Series[int] = Field(ge=0, description="cells that the older version did not have")
    gone: Series[int] = Field(ge=0, description="cells that the newer version does not have")
    largest: Series[float] = Field(nullable=True, description="largest absolute change of a figure")
    source: Series[str] = Field(description=SOURCE_COLUMN)


class RevisedContrasts(Contract):
    """Every estimate on the older versions and on those of the run."""

    contrast: Series[str] = Field(description="use, duration, crisis or reach")
    form: Series[str] = Field(description="form of help that the outcome covers")
    weighting: Series[str] = Field(description="what the mean is taken over")
    term: Series[str] = Field(description="group, or active minus not active")
    before: Series[float] = Field(description="estimate on the older versions")
    after: Series[float] = Field(description="estimate of the run")
    change: Series[float] = Field(description="after minus before")
    source: Series[str] = Field(description=SOURCE_COLUMN)
