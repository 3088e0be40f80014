# NEEDS  the panel and the classification
# MAKES  reports/gemeenten.html: every municipality by itself, to look up by name, in one file that works offline


rule make_municipal_pages:
    input:
        register=rules.fetch_statline.output.register,
        panel=rules.build_panel.output.panel,
        long=rules.build_panel.output.long,
        classification=rules.classify.output.classification,
        sources=[
            "reports/gemeenten/template.html",
            "reports/styles.css",
            "reports/gemeenten/gemeenten.css",
            "reports/gemeenten/gemeenten.js",
        ],
        code=code_of("make_municipal_pages"),
    output:
        page=report(
            "reports/gemeenten.html",
            caption="../report/municipalities.rst",
            category="Report",
            labels={"page": "gemeenten"},
        ),
    log:
        "logs/make_municipal_pages.log",
    benchmark:
        "logs/benchmarks/make_municipal_pages.tsv"
    conda:
        "../../environment.yml"
    params:
        classification=choices.classification.model_dump(),
        panel=choices.panel.model_dump(),
    message:
        "Making the page of all municipalities"
    script:
        "../scripts/make_municipal_pages.py"
