# NEEDS  the recorded business cases, and data/raw/evidence/own_business_cases.csv where a municipality keeps its own
# MAKES  data/processed/estimates/business_*.parquet: cost before and with the team, who pays, what the result rests on;
#        data/processed/evidence/own_business_cases.parquet: the own cases, checked and typed (without rows if there are none)


rule value_business_cases:
    input:
        cases="data/processed/evidence/business_case.parquet",
        # optional: no file, no own cases
        own=[
            path
            for path in ["data/raw/evidence/own_business_cases.csv"]
            if os.path.isfile(path)
        ],
        code=code_of("value_business_cases"),
    output:
        own="data/processed/evidence/own_business_cases.parquet",
        cases="data/processed/estimates/business_cases.parquet",
        summary="data/processed/estimates/business_summary.parquet",
        payers="data/processed/estimates/business_payers.parquet",
        tornado="data/processed/estimates/business_tornado.parquet",
        listed="data/processed/estimates/business_listed.parquet",
    log:
        "logs/value_business_cases.log",
    benchmark:
        "logs/benchmarks/value_business_cases.tsv"
    conda:
        "../../environment.yml"
    params:
        choices=choices.business_cases.model_dump(),
        inference=choices.inference.model_dump(),
    message:
        "Comparing the cost of cases before and with the team"
    script:
        "../scripts/value_business_cases.py"
