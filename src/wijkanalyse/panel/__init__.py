"""From published cells to a municipality x year panel on one set of boundaries."""
