"""Designs: how a comparison is set up so that it says something about the teams and not about the construction.

General functions on arrays and tidy frames, each after the paper that it names. What cannot be computed comes back as a
missing number with its reason, so that one empty cell does not stop a run.
"""
