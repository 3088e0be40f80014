# NEEDS  the estimates, the evidence, the checks
# MAKES  data/processed/claims.parquet: every number of the text and where it comes from; printed.parquet: those of its tables
#        and figures; reports/_generated/<language>/: figures and tables; reports/wijkteams.html and .pdf, and in English


rule collect_claims:
    input:
        register=rules.fetch_statline.output.register,
        table_register="config/tables.yaml",
        panel=rules.build_panel.output.panel,
        classification=rules.classify.output.classification,
        estimates=rules.estimate_contrasts.output.estimates,
        estimands="config/estimands.yaml",
        effects=rules.estimate_effects.output.effects,
        balance=rules.estimate_effects.output.balance,
        decomposition=rules.decompose_contrasts.output.decomposition,
        sensitivity=rules.probe_sensitivity.output.sensitivity,
        switchers=rules.estimate_switchers.output.switchers,
        sizes=rules.declare_multiverse.output.sizes,
        multiverse_summary=rules.gather_multiverse.output.summary,
        joint_test=rules.gather_multiverse.output.joint_test,
        branch_shares=rules.gather_multiverse.output.branch_shares,
        client_estimates=rules.synthesise_evidence.output.client_estimates,
        client_leave_one_out=rules.synthesise_evidence.output.leave_one_out,
        client_small_studies=rules.synthesise_evidence.output.small_studies,
        client_survey_values=rules.synthesise_evidence.output.surveys,
        client_activity=rules.synthesise_evidence.output.activity,
        themes_all=rules.synthesise_evidence.output.themes_all,
        elements=rules.synthesise_evidence.output.elements,
        coder_agreement=rules.synthesise_evidence.output.agreement,
        polls=rules.synthesise_evidence.output.polls,
        poll_answers=rules.synthesise_evidence.output.poll_answers,
        studies=rules.synthesise_evidence.output.studies,
        study_list=rules.synthesise_evidence.output.study_list,
        business_summary=rules.value_business_cases.output.summary,
        business_cases=rules.value_business_cases.output.cases,
        business_payers=rules.value_business_cases.output.payers,
        business_listed=rules.value_business_cases.output.listed,
        evidence=rules.load_evidence.output.tables,
        code=code_of("collect_claims"),
    output:
        claims="data/processed/claims.parquet",
    log:
        "logs/collect_claims.log",
    benchmark:
        "logs/benchmarks/collect_claims.tsv"
    conda:
        "../../environment.yml"
    params:
        config=choices.model_dump(),
        raw="data/raw",
        # stored results, not an input: a run must not begin the study again
        recovery=stored("docs/validation/recovery.csv"),
    message:
        "Collecting the claims"
    script:
        "../scripts/collect_claims.py"


# said here, for Snakemake would keep the old map where its input is absent and say nothing
if choices.report.geometry and not Path(choices.report.geometry).is_file():
    raise WorkflowError(
        f"report.geometry: there is no file {choices.report.geometry}. Put the boundaries there, or set geometry: null for a "
        "map of tiles."
    )


rule make_pieces:
    input:
        # boundaries for the map, where the configuration names them: a change in that file draws the map again
        **({"geometry": choices.report.geometry} if choices.report.geometry else {}),
        register=rules.fetch_statline.output.register,
        claims=rules.collect_claims.output.claims,
        classification=rules.classify.output.classification,
        activity_by_year=rules.classify.output.by_year,
        estimates=rules.estimate_contrasts.output.estimates,
        observations=rules.estimate_contrasts.output.observations,
        estimands="config/estimands.yaml",
        effects=rules.estimate_effects.output.effects,
        balance=rules.estimate_effects.output.balance,
        overlap=rules.estimate_effects.output.overlap,
        decomposition=rules.decompose_contrasts.output.decomposition,
        sensitivity=rules.probe_sensitivity.output.sensitivity,
        curves=rules.probe_sensitivity.output.curves,
        switchers=rules.estimate_switchers.output.switchers,
        trend_bounds=rules.estimate_switchers.output.bounds,
        declaration="config/multiverse.yaml",
        published_figures="data/processed/evidence/published_figures.parquet",
        specifications=rules.check_multiverse.output.specifications,
        multiverse_summary=rules.gather_multiverse.output.summary,
        branch_shares=rules.gather_multiverse.output.branch_shares,
        nearest=rules.gather_multiverse.output.nearest,
        client_forest=rules.synthesise_evidence.output.forest,
        client_survey_values=rules.synthesise_evidence.output.surveys,
        themes_all=rules.synthesise_evidence.output.themes_all,
        elements=rules.synthesise_evidence.output.elements,
        coder_agreement=rules.synthesise_evidence.output.agreement,
        polls=rules.synthesise_evidence.output.polls,
        poll_answers=rules.synthesise_evidence.output.poll_answers,
        studies=rules.synthesise_evidence.output.studies,
        study_list=rules.synthesise_evidence.output.study_list,
        business_cases=rules.value_business_cases.output.cases,
        business_payers=rules.value_business_cases.output.payers,
        business_listed=rules.value_business_cases.output.listed,
        business_tornado=rules.value_business_cases.output.tornado,
        checks=rules.build_panel.output.checks,
        revised=rules.compare_vintages.output.revised,
        revised_contrasts=rules.compare_vintages.output.contrasts,
        code=code_of("make_pieces"),
    output:
        printed="data/processed/printed.parquet",
        figures=report(
            made_in_each_language("figures/{name}.svg", FIGURES),
            caption="../report/figure.rst",
            category="Figures",
        ),
        captions=made_in_each_language("fig_{name}.md", FIGURES),
        tables=made_in_each_language("tbl_{name}.md", TABLES),
        others=made_in_each_language("{name}.md", ["example", "figure_data"]),
    log:
        "logs/make_pieces.log",
    benchmark:
        "logs/benchmarks/make_pieces.tsv"
    conda:
        "../../environment.yml"
    params:
        config=choices.model_dump(),
    message:
        "Drawing the figures and making the tables"
    script:
        "../scripts/make_pieces.py"


rule render_report:
    input:
        text="reports/{document}.qmd",
        sections=lambda wildcards: SECTIONS[LANGUAGE_OF[wildcards.document]],
        style=REPORT_STYLE,
        # what the list of claims says of the cells, records and code behind each
        register=rules.fetch_statline.output.register,
        cells=rules.build_panel.output.cells,
        declared=["config/tables.yaml", "config/estimands.yaml"],
        records=rules.load_evidence.input.records,
        claims=rules.collect_claims.output.claims,
        printed=rules.make_pieces.output.printed,
        pieces=[
            rules.make_pieces.output.figures,
            rules.make_pieces.output.captions,
            rules.make_pieces.output.tables,
            rules.make_pieces.output.others,
        ],
        code=code_of("render_report"),
    output:
        html=report(
            "reports/{document}.html",
            caption="../report/report.rst",
            category="Report",
            labels={"document": "{document}", "kind": "HTML"},
        ),
        pdf=report(
            "reports/{document}.pdf",
            caption="../report/report.rst",
            category="Report",
            labels={"document": "{document}", "kind": "PDF"},
        ),
    log:
        "logs/render_{document}.log",
    benchmark:
        "logs/benchmarks/render_{document}.tsv"
    wildcard_constraints:
        document="|".join(LANGUAGE_OF),
    conda:
        "../../environment.yml"
    params:
        config=choices.model_dump(),
        renderer=choices.report.renderer,
        language=lambda wildcards: LANGUAGE_OF[wildcards.document],
    message:
        "Rendering {wildcards.document} as HTML and PDF"
    script:
        "../scripts/render_report.py"
