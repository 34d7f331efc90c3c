"""A small city served over HTTP in this process, with something on every page, and somebody of every role signed in."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import httpx
import uvicorn
from sqlalchemy import text

from gateway.admin.client_actions import ChangeStanding
from gateway.admin.person_actions import InvitePerson
from gateway.app import create_app
from gateway.gateway import Gateway, open_gateway
from gateway.identity.clients.limits import set_for_people
from gateway.people.guard import cookie_name
from gateway.people.initialise import initialise
from gateway.people.invitations import invite
from gateway.people.roles import ROLES
from gateway.people.sessions import csrf_of, open_session
from gateway.people.tables import Person
from gateway.platforms.outbox import deliver
from gateway.platforms.peers import set_peer
from gateway.quality.alerts import check_alerts
from gateway.runtime.actor import PROGRAM, Actor
from gateway.runtime.database import Database, DatabaseUrls
from gateway.runtime.settings import Settings
from gateway.worker import publish_head, take_in
from signing.keys import generate_key, public_jwk
from tests.actors import MACHINE, OPERATOR, PLATFORM
from tests.house import objects
from tests.house.objects import Town
from tests.identities import add_proof, asked
from tests.persons import same_site
from tests.processes import free_port
from tests.providers import registered
from tests.stories import Story
from tests.submissions import add_source

# Somebody of each role: their name, and where they belong.
PEOPLE = {
    "operator": ("林默", {}),
    "system": ("赵维", {}),
    "auditor": ("沈静", {}),
    "regulator": ("周明", {}),
    "clerk": ("陈和", {"agency": "tax"}),
    "office": ("刘实", {"office": objects.OFFICE}),
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

    async def sign_in_all(self) -> None:
        """Sign in somebody of each role."""
        for role in ROLES:
            self.cookies[role] = await self.sign_in(role)

    async def sign_log(self) -> None:
        """Let the log catch up, as the worker does."""
        await take_in(self.gateway)
        await publish_head(self.gateway)


class _Server(uvicorn.Server):
    """uvicorn in a task of the tests' loop, which leaves the tests their signals."""

    capture_signals = staticmethod(nullcontext)


@asynccontextmanager
async def served(urls: DatabaseUrls, home: Path, **more: object) -> AsyncIterator[City]:
    """Initialise an instance on a fresh database and serve it for the length of the block, with nothing in it."""
    settings = Settings(home=home, issuer=f"http://127.0.0.1:{free_port()}", port=0, **more)
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
            yield city_of(gateway, client)
        server.should_exit = True
        await running


def city_of(gateway: Gateway, client: httpx.AsyncClient) -> City:
    """Return a city in which nothing is yet, on an instance that `client` reaches."""
    return City(gateway, Town(Story(gateway, client, {}), {}), gateway.settings.issuer)


async def fill(city: City) -> None:
    """Make the parties, what they hand in, ask and answer, and the people."""
    town = city.town
    await objects.settle(town.story)
    await town.story.feeds(but="tax_arrears")  # of which the city has its own
    await objects.batch(town, objects.arrears(*range(100, 130)))  # what is unlike these is held
    one_refused = objects.arrears(objects.OWN) + objects.arrears(50, amount="若干").partition("\n")[2]
    for number, body in (("2026-1", one_refused), ("2026-2", objects.arrears(objects.OWN, column="备注"))):
        made = await objects.batch(town, body, {"Batch-Id": number})
        city.ids |= {key: value for key, value in made.items() if value}
    city.ids["case_id"] = (await objects.case(town))["case_id"]
    city.ids["proposal_id"] = (await objects.proposal(town))["proposal_id"]
    for make in (objects.record, objects.consent, objects.usage_result, objects.delivery, objects.webhook):
        city.ids |= {key: value for key, value in (await make(town)).items() if value}
    city.ids |= await objects.inquiry(town)
    assert (await town.story.ask("bank-1", objects.OTHER)).status_code == 403  # on no consent
    city.ids["delivery_id"] = await _deliver(city)
    await _read_on_schedule(city)
    await registered(city.gateway, "five-force", "https://five.example/score")
    async with city.gateway.units.begin("alerts.check", PROGRAM) as work:
        await check_alerts(work)
    await city.sign_in_all()
    await city.sign_log()
    await _ask(city)
    city.ids["preview_id"] = await _preview(city)
    await city.sign_log()
    await _look_up(city)


async def _ask(city: City) -> None:
    """Let two changes wait for somebody else, and the bank's people ask through its account."""
    asker = Actor("operator-1", "operator", person="person:operator-1")
    closing = ChangeStanding(change="close", whose="client:bank-2", reason="停业")
    inviting = InvitePerson(person="auditor-2", name="郑安", role="auditor")
    for name, action in (("change_id", closing), ("invitation_id", inviting)):
        city.ids[name] = str((await asked(city.gateway, action, asker)).change_id)
    async with city.gateway.units.begin("test.for_people", OPERATOR) as work:
        await set_for_people(work, client_id="bank-1", allowed=True)


async def _deliver(city: City) -> str:
    """Queue a message to the city's platform, which has not got it yet, and return its id."""
    key = public_jwk(generate_key("Ed25519"))
    async with city.gateway.units.begin("test.peer", MACHINE) as work:
        await set_peer(
            work, peer_id="city", role="city", url="http://city.invalid", jwk=key, client_id="gateway", status="active"
        )
    async with city.gateway.units.begin("test.deliver", PLATFORM) as work:
        (delivery,) = await deliver(work, kind="usage-results", role="city", items=[{"subject": "x"}], exchange=uuid4())
    return str(delivery)


async def _read_on_schedule(city: City) -> None:
    """Register a source that is read from a file."""
    path = city.gateway.settings.home / "list.csv"
    path.write_text(objects.arrears(objects.OWN), "utf-8")
    await add_source(city.gateway, "tax-list", objects.DATASET, "file", {"path": str(path)})
    city.ids["source_id"] = "tax-list"


async def _preview(city: City) -> str:
    """Let the clerk look at a file before handing it in, and return the preview's id."""
    client, cookie = city.town.story.client, city.cookies["clerk"]
    form = {
        "csrf": csrf_of(cookie), "dataset": objects.DATASET, "batch": "looked-at", "preview": str(uuid4()),
    }  # fmt: skip
    headers = {**same_site(client), "Cookie": f"{cookie_name(city.gateway.settings)}={cookie}"}
    files = {"file": ("欠税.csv", objects.arrears(objects.OWN, 60, amount="若干").encode())}
    looked = await client.post("/console/uploads", data=form, files=files, headers=headers)
    assert looked.status_code == 303, looked.text
    return looked.headers["location"].rpartition("/")[2]


async def _look_up(city: City) -> None:
    """Find the ids that the log and its checkpoints gave."""
    async with city.gateway.database.begin("test.ids") as session:
        newest = text("SELECT size FROM audit_checkpoint ORDER BY size DESC LIMIT 2")
        after, before = (await session.execute(newest)).scalars()
        of_inquiry = text("SELECT event_id FROM inquiry WHERE inquiry_id = :inquiry")
        event_id = (await session.execute(of_inquiry, {"inquiry": city.ids["inquiry_id"]})).scalar_one()
    city.ids |= {"after": str(after), "before": str(before), "event_id": str(event_id)}
    city.ids |= {"question_id": city.ids["inquiry_id"], "subject": objects.uscc(objects.OWN)}
