"""Platforms delivered and judged once for each file of tests."""

import pytest

from tests.sites.platforms import judged, settle


@pytest.fixture
async def town(story):
    if "local_finance" not in story.keys:
        await settle(story)
        await judged(story)
        await story.enrol("auditor-1", "auditor")
    return story
