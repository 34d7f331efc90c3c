"""The founding case, with people of two offices and of the city, once for each file of tests."""

import pytest

from tests.disposal.cases import enrol_people
from tests.risk.founding import founded


@pytest.fixture
async def town(story):
    if await founded(story):
        await enrol_people(story.gateway)
    return story
