"""Claims: the only door through which a number reaches the report.

A claim is one number (or date, or word that follows from a number) with everything needed to check it: its value, how it is
written, its unit and interval, the file and row that it comes from, the tables behind that, and the rule that made it.
"""

from wijkanalyse.report.claims.ledger import Claim, Claims, Origin, as_frame, as_variables, in_language, linked

__all__ = ["Claim", "Claims", "Origin", "as_frame", "as_variables", "in_language", "linked"]
