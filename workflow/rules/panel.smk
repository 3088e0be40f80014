# NEEDS  the tables of the run (data/processed/statline.json)
# MAKES  data/processed/panel.parquet: municipality x year on one set of boundaries; the published cells and the checks
#        behind it; data/processed/classification.parquet: active or not, and why;
#        activity_by_year.parquet: how many teams give help themselves, each year by itself


rule build_panel:
    input:
        register=rules.fetch_statline.output.register,
        tables="config/tables.yaml",
        code=code_of("build_panel"),
    output:
        panel=report(
            "data/processed/panel.parquet",
            caption="../report/panel.rst",
            category="Data",
            labels={"table": "panel"},
        ),
        long="data/processed/panel_long.parquet",
        cells="data/processed/cells.parquet",
        checks=report(
            "data/processed/checks.parquet",
            caption="../report/checks.rst",
            category="Data",
            labels={"table": "checks"},
        ),
    log:
        "logs/build_panel.log",
    benchmark:
        "logs/benchmarks/build_panel.tsv"
    conda:
        "../../environment.yml"
    params:
        choices=choices.panel.model_dump(),
        raw="data/raw",
    message:
        "Building the panel on the municipal boundaries of {params.choices[boundaries_year]}"
    script:
        "../scripts/build_panel.py"


rule classify:
    input:
        panel=rules.build_panel.output.panel,
        long=rules.build_panel.output.long,
        code=code_of("classify"),
    output:
        classification=report(
            "data/processed/classification.parquet",
            caption="../report/classification.rst",
            category="Data",
            labels={"table": "classification"},
        ),
        by_year="data/processed/activity_by_year.parquet",
    log:
        "logs/classify.log",
    benchmark:
        "logs/benchmarks/classify.tsv"
    conda:
        "../../environment.yml"
    params:
        choices=choices.classification.model_dump(),
    message:
        "Classifying municipalities: active above {params.choices[threshold_pct]} %"
    script:
        "../scripts/classify.py"
