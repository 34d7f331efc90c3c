"""How long the service takes for each page of the console, on a city's month: its log, enterprises and questions.

python benchmarks/console.py [rounds] [page …]; pages that begin with one of these alone. Every page of every role is
asked for in this process, without a network: what is told is the server's own time. Ends with 1 where one page takes
more than MOST_MS at the 95th percentile.
"""

import asyncio
import re
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from much import BANKS, FEEDS, Much, fill
from place import place
from sqlalchemy import text

from connectors.catalogue.load import datasets
from gateway.app import create_app
from gateway.gateway import Gateway, open_gateway
from gateway.people.guard import cookie_name
from gateway.people.initialise import initialise
from gateway.people.invitations import invite
from gateway.people.roles import ROLES
from gateway.people.sessions import open_session
from gateway.people.tables import Person
from gateway.runtime.actor import at_this_machine
from gateway.runtime.database import Database
from gateway.runtime.embedded import resolve_urls
from gateway.runtime.schema import migrate
from gateway.runtime.settings import Settings
from gateway.telemetry.logs import configure_logs

MOST_MS = 300
ROUNDS = 20
LEFT_OUT = re.compile(r"/static/|/sso|\.(css|svg|js)$|/console/(language|enrol|sign-in|sign-out)")
OWN_ENTERPRISE = "SELECT uscc FROM inquiry WHERE institution = 'bank-1' ORDER BY inquiry_id LIMIT 1"
# What stands for the parameters of a path, asked from the database once it is full.
VALUES = {
    "dataset": "SELECT dataset FROM batch LIMIT 1",
    "agency": "SELECT agency FROM batch LIMIT 1",
    "batch_id": "SELECT batch_id FROM batch LIMIT 1",
    "inquiry_id": "SELECT inquiry_id FROM inquiry WHERE institution = 'bank-1' AND state = 'answered' LIMIT 1",
    "consent_id": "SELECT consent_id FROM consent_head WHERE institution = 'bank-1' LIMIT 1",
    "event_id": "SELECT event_id FROM audit_event ORDER BY ts DESC LIMIT 1",
    "delivery_id": "SELECT delivery_id FROM delivery LIMIT 1",
    "institution_id": "SELECT 'bank-1'",
    "client_id": "SELECT 'bank-1-a'",
    "peer_id": "SELECT 'city'",
    "person_id": "SELECT 'p-staff'",
    "question_id": "SELECT inquiry_id FROM inquiry WHERE uscc = (" + OWN_ENTERPRISE + ") LIMIT 1",
}
# Pages that say little without a question.
QUERIES = {
    "/console/search": "q=云屿市第12",
    "/console/audit/questions": "subject={uscc}",
    "/console/ask": "subject={uscc}",
    "/console/signatories": "subject={uscc}",
}


@asynccontextmanager
async def opened(folder: Path, much: Much) -> AsyncIterator[Gateway]:
    """Make an instance in a folder, full of everything."""
    settings = Settings(home=folder, issuer="http://127.0.0.1:8741", log_level="ERROR")
    configure_logs("ERROR", settings.instance)
    database = Database(resolve_urls(settings, create=True))
    migrate(database.urls.owner)
    await initialise(settings, database, operator="operator-1", operator_key=folder / "operator.json")
    async with open_gateway(settings, database) as gateway:
        feeds = [(one.agency, one.dataset) for one in list(datasets().values())[:FEEDS]]
        began = time.perf_counter()
        await fill(database, gateway.audit.log_id, much, feeds)
        print(f"{much}, {BANKS} banks, {FEEDS} feeds: made in {time.perf_counter() - began:.0f} s")
        yield gateway


async def people(gateway: Gateway) -> dict[str, str]:
    """Invite a person of each role and open a session for each; return the cookies by role."""
    cookies = {}
    async with gateway.units.begin("benchmark.people", at_this_machine()) as work:
        session = work.session
        agency = (await session.execute(text("SELECT agency FROM batch LIMIT 1"))).scalar_one()
        uscc = (await session.execute(text(OWN_ENTERPRISE))).scalar_one()
        own = {"staff": {"institution": "bank-1"}, "clerk": {"agency": agency}, "owner": {"enterprise": uscc}}
        for role in ROLES:
            await invite(work, person_id=f"p-{role}", name=f"{role} 某", role=role, **own.get(role, {}))
        await work.session.execute(text("UPDATE person SET status = 'active', password_hash = 'x'"))
        for role in ROLES:
            person = await work.session.get_one(Person, f"p-{role}")
            cookies[role] = await open_session(work.session, person, work.now)
    return cookies


def pages(app: FastAPI) -> dict[str, frozenset[str]]:
    """Return the paths of all pages that are only looked at, with the roles that open each."""
    found = {}
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and "GET" in (context.methods or ()) and "/console" in context.path_format:
            roles = next((one.call.roles for one in _all(route.dependant) if hasattr(one.call, "roles")), None)
            if roles is not None and not LEFT_OUT.search(context.path_format):
                found[context.path_format] = frozenset(roles) or frozenset(ROLES)
    return found


def _all(dependant):  # noqa: ANN001, ANN202 - FastAPI's own
    yield dependant
    for one in dependant.dependencies:
        yield from _all(one)


async def measure(client: httpx.AsyncClient, path: str, cookie: dict[str, str], rounds: int) -> tuple[int, list[float]]:
    """Ask for a page so often; return the last status and the milliseconds of each but the first two."""
    taken, status = [], 0
    for _ in range(rounds + 2):
        began = time.perf_counter()
        status = (await client.get(path, cookies=cookie, headers={"Accept": "text/html"})).status_code
        taken.append((time.perf_counter() - began) * 1000)
    return status, taken[2:]


async def main(rounds: int, wanted: list[str]) -> bool:
    """Print a line for each page and role, the slowest first; tell whether all are fast enough."""
    with place() as folder:
        async with opened(folder, Much()) as gateway:
            app, cookies = create_app(gateway.settings, gateway), await people(gateway)
            values = await _values(gateway)
            transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
            rows = []
            async with httpx.AsyncClient(transport=transport, base_url=gateway.settings.issuer) as client:
                for path, roles in pages(app).items():
                    if wanted and not path.startswith(tuple(wanted)):
                        continue
                    if unknown := set(re.findall(r"{(\w+)}", path)) - values.keys():
                        print(f"{path}: no value for {', '.join(sorted(unknown))}")
                        continue
                    asked = path.format(**values) + ("?" + QUERIES[path].format(**values) if path in QUERIES else "")
                    for role in sorted(roles):
                        cookie = {cookie_name(gateway.settings): cookies[role]}
                        status, taken = await measure(client, asked, cookie, rounds)
                        cuts = statistics.quantiles(taken, n=20)
                        rows.append((cuts[18], statistics.median(taken), status, role, path))
    for p95, median, status, role, path in sorted(rows, reverse=True):
        print(f"p95 {p95:7.1f} ms  median {median:7.1f} ms  {status}  {role:<10} {path}{'  SLOW' * (p95 > MOST_MS)}")
    return all(row[0] <= MOST_MS for row in rows)


async def _values(gateway: Gateway) -> dict[str, str]:
    async with gateway.database.begin("benchmark.values") as session:
        found = {name: str((await session.execute(text(query))).scalar()) for name, query in VALUES.items()}
        return {**found, "uscc": str((await session.execute(text(OWN_ENTERPRISE))).scalar())}


if __name__ == "__main__":
    given = sys.argv[1:]
    sys.exit(0 if asyncio.run(main(int(given[0]) if given else ROUNDS, given[1:])) else 1)
