"""The tests of asking, once more: every question passes through an intermediary that asks in the account's name."""

import pytest
from sqlalchemy import text

from gateway.identity.clients.delegations import grant_delegation
from tests.actors import OPERATOR
from tests.inquiries.test_inquiry import *  # noqa: F403 - all of them, and their fixture
from tests.stories import Story


class PassedOn(Story):
    """A story whose accounts ask through the service platform."""

    async def account(self, client_id, institution, per_day=1000):
        await super().account(client_id, institution, per_day)
        await self.pass_on(client_id)

    async def pass_on(self, account):
        if "fsp-1" not in self.keys:
            await super().account("fsp-1", "fsp")
        async with self.gateway.units.begin("test.delegation", OPERATOR) as work:
            await grant_delegation(work, account=account, intermediary="fsp")

    async def ask(self, account, number, key=None, **changes):
        if account not in self.passed_on:
            await self.pass_on(account)
            self.passed_on.add(account)
        return await super().ask(f"fsp-1 for {account}", number, key, **changes)


@pytest.fixture
def story(gateway, client, story_keys):
    made = PassedOn(gateway, client, story_keys)
    made.passed_on = set()
    return made


async def test_all_of_it_was_passed_on(ready):
    assert (await ready.ask("bank-1", 1)).json()["intermediary"] == "fsp"
    async with ready.gateway.database.begin("test.all") as session:
        found = await session.execute(text("SELECT DISTINCT intermediary FROM inquiry WHERE intermediary IS NOT NULL"))
        assert found.scalars().all() == ["fsp"]
