# NEEDS  data/raw/evidence/*.csv, hand-coded; the classification, for what clients say where the team is active
# MAKES  data/processed/evidence/*.parquet: the same records, checked and typed;
#        data/processed/estimates/: client surveys (client_*), themes and coders, elements, polls and studies


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
        # made by a rule of panel.smk, which is read after this file
        classification="data/processed/classification.parquet",
        code=code_of("synthesise_evidence"),
    output:
        indicators="data/processed/estimates/client_indicators.parquet",
        surveys="data/processed/estimates/client_survey_values.parquet",
        client_estimates=report(
            "data/processed/estimates/client_estimates.parquet",
            caption="../report/client_estimates.rst",
            category="Evidence",
            labels={"table": "client surveys"},
        ),
        leave_one_out="data/processed/estimates/client_leave_one_out.parquet",
        forest="data/processed/estimates/client_forest.parquet",
        small_studies="data/processed/estimates/client_small_studies.parquet",
        activity="data/processed/estimates/client_activity.parquet",
        themes=report(
            "data/processed/estimates/themes.parquet",
            caption="../report/themes.rst",
            category="Evidence",
            labels={"table": "themes"},
        ),
        themes_all="data/processed/estimates/themes_all.parquet",
        elements="data/processed/estimates/elements.parquet",
        agreement="data/processed/estimates/coder_agreement.parquet",
        disagreements="data/processed/estimates/coder_disagreements.parquet",
        polls=report(
            "data/processed/estimates/polls.parquet",
            caption="../report/polls.rst",
            category="Evidence",
            labels={"table": "polls"},
        ),
        poll_answers="data/processed/estimates/poll_answers.parquet",
        studies=report(
            "data/processed/estimates/studies.parquet",
            caption="../report/studies.rst",
            category="Evidence",
            labels={"table": "studies"},
        ),
        study_list="data/processed/estimates/study_list.parquet",
    log:
        "logs/synthesise_evidence.log",
    benchmark:
        "logs/benchmarks/synthesise_evidence.tsv"
    conda:
        "../../environment.yml"
    params:
        choices=choices.evidence.model_dump(),
        inference=choices.inference.model_dump(),
    message:
        "Pooling client surveys, themes and polls"
    script:
        "../scripts/synthesise_evidence.py"
