"""A world of five municipalities, small enough to follow on paper.

                    begun          begun      ended 2020    mean       youths   population
municipality    2019   2020   from crisis                 duration             0 to 22
GM0001 active    100     90        9              80          300      120       1,000      JZ01
GM0002 active    300    285        0             240          400      200       4,000      JZ02
GM0003 not       200    200       10             100          350      100       1,000      JZ02
GM0004 not        50     60        6              50          500       30         500      JZ03
GM0005 not       250    225        0             150          200       80       2,000      JZ01
"""

import numpy as np
import pandas as pd

CODES = [f"GM000{number}" for number in range(1, 6)]
REGIONS = ["JZ01", "JZ02", "JZ02", "JZ03", "JZ01"]
GROUPS = ["active", "active", "not_active", "not_active", "not_active"]
SOURCE = "VOORBEELDCIJFERS"


def panel() -> pd.DataFrame:
    """The wide panel of 2019 and 2020; of 2019 only what was begun is known."""
    people = {"gm_code": CODES, "gm_name": list("ABCDE"), "jeugdregio_code": REGIONS, "source": SOURCE}
    outcomes = {
        "begun_crisis_zonder_verblijf": [9, 0, 10, 6, 0],
        "ended_zonder_verblijf": [80, 240, 100, 50, 150],
        "mean_duration_days_zonder_verblijf": [300, 400, 350, 500, 200],
        "youths_zonder_verblijf": [120, 200, 100, 30, 80],
        "population_0_22": [1000, 4000, 1000, 500, 2000],
    }
    before = pd.DataFrame({**people, "year": 2019, "begun_zonder_verblijf": [100.0, 300, 200, 50, 250]})
    after = pd.DataFrame({**people, "year": 2020, "begun_zonder_verblijf": [90.0, 285, 200, 60, 225], **outcomes})
    both = pd.concat([before, after], ignore_index=True)
    # columns of a form that the service does not offer are there, and empty
    measures = ["begun", "begun_crisis", "ended", "mean_duration_days", "youths"]
    return both.assign(**{f"{measure}_niet_wijkteam": np.nan for measure in measures})


def classification() -> pd.DataFrame:
    """The five as classified."""
    return pd.DataFrame({"gm_code": CODES, "jeugdregio_code": REGIONS, "group": GROUPS, "source": SOURCE})
