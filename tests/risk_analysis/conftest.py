"""The founding case, delivered and judged once for each file of tests, with an auditor to look at it."""

import pytest

from tests.risk.founding import founded


@pytest.fixture
async def town(story):
    await founded(story, "auditor-1")
    return story
