"""Changes of one consent at the same moment: each sees what the one before made of it, and a revocation holds."""

import asyncio
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from signing.canonical import sha256_hex
from tests.enterprises import uscc
from tests.gates import held
from tests.stories import registration, slug

HEAD = "SELECT FROM consent_head WHERE consent_id = :id FOR UPDATE"


@pytest.fixture
async def ready(story):
    await story.account("bank-1", "bank")
    await story.enrol("s-1", "signatory", subject=uscc(1))
    return story


async def change(story, who, consent, action):
    return await story.client.post(f"/v1/consents/{consent['consent']}/{action}", headers=await story.headers(who))


async def statuses(story, consent):
    """Return every status the consent had, in order, as its evidence shows them."""
    path = f"/v1/consents/{consent['consent']}/evidence"
    evidence = (await story.client.get(path, headers=await story.headers("bank-1"))).json()
    return [version["status"] for version in evidence["versions"]]


async def meet(story, consent, *changes):
    """Let changes, given as functions, wait for the consent together in this order; return their answers."""
    async with held(story.gateway.database, HEAD, id=consent["consent"]) as gate:
        tasks = []
        for count, made in enumerate(changes, 1):
            tasks.append(asyncio.create_task(made()))
            await gate.waiting(count)
    return await asyncio.gather(*tasks)


async def requested(story):
    return (await story.request("bank-1", 1)).json()


async def active(story):
    return await story.consent("bank-1", 1)


async def paused(story):
    consent = await active(story)
    await change(story, "s-1", consent, "pause")
    return consent


@pytest.mark.parametrize("first", ["other", "revoke"])
@pytest.mark.parametrize(
    ("stands", "other", "before"),
    [
        (requested, "approve", ["requested"]),
        (active, "pause", ["requested", "active"]),
        (paused, "resume", ["requested", "active", "paused"]),
    ],
)
async def test_a_consent_that_is_revoked_beside_another_change_is_revoked(ready, first, stands, other, before):
    consent = await stands(ready)

    async def change_it():
        if other == "approve":
            return await ready.decide("s-1", consent, "approve")
        return await change(ready, "s-1", consent, other)

    async def revoke_it():
        return await change(ready, "bank-1", consent, "revoke")

    if first == "other":
        changed, revoked = await meet(ready, consent, change_it, revoke_it)
        assert changed.status_code == 200
        made = [*before, changed.json()["status"]]
    else:
        revoked, changed = await meet(ready, consent, revoke_it, change_it)
        assert (changed.status_code, slug(changed)) == (409, "consent-revoked")
        made = before
    assert (revoked.status_code, revoked.json()["status"]) == (200, "revoked")
    assert await statuses(ready, consent) == [*made, "revoked"]


async def test_four_revocations_at_once_are_one(ready):
    consent = await active(ready)
    askers = ["bank-1", "s-1", "bank-1", "s-1"]
    answers = await meet(ready, consent, *(lambda who=who: change(ready, who, consent, "revoke") for who in askers))
    assert [(a.status_code, a.json()["status"], a.json()["version"]) for a in answers] == [(200, "revoked", 3)] * 4
    assert await statuses(ready, consent) == ["requested", "active", "revoked"]


async def test_an_inquiry_that_waits_for_a_revocation_is_denied(ready):
    await ready.push("market_regulation", "ent_registration", registration(1))
    consent = await active(ready)
    revoked, asked = await meet(
        ready, consent, lambda: change(ready, "s-1", consent, "revoke"),
        lambda: ready.ask("bank-1", 1, consent=consent["consent"]),
    )  # fmt: skip
    assert revoked.status_code == 200
    assert (asked.status_code, slug(asked)) == (403, "consent-revoked")


async def test_the_service_can_set_no_consent_back(ready):
    """Where a consent stands is its newest version, which the service's own role may neither change nor delete."""
    consent = await active(ready)
    await change(ready, "s-1", consent, "revoke")
    async with ready.gateway.database.begin("test.rights") as session:
        columns = "SELECT column_name FROM information_schema.columns WHERE table_name = :t AND "
        may = "has_column_privilege(current_user, :t, column_name, 'UPDATE')"
        for table, writable in (("consent_head", ["uses"]), ("consent_version", [])):
            assert list((await session.execute(text(columns + may), {"t": table})).scalars()) == writable
    again = await ready.ask("bank-1", 1, consent=consent["consent"])
    assert slug(again) == "consent-revoked"


async def test_the_service_cannot_lower_the_uses_of_a_consent(ready):
    """Uses follow from the answers that are stored; the service's own role can only lock the row."""
    await ready.push("market_regulation", "ent_registration", registration(1))
    consent = await active(ready)
    for _ in range(2):
        assert (await ready.ask("bank-1", 1, consent=consent["consent"])).status_code == 200
    named = {"id": consent["consent"]}
    for forged in ("uses - 1", "uses + 1", "0"):
        with pytest.raises(ProgrammingError, match="counted as they are stored"):
            async with ready.gateway.database.begin("test.forge") as session:
                await session.execute(text(f"UPDATE consent_head SET uses = {forged} WHERE consent_id = :id"), named)
    async with ready.gateway.database.begin("test.uses") as session:
        query = text("SELECT uses FROM consent_head WHERE consent_id = :id")
        assert (await session.execute(query, named)).scalar_one() == 2


async def test_files_handed_in_at_the_same_moment_are_each_taken_up(ready):
    consent, contents = await requested(ready), (b"%PDF-one", b"%PDF-two")
    path = f"/v1/consents/{consent['consent']}/files"

    async def hand_in(content):
        headers = {"Content-Type": "application/pdf", **await ready.headers("bank-1")}
        return await ready.client.post(path, params={"kind": "paper_scan"}, content=content, headers=headers)

    answers = await meet(ready, consent, *(partial(hand_in, content) for content in contents))
    assert [(one.status_code, one.json()["version"]) for one in answers] == [(201, 2), (201, 3)]
    for content in contents:
        kept = await ready.client.get(f"{path}/{sha256_hex(content)}", headers=await ready.headers("bank-1"))
        assert kept.content == content
