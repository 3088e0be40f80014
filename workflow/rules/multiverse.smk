# NEEDS  the panel, config/multiverse.yaml and the published figures
# MAKES  in data/processed/estimates/multiverse/: every declared specification with its estimate, the joint test of the
#        curves, what each choice does to them, the specifications nearest to the published figures, and a summary
# Specifications and permutations are cut in chunks, each a job of its own; how many run at once changes no figure.
from wijkanalyse.effects.multiverse.declaration import read_declaration
from wijkanalyse.errors import WijkanalyseError

MULTIVERSE = "data/processed/estimates/multiverse"
try:
    multiverse = read_declaration(Path("config/multiverse.yaml"))
except WijkanalyseError as error:
    raise WorkflowError(str(error)) from None
OTHER_BOUNDARIES = multiverse.other_boundaries


wildcard_constraints:
    chunk=r"\d+",
    boundaries=r"\d{4}",


use rule build_panel as build_panel_on with:
    output:
        panel="data/processed/boundaries/{boundaries}/panel.parquet",
        long="data/processed/boundaries/{boundaries}/panel_long.parquet",
        cells="data/processed/boundaries/{boundaries}/cells.parquet",
        checks="data/processed/boundaries/{boundaries}/checks.parquet",
    log:
        "logs/build_panel_on_{boundaries}.log",
    benchmark:
        "logs/benchmarks/build_panel_on_{boundaries}.tsv"
    params:
        choices=lambda wildcards: {
            **choices.panel.model_dump(),
            "boundaries_year": int(wildcards.boundaries),
        },
        raw="data/raw",
    message:
        "Building the panel on the municipal boundaries of {wildcards.boundaries}"


rule declare_multiverse:
    input:
        declaration="config/multiverse.yaml",
        panel=rules.build_panel.output.panel,
        long=rules.build_panel.output.long,
        panels=expand(rules.build_panel_on.output.panel, boundaries=OTHER_BOUNDARIES),
        longs=expand(rules.build_panel_on.output.long, boundaries=OTHER_BOUNDARIES),
        code=code_of("declare_multiverse"),
    output:
        declared=f"{MULTIVERSE}/declared.parquet",
        sizes=f"{MULTIVERSE}/sizes.parquet",
    log:
        "logs/declare_multiverse.log",
    benchmark:
        "logs/benchmarks/declare_multiverse.tsv"
    conda:
        "../../environment.yml"
    params:
        boundaries=OTHER_BOUNDARIES,
    message:
        "Counting and drawing the specifications of the multiverse"
    script:
        "../scripts/declare_multiverse.py"


rule estimate_multiverse:
    input:
        declaration="config/multiverse.yaml",
        declared=rules.declare_multiverse.output.declared,
        panel=rules.build_panel.output.panel,
        long=rules.build_panel.output.long,
        panels=rules.declare_multiverse.input.panels,
        longs=rules.declare_multiverse.input.longs,
        code=code_of("estimate_multiverse"),
    output:
        estimates=f"{MULTIVERSE}/chunks/estimates_{{chunk}}.parquet",
    log:
        "logs/estimate_multiverse_{chunk}.log",
    benchmark:
        "logs/benchmarks/estimate_multiverse_{chunk}.tsv"
    conda:
        "../../environment.yml"
    params:
        boundaries=OTHER_BOUNDARIES,
        chunk=lambda wildcards: int(wildcards.chunk),
    message:
        "Estimating the multiverse, chunk {wildcards.chunk}"
    script:
        "../scripts/estimate_multiverse.py"


rule check_multiverse:
    input:
        declaration="config/multiverse.yaml",
        declared=rules.declare_multiverse.output.declared,
        panel=rules.build_panel.output.panel,
        long=rules.build_panel.output.long,
        panels=rules.declare_multiverse.input.panels,
        longs=rules.declare_multiverse.input.longs,
        estimates=expand(
            rules.estimate_multiverse.output.estimates,
            chunk=range(multiverse.chunks.estimates),
        ),
        code=code_of("check_multiverse"),
    output:
        specifications=f"{MULTIVERSE}/specifications.parquet",
        reference=f"{MULTIVERSE}/reference.parquet",
    log:
        "logs/check_multiverse.log",
    benchmark:
        "logs/benchmarks/check_multiverse.tsv"
    conda:
        "../../environment.yml"
    params:
        boundaries=OTHER_BOUNDARIES,
    message:
        "Holding a sample of the multiverse against statsmodels"
    script:
        "../scripts/check_multiverse.py"


rule permute_multiverse:
    input:
        declaration="config/multiverse.yaml",
        declared=rules.declare_multiverse.output.declared,
        panel=rules.build_panel.output.panel,
        long=rules.build_panel.output.long,
        panels=rules.declare_multiverse.input.panels,
        longs=rules.declare_multiverse.input.longs,
        code=code_of("permute_multiverse"),
    output:
        permuted=f"{MULTIVERSE}/chunks/permuted_{{chunk}}.parquet",
    log:
        "logs/permute_multiverse_{chunk}.log",
    benchmark:
        "logs/benchmarks/permute_multiverse_{chunk}.tsv"
    conda:
        "../../environment.yml"
    params:
        boundaries=OTHER_BOUNDARIES,
        chunk=lambda wildcards: int(wildcards.chunk),
    message:
        "Permuting the paths of municipalities, chunk {wildcards.chunk}"
    script:
        "../scripts/permute_multiverse.py"


rule gather_multiverse:
    input:
        declaration="config/multiverse.yaml",
        specifications=rules.check_multiverse.output.specifications,
        panel=rules.build_panel.output.panel,
        long=rules.build_panel.output.long,
        panels=rules.declare_multiverse.input.panels,
        longs=rules.declare_multiverse.input.longs,
        permuted=expand(
            rules.permute_multiverse.output.permuted,
            chunk=range(multiverse.chunks.permutations),
        ),
        published="data/processed/evidence/published_figures.parquet",
        code=code_of("gather_multiverse"),
    output:
        joint_test=report(
            f"{MULTIVERSE}/joint_test.parquet",
            caption="../report/multiverse_joint_test.rst",
            category="Multiverse",
            labels={"table": "joint test"},
        ),
        branch_shares=f"{MULTIVERSE}/branch_shares.parquet",
        option_shifts=f"{MULTIVERSE}/option_shifts.parquet",
        nearest=report(
            f"{MULTIVERSE}/nearest.parquet",
            caption="../report/multiverse_nearest.rst",
            category="Multiverse",
            labels={"table": "nearest to the published figures"},
        ),
        common=f"{MULTIVERSE}/common.parquet",
        summary=report(
            f"{MULTIVERSE}/summary.parquet",
            caption="../report/multiverse_summary.rst",
            category="Multiverse",
            labels={"table": "summary"},
        ),
    log:
        "logs/gather_multiverse.log",
    benchmark:
        "logs/benchmarks/gather_multiverse.tsv"
    conda:
        "../../environment.yml"
    params:
        boundaries=OTHER_BOUNDARIES,
    message:
        "Judging the multiverse as a whole and by choice"
    script:
        "../scripts/gather_multiverse.py"
