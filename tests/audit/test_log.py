"""The log on a real database: events enter once, tampering stops it, heads never fork, exports verify offline."""

import asyncio
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from audit.errors import AuditError, ForkError, ProofError, TamperedError
from audit.events import Event, commitment
from audit.export import export_log
from audit.head_store import HeadStore
from audit.note import public_bytes, sign_checkpoint, verifier_key, verify_checkpoint
from audit.proofs import get_proof
from audit.publisher import publish
from audit.recorder import Recorder, open_log
from audit.sequencer import sequence
from audit.verifier import verify_log
from gateway.database import Database
from signing.canonical import canonical_bytes
from signing.merkle import leaf_hash, verify_inclusion
from signing.sealing import unseal
from tests import database_server

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


@pytest.fixture
async def log(socket_folder, tmp_path):
    with database_server.fresh_database(socket_folder) as urls:
        opened = await Log(urls, tmp_path).open()
        yield opened
        await opened.database.close()


def verify(folder, *kept, vkey=VKEY):
    return verify_log(folder, vkey, kept, lambda _done, _all: None)


async def test_an_event_that_is_rolled_back_was_never_there(log):
    with pytest.raises(RuntimeError):
        async with log.database.begin("record") as session:
            await log.recorder.record(session, Event("inquiry.answered", "bank-1"))
            raise RuntimeError
    assert await log.sequence() == 0


async def test_every_event_enters_the_tree_once_and_is_proved(log):
    ids = await log.record(300)
    assert await log.sequence() == 300
    assert await log.sequence() == 0
    head = await log.publish()
    async with log.database.begin("prove") as session:
        proofs = [await get_proof(session, log.recorder.log_id, event_id) for event_id in ids]
    assert sorted(proof.index for proof in proofs) == list(range(300))
    for proof in proofs:
        assert verify_checkpoint(proof.note, VKEY) == head
        verify_inclusion(leaf_hash(proof.leaf), proof.index, head.size, proof.path, head.root)


async def test_an_entry_no_checkpoint_covers_yet_is_not_proved(log):
    (event_id,) = await log.record()
    await log.sequence()
    async with log.database.begin("prove") as session:
        with pytest.raises(ProofError, match="in a minute"):
            await get_proof(session, log.recorder.log_id, event_id)


async def test_several_sequencers_and_writers_at_once_lose_and_double_nothing(log):
    async def write():
        for _ in range(20):
            await log.record(3)

    done = asyncio.Event()

    async def keep_sequencing():
        while not done.is_set():
            await log.sequence()
            await log.publish()

    async with asyncio.TaskGroup() as tasks:
        sequencers = [tasks.create_task(keep_sequencing()) for _ in range(2)]
        await asyncio.gather(*(write() for _ in range(4)))
        done.set()
        await asyncio.gather(*sequencers, return_exceptions=True)
    while await log.sequence():
        pass
    await log.publish()
    assert verify(await log.export("all")).types == {"inquiry.answered": 240}


async def test_a_payload_opens_under_its_subjects_key_and_fits_its_commitment(log):
    (event_id,) = await log.record(subject="s-1")
    async with log.database.begin("read") as session:
        row = (
            await session.execute(
                text("""SELECT e.leaf, p.sealed, d.key_id, d.wrapped_key, d.subject_ref FROM audit_event e
                        JOIN audit_payload p USING (event_id) JOIN audit_dek d USING (key_id)""")
            )
        ).one()
    assert row.subject_ref == "s-1"
    key = unseal(KEK, row.wrapped_key, row.key_id.bytes)
    import json

    opened = json.loads(unseal(key, row.sealed, event_id.bytes))
    assert opened["payload"] == canonical_bytes({"n": 0}).decode()
    assert json.loads(row.leaf)["c"] == commitment(bytes.fromhex(opened["salt"]), opened["payload"].encode())


async def test_nothing_is_recorded_under_a_destroyed_key(log):
    await log.record(subject="s-1")
    await log.as_root("UPDATE audit_dek SET wrapped_key = NULL, destroyed_at = now()")
    with pytest.raises(AuditError, match="destroyed"):
        await log.record(subject="s-1")


@pytest.mark.parametrize("role", ["app", "sequencer"])
@pytest.mark.parametrize("statement", ["UPDATE audit_event SET actor = 'x'", "DELETE FROM audit_leaf"])
async def test_the_services_own_roles_cannot_change_evidence(log, role, statement):
    await log.record()
    await log.sequence()
    with pytest.raises(ProgrammingError, match=r"permission denied|refused"):
        async with log.database.begin("tamper", role=role) as session:
            await session.execute(text(statement))


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit_event SET leaf = leaf || ' '",
        "UPDATE audit_pending SET leaf_hash = sha256('x')",
    ],
)
async def test_an_event_changed_before_it_entered_stops_the_sequencer(log, tampering):
    await log.record(2)
    await log.as_root(tampering)
    with pytest.raises(TamperedError, match="was changed"):
        await log.sequence()


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit_state SET root = sha256('x')",
        "UPDATE audit_state SET size = size - 1",
        "UPDATE audit_tile SET hashes = set_byte(hashes, 0, 0)",
        "UPDATE audit_tile SET hashes = substr(hashes, 1, 32)",
        "UPDATE audit_tile SET hashes = hashes || sha256('x')",
        "DELETE FROM audit_tile",
    ],
)
async def test_a_tree_that_contradicts_itself_is_neither_grown_nor_signed(log, tampering):
    await log.record(3)
    await log.sequence()
    await log.publish()
    kept = log.store.find()
    await log.as_root(tampering)
    await log.record()
    with pytest.raises(TamperedError):
        await log.sequence()
    with pytest.raises((TamperedError, ForkError)):
        await log.publish()
    assert log.store.find() == kept


