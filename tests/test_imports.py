"""Which files a script rests on: editing one of them must rerun its rule, and editing any other must not."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.small_world import ROOT
from wijkanalyse.imports import files_used_by

SRC = ROOT / "src"
SCRIPTS = sorted((ROOT / "workflow" / "scripts").glob("*.py"))


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with nested imports, data, a room that nothing uses, and a script."""
    contents = {
        "wijkanalyse/__init__.py": "",
        "wijkanalyse/errors.py": "",
        "wijkanalyse/unused.py": "import wijkanalyse.errors",
        "wijkanalyse/panel/__init__.py": "from wijkanalyse.panel import rules",
        "wijkanalyse/panel/rules.py": "import json\nfrom wijkanalyse import errors",
        "wijkanalyse/panel/build.py": "from . import late\nfrom ..shared.names import NAME",
        "wijkanalyse/panel/late.py": "def run():\n    from wijkanalyse.inner import deep\n    return deep",
        "wijkanalyse/panel/alone.py": "",
        "wijkanalyse/shared/__init__.py": "",
        "wijkanalyse/shared/names.py": "NAME = 'x'",
        "wijkanalyse/inner/__init__.py": "from wijkanalyse.panel import build  # round in a circle",
        "wijkanalyse/inner/deep.py": "",
        "wijkanalyse/inner/mergers.csv": "a,b",
        "wijkanalyse/inner/README.md": "no code, no data",
        "wijkanalyse/inner/templates/page.html": "",
        "wijkanalyse/inner/__pycache__/deep.cpython-311.pyc": "",
        "wijkanalyse/inner/sub/__init__.py": "",
        "wijkanalyse/inner/sub/other.csv": "of a package of its own, which nobody imports",
    }
    for name, text in contents.items():
        path = tmp_path / "src" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "src"


def used(package: Path, script: str) -> set[str]:
    path = package.parent / "script.py"
    path.write_text(script, encoding="utf-8")
    return {str(file.relative_to(package / "wijkanalyse")) for file in files_used_by(path, package)}


def test_modules_are_followed_through_all_their_imports(package: Path):
    assert used(package, "from wijkanalyse.panel.build import NAME") == {
        "__init__.py",
        "errors.py",
        "panel/__init__.py",
        "panel/build.py",
        "panel/late.py",
        "panel/rules.py",
        "shared/__init__.py",
        "shared/names.py",
        "inner/__init__.py",
        "inner/deep.py",
        "inner/mergers.csv",
        "inner/templates/page.html",
    }


@pytest.mark.parametrize(
    "line",
    [
        "import wijkanalyse.errors",
        "from wijkanalyse import errors",
        "from wijkanalyse.errors import X",
        "import wijkanalyse.errors as e",
    ],
)
def test_every_way_of_importing_counts(package: Path, line: str):
    assert used(package, line) == {"__init__.py", "errors.py"}


def test_other_packages_and_similar_names_do_not_count(package: Path):
    assert used(package, "import pandas\nimport wijkanalyse_extra\nfrom json import loads") == set()


def test_a_comment_or_a_text_is_no_import(package: Path):
    assert used(package, "# import wijkanalyse.errors\nX = 'import wijkanalyse.errors'") == set()


LOADER = """
import json, os, runpy, sys
import pandas, pandera.pandas, statsmodels.api  # once, for all scripts
for script in sys.argv[1:]:
    child = os.fork()
    if child == 0:
        runpy.run_path(script, run_name="imported")
        files = [m.__file__ for n, m in sys.modules.items() if n.split(".")[0] == "wijkanalyse" and m.__file__]
        print(json.dumps([script, files]), flush=True)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0, script
"""


def test_nothing_that_a_script_loads_is_missed():
    """Held against what Python itself loads when the imports of each script are carried out."""
    command = [sys.executable, "-c", LOADER, *map(str, SCRIPTS)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = dict(map(json.loads, done.stdout.splitlines()))
    assert set(loaded) == set(map(str, SCRIPTS))
    for script, files in loaded.items():
        assert files
        assert set(map(Path, files)) <= set(used_by(Path(script))), script


@cache
def used_by(script: Path) -> list[Path]:
    return files_used_by(script, SRC)


def rules_that_use(file: str) -> set[str]:
    return {script.stem for script in SCRIPTS if SRC / "wijkanalyse" / file in used_by(script)}


def test_editing_a_module_concerns_the_rules_that_use_it_and_no_others():
    everything = {script.stem for script in SCRIPTS}
    assert rules_that_use("errors.py") == everything
    on_request = {"recovery", "recovery_multiverse", "try_estimators", "try_joint_test"}
    assert rules_that_use("panel/boundaries.py") - on_request == {"build_panel", "compare_vintages", "make_municipal_pages"}
    assert rules_that_use("statline/transport.py") >= {"fetch_statline"}
    assert "estimate_contrasts" not in rules_that_use("statline/transport.py")
    assert "fetch_statline" not in rules_that_use("effects/contrasts.py")
    assert "estimate_contrasts" in rules_that_use("effects/contrasts.py")
    assert {"build_panel", "fetch_statline"} <= rules_that_use("municipalities/mergers.csv")
