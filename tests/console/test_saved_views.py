"""Views of a table that a person keeps: theirs alone, counted, and kept once however often they are sent."""

import asyncio

import pytest

from gateway.people.saved_views import LONGEST_NAME, LONGEST_QUERY, MOST_VIEWS, find_views, remove_view, save_view
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from tests.persons import invited

ACTOR = Actor("person:saver", "person", person="person:saver")


@pytest.fixture(autouse=True)
async def people(gateway):
    for person in ("saver", "other"):
        await invited(gateway, person, "auditor")


async def save(gateway, name, query="kind=dark", person="saver"):
    async with gateway.units.begin("view.save", ACTOR) as work:
        await save_view(work, person, "inquiries", name, query)


async def names(gateway, person="saver", table="inquiries"):
    async with gateway.units.begin("views.find", ACTOR) as work:
        return [view.name for view in await find_views(work, person, table)]


async def test_a_view_is_kept_replaced_and_removed_and_is_nobody_elses(gateway):
    await save(gateway, " 夜间 ")
    await save(gateway, "夜间", "kind=light")
    assert await names(gateway) == ["夜间"]
    assert await names(gateway, "other") == await names(gateway, table="consents") == []
    with pytest.raises(DeniedError):
        async with gateway.units.begin("view.remove", ACTOR) as work:
            await remove_view(work, "other", "inquiries", "夜间")
    async with gateway.units.begin("view.remove", ACTOR) as work:
        await remove_view(work, "saver", "inquiries", "夜间")
    assert await names(gateway) == []


@pytest.mark.parametrize(("name", "query"), [("", "a=1"), (" ", ""), ("a" * (LONGEST_NAME + 1), ""), ("a\n", "a=\n"),
                                             ("a", "q" * (LONGEST_QUERY + 1))])  # fmt: skip
async def test_a_name_and_a_query_have_their_lengths(gateway, name, query):
    with pytest.raises(DeniedError):
        await save(gateway, name, query)


async def test_two_at_once_are_counted_together(gateway):
    for number in range(MOST_VIEWS - 1):
        await save(gateway, f"{number:02}")
    done = await asyncio.gather(save(gateway, "x"), save(gateway, "y"), return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["DeniedError", "NoneType"]
    assert len(await names(gateway)) == MOST_VIEWS
    await save(gateway, "00", "kind=light")  # one that is there may be replaced
