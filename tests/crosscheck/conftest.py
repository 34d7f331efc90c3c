"""The founding case, judged once for each file of tests, with a counterpart beside it."""

import pytest

from gateway.runtime.settings import Settings
from tests.crosscheck.checks import spread_out
from tests.private import PYTHON
from tests.risk.founding import founded


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """Those of every instance, and by which Python sets are compared."""
    home = tmp_path_factory.mktemp("home")
    return Settings(home=home, issuer="http://127.0.0.1:8000", psi_python=str(PYTHON))


@pytest.fixture
async def town(story):
    if await founded(story, "auditor-1", "auditor-2"):
        await spread_out(story)
        for platform in ("bank-supervisor", "central-bank"):
            await story.enrol(platform, "platform")
    return story
