"""A log driven by hand: recorded to, sequenced, published, exported and tampered with step by step."""

from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from audit.events import Event
from audit.export import export_log
from audit.head_store import HeadStore
from audit.note import public_bytes, verifier_key
from audit.publisher import publish
from audit.recorder import Recorder, open_log
from audit.sequencer import sequence
from audit.verifier import verify_log
from gateway.runtime.database import Database

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEK = bytes(32)
ORIGIN = "credit.example/audit"
VKEY = verifier_key(ORIGIN, public_bytes(KEY))
NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


class Log:
    """A log on a database of its own, driven by hand."""

    def __init__(self, urls, folder):
        self.urls, self.database, self.store, self.folder = urls, Database(urls), HeadStore(folder / "head"), folder

    async def open(self):
        async with self.database.begin("open", role="owner") as session:
            self.recorder = Recorder(await open_log(session, ORIGIN, NOW), ORIGIN, KEK)
        return self

    async def record(self, count=1, **members):
        async with self.database.begin("record") as session:
            return [
                await self.recorder.record(session, Event("inquiry.answered", "bank-1", payload={"n": n}, **members))
                for n in range(count)
            ]

    async def sequence(self):
        async with self.database.begin("sequence", role="sequencer") as session:
            return await sequence(session, self.recorder.log_id)

    async def publish(self, key=KEY):
        async with self.database.begin("publish", role="sequencer") as session:
            return await publish(session, self.recorder.log_id, ORIGIN, key, self.store, NOW)

    async def export(self, name):
        async with self.database.begin("export") as session:
            await export_log(session, self.recorder.log_id, self.folder / name, lambda _done, _all: None)
        return self.folder / name

    async def as_root(self, *statements):
        """Do what only a database administrator can: switch the guards off and change rows."""
        async with self.database.begin("tamper", role="owner") as session:
            for table in ("audit_event", "audit_leaf", "audit_checkpoint", "audit_tile"):
                await session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            for statement in statements:
                await session.execute(text(statement))


def verify(folder, *kept, vkey=VKEY):
    return verify_log(folder, vkey, kept, lambda _done, _all: None)


async def published(log, count):
    await log.record(count)
    await log.sequence()
    await log.publish()
