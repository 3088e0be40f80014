"""Tables of the hand-coded evidence."""

from __future__ import annotations

import pandas as pd

from wijkanalyse.frames import rows as records
from wijkanalyse.report.tables.markdown import Ledger, markdown_table


def client_indicators(ledger: Ledger, indicators: pd.DataFrame) -> str:
    """The eight client indicators beside the published ones."""
    rows = [
        [
            f"{row.label_nl} (%)" if row.unit == "percent" else str(row.label_nl),
            ledger.with_n(f"indicator.{row.indicator}.published", f"indicator.{row.indicator}.published_n"),
            ledger.with_interval(f"indicator.{row.indicator}.pooled"),
            ledger.with_n(f"indicator.{row.indicator}.k_with_n", f"indicator.{row.indicator}.n"),
            ledger.with_interval(f"indicator.{row.indicator}.unweighted"),
            ledger.text(f"indicator.{row.indicator}.k"),
        ]
        for row in records(indicators)
    ]
    header = [
        "Indicator",
        "Studie",
        "Gewogen naar respondenten",
        "Onderzoeken met n",
        "Gemiddelde van onderzoeken",
        "Onderzoeken",
    ]
    return markdown_table(
        header, rows, "Cliëntcijfers: gepubliceerd naast de herhaling.", "tbl-clientcijfers", [16, 17, 21, 17, 21, 10], 5
    )
