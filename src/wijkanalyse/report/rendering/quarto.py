"""Render with Quarto, where it is installed.

Quarto ends with exit code 0 after an unresolved reference and only warns: here every warning is an error.
"""

import re
from pathlib import Path

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.report.rendering import process

QUARTO_SECONDS = 300.0  # a report takes five seconds; the first run after installation is slower
INSTALL = (
    "Install it with `conda install -c conda-forge quarto` or the installer of quarto.org, "
    "or set the renderer to pandoc or auto."
)
_WARNING = re.compile(r"^\s*(?:\[?WARN(?:ING)?|ERROR)\b", re.MULTILINE)
# Without veraPDF Quarto writes the accessible PDF but cannot validate it; Typst has done so while compiling.
_HARMLESS = re.compile(r"verapdf", re.IGNORECASE)


def version(executable: str) -> str:
    """Return the version, such as ``1.10.18``."""
    done = process.run([executable, "--version"], Path.cwd(), QUARTO_SECONDS)
    if done.returncode or not done.stdout.strip():
        raise WijkanalyseError(f"`{executable} --version` failed: {done.stderr.strip() or 'no output'}. {INSTALL}")
    return done.stdout.strip().splitlines()[-1]


def render(executable: str, folder: Path, document: str) -> tuple[bytes, bytes]:
    """Return the HTML and the PDF of `document`, a checked file in `folder`, which is a copy that may be written to.

    The formats are made one after the other: two renderings in one project get in each other's way.
    """
    results = []
    for output, suffix in (("html", ".html"), ("typst", ".pdf")):
        done = process.run([executable, "render", document, "--to", output], folder, QUARTO_SECONDS)
        said = done.stdout + "\n" + done.stderr
        if done.returncode:
            raise WijkanalyseError(f"Quarto cannot make the {output} output of {document}:\n{_last_lines(said)}")
        if warnings := [line for line in said.splitlines() if _WARNING.match(line) and not _HARMLESS.search(line)]:
            raise WijkanalyseError(
                f"Quarto warned while making the {output} output of {document}, which means that something is missing "
                "from the page:\n" + "\n".join(warnings)
            )
        path = folder / Path(document).with_suffix(suffix)
        if not path.is_file():
            raise WijkanalyseError(
                f"Quarto ended well but wrote no {path.name}. Expected it beside {document}; "
                "look in _quarto.yml for an output-dir or output-file."
            )
        results.append(path.read_bytes())
    return results[0], results[1]


def _last_lines(text: str) -> str:
    return "\n".join([line for line in text.splitlines() if line.strip()][-15:])
