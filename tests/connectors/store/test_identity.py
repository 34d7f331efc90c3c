"""Old codes and names find their subject, as surely as the word they rest on; where two share one, a person decides."""

import asyncio
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import text

from connectors.catalogue.load import get_dataset
from connectors.conversion.binding import bind
from connectors.decoding.decode import Table
from connectors.records.portfolio import load_records
from connectors.store.subjects import find_subject, identifier_of, known_as
from gateway.evidence.conservation import find_differences
from gateway.evidence.stored_check import check_stored
from gateway.records.subjects import link_subject
from gateway.runtime.actor import at_this_machine
from gateway.runtime.errors import GatewayError
from gateway.worker import STEPS
from tests.actors import OPERATOR
from tests.enterprises import organisation, tax_number, uscc
from tests.gates import held, writes_to
from tests.submissions import take_table

REGISTRATION = ["企业名称", "统一社会信用代码", "注册号", "成立日期"]
ABNORMAL = ["企业名称", "统一社会信用代码", "列入原因", "列入日期"]
OLD_NUMBER = "330203000030639"


@pytest.fixture
def deliver(gateway):
    async def send(dataset, header, *rows):
        wanted = get_dataset(dataset)
        bind(wanted, header)
        table = Table("utf-8", header, iter(enumerate(rows, start=2)))
        batch, _ = await take_table(gateway, wanted, str(uuid4()), uuid4().bytes * 2, lambda: table)
        return batch

    return send


async def link(gateway, said, number, reason):
    async with gateway.units.begin("test.link", OPERATOR) as work:
        return await link_subject(work, gateway.protector, said, number, reason)


async def known(gateway, said):
    async with gateway.database.begin("test.find") as session:
        subject = await find_subject(session, *identifier_of(gateway.protector, said))
        return subject.uscc if subject else None


async def test_an_old_number_given_beside_the_unified_code_resolves_what_came_before(gateway, deliver):
    waiting = await deliver("abnormal_operation", ABNORMAL, ["旧号公司", OLD_NUMBER, "未年报", "2020-01-01"])
    assert waiting.unresolved == 1
    await deliver("ent_registration", REGISTRATION, ["旧号有限公司", uscc(41), OLD_NUMBER, "2001-01-01"])
    assert await known(gateway, OLD_NUMBER) == uscc(41)
    async with gateway.database.begin("test.record") as session:
        status = await session.execute(
            text("SELECT status FROM record WHERE batch_id = :batch"), {"batch": waiting.batch_id}
        )
        assert status.scalar_one() == "resolved"
        subject = await find_subject(session, "uscc", uscc(41))
        ways = {(row["kind"], row["confidence"], row["source"]) for row in await known_as(session, subject.subject_id)}
    assert ways == {
        ("organisation_code", 100, "GB 32100-2015"),
        ("registration_number", 95, "market_regulation"),
        ("name", 90, "market_regulation"),
    }


@pytest.mark.parametrize("first", ["the record", "its registration"])
async def test_a_record_and_its_registration_that_did_not_see_each_other_find_each_other(gateway, deliver, first):
    name, number = f"相遇{len(first)}公司", 70 + len(first)
    comes = [
        ("abnormal_operation", ABNORMAL, [name, "/", "未年报", "2020-01-01"]),
        ("ent_registration", REGISTRATION, [name, uscc(number), "", ""]),
    ]
    async with held(gateway.database, writes_to("batch")) as gate:
        # Each has looked for the other before either is committed.
        both = []
        for one in comes if first == "the record" else comes[::-1]:
            both.append(asyncio.create_task(deliver(*one)))
            await gate.waiting(len(both))
    assert sum(batch.unresolved for batch in await asyncio.gather(*both)) == 1
    before = await resolutions(gateway)
    for _ in range(2):
        await STEPS["subjects"][0](gateway)
    assert await abnormal_of(gateway, number) == ["2020-01-01"]
    assert await resolutions(gateway) == before + 1  # the second look found nothing, and says nothing


async def resolutions(gateway):
    async with gateway.database.begin("test.events") as session:
        query = text("SELECT count(*) FROM audit_event WHERE type = 'record.resolved'")
        return (await session.execute(query)).scalar_one()


