# NEEDS  the panel and the classification
# MAKES  data/processed/estimates/contrasts.parquet: active against not active; and the municipal values behind it;
#        data/processed/estimates/revised_*.parquet: what CBS revised since, and what that did to them


rule estimate_contrasts:
    input:
        panel=rules.build_panel.output.panel,
        classification=rules.classify.output.classification,
        code=code_of("estimate_contrasts"),
    output:
        estimates="data/processed/estimates/contrasts.parquet",
        observations="data/processed/estimates/contrast_values.parquet",
    log:
        "logs/estimate_contrasts.log",
    benchmark:
        "logs/benchmarks/estimate_contrasts.tsv"
    conda:
        "../../environment.yml"
    params:
        contrasts={
            name: contrast.model_dump() for name, contrast in choices.contrasts.items()
        },
        forms=list(choices.forms),
        inference=choices.inference.model_dump(),
    message:
        "Estimating the contrasts between active and not active municipalities"
    script:
        "../scripts/estimate_contrasts.py"


rule compare_vintages:
    input:
        register=rules.fetch_statline.output.register,
        tables="config/tables.yaml",
        estimates=rules.estimate_contrasts.output.estimates,
        code=code_of("compare_vintages"),
    output:
        revised="data/processed/estimates/revised_tables.parquet",
        contrasts="data/processed/estimates/revised_contrasts.parquet",
    log:
        "logs/compare_vintages.log",
    benchmark:
        "logs/benchmarks/compare_vintages.tsv"
    conda:
        "../../environment.yml"
    params:
        config=choices.model_dump(),
        raw="data/raw",
    message:
        "Comparing the tables with the versions stored before"
    script:
        "../scripts/compare_vintages.py"
