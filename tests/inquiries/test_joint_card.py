"""The embedded card as a part of a joint answer, where it knows too little of an enterprise for a score."""

import pytest

from scoring_adapter.providers.joint import EMBEDDED, Part
from tests.providers import joined, provider, registered
from tests.stories import registration

HALVES = {"weight_ppm": 500_000}


@pytest.fixture(scope="module")
def url():
    with provider() as opened:
        yield opened


@pytest.fixture
async def ready(story, url):
    if "s-1" not in story.keys:
        await registered(story.gateway, "good", url)
        await story.push("market_regulation", "ent_registration", registration(1))
        await story.account("bank-1", "bank")
        await story.consent("bank-1", 1)
    return story


async def test_a_card_that_knows_too_little_has_answered_and_counts_for_nothing(ready):
    parts = (Part(EMBEDDED, **HALVES), Part("good", **HALVES))
    await joined(ready.gateway, "optional", *parts, charge_partial=False)
    answer = (await ready.ask("bank-1", 1, provider="optional")).json()
    own, good = answer["parts"]
    assert (own["outcome"], own["score"], own["counted"]) == ("insufficient-evidence", None, False)
    assert own["missing"]
    assert (answer["outcome"], answer["score"]) == ("scored", good["score"])
    assert (answer["partial"], answer["charged"]) == (True, True)  # nobody failed to answer


async def test_where_the_card_is_required_there_is_no_common_score(ready):
    await joined(ready.gateway, "required", Part(EMBEDDED, required=True, **HALVES), Part("good", **HALVES))
    answer = (await ready.ask("bank-1", 1, provider="required")).json()
    assert (answer["outcome"], answer["score"], answer["band"]) == ("insufficient-evidence", None, None)
    assert [one["counted"] for one in answer["parts"]] == [False, False]
    assert answer["parts"][1]["score"] is not None
