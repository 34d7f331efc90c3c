"""The founding case, with people of two offices and of the city, once for each file of tests."""

import pytest

from tests.disposal.cases import enrol_people
from tests.risk.founding import deliver, judged


@pytest.fixture
async def town(story):
    if "local_finance" not in story.keys:
        await deliver(story)
        await judged(story)
        await enrol_people(story.gateway)
    return story
