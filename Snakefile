# The whole line: StatLine and hand-coded evidence in, the report out. `snakemake --cores 4` runs it.
from snakemake.utils import min_version

min_version("9.19")


configfile: "config/config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/statline.smk"
include: "workflow/rules/evidence.smk"
include: "workflow/rules/business_cases.smk"
include: "workflow/rules/panel.smk"
include: "workflow/rules/estimates.smk"
include: "workflow/rules/multiverse.smk"
include: "workflow/rules/recovery.smk"
include: "workflow/rules/municipal.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/provenance.smk"


# on a cluster these run where the run was started: other machines often have no way out
localrules:
    all,
    fetch_statline,
    refresh,


rule all:
    default_target: True
    input:
        expand("reports/{document}.{kind}", document=LANGUAGE_OF, kind=["html", "pdf"]),
        "reports/gemeenten.html",
        "data/processed/datapackage.json",
        "ro-crate-metadata.json",


onerror:
    print(explain_failure(), file=sys.stderr)


onsuccess:
    # make tells it itself, also when there was nothing to do
    if "MAKELEVEL" not in os.environ:
        print(describe_run(), file=sys.stderr)
