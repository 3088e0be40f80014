"""The declared multiverse: every defensible combination of choices, computed, judged together and taken apart by choice.

`declaration` reads config/multiverse.yaml, `enumeration` makes the specifications, `figures`, `treatments` and `outcomes` the
vectors they need, `least_squares` and `poisson` compute thousands at once, `curve` brings them together, `reference` holds a
sample against statsmodels, `permutations` tests the curve as a whole, `decomposition` and `nearest` read it.
"""
