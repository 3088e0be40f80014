# NEEDS  the panel, the classification and config/estimands.yaml
# MAKES  in data/processed/estimates/: contrasts, as published (active against not active), and their split into what is
#        counted and what differs; effects, the declared estimates with all their inference; switchers; sensitivity, the
#        primary estimates under every other choice; revised, what CBS revised since and what that did


rule estimate_contrasts:
    input:
        panel=rules.build_panel.output.panel,
        classification=rules.classify.output.classification,
        code=code_of("estimate_contrasts"),
    output:
        estimates=report(
            "data/processed/estimates/contrasts.parquet",
            caption="../report/contrasts.rst",
            category="Estimates",
            labels={"table": "published contrasts"},
        ),
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


rule decompose_contrasts:
    input:
        panel=rules.build_panel.output.panel,
        classification=rules.classify.output.classification,
        code=code_of("decompose_contrasts"),
    output:
        decomposition=report(
            "data/processed/estimates/decomposition.parquet",
            caption="../report/decomposition.rst",
            category="Estimates",
            labels={"table": "decomposition"},
        ),
    log:
        "logs/decompose_contrasts.log",
    benchmark:
        "logs/benchmarks/decompose_contrasts.tsv"
    conda:
        "../../environment.yml"
    params:
        contrasts={
            name: contrast.model_dump() for name, contrast in choices.contrasts.items()
        },
        inference=choices.inference.model_dump(),
    message:
        "Splitting the contrasts into what is counted and what differs"
    script:
        "../scripts/decompose_contrasts.py"


rule estimate_effects:
    input:
        panel=rules.build_panel.output.panel,
        long=rules.build_panel.output.long,
        estimands="config/estimands.yaml",
        code=code_of("estimate_effects"),
    output:
        effects=report(
            "data/processed/estimates/effects.parquet",
            caption="../report/effects.rst",
            category="Estimates",
            labels={"table": "declared effects"},
        ),
        balance="data/processed/estimates/balance.parquet",
        overlap="data/processed/estimates/overlap.parquet",
    log:
        "logs/estimate_effects.log",
    benchmark:
        "logs/benchmarks/estimate_effects.tsv"
    conda:
        "../../environment.yml"
    params:
        classification=choices.classification.model_dump(),
        inference=choices.inference.model_dump(),
    message:
        "Estimating the declared effects"
    script:
        "../scripts/estimate_effects.py"


rule estimate_switchers:
    input:
        panel=rules.build_panel.output.panel,
        long=rules.build_panel.output.long,
        estimands="config/estimands.yaml",
        code=code_of("estimate_switchers"),
    output:
        switchers=report(
            "data/processed/estimates/switchers.parquet",
            caption="../report/switchers.rst",
            category="Estimates",
            labels={"table": "switchers"},
        ),
        bounds="data/processed/estimates/trend_bounds.parquet",
    log:
        "logs/estimate_switchers.log",
    benchmark:
        "logs/benchmarks/estimate_switchers.tsv"
    conda:
        "../../environment.yml"
    params:
        classification=choices.classification.model_dump(),
        inference=choices.inference.model_dump(),
    message:
        "Following the municipalities that became active"
    script:
        "../scripts/estimate_switchers.py"


rule probe_sensitivity:
    input:
        panel=rules.build_panel.output.panel,
        long=rules.build_panel.output.long,
        estimands="config/estimands.yaml",
        code=code_of("probe_sensitivity"),
    output:
        sensitivity=report(
            "data/processed/estimates/sensitivity.parquet",
            caption="../report/sensitivity.rst",
            category="Estimates",
            labels={"table": "sensitivity"},
        ),
        curves="data/processed/estimates/curves.parquet",
    log:
        "logs/probe_sensitivity.log",
    benchmark:
        "logs/benchmarks/probe_sensitivity.tsv"
    conda:
        "../../environment.yml"
    params:
        classification=choices.classification.model_dump(),
        inference=choices.inference.model_dump(),
    message:
        "Estimating again under every other choice"
    script:
        "../scripts/probe_sensitivity.py"


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
