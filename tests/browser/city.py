"""A small city served over HTTP in this process, with something on every page, and somebody of every role signed in."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import uvicorn

from gateway.app import create_app
from gateway.gateway import Gateway, open_gateway
from gateway.people.initialise import initialise
from gateway.people.invitations import invite
from gateway.people.roles import ROLES
from gateway.people.sessions import open_session
from gateway.people.tables import Person
from gateway.quality.alerts import check_alerts
from gateway.runtime.actor import PROGRAM
from gateway.runtime.database import Database, DatabaseUrls
from gateway.runtime.settings import Settings
from gateway.worker import publish_head, take_in
from tests.actors import OPERATOR
from tests.house import objects
from tests.house.objects import Town
from tests.identities import add_proof
from tests.processes import free_port
from tests.stories import Story

# Somebody of each role: their name, and where they belong.
PEOPLE = {
    "operator": ("林默", {}),
    "system": ("赵维", {}),
    "auditor": ("沈静", {}),
    "regulator": ("周明", {}),
    "clerk": ("陈和", {"agency": "tax"}),
    "staff": ("王小二", {"institution": "bank"}),
    "owner": ("黄素", {"enterprise": objects.uscc(objects.OWN), "wait_hours": 0}),
}


@dataclass
class City:
    """The instance, its parties, the ids of what was made, and a session cookie for each role."""

    gateway: Gateway
    town: Town
    issuer: str
    ids: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    async def sign_in(self, role: str, person_id: str | None = None, name: str | None = None, **house: object) -> str:
        """Invite somebody and return the cookie of a session of theirs, without the way through the pages."""
        person_id = person_id or f"{role}-1"
        usual_name, usual_house = PEOPLE[role]
        async with self.gateway.units.begin("test.invite", OPERATOR) as work:
            await invite(work, person_id=person_id, name=name or usual_name, role=role, **(house or usual_house))
            person = await work.session.get_one(Person, person_id)
            person.status, person.invitation, person.invited_until = "active", None, None
            return await open_session(work.session, person, work.now)

    async def sign_log(self) -> None:
        """Let the log catch up, as the worker does."""
        await take_in(self.gateway)
        await publish_head(self.gateway)


class _Server(uvicorn.Server):
    """uvicorn in a task of the tests' loop, which leaves the tests their signals."""

    capture_signals = staticmethod(nullcontext)


@asynccontextmanager
async def served_city(urls: DatabaseUrls, home: Path) -> AsyncIterator[City]:
    """Make a city on a fresh database and serve it for the length of the block."""
    settings = Settings(home=home, issuer=f"http://127.0.0.1:{free_port()}", port=0)
    database = Database(urls)
    await initialise(settings, database, operator="operator-1", operator_key=home / "operator-1.json")
    async with open_gateway(settings, database) as gateway:
        port = int(settings.issuer.rpartition(":")[2])
        config = uvicorn.Config(create_app(settings, gateway), port=port, log_config=None, lifespan="off", ws="none")
        server = _Server(config)
        running = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - uvicorn tells it by a flag
            await asyncio.sleep(0.01)
        hooks = {"request": [add_proof]}
        async with httpx.AsyncClient(base_url=settings.issuer, event_hooks=hooks, timeout=60) as client:
            city = City(gateway, Town(Story(gateway, client, {}), {}), settings.issuer)
            await _fill(city)
            yield city
        server.should_exit = True
        await running


async def _fill(city: City) -> None:
    town = city.town
    await objects.settle(town.story)
    await objects.batch(town, objects.arrears(*range(100, 130)))  # what is unlike these is held
    for make in (objects.batch, objects.held, objects.record, objects.consent, objects.usage_result, objects.delivery):
        city.ids |= {key: value for key, value in (await make(town)).items() if value}
    city.ids |= await objects.inquiry(town)
    async with city.gateway.units.begin("alerts.check", PROGRAM) as work:
        await check_alerts(work)
    for role in ROLES:
        city.cookies[role] = await city.sign_in(role)
    await city.sign_log()
