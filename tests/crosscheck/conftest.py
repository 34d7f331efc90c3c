"""The founding case, judged once for each file of tests, with a counterpart beside it."""

import pytest

from tests.crosscheck.checks import spread_out
from tests.risk.founding import deliver, judged


@pytest.fixture
async def town(story):
    if "local_finance" not in story.keys:
        await deliver(story)
        await judged(story)
        await spread_out(story)
        for person in ("auditor-1", "auditor-2"):
            await story.enrol(person, "auditor")
        for platform in ("bank-supervisor", "central-bank"):
            await story.enrol(platform, "platform")
    return story
