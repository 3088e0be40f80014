"""Do the methods find what is there, and nothing where nothing is? Estimates on made-up countries whose truth is known.

    snakemake --cores 2 recovery

`countries` draws a country as the panel that the real pipeline would make of it; `scenarios` says what is true in it;
`questions` says what that comes to in the units of an estimand; `recovery` runs estimators over many countries, and
`joint_test` the joint test of the multiverse. `config/validation.yaml` says how many.
"""
