# What all rules share: the checked configuration and the files of the package that a rule rests on.
import os
import sys
import time
from hashlib import sha256
from pathlib import Path

STARTED = time.time()
ROOT = Path(workflow.basedir)
sys.path.insert(0, str(ROOT / "src"))
# jobs import the package of this checkout, also in an environment where it is not installed
os.environ.update(
    PYTHONPATH=str(ROOT / "src"), OPENBLAS_NUM_THREADS="1", MPLBACKEND="Agg"
)

from snakemake.exceptions import WorkflowError
from wijkanalyse.config import ConfigError, read_config
from wijkanalyse.imports import files_used_by
from wijkanalyse.jobs import failures
from wijkanalyse.report.summary import describe_run

EVIDENCE = [
    "annual_reports",
    "annual_reports_second_coder",
    "business_case",
    "client_surveys",
    "client_surveys_without_values",
    "local_studies",
    "municipal_polls",
    "published_figures",
]
FIGURES = [
    "flow",
    "map",
    "share",
    "use",
    "duration",
    "crisis",
    "reach",
    "decomposition",
    "estimates",
    "sensitivity",
    "curves",
    "switchers",
    "balance",
    "overlap",
    "multiverse",
    "indicators",
    "forest",
    "sizes",
    "themes",
    "polls",
    "tornado",
]
TABLES = [
    "activity",
    "published",
    "construction",
    "primary",
    "estimates",
    "methods",
    "balance",
    "trends",
    "multiverse",
    "multiverse_choices",
    "multiverse_nearest",
    "multiverse_nearest_all",
    "multiverse_declared",
    "multiverse_deviations",
    "indicators",
    "client_sensitivity",
    "client_activity",
    "elements",
    "coders",
    "studies",
    "cpb",
    "poll_answers",
    "costs",
    "costs_listed",
    "sources",
    "checks",
    "revisions",
    "choices",
]
REPORT_STYLE = [
    "reports/_quarto.yml",
    "reports/references.bib",
    "reports/styles.css",
    "reports/template.html",
    "reports/typst-show.typ",
    "reports/typst-template.typ",
    *sorted(str(path) for path in Path("reports/filters").glob("*.lua")),
]

# the documents of the report, and the language of each
LANGUAGE_OF = {"wijkteams": "nl", "wijkteams.en": "en"}
SECTIONS = {
    language: sorted(str(path) for path in Path(f"reports/{language}").glob("_*.qmd"))
    for language in LANGUAGE_OF.values()
}

try:
    choices = read_config(config)
except ConfigError as error:
    raise WorkflowError(str(error)) from None


def code_of(script):
    """Files of the package that a workflow script uses: editing one of them reruns the rule."""
    files = files_used_by(ROOT / "workflow" / "scripts" / f"{script}.py", ROOT / "src")
    return [os.path.relpath(path) for path in files]


def stored(path):
    """A file that a run reads and never makes: other contents rerun the step, another date does not."""
    found = Path(path)
    return {
        "file": path,
        "sha256": (
            sha256(found.read_bytes()).hexdigest() if found.is_file() else "absent"
        ),
    }


def made_in_each_language(pattern, names):
    """Paths of pieces of the report, in the folder of each language."""
    return expand(
        f"reports/_generated/{{language}}/{pattern}",
        language=LANGUAGE_OF.values(),
        name=names,
    )


def explain_failure():
    """The last thing on the screen when a run fails: the message of each failed step."""
    return "\n".join(["", "The run stopped.", *failures(Path("logs"), since=STARTED)])
