"""A bank with the consent of a sound firm, which stands at a level of risk when a test has it so."""

import pytest

from tests.warnings.watched import FIRM, founded


@pytest.fixture
async def bank(story):
    if "bank-1" not in story.keys:
        await story.push("market_regulation", "ent_registration", founded(FIRM))
        await story.account("bank-1", "bank")
    return story
