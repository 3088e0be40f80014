"""How sure an estimate is: cluster-robust errors, resampling, multiplicity, power and sensitivity to confounding."""
