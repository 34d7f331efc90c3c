"""The founding case, delivered and judged once for each file of tests, with an auditor to look at it."""

import pytest

from tests.risk.founding import deliver, judged


@pytest.fixture
async def town(story):
    if "local_finance" not in story.keys:
        await deliver(story)
        await judged(story)
        await story.enrol("auditor-1", "auditor")
    return story
