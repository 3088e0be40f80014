"""How the tests are spread over processes: a file stays together, and so do all that share a run of the workflow."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every test the group of its file; the workflow runs once for the whole of its folder."""
    for item in items:
        folder, _, _ = item.nodeid.partition("::")
        group = "workflow" if folder.startswith("tests/workflow/") else folder
        item.add_marker(pytest.mark.xdist_group(group))
