"""The pages of the watch for those they are for: wide, dark, narrow, in both languages."""

import pytest

from tests.house import objects
from tests.warnings.watched import OPEN, permit, stands, subscribe, told

FIRM = 4210
WATCHED = [
    "risks", "risks/learned", "risks/drift", "risk-funnel", "risk-lead", "risk-trials", "risk-trials/-/new",
    "risk-wall", "risk-open", "sites", "crosschecks", "cases",
]  # fmt: skip
PAGES = {
    "auditor": [*WATCHED, "watches", "risk-trials/{trial_id}", "crosschecks/{check_id}", "sites/{site}"],
    "regulator": ["risks", "crosschecks", "cases", "cases/-/first"],
    "office": ["cases", "waiting"],
    "operator": ["watches"],
    "staff": ["warnings", "warning-subscriptions", "joint-scans", "credentials"],
    "owner": ["enterprise/credentials"],
}


@pytest.fixture
async def watched(city):
    """Something stands on each of the pages: made once, since a city is for all tests."""
    town, story = city.town, city.town.story
    if "trial_id" not in city.ids:
        await objects.record(town)
        await objects.stand(town)
        for make in (objects.site, objects.crosscheck, objects.trial):
            city.ids |= await make(town)
        await story.push("market_regulation", "ent_registration", objects.registration(FIRM))
        await permit(story, FIRM)
        await subscribe(story, FIRM)
        await stands(story, FIRM, OPEN)
        await told(story)
    return city


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("role", PAGES)
async def test_the_pages_of_the_watch_are_whole(watched, visit, look, role, language):
    page = await visit(role, "/console/account", language=language)
    for path in PAGES[role]:
        answer = await page.goto(f"{watched.issuer}/console/{path.format_map(watched.ids)}")
        assert answer.status == 200, path
        name = path.replace("/-/", "-").replace("/", "-").translate({ord("{"): None, ord("}"): None})
        await look(page, f"{role}-{name}-{language}")
