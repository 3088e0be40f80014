"""Real data that lies beside a checkout on the developers' machines, and nowhere else."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "shared"


def reference(name: str) -> Path:
    """Return a file or folder of the reference data; skip the test where it is absent."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"{name} of the reference data does not lie beside this checkout")
    return path
