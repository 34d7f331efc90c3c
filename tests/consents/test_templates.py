"""Templates of an instance: set by two people, from a moment on, never changed; shown to whoever has a client."""

import copy
from datetime import timedelta

import pytest
from sqlalchemy import text

from consent.templates import shipped_members
from gateway.consents.templates import MOST_TEMPLATES, list_templates, set_template
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from tests.actors import MACHINE
from tests.enterprises import uscc
from tests.stories import slug


def written(name, **changes):
    return {**copy.deepcopy(dict(shipped_members()[0])), "template": name, "institution": "house", **changes}


@pytest.fixture
async def work(gateway):
    async with gateway.units.begin("test.templates", MACHINE) as opened:
        yield opened
        await opened.session.rollback()


async def test_a_version_rules_from_its_moment_and_the_one_to_come_is_shown_beside_it(work):
    now = await database_now(work.session)
    assert await set_template(work, written("own")) == 2
    assert await set_template(work, written("own", purpose_text="另一种说法"), now + timedelta(days=9)) == 3
    (shown,) = [one for one in await list_templates(work) if one["template"] == "own"]
    assert (shown["version"], shown["next"]["version"], shown["next"]["purpose_text"]) == (2, 3, "另一种说法")
    with pytest.raises(DeniedError, match="before the version"):
        await set_template(work, written("own"), now + timedelta(days=8))


async def test_what_is_no_template_or_begins_in_the_past_is_refused(work):
    now = await database_now(work.session)
    for members, told in (
        (written("own", approvals=9), "approvals"), (written("own", purpose="curiosity"), "purpose"), ({}, "template"),
        (written("pre-loan"), "institution"),
    ):  # fmt: skip
        with pytest.raises(DeniedError, match=told):
            await set_template(work, members)
    with pytest.raises(DeniedError, match="past"):
        await set_template(work, written("own"), now - timedelta(seconds=1))


async def test_there_are_so_many_templates_and_no_more(work):
    shipped = len(shipped_members())
    await work.session.execute(
        text("""INSERT INTO consent_template (template, version, effective_from, content, event_id)
            SELECT 'copy-' || n, 2, now(), :content, gen_random_uuid() FROM generate_series(1, :many) n"""),
        {"content": "{}", "many": MOST_TEMPLATES - shipped - 1},
    )
    await set_template(work, written("last"))
    with pytest.raises(DeniedError, match=str(MOST_TEMPLATES)):
        await set_template(work, written("one-more"))
    await set_template(work, written("last"))


async def test_everybody_with_a_client_reads_them(story):
    await story.account("bank-1", "bank")
    await story.enrol("s-1", "signatory", subject=uscc(1))
    for who in ("bank-1", "s-1"):
        headers = await story.headers(who)
        listed = (await story.client.get("/v1/consent-templates", headers=headers)).json()["templates"]
        assert {one["purpose"] for one in listed} >= {one["purpose"] for one in shipped_members()}
        versions = (await story.client.get("/v1/consent-templates/pre-loan", headers=headers)).json()["versions"]
        assert versions[0]["version"] == 1
        assert slug(await story.client.get("/v1/consent-templates/none", headers=headers)) == "template-not-found"
