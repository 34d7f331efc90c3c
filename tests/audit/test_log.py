"""The log on a real database: events enter once, tampering stops it, heads never fork."""

import asyncio
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from audit.errors import AuditError, ForkError, ProofError, TamperedError
from audit.events import Event, commitment
from audit.note import verify_checkpoint
from audit.proofs import get_proof
from audit.publisher import publish
from audit.recorder import Recorder
from audit.sequencer import sequence
from signing.canonical import canonical_bytes
from signing.merkle import leaf_hash, verify_inclusion
from signing.sealing import unseal
from tests.audit.hand_log import KEK, KEY, NOW, ORIGIN, VKEY, verify
from tests.gates import held, writes_to


async def test_while_one_sequencer_works_another_moves_nothing(log):
    await log.record(2)
    async with log.database.begin("first", role="sequencer") as session:
        assert await sequence(session, log.recorder.log_id) == 2
        assert await log.sequence() == 0


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
    opened = json.loads(unseal(key, row.sealed, event_id.bytes))
    assert opened["payload"] == canonical_bytes({"n": 0}).decode()
    assert json.loads(row.leaf)["c"] == commitment(bytes.fromhex(opened["salt"]), opened["payload"].encode())


@pytest.mark.parametrize("members", [{}, {"subject": "s-twice"}], ids=["of nobody", "of a subject"])
async def test_a_key_that_two_make_at_once_is_one(log, members):
    """Two processes, each with a memory of its own, record the first event about the same subject."""
    recorders = [Recorder(log.recorder.log_id, ORIGIN, KEK) for _ in range(2)]
    event = Event("inquiry.answered", "bank-1", payload={"n": 7}, **members)

    async def record(recorder):
        async with log.database.begin("record") as session:
            return await recorder.record(session, event)

    async with held(log.database, writes_to("audit_dek")) as gate:
        both = [asyncio.create_task(record(recorder)) for recorder in recorders]
        await gate.waiting(2)
    ids = await asyncio.gather(*both)
    async with log.database.begin("read") as session:
        opened = [await log.recorder.find_payload(session, event_id) for event_id in ids]
        keys = await session.execute(text("SELECT count(*) FROM audit_dek"))
    assert [json.loads(one["payload"]) for one in opened] == [{"n": 7}, {"n": 7}]
    assert keys.scalar_one() == 1


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
