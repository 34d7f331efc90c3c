"""Which heads may be given up: one whose entries are lost, never one over a log that was rewritten."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import text

from audit.head_store import Head, HeadStore
from audit.note import Checkpoint, sign_checkpoint
from gateway.backup.loss import accept_loss, find_loss
from gateway.runtime.denial import DeniedError
from gateway.worker import publish_head, take_in
from tests.actors import MACHINE, OPERATOR


@pytest.fixture
async def signed(gateway):
    """The store, and the head that is signed over everything."""
    await take_in(gateway)
    await publish_head(gateway)
    store = HeadStore(gateway.settings.head_folder)
    return store, store.find()


async def found(gateway, store):
    async with gateway.units.begin("test.loss", MACHINE) as work:
        return await find_loss(work, store)


def beyond(head, **changes):
    """A head that was signed later, over entries that are not there."""
    return replace(head, size=head.size + 5, root=b"\x05" * 32, note="later\n", **changes)


async def test_a_log_that_extends_what_was_signed_has_lost_nothing(gateway, signed):
    with pytest.raises(DeniedError, match="nothing is lost"):
        await found(gateway, signed[0])
    with pytest.raises(DeniedError, match="nothing is lost"):
        await accept_loss(gateway.units, MACHINE, signed[0], "none")


async def test_lost_entries_are_told_in_the_log_before_anything_is_signed_again(gateway, signed):
    store, head = signed
    later = beyond(head)
    store.swap(head, later)
    loss = await found(gateway, store)
    assert (loss.lost, loss.instead, loss.entries) == (later, head, head.size)
    with pytest.raises(Exception, match="does not list operator"):
        await accept_loss(gateway.units, OPERATOR, store, "not at the machine")
    assert store.find() == later
    kept = await accept_loss(gateway.units, MACHINE, store, "the disk burnt")
    assert json.loads(kept.read_text())["note"] == "later\n"
    assert store.find() == head
    await take_in(gateway)
    await publish_head(gateway)
    assert store.find().size == head.size + 1
    async with gateway.units.begin("test.look", MACHINE) as work:
        query = text("SELECT event_id FROM audit_event WHERE type = 'audit.loss_accepted'")
        (event_id,) = (await work.session.execute(query)).scalars()
        opened = await work.recorder.find_payload(work.session, event_id)
    told = json.loads(opened["payload"])
    assert told == {"entries": head.size, "lost": later.size, "root": "05" * 32, "note": "later\n",
                    "reason": "the disk burnt"}  # fmt: skip


async def test_the_head_of_another_log_is_not_given_up(gateway, signed):
    store, head = signed
    store.set_aside(head, beyond(head, origin="other.example/audit"))
    with pytest.raises(DeniedError, match=r"other\.example"):
        await accept_loss(gateway.units, MACHINE, store, "try")
    store.set_aside(store.find(), head)


async def test_a_log_that_contradicts_its_own_checkpoint_was_rewritten_and_nothing_is_given_up(gateway, signed):
    store, head = signed
    forged = Checkpoint(head.origin, head.size + 1, b"\x01" * 32)
    async with gateway.database.begin("test.forge", role="sequencer") as session:
        note = sign_checkpoint(forged, gateway.keys.audit_key())
        values = {"log": gateway.audit.log_id, "size": forged.size, "note": note}
        await session.execute(text("INSERT INTO audit_checkpoint VALUES (:log, :size, :note, now())"), values)
    later = Head(head.origin, head.size + 5, b"\x05" * 32, "later\n")
    store.swap(head, later)
    with pytest.raises(DeniedError, match="entries are lost"):
        await accept_loss(gateway.units, MACHINE, store, "try")
    assert store.find() == later