async def test_a_code_and_the_registration_that_explains_it_may_come_in_one_delivery(gateway, deliver):
    batch = await deliver(
        "ent_registration",
        REGISTRATION,
        ["同批旧码公司", organisation(42), "", ""],
        ["同批公司", uscc(42), "", ""],
    )
    assert (batch.accepted, batch.unresolved) == (2, 0)


async def test_old_tax_numbers_and_organisation_codes_are_the_enterprises_own(gateway, deliver):
    await deliver("abnormal_operation", ABNORMAL, ["某四三公司", uscc(43), "未年报", "2020-01-01"])
    assert await known(gateway, tax_number(43)) == await known(gateway, organisation(43)) == uscc(43)


async def test_a_former_name_yields_to_whoever_bears_it_now(gateway, deliver):
    await deliver("ent_registration", REGISTRATION, ["改名前公司", uscc(44), "", ""])
    await deliver("ent_registration", REGISTRATION, ["改名后公司", uscc(44), "", ""])
    assert await known(gateway, "改名前公司") == uscc(44)
    await deliver("ent_registration", REGISTRATION, ["改名前公司", uscc(45), "", ""])
    assert await known(gateway, "改名前公司") == uscc(45)
    assert await known(gateway, "改名后公司") == uscc(44)
    await deliver("ent_registration", REGISTRATION, ["改名前公司", uscc(44), "", ""])
    assert await known(gateway, "改名前公司") is None


async def test_a_name_two_enterprises_bear_waits_for_a_person(gateway, deliver):
    await deliver("ent_registration", REGISTRATION, ["同名公司", uscc(46), "", ""], ["同名公司", uscc(47), "", ""])
    batch = await deliver("abnormal_operation", ABNORMAL, ["同名 公司", "/", "未年报", "2020-01-01"])
    assert batch.unresolved == 1
    await STEPS["subjects"][0](gateway)  # which decides nothing
    linked = await link(gateway, "同名公司", uscc(47), "经办核实")
    assert linked.records == 1
    assert await known(gateway, "同名公司") == uscc(47)
    later = await deliver("abnormal_operation", ABNORMAL, ["同名公司", "/", "失联", "2021-01-01"])
    assert (later.accepted, later.unresolved) == (1, 0)


async def test_a_person_moves_what_was_given_to_another_by_name_alone(gateway, deliver):
    await deliver("ent_registration", REGISTRATION, ["前名公司", uscc(60), "", ""])
    await deliver("ent_registration", REGISTRATION, ["今名公司", uscc(60), "", ""], ["前名公司", uscc(61), "", ""])
    own = ["前名公司", uscc(61), "未年报", "2019-01-01"]
    await deliver("abnormal_operation", ABNORMAL, ["前名公司", "/", "未年报", "2020-01-01"], own)
    assert await abnormal_of(gateway, 61) == ["2019-01-01", "2020-01-01"]
    linked = await link(gateway, "前名公司", uscc(60), "列入时为其名称")
    assert linked.records == 1
    assert (await abnormal_of(gateway, 60), await abnormal_of(gateway, 61)) == (["2020-01-01"], ["2019-01-01"])
    with pytest.raises(GatewayError, match="No such enterprise"):
        await link(gateway, "前名公司", uscc(998), "经办核实")


async def abnormal_of(gateway, number):
    async with gateway.database.begin("test.abnormal") as session:
        subject = await find_subject(session, "uscc", uscc(number))
        held = await load_records(session, subject.subject_id, date(2026, 11, 1), None)
        return sorted(str(record.fields["date_in"]) for record in held if record.dataset == "abnormal_operation")


async def test_a_link_to_nobody_and_of_a_unified_code_is_refused(gateway):
    with pytest.raises(GatewayError):
        await link(gateway, "某某公司", uscc(999), "经办核实")
    with pytest.raises(GatewayError):
        await link(gateway, uscc(46), uscc(47), "经办核实")


async def test_whose_they_are_after_all_this_agrees_with_the_log(gateway):
    """Old codes, names that changed and came back, and what people decided: every digest holds."""
    async with gateway.units.begin("test.differences", at_this_machine()) as work:
        checked = await check_stored(work, lambda _done, _all: None, tree=False)
        assert (checked.findings.told, dict(checked.older), await find_differences(work)) == ([], {}, [])
    assert min(checked.rows[name] for name in ("subjects", "identifiers", "name-changes", "links")) > 1
