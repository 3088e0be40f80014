"""Who made what from what: for a reader of the report, for a stranger who checks it, and for other software.

`tracing` follows a number back to the cells it came from, `verifying` checks a finished run, `datapackage` and `crate`
describe the data and the run in the formats of Frictionless and RO-Crate, `replication` writes the lists for replicators.
"""
