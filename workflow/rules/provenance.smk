# NEEDS  everything that the other rules make, so this file is read last
# MAKES  data/processed/datapackage.json: what each column of each processed table means, its source and the sha256 of its file;
#        data/processed/choices.yaml: the choices of the run, to run it again with;
#        ro-crate-metadata.json: what went into the run, what came out, and the code and software that made it
import mimetypes

# for `snakemake --report`: Python does not know the kind, and would call it text
mimetypes.add_type("application/vnd.apache.parquet", ".parquet")

PACKAGE = sorted(str(path) for path in Path("src/wijkanalyse").rglob("*.py"))
MADE = sorted({str(path) for rule in workflow.rules for path in rule.output})


rule make_data_package:
    input:
        register=rules.fetch_statline.output.register,
        variables="config/tables.yaml",
        tables=[
            path
            for path in MADE
            if path.startswith("data/processed/") and path.endswith(".parquet")
            # chunks and other boundaries are steps on the way
            and "{" not in path
        ],
        # contracts stand anywhere in the package, and their texts go into the dictionary
        package=PACKAGE,
        code=code_of("make_data_package"),
    output:
        package="data/processed/datapackage.json",
        choices="data/processed/choices.yaml",
    log:
        "logs/make_data_package.log",
    benchmark:
        "logs/benchmarks/make_data_package.tsv"
    conda:
        "../../environment.yml"
    params:
        config=choices.model_dump(),
    message:
        "Describing the processed tables"
    script:
        "../scripts/make_data_package.py"


rule make_run_crate:
    input:
        register=rules.fetch_statline.output.register,
        evidence=expand("data/raw/evidence/{name}.csv", name=EVIDENCE),
        choices=[
            *sorted(str(path) for path in Path("config").glob("*.yaml")),
            rules.make_data_package.output.choices,
        ],
        reports=[
            *expand(
                "reports/{document}.{kind}",
                document=LANGUAGE_OF,
                kind=["html", "pdf"],
            ),
            rules.make_municipal_pages.output.page,
        ],
        tables=[
            rules.make_data_package.output.package,
            *rules.make_data_package.input.tables,
        ],
        workflow=[
            "requirements/run.txt",
            *sorted(str(path) for path in Path("workflow").glob("*/*.smk")),
            *sorted(str(path) for path in Path("workflow").glob("*/*.py")),
            *PACKAGE,
        ],
        readme=["Snakefile", "README.md"],
        code=code_of("make_run_crate"),
    output:
        crate="ro-crate-metadata.json",
    log:
        "logs/make_run_crate.log",
    benchmark:
        "logs/benchmarks/make_run_crate.tsv"
    conda:
        "../../environment.yml"
    message:
        "Describing the run as a research object (RO-Crate)"
    script:
        "../scripts/make_run_crate.py"
