"""Hand-coded sources: what may stand in them (`schemas`), and how they are read, checked and written (`loading`).

The records lie in ``data/raw/evidence/`` with their codebook. `checking` and `adding` are what a person does with them at
the terminal; nothing but `adding` ever changes a file there.
"""

from wijkanalyse.evidence.loading import load_evidence, load_own, write_tidy
from wijkanalyse.evidence.problems import EvidenceError, Problem
from wijkanalyse.evidence.schemas import OWN_TABLES, TABLES

__all__ = ["OWN_TABLES", "TABLES", "EvidenceError", "Problem", "load_evidence", "load_own", "write_tidy"]
