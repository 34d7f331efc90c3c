"""Fixtures: a real PostgreSQL database, an initialised instance on it, and a client that talks HTTP to it."""

from __future__ import annotations

import os
import shutil
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
import pytest_asyncio
from argon2 import PasswordHasher
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.people import secrets
from gateway.runtime.database import Database, DatabaseUrls
from gateway.runtime.settings import Settings
from tests import database_server, processes
from tests.browser.chromium import CHROMIUM
from tests.cluster import WHY_NOT
from tests.evidence_left import rows_without_entry
from tests.modeling import WHY_NOT as NOT_FITTED
from tests.private import WHY_NOT as NOT_COMPARED

if TYPE_CHECKING:
    from fastapi import FastAPI

    from gateway.gateway import Gateway
    from signing.keys import SigningKey
    from tests.stories import Story

KEPT = (
    "XINQIAO_REAL_DATA", "XINQIAO_CASES", "XINQIAO_TEST_HOME", "XINQIAO_KILL_ROUNDS", "XINQIAO_KILL_SEED",
    "XINQIAO_OUTAGE_SECONDS", "XINQIAO_CHROMIUM",
)  # fmt: skip
REAL_DATA = os.environ.get("XINQIAO_REAL_DATA")
CASES = os.environ.get("XINQIAO_CASES")
collect_ignore = [
    *([] if REAL_DATA else ["real"]), *([] if CASES else ["cases"]), *([] if CHROMIUM else ["browser"])
]  # fmt: skip
for name in [name for name in os.environ if name.startswith("XINQIAO_") and name not in KEPT]:
    del os.environ[name]  # a developer's own settings do not reach the tests

# How long an example takes says nothing about the code: a fresh checkout builds its character tables in the first one.
hypothesis_settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("untimed")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say where the tests on real deliveries were left out."""
    if not REAL_DATA:
        terminalreporter.write_line("tests on real deliveries not collected: XINQIAO_REAL_DATA names no folder")
    if not CASES:
        terminalreporter.write_line(
            "tests on small inputs that once failed not collected: XINQIAO_CASES names no folder"
        )
    if WHY_NOT:
        terminalreporter.write_line(f"tests on Spark skipped: {WHY_NOT}")
    if NOT_FITTED:
        terminalreporter.write_line(f"tests of fitting a card skipped: {NOT_FITTED}")
    if NOT_COMPARED:
        terminalreporter.write_line(f"tests of comparing sets in private skipped: {NOT_COMPARED}")
    if not CHROMIUM:
        terminalreporter.write_line("tests in a browser not collected: no Chromium here, XINQIAO_CHROMIUM names none")


@pytest.fixture
def shanghai(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose clock is set to local time."""
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files with the most slow tests first, so that no worker is left alone with one of them at the end."""
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: -slow[item.path])


def pytest_sessionfinish() -> None:
    """End the processes that belong to the whole run."""
    processes.end_launcher()


@pytest.fixture(scope="session", autouse=True)
def earnest_hasher() -> Iterator[Callable[[], PasswordHasher]]:
    """Passwords are hashed cheaply in this process: people sign in hundreds of times. Yields what hashes in earnest."""
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        earnest = secrets._hasher
        patch.setattr(secrets, "_hasher", lambda: cheap)
        yield earnest


@pytest.fixture
def private_home() -> Iterator[Path]:
    """A folder for a server of one's own; not in pytest's, which the server's account may not enter."""
    folder = Path(f"/tmp/xinqiao-private-{os.getpid()}")
    folder.mkdir()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def socket_folder() -> Path:
    """The run's database server, with the migrated template on it."""
    return database_server.prepare()


@pytest.fixture(scope="module")
def database_urls(socket_folder: Path) -> Iterator[DatabaseUrls]:
    """A migrated database of this module's own."""
    with database_server.fresh_database(socket_folder) as urls:
        yield urls


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def database(database_urls: DatabaseUrls) -> AsyncIterator[Database]:
    """The module's database, opened."""
    opened = Database(database_urls)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def session(database: Database) -> AsyncIterator[AsyncSession]:
    """A transaction that is rolled back when the test ends."""
    async with AsyncSession(database._engines["app"], expire_on_commit=False) as opened:
        yield opened
        await opened.rollback()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of an instance with a home of its own."""
    return Settings(home=tmp_path_factory.mktemp("home"), issuer="http://127.0.0.1:8000")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def gateway(settings: Settings, database_urls: DatabaseUrls) -> AsyncIterator[Gateway]:
    """An initialised instance, shared by a module's tests; what they leave in it has its entries in the log."""
    from gateway.gateway import open_gateway
    from gateway.people.initialise import initialise

    database = Database(database_urls)
    await initialise(settings, database, operator="operator-1", operator_key=settings.home / "operator-1.json")
    async with open_gateway(settings, database) as opened:
        yield opened
        assert await rows_without_entry(database) == []


@pytest.fixture
def service(gateway: Gateway) -> FastAPI:
    """The instance's application, in this process."""
    from gateway.app import create_app

    return create_app(gateway.settings, gateway)


@pytest_asyncio.fixture(loop_scope="session")
async def monitor(service: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of the application's metrics."""
    from gateway.web.metrics_port import metrics_app

    async with httpx.AsyncClient(transport=httpx.ASGITransport(metrics_app(service)), base_url="http://metrics") as one:
        yield one


@pytest_asyncio.fixture(loop_scope="session")
async def client(gateway: Gateway, service: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of the instance's application."""
    from tests.documented import Documented
    from tests.identities import add_proof

    app = Documented(service)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)

    hooks = {"request": [add_proof]}
    async with httpx.AsyncClient(transport=transport, base_url=gateway.settings.issuer, event_hooks=hooks) as opened:
        yield opened
    assert app.undocumented == []


@pytest.fixture(scope="module")
def story_keys() -> dict[str, SigningKey]:
    """The keys of a module's clients."""
    return {}


@pytest.fixture
def story(gateway: Gateway, client: httpx.AsyncClient, story_keys: dict[str, SigningKey]) -> Story:
    """An instance, its HTTP client and the keys of its clients."""
    from tests.stories import Story

    return Story(gateway, client, story_keys)