async def test_a_database_restored_from_before_the_last_head_is_not_signed(log):
    await log.record(3)
    await log.sequence()
    await log.publish()
    async with asyncio.timeout(30):
        await log.as_root(
            "DELETE FROM audit_leaf", "DELETE FROM audit_tile", "UPDATE audit_state SET size = 0, root = sha256('')"
        )
    with pytest.raises(ForkError, match="entries are lost"):
        await log.publish()


async def test_a_crash_between_head_and_checkpoint_publishes_the_note_that_was_signed(log):
    await log.record(3)
    await log.sequence()
    with pytest.raises(RuntimeError):
        async with log.database.begin("publish", role="sequencer") as session:
            await publish(session, log.recorder.log_id, ORIGIN, KEY, log.store, NOW)
            raise RuntimeError  # the head is on disk, the checkpoint is rolled back
    signed = log.store.find()
    await log.publish(key=Ed25519PrivateKey.generate())  # would sign differently, if it signed again
    exported = await log.export("after")
    assert (exported / "checkpoint").read_text() == signed.note


async def test_a_head_store_of_another_log_or_unreadable_stops_the_publisher(log):
    await log.record()
    await log.sequence()
    await log.publish()
    head = log.folder / "head" / "head.json"
    good = head.read_text()
    for broken in ("", "{}", good.replace(ORIGIN, "other.example")):
        head.write_text(broken)
        with pytest.raises(ForkError):
            await log.publish()


async def _published(log, count):
    await log.record(count)
    await log.sequence()
    await log.publish()


async def test_an_export_verifies_and_extends_what_was_kept(log):
    kept = []
    for count in (2, 255, 300):
        await _published(log, count)
        kept.append(log.store.find().note)
    report = verify(await log.export("good"), *kept)
    assert (report.checkpoint.size, len(report.kept)) == (557, 3)
    with pytest.raises(ProofError, match="not empty"):
        await log.export("good")


def _flip(path: Path, at: int):
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(bytes(content))


@pytest.mark.parametrize(
    "mutate",
    [
        lambda f: _flip(f / "tile/entries/000", 40),
        lambda f: _flip(f / "tile/entries/000", 0),
        lambda f: _flip(f / "tile/entries/001.p/44", 100),
        lambda f: _flip(f / "tile/0/000", 5),
        lambda f: _flip(f / "tile/1/000.p/1", 5),
        lambda f: _flip(f / "checkpoint", 30),
        lambda f: _flip(f / "checkpoint", len((f / "checkpoint").read_bytes()) - 20),
        lambda f: (f / "tile/entries/001.p/44").unlink(),
        lambda f: (f / "tile/entries/000").write_bytes((f / "tile/entries/000").read_bytes()[:-10]),
        lambda f: (f / "tile/0/000").unlink(),
        lambda f: (f / "checkpoint").unlink(),
    ],
)
async def test_one_changed_byte_or_missing_file_is_detected_offline(log, mutate):
    await _published(log, 300)
    folder = await log.export("bad")
    assert verify(folder).checkpoint.size == 300
    mutate(folder)
    with pytest.raises(AuditError):
        verify(folder)


async def test_a_tail_cut_off_is_detected_against_a_checkpoint_kept_earlier(log):
    await _published(log, 3)
    short = await log.export("short")
    await _published(log, 3)
    with pytest.raises(ForkError, match="shrank"):
        verify(short, log.store.find().note)


async def test_a_log_rebuilt_and_signed_anew_is_detected_against_a_checkpoint_kept_earlier(
    log, socket_folder, tmp_path
):
    await _published(log, 3)
    kept = log.store.find().note
    with database_server.fresh_database(socket_folder) as urls:
        rebuilt = await Log(urls, tmp_path / "rebuilt").open()
        await _published(rebuilt, 5)
        folder = await rebuilt.export("log")
        await rebuilt.database.close()
    assert verify(folder).checkpoint.size == 5  # consistent in itself, and signed by the real key
    with pytest.raises(ForkError, match="rewritten"):
        verify(folder, kept)


async def test_another_key_is_not_this_logs(log):
    await _published(log, 1)
    folder = await log.export("log")
    other = Ed25519PrivateKey.generate()
    with pytest.raises(AuditError):
        verify(folder, vkey=verifier_key(ORIGIN, public_bytes(other)))
    head = verify(folder).checkpoint
    shutil.copy(folder / "checkpoint", folder / "kept")
    (folder / "checkpoint").write_text(sign_checkpoint(head, other))
    with pytest.raises(AuditError, match="not signed"):
        verify(folder)
