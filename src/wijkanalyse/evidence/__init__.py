"""Hand-coded sources: what may stand in them (`schemas`), and how they are read, checked and written (`loading`).

The records lie in ``data/raw/evidence/`` with their codebook and are never edited by the program.
"""

from wijkanalyse.evidence.loading import load_evidence, write_tidy
from wijkanalyse.evidence.problems import EvidenceError, Problem
from wijkanalyse.evidence.schemas import TABLES, data_dictionary

__all__ = ["TABLES", "EvidenceError", "Problem", "data_dictionary", "load_evidence", "write_tidy"]
