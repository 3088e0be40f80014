# NEEDS  config/tables.yaml, and StatLine (or a stored snapshot, or the embedded example)
# MAKES  data/processed/statline.json: which version of which table this run rests on
# The only rules with network access. The tables themselves go to data/raw/<source>/, where nothing is ever overwritten.


rule fetch_statline:
    input:
        tables="config/tables.yaml",
        code=code_of("fetch_statline"),
    output:
        register="data/processed/statline.json",
    log:
        "logs/fetch_statline.log",
    benchmark:
        "logs/benchmarks/fetch_statline.tsv"
    conda:
        "../../environment.yml"
    params:
        statline=choices.statline.model_dump(),
        example=choices.example.model_dump(),
        raw="data/raw",
    message:
        "Fetching the StatLine tables (source: {params.statline[source]})"
    script:
        "../scripts/fetch_statline.py"


# Asked for by name: `snakemake --cores 1 refresh`. New versions come beside the old ones; the next run rests on them.
rule refresh:
    input:
        tables="config/tables.yaml",
        code=code_of("refresh"),
    log:
        "logs/refresh.log",
    benchmark:
        "logs/benchmarks/refresh.tsv"
    conda:
        "../../environment.yml"
    params:
        statline=choices.statline.model_dump(),
        raw="data/raw",
        register=rules.fetch_statline.output.register,
    message:
        "Fetching all StatLine tables again"
    script:
        "../scripts/refresh.py"
