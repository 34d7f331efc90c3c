"""A network as an earlier reading knew it: what was found later, or no more, changes nothing of it."""

import pytest
from sqlalchemy import text

from connectors.model.calendar import day_of
from connectors.store.numbers import find_number
from connectors.store.subjects import find_subject
from gateway.network.lens import Lens, newest_reading
from gateway.network.network_of import find_network
from gateway.records.erasure import erase_subject
from gateway.runtime.actor import PROGRAM, at_this_machine
from gateway.runtime.clock import now
from tests.enterprises import uscc
from tests.network.holding import HOLDERS, deliver, held, read_anew
from tests.scores.scanning import rows

WANG, LI = ("王某", "P-0001"), ("李某", "P-0002")


async def look(gateway, number, reading=None, **more):
    """The network of an enterprise, as of a reading, the newest where none is named."""
    async with gateway.units.begin("test.look", PROGRAM) as work:
        subject = await find_subject(work.session, "uscc", uscc(number))
        reading = await newest_reading(work.session) if reading is None else reading
        lens = Lens(await find_number(work.session, subject.subject_id), day_of(now()), reading, **more)
        return reading, await find_network(work.session, subject, lens)


@pytest.fixture(scope="module")
async def listed(gateway, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lists")
    lines = [held(700, WANG, "60"), held(700, 701, "40"), held(702, WANG, "100"), held(703, LI, "100")]
    await deliver(gateway, folder, "shareholder_contrib", HOLDERS, lines)
    await read_anew(gateway)
    return folder


async def test_an_earlier_reading_tells_what_it_told_whatever_was_read_since(gateway, listed):
    reading, before = await look(gateway, 700)
    later = [held(700, WANG, "90"), held(700, LI, "10"), held(702, WANG, "100"), held(703, LI, "100")]
    await deliver(gateway, listed, "shareholder_contrib", HOLDERS, later)
    await read_anew(gateway)
    newer, after = await look(gateway, 700)
    assert newer > reading
    assert after.holders != before.holders
    assert await look(gateway, 700, reading) == (reading, before)


async def test_what_has_not_changed_is_written_by_no_reading(gateway, listed):
    was = await rows(gateway, "SELECT * FROM network_edge ORDER BY edge_id")
    [(readings,)] = await rows(gateway, "SELECT count(*) FROM network_reading")
    async with gateway.units.begin("test.mark", PROGRAM) as work:
        await work.session.execute(text("INSERT INTO network_due (subject, mark) SELECT number, number FROM subject"))
    await read_anew(gateway)
    assert await rows(gateway, "SELECT * FROM network_edge ORDER BY edge_id") == was
    assert await rows(gateway, "SELECT count(*) FROM network_reading") == [(readings,)]


async def test_without_leave_nobody_is_found_by_a_person_alone(gateway, listed):
    _, whole = await look(gateway, 702)
    _, own = await look(gateway, 702, through_persons=False)
    assert len(whole.near) > len(own.near) == 2
    assert (own.beyond, own.holders) == (frozenset(), whole.holders)


async def test_of_others_only_what_the_lens_shows_is_told(gateway, listed):
    _, found = await look(gateway, 703, others=())
    assert len(found.edges) == 1  # its own register of holders
    _, found = await look(gateway, 703, own=(), others=())
    assert found.edges == []


async def test_an_erasure_takes_edges_of_every_reading_and_is_noted(gateway, listed):
    reading, before = await look(gateway, 703)
    assert len(before.holders) == 1
    async with gateway.units.begin("test.erase", at_this_machine()) as work:
        await erase_subject(work, gateway.protector, uscc(703), "当事人申请")
    assert (await look(gateway, 703, reading))[1].holders == {}
    assert (before.number,) in await rows(gateway, "SELECT said_by FROM network_erasure")


async def test_edges_of_every_reading_go_with_the_contents_of_their_record_and_that_is_noted(gateway, listed):
    query = "SELECT record_id, said_by FROM network_edge JOIN subject s ON s.number = said_by WHERE uscc"
    [(record, said_by)] = await rows(gateway, f"{query} = '{uscc(702)}'")
    async with gateway.database.begin("test.expunge", role="owner") as session:
        await session.execute(text("""
            INSERT INTO record_tombstone (record_id, batch_id, digest, erased_at, event_id)
            SELECT record_id, batch_id, digest, now(), gen_random_uuid() FROM record WHERE record_id = :record
        """), {"record": record})  # fmt: skip
    assert await rows(gateway, f"{query} = '{uscc(702)}'") == []
    assert (said_by,) in await rows(gateway, "SELECT said_by FROM network_erasure")
