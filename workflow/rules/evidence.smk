# NEEDS  data/raw/evidence/*.csv, hand-coded
# MAKES  data/processed/evidence/*.parquet: the same records, checked and typed, and what they say together


rule load_evidence:
    input:
        records=expand("data/raw/evidence/{name}.csv", name=EVIDENCE),
        code=code_of("load_evidence"),
    output:
        tables=expand("data/processed/evidence/{name}.parquet", name=EVIDENCE),
    log:
        "logs/load_evidence.log",
    benchmark:
        "logs/benchmarks/load_evidence.tsv"
    conda:
        "../../environment.yml"
    message:
        "Checking the hand-coded evidence"
    script:
        "../scripts/load_evidence.py"


rule synthesise_evidence:
    input:
        tables=rules.load_evidence.output.tables,
        code=code_of("synthesise_evidence"),
    output:
        indicators="data/processed/estimates/client_indicators.parquet",
        surveys="data/processed/estimates/client_survey_values.parquet",
        themes="data/processed/estimates/themes.parquet",
        polls="data/processed/estimates/polls.parquet",
        studies="data/processed/estimates/studies.parquet",
    log:
        "logs/synthesise_evidence.log",
    benchmark:
        "logs/benchmarks/synthesise_evidence.tsv"
    conda:
        "../../environment.yml"
    params:
        choices=choices.evidence.model_dump(),
    message:
        "Pooling client surveys, themes and polls"
    script:
        "../scripts/synthesise_evidence.py"
