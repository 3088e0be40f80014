# NEEDS  the panel and the classification
# MAKES  data/processed/estimates/contrasts.parquet: active against not active; and the municipal values behind it


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
