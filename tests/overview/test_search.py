"""What is searched is found where the role may open it, and another party's things are not there at all."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from gateway.admin.client_actions import ChangeStanding
from gateway.overview.search import FINDERS, MOST, PAGES, search
from gateway.people.roles import ROLES
from gateway.runtime.actor import Actor
from tests.actors import SYSTEM
from tests.enterprises import uscc
from tests.house import objects
from tests.house.objects import OTHER, OWN
from tests.house.test_ownership import town
from tests.identities import asked

__all__ = ["town"]
CLERK, OTHER_CLERK = (Actor(one, "agency", person=f"person:{one}-clerk") for one in ("tax", "market_regulation"))
STAFF, OTHER_STAFF = (Actor(f"person:{one}", "person", one) for one in ("bank", "bank-two"))
OWNER, OTHER_OWNER = (
    Actor(f"person:s-{number}", "signatory", subject=uscc(number), person=f"person:s-{number}")
    for number in (OWN, OTHER)
)
OPERATOR, AUDITOR = (Actor(f"person:{kind}-s", kind, person=f"person:{kind}-s") for kind in ("operator", "auditor"))
NAME = "瓯海第1鞋业有限公司"


async def look(town, actor, role, typed):
    async with town.story.gateway.units.begin("test.search", actor) as work:
        return await search(work, town.story.gateway.protector, role, typed)


async def kinds(town, actor, role, typed):
    return {one.kind for one in (await look(town, actor, role, typed)).found}


@pytest.mark.parametrize("typed", [uscc(OWN), uscc(OWN).lower(), f" {uscc(OWN)[:9]} {uscc(OWN)[9:]} ", NAME])
async def test_an_enterprise_is_found_by_code_and_by_name_and_leads_straight_there(town, typed):
    found = await look(town, OPERATOR, "operator", typed)
    assert found.straight_to == f"/console/signatories?subject={uscc(OWN)}"
    assert (await look(town, AUDITOR, "auditor", typed)).straight_to == f"/console/audit/questions?subject={uscc(OWN)}"


async def test_how_a_name_begins_finds_several_and_leads_nowhere_by_itself(town):
    found = await look(town, AUDITOR, "auditor", "瓯海第")
    assert {hit.note for hit in found.found[0].hits} == {uscc(OWN), uscc(OTHER)}
    assert found.straight_to is None
    assert await kinds(town, AUDITOR, "auditor", "瓯") == set()  # one character is no beginning


async def test_a_wrong_check_character_shows_the_enterprise_and_does_not_take_it_for_granted(town):
    right = uscc(OWN)
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
    found = await look(town, OPERATOR, "operator", wrong)
    assert [hit.id for hit in found.found[0].hits] == [right]
    assert found.straight_to is None


async def test_staff_are_led_to_ask_about_a_code_and_learn_nothing_of_a_stranger(town):
    known, unknown = [await look(town, OTHER_STAFF, "staff", uscc(number)) for number in (OWN, 999)]
    assert known.straight_to == f"/console/ask?subject={uscc(OWN)}"
    assert unknown.straight_to == f"/console/ask?subject={uscc(999)}"
    assert [hit.name for hit in known.found[0].hits] == [None]
    assert "enterprise" not in await kinds(town, OTHER_STAFF, "staff", NAME)


async def test_staff_find_by_name_what_has_permitted_their_own_institution_something(town):
    await objects.consent(town)
    found = (await look(town, STAFF, "staff", "瓯海第")).found[0]
    assert [(hit.id, hit.name) for hit in found.hits] == [(uscc(OWN), NAME)]


async def test_an_owner_finds_its_own_enterprise_alone(town):
    assert (await look(town, OWNER, "owner", uscc(OWN))).straight_to == "/console/enterprise"
    assert (await look(town, OWNER, "owner", uscc(OTHER))).found == []
    assert (await look(town, OWNER, "owner", NAME)).found == []


# What is found by its id: how it is made, by whom it is found, and who is told that there is none.
THINGS = {
    "inquiry": (objects.inquiry, "inquiry_id", [(STAFF, "staff"), (OWNER, "owner"), (AUDITOR, "auditor")],
                [(OTHER_STAFF, "staff"), (OTHER_OWNER, "owner"), (CLERK, "clerk"), (OPERATOR, "operator")]),
    "consent": (objects.consent, "consent_id", [(STAFF, "staff"), (OWNER, "owner"), (AUDITOR, "auditor")],
                [(OTHER_STAFF, "staff"), (OTHER_OWNER, "owner"), (CLERK, "clerk"), (SYSTEM, "system")]),
    "batch": (objects.batch, "batch_id", [(CLERK, "clerk"), (SYSTEM, "system"), (AUDITOR, "auditor")],
              [(OTHER_CLERK, "clerk"), (STAFF, "staff"), (OWNER, "owner"), (OPERATOR, "operator")]),
    "held": (objects.held, "held_id", [(CLERK, "clerk"), (SYSTEM, "system")],
             [(OTHER_CLERK, "clerk"), (STAFF, "staff"), (OWNER, "owner"), (AUDITOR, "regulator")]),
}  # fmt: skip


@pytest.mark.parametrize("kind", THINGS)
async def test_what_has_an_id_is_found_by_its_parties_and_by_nobody_else(town, kind):
    make, name, own, strangers = THINGS[kind]
    made = (await make(town))[name]
    for actor, role in own:
        found = await look(town, actor, role, made)
        assert [one.kind for one in found.found] == [kind], role
        assert found.straight_to.startswith(PAGES[kind][role].partition("{")[0])
        assert made in found.straight_to or role == "auditor"
    for actor, role in strangers:
        told, nothing = await look(town, actor, role, made), await look(town, actor, role, str(uuid4()))
        assert told.found == nothing.found == [], role


async def test_a_change_is_found_by_operators_and_auditors(town):
    change = await asked(town.story.gateway, ChangeStanding(change="close", whose="client:bank-2", reason="停业"))
    assert await kinds(town, OPERATOR, "operator", str(change.change_id)) == {"change"}
    assert await kinds(town, SYSTEM, "system", str(change.change_id)) == set()


async def test_an_entry_is_found_by_auditors_alone(town):
    async with town.story.gateway.database.begin("test.entry") as session:
        entry = str((await session.execute(text("SELECT event_id FROM audit_event LIMIT 1"))).scalar_one())
    assert (await look(town, AUDITOR, "auditor", entry)).straight_to == f"/console/audit/entries/{entry}"
    assert await kinds(town, OPERATOR, "operator", entry) == set()


async def test_names_of_institutions_and_people_are_for_those_who_register_them(town):
    assert "institution" in await kinds(town, OPERATOR, "operator", "bank-two")
    assert "account" in await kinds(town, OPERATOR, "operator", "bank-1b")
    assert "person" in await kinds(town, OPERATOR, "operator", "tax-clerk")
    for actor, role in ((STAFF, "staff"), (OWNER, "owner"), (CLERK, "clerk"), (SYSTEM, "system")):
        assert not {"institution", "account", "person"} & await kinds(town, actor, role, "bank-two"), role
        assert "person" not in await kinds(town, actor, role, "tax-clerk"), role


async def test_the_catalogue_is_found_by_code_and_name_and_a_clerk_finds_its_own_agency(town):
    assert (await look(town, SYSTEM, "system", "tax_arrears")).straight_to == "/console/catalogue/tax_arrears"
    assert "agency" in await kinds(town, CLERK, "clerk", "税务局")
    assert "agency" not in await kinds(town, OTHER_CLERK, "clerk", "税务局")
    many = next(one for one in (await look(town, SYSTEM, "system", "企业")).found if one.kind == "dataset")
    assert (len(many.hits), many.more) == (MOST, True)


async def test_that_somebody_searched_is_in_the_log_about_the_enterprise_they_found(town):
    await look(town, OPERATOR, "operator", uscc(OWN))
    await look(town, OPERATOR, "operator", "没有这家公司")
    async with town.story.gateway.database.begin("test.log") as session:
        query = "SELECT outcome, subject FROM audit_event WHERE type = 'search.made' ORDER BY event_id DESC LIMIT 2"
        nothing, found = (await session.execute(text(query))).all()
        own = await session.execute(text("SELECT subject_id FROM subject WHERE uscc = :code"), {"code": uscc(OWN)})
        assert found == ("found", str(own.scalar_one()))
    assert nothing == ("nothing", None)
    before = await count(town)
    await look(town, OPERATOR, "operator", "  ")
    assert await count(town) == before  # an empty box asks nothing


async def count(town):
    async with town.story.gateway.database.begin("test.count") as session:
        return (await session.execute(text("SELECT count(*) FROM audit_event"))).scalar_one()


@pytest.mark.parametrize("typed", ["'; DROP TABLE subject", "%", "__", "\\", "公司\u202e", "🏦" * 50, "0" * 18])
async def test_what_is_typed_is_a_text_and_nothing_more(town, typed):
    for role, actor in (("operator", OPERATOR), ("auditor", AUDITOR), ("staff", STAFF), ("owner", OWNER)):
        await look(town, actor, role, typed)


async def test_a_beginning_is_found_by_the_index(town):
    async with town.story.gateway.database.begin("test.explain") as session:
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = await session.execute(
            text(
                "EXPLAIN SELECT 1 FROM subject WHERE name ~>=~ :low AND name ~<~ :high ORDER BY name USING ~<~ LIMIT 9"
            ),
            {"low": "瓯海", "high": "瓯海\U0010ffff"},
        )
        assert "subject_name" in " ".join(plan.scalars())


def test_every_kind_has_pages_and_every_page_a_role():
    assert set(PAGES) == set(FINDERS)
    assert {role for pages in PAGES.values() for role in pages} <= {*ROLES, "owner"}
