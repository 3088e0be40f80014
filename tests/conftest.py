"""How the tests are spread over processes: a file stays together, and so do the files that look at the finished run."""

from __future__ import annotations

from typing import Any

import pytest

FINISHED = "tests/workflow/"
"""Here a run of the whole workflow is made once and looked at by many."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Send a group of tests to one process."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return FINISHED if file.startswith(FINISHED) and not file.endswith("test_bad_input.py") else file

    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of the finished run come first: they take longest, and the other processes do the rest meanwhile."""
    items.sort(key=lambda item: not item.nodeid.startswith(FINISHED))
