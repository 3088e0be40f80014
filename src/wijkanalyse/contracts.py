"""Contracts: which columns a table has that one step hands to the next, of which type and with which values."""

from __future__ import annotations

import pandera.pandas as pa

SOURCE_COLUMN = "CBS StatLine, or VOORBEELDCIJFERS for made-up figures"
"""What the column `source` says; every table that rests on StatLine has it."""


class Contract(pa.DataFrameModel):
    """Exactly these columns in this order; the description of each is its entry in the data dictionary."""

    class Config:
        strict = True
        ordered = True
        coerce = True
