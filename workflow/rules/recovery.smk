# NEEDS  config/validation.yaml; no figures of the run: the countries are made up and their truth is known
# MAKES  docs/validation/recovery.{csv,md}: bias, coverage and wrong findings of the estimators;
#        docs/validation/multiverse.{csv,md}: how often the joint test of the multiverse rejects
# Asked for by name (`snakemake --cores 2 recovery recovery_multiverse`); takes hours of one core.
from wijkanalyse.validation.studies import read_studies

VALIDATION = "data/processed/validation"
try:
    studies = read_studies(Path("config/validation.yaml"))
except WijkanalyseError as error:
    raise WorkflowError(str(error)) from None


wildcard_constraints:
    scenario=r"\w+",


rule try_estimators:
    input:
        estimands="config/estimands.yaml",
        code=code_of("try_estimators"),
    output:
        results=f"{VALIDATION}/estimators/{{scenario}}/{{chunk}}.parquet",
    log:
        "logs/try_estimators_{scenario}_{chunk}.log",
    benchmark:
        "logs/benchmarks/try_estimators_{scenario}_{chunk}.tsv"
    conda:
        "../../environment.yml"
    params:
        study=studies.estimators.model_dump(
            include={"seed", "replications", "chunks", "estimators"}
        ),
        chunk=lambda wildcards: int(wildcards.chunk),
    message:
        "Trying the estimators on made-up countries: {wildcards.scenario}, chunk {wildcards.chunk}"
    script:
        "../scripts/try_estimators.py"


rule recovery:
    input:
        results=expand(
            rules.try_estimators.output.results,
            scenario=studies.estimators.scenarios,
            chunk=range(studies.estimators.chunks),
        ),
        code=code_of("recovery"),
    output:
        csv="docs/validation/recovery.csv",
        text="docs/validation/recovery.md",
    log:
        "logs/recovery.log",
    benchmark:
        "logs/benchmarks/recovery.tsv"
    conda:
        "../../environment.yml"
    params:
        study=studies.estimators.model_dump(),
    message:
        "Judging the estimators by what is true"
    script:
        "../scripts/recovery.py"


rule try_joint_test:
    input:
        declaration="config/multiverse.yaml",
        code=code_of("try_joint_test"),
    output:
        results=f"{VALIDATION}/joint_test/{{scenario}}/{{chunk}}.parquet",
    log:
        "logs/try_joint_test_{scenario}_{chunk}.log",
    benchmark:
        "logs/benchmarks/try_joint_test_{scenario}_{chunk}.tsv"
    conda:
        "../../environment.yml"
    params:
        study=studies.joint_test.model_dump(
            include={"seed", "chunks", "specifications", "permutations"}
        ),
        replications=lambda wildcards: studies.joint_test.replications[
            wildcards.scenario
        ],
        chunk=lambda wildcards: int(wildcards.chunk),
    message:
        "Trying the joint test on made-up countries: {wildcards.scenario}, chunk {wildcards.chunk}"
    script:
        "../scripts/try_joint_test.py"


rule recovery_multiverse:
    input:
        results=expand(
            rules.try_joint_test.output.results,
            scenario=studies.joint_test.replications,
            chunk=range(studies.joint_test.chunks),
        ),
        code=code_of("recovery_multiverse"),
    output:
        csv="docs/validation/multiverse.csv",
        text="docs/validation/multiverse.md",
    log:
        "logs/recovery_multiverse.log",
    benchmark:
        "logs/benchmarks/recovery_multiverse.tsv"
    conda:
        "../../environment.yml"
    params:
        study=studies.joint_test.model_dump(),
    message:
        "Judging the joint test of the multiverse by what is true"
    script:
        "../scripts/recovery_multiverse.py"
