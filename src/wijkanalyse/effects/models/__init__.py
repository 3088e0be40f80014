"""Regression models of municipalities and years, each seen by inference as the contributions of its clusters."""

from wijkanalyse.effects.models.design import Design
from wijkanalyse.effects.models.engine import Contributions, contributions, linearise, newton, refit_many
from wijkanalyse.effects.models.fitted import Fit
from wijkanalyse.effects.models.reported import fit

__all__ = ["Contributions", "Design", "Fit", "contributions", "fit", "linearise", "newton", "refit_many"]
