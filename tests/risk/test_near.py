"""A firm whose holder is at risk: what alone is a notice comes to a warning by the tie, read out of delivered lists."""

import pytest

from gateway.risk.reading import read_risks_of
from gateway.runtime.actor import Actor
from tests.enterprises import uscc
from tests.network.holding import HOLDERS, held, read_anew
from tests.risk.founding import LENDER, deliver, firm, judged, platforms
from tests.stories import as_csv, registration

HELD = 613


@pytest.fixture
async def held_firm(story):
    if "local_finance" not in story.keys:
        await deliver(story)
        await story.push("market_regulation", "ent_registration", registration(HELD))
        late = ["p-3", *firm(HELD), "0.04", "是", "某银行", "延期兑付"]
        await story.push("local_finance", "platform_profile", platforms(late))
    return story


async def of(held_firm):
    await judged(held_firm)
    async with held_firm.gateway.units.begin("test.risks", Actor("auditor-1", "auditor")) as work:
        standing = (await read_risks_of(work, uscc(HELD)))[1].risks
    return [(one.level, one.score, {found.point.id for found in one.points}) for one in standing if not one.holds_to]


async def test_a_tie_to_a_firm_at_risk_is_a_point_of_its_own(held_firm):
    own = {"delayed-redemption", "unlisted", "no-association"}
    assert await of(held_firm) == [("notice", 40, own)]
    rows = [held(HELD, LENDER, "100")]
    await held_firm.push("market_regulation", "shareholder_contrib", as_csv(HOLDERS, *rows))
    await read_anew(held_firm.gateway)
    assert await of(held_firm) == [("warning", 55, own | {"contagion"})]
