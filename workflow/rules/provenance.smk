# NEEDS  everything that the other rules make, so this file is read last
# MAKES  data/processed/datapackage.json: what each column of each processed table means, its source and the sha256 of its file;
#        data/processed/choices.yaml: the choices of the run, to run it again with;
#        ro-crate-metadata.json: what went into the run, what came out, and the code and software that made it
PACKAGE = sorted(str(path) for path in Path("src/wijkanalyse").rglob("*.py"))
MADE = sorted({str(path) for rule in workflow.rules for path in rule.output})


rule describe_data:
    input:
        register=rules.fetch_statline.output.register,
        variables="config/tables.yaml",
        tables=[
            path
            for path in MADE
            if path.startswith("data/processed/")
            and path.endswith(".parquet")
            # chunks and other boundaries are steps on the way
            and "{" not in path
        ],
        # contracts stand anywhere in the package, and their texts go into the dictionary
        package=PACKAGE,
        code=code_of("describe_data"),
    output:
        package="data/processed/datapackage.json",
        choices="data/processed/choices.yaml",
    log:
        "logs/describe_data.log",
    benchmark:
        "logs/benchmarks/describe_data.tsv"
    conda:
        "../../environment.yml"
    params:
        config=choices.model_dump(),
    message:
        "Describing the processed tables"
    script:
        "../scripts/describe_data.py"


rule describe_run:
    input:
        register=rules.fetch_statline.output.register,
        evidence=expand("data/raw/evidence/{name}.csv", name=EVIDENCE),
        choices=[
            *sorted(str(path) for path in Path("config").glob("*.yaml")),
            rules.describe_data.output.choices,
        ],
        reports=[
            path
            for path in MADE
            if path.startswith("reports/") and path.endswith((".html", ".pdf"))
        ],
        tables=[
            rules.describe_data.output.package,
            *rules.describe_data.input.tables,
        ],
        workflow=[
            "requirements/run.txt",
            *sorted(str(path) for path in Path("workflow").glob("*/*.smk")),
            *sorted(str(path) for path in Path("workflow").glob("*/*.py")),
            *PACKAGE,
        ],
        readme=["Snakefile", "README.md"],
        code=code_of("describe_run"),
    output:
        crate="ro-crate-metadata.json",
    log:
        "logs/describe_run.log",
    benchmark:
        "logs/benchmarks/describe_run.tsv"
    conda:
        "../../environment.yml"
    params:
        raw="data/raw",
    message:
        "Describing the run as a research object (RO-Crate)"
    script:
        "../scripts/describe_run.py"
