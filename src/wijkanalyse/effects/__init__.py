"""Estimands and inference: what differs between municipalities with an active team and the others."""
