"""A number that is typed in the prose is found; what only looks like one is not."""

from pathlib import Path

import pytest

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.report.numerals import refuse_typed_numerals, typed_numerals

ALLOWED = """---
title: "Versie 2"
lang: nl
---

## Duur {#sec-duur2}

De duur is {{< var duration.zonder_verblijf.pooled.active >}}, zie @fig-x2 en [@cbs2018] in `84134NED` en
[deze bladzijde](https://example.org/2018/3). <!-- 12 -->

1. eerste
2. tweede

```
x = 3
```

![Bijschrift](figuur2.svg){#fig-x2 width=90%}
"""


def test_shortcodes_references_code_links_and_lists_are_no_typed_numerals() -> None:
    assert typed_numerals(ALLOWED) == []


@pytest.mark.parametrize(
    "prose",
    ["Het is 337 dagen.", "- van 2019 op 2020", "een 7,7", "| a | 5% |", "**3**", "Tabel 1 zegt", "[389 dagen](x.html)"],
)
def test_a_typed_numeral_is_found_at_its_line(prose: str, tmp_path: Path) -> None:
    assert typed_numerals(ALLOWED + "\n" + prose + "\n") == [(ALLOWED.count("\n") + 2, prose)]
    path = tmp_path / "tekst.qmd"
    path.write_text(prose, encoding="utf-8")
    with pytest.raises(WijkanalyseError, match=r"tekst\.qmd:1: "):
        refuse_typed_numerals(path)


def test_the_report_itself_has_none() -> None:
    folder = Path(__file__).parents[2] / "reports"
    for text in (folder / "wijkteams.qmd", *folder.glob("nl/_*.qmd")):
        refuse_typed_numerals(text)
