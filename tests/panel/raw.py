"""Tables as published, written by hand."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pandas as pd

from wijkanalyse.example.table import Dimension, Topic, TopicGroup, padded, topic_tree
from wijkanalyse.statline.client import RawTable

FORMS = ("JH 121 Totaal jeugdhulp zonder verblijf", "JH 1211 Uitgevoerd door wijkteam", "JH 1212 Niet uitgevoerd door wijkteam")
TEAM, NOT_TEAM = FORMS[1], FORMS[2]
Cells = Mapping[tuple[str, str, str], str]


def key_figures(
    regions: Sequence[str],
    periods: Mapping[str, str],
    cells: Cells,
    default: str = "     100",
    topic: str = "Jeugdzorgtrajecten",
) -> RawTable:
    """A table of trajectories by form, region and period; `periods` gives the status of each, `cells` the odd figures."""
    forms = padded(
        {"Key": f"A{number:05d}", "Title": title, "Description": "", "CategoryGroupID": None}
        for number, title in enumerate(FORMS)
    )
    places = [{"Key": f"{region:<6}", "Title": region, "Description": "", "CategoryGroupID": None} for region in regions]
    times = [{"Key": key, "Title": key, "Description": "", "Status": status} for key, status in periods.items()]
    properties = topic_tree(
        [
            Dimension("VormenVanJeugdzorg", "Vormen van jeugdzorg"),
            Dimension("RegioS", "Regio's", "GeoDimension", map_year=2020),
            Dimension("Perioden", "Perioden", "TimeDimension"),
        ],
        [TopicGroup("Jeugdzorg", [Topic(topic)])],
    )
    column = next(str(row["Key"]) for row in properties if row["Type"] == "Topic")
    rows = [
        {
            "VormenVanJeugdzorg": form["Key"],
            "RegioS": place["Key"],
            "Perioden": time["Key"],
            column: cells.get((str(form["Title"]), str(place["Title"]), str(time["Key"])), default),
        }
        for form in forms
        for place in places
        for time in times
    ]
    data = pd.DataFrame(rows)
    data.insert(0, "ID", range(len(data)))
    return RawTable(
        identifier="84134NED",
        infos={"Title": "Kerncijfers"},
        properties=properties,
        category_groups=[],
        dimensions={"VormenVanJeugdzorg": forms, "RegioS": places, "Perioden": times},
        data=data,
        url="http://127.0.0.1",
        retrieved=datetime(2026, 11, 21, tzinfo=UTC),
    )
