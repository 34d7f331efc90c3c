"""A private check, step by step over HTTP with the real library: who learns, what is refused, what an audit shows."""

import asyncio
import base64
import json
from uuid import UUID

import pytest

from gateway.crosscheck.auditing import audit_check
from gateway.crosscheck.reading import read_check
from gateway.crosscheck.taking_part import commit_theirs
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from risk_monitor.commitment import commit, is_committed
from tests.crosscheck.checks import (
    CAP,
    ONE,
    SALT,
    Side,
    computed,
    decided,
    private,
    proposed,
    rows_of,
)
from tests.enterprises import uscc
from tests.gates import held, writes_to
from tests.private import WHY_NOT
from tests.stories import slug

needs_psi = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)
THEIRS = [uscc(number) for number in (621, 624, 901, 902)]
BOTH = sorted(uscc(number) for number in (621, 624))


def told(answer):
    return answer.status_code, slug(answer)


async def audited(town, check, opening=None):
    return {
        one.side: (one.committed, one.sent)
        for one in await audit_check(town.gateway.units, ONE, UUID(check), town.gateway.settings.psi_python, opening)
    }


async def asking(town, codes=THEIRS):
    """A counterpart that is to learn, bound to its set."""
    side = Side(town, await private(town.gateway), codes)
    answer = await side.bind()
    assert answer.status_code == 200, answer.text
    return side


async def answering(town, codes=THEIRS):
    """A counterpart that learns nothing, bound to its set; and its answer to the gateway's request."""
    side = Side(town, await private(town.gateway, learner="gateway"), codes)
    side.step = "setup"
    assert (await side.bind()).status_code == 200
    message = side.message()
    response = computed(do="answer", key=side.key, codes=[], request=side.theirs, size=side.size)["message"]
    return side, message, response


@needs_psi
async def test_the_counterpart_alone_learns_where_that_was_agreed(town):
    side = await asking(town)
    done = await side.send(side.message())
    assert done.status_code == 200, done.text
    found = computed(
        do="learn", key=side.key, codes=side.codes, setup=side.theirs, response=done.json()["response"], size=side.size
    )
    assert found["found"] == BOTH
    async with town.gateway.units.begin("test.show", ONE) as work:
        shown = await read_check(work, side.check)
    assert (shown.check.state, shown.check.found, shown.check.result, shown.found) == ("done", None, None, [])
    assert await audited(town, side.check, side.opening) == {"gateway": (True, True), "counterpart": (True, True)}


@needs_psi
async def test_the_gateway_alone_learns_where_that_was_agreed(town):
    side, message, response = await answering(town)
    done = await side.send(message, response)
    assert (done.status_code, done.json()["response"]) == (200, None)
    async with town.gateway.units.begin("test.show", ONE) as work:
        shown = await read_check(work, side.check)
    assert [one.code for one in shown.found] == BOTH
    assert shown.check.found == 2
    assert await audited(town, side.check, side.opening) == {"gateway": (True, True), "counterpart": (True, True)}


@needs_psi
async def test_a_set_that_is_not_the_committed_one_shows_when_it_is_opened(town):
    side = await asking(town)
    other = [*side.codes[1:], uscc(903)]
    assert (await side.send(side.message(other))).status_code == 200
    assert (await audited(town, side.check, side.opening))["counterpart"] == (True, False)
    side.codes = sorted(other)  # opened as what was sent, it is not what was committed to
    assert (await audited(town, side.check, side.opening))["counterpart"] == (False, True)
    entries = await rows_of(town.gateway, "SELECT outcome FROM audit_event WHERE type = 'crosscheck.audited'")
    assert "unsound" in {row.outcome for row in entries}


@needs_psi
async def test_a_set_of_another_size_than_was_committed_to_is_refused(town):
    side = await asking(town)
    assert told(await side.send(side.message([*side.codes, uscc(903)]))) == (400, "crosscheck-message-invalid")
    side, message, response = await answering(town)
    message = computed(do="setup", key=side.key, codes=side.codes[1:], size=side.size)["message"]
    assert told(await side.send(message, response)) == (400, "crosscheck-message-invalid")
    assert (await side.call("GET", "terms")).json()["state"] == "committed"


@needs_psi
async def test_each_step_is_taken_once_and_in_order(town):
    side = Side(town, await private(town.gateway), THEIRS)
    side.size = 4
    assert told(await side.send(side.message())) == (409, "crosscheck-out-of-order")
    assert (await side.bind()).status_code == 200
    assert told(await side.bind()) == (409, "crosscheck-out-of-order")
    side.size, message = 4, side.message()
    assert (await side.send(message)).status_code == 200
    assert told(await side.send(message)) == (409, "crosscheck-out-of-order")


@needs_psi
async def test_of_two_who_take_a_step_at_once_one_does(town):
    side = Side(town, await private(town.gateway), THEIRS)
    await one_of_two(town, side, side.bind)
    message = side.message()
    await one_of_two(town, side, lambda: side.send(message))


async def one_of_two(town, side, step):
    query = "SELECT FROM cross_check WHERE check_id = :id FOR UPDATE"
    async with held(town.gateway.database, query, id=side.check) as gate:
        both = [asyncio.create_task(step()) for _ in range(2)]
        await gate.waiting(2)
    answers = {answer.status_code: answer for answer in await asyncio.gather(*both)}
    assert sorted(answers) == [200, 409]
    assert slug(answers[409]) == "crosscheck-out-of-order"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"answers": "0" * 64}, "crosscheck-message-invalid"), ({"size": 0}, "crosscheck-message-invalid"),
     ({"size": "4"}, "crosscheck-message-invalid"), ({"commitment": "x"}, "crosscheck-message-invalid"),
     ({"check": str(SALT.hex())}, "crosscheck-message-invalid"), ({"by": "central-bank"}, "crosscheck-message-invalid"),
     ({"size": CAP + 1}, "crosscheck-too-many")],
)  # fmt: skip
async def test_a_commitment_that_is_not_sound_is_refused(town, changes, reason):
    side = Side(town, await private(town.gateway), THEIRS)
    assert slug(await side.bind(**changes)) == reason
    assert (await side.call("GET", "terms")).json()["state"] == "approved"


@needs_psi
@pytest.mark.parametrize("size", [CAP - 1, CAP])
async def test_their_set_may_be_as_large_as_ours(town, size):
    side = Side(town, await private(town.gateway), [uscc(910 + n) for n in range(size)])
    assert (await side.bind()).status_code == 200


@needs_psi
async def test_what_was_sent_is_what_was_signed_and_sound(town):
    side = await asking(town)
    message = side.message()
    for said in ({"message": "0" * 64}, {"commitment": "0" * 64}):
        assert told(await side.send(message, said=said)) == (400, "crosscheck-message-invalid")
    for bytes_ in (b"", b"\xff\xff", b"\x0a\x03\x02ab", bytes(64)):
        assert told(await side.send(base64.b64encode(bytes_).decode())) == (400, "crosscheck-message-invalid")
    assert (await side.send(message)).status_code == 200


async def test_on_a_day_one_check_with_a_counterpart_is_approved(town):
    await private(town.gateway)
    again = await proposed(town.gateway, counterpart="bank-supervisor", learner="gateway")
    with pytest.raises(DeniedError) as fault:
        await decided(town.gateway, again)
    assert fault.value.denial.reason == "crosscheck-once-a-day"
    await decided(town.gateway, again, "reject")
    other = await proposed(town.gateway, counterpart="central-bank", learner="gateway")
    assert (await decided(town.gateway, other)).state == "approved"


async def test_of_two_approved_at_once_with_a_counterpart_one_is(town):
    await private(town.gateway)
    await rows_of(town.gateway, "UPDATE cross_check SET day = NULL WHERE counterpart IS NOT NULL")
    both = [await proposed(town.gateway, counterpart="bank-supervisor", learner="gateway") for _ in range(2)]
    async with held(town.gateway.database, writes_to("cross_check")) as gate:
        tasks = [asyncio.create_task(decided(town.gateway, one)) for one in both]
        await gate.waiting(2)
    done = await asyncio.gather(*tasks, return_exceptions=True)
    (fault,) = [one for one in done if isinstance(one, Exception)]
    assert isinstance(fault, DeniedError)
    assert fault.denial.reason == "crosscheck-once-a-day"


async def test_a_check_is_good_on_the_day_of_its_approval_alone(town):
    side = Side(town, await private(town.gateway), THEIRS)
    await rows_of(town.gateway, "UPDATE cross_check SET day = day - 1 WHERE check_id = :id", id=side.check)
    assert told(await side.bind()) == (409, "crosscheck-lapsed")
    assert (await side.call("GET", "terms")).json()["state"] == "lapsed"


@pytest.mark.parametrize(("cap", "sound"), [(3, False), (4, True), (5, True)])
async def test_our_set_is_no_larger_than_people_can_look_at(town, cap, sound):
    await rows_of(town.gateway, "UPDATE risk_day SET budget = :cap", cap=cap)
    try:
        if sound:
            assert await private(town.gateway)
        else:
            with pytest.raises(DeniedError) as fault:
                await private(town.gateway)
            assert fault.value.denial.reason == "crosscheck-too-many"
    finally:
        await rows_of(town.gateway, "UPDATE risk_day SET budget = :cap", cap=CAP)


async def test_where_nobody_stands_at_the_level_nothing_is_committed_to(town):
    with pytest.raises(DeniedError) as fault:
        await private(town.gateway, kind="private-lending")
    assert fault.value.denial.reason == "crosscheck-nobody"


async def test_another_counterpart_finds_no_such_check(town):
    side = Side(town, await private(town.gateway), THEIRS, who="central-bank")
    for method, step, sent in (
        ("GET", "terms", {}), ("POST", "commitment", {"json": {"statement": "x"}}),
        ("POST", "message", {"json": {"statement": "x", "message": "x"}}),
    ):  # fmt: skip
        assert told(await side.call(method, step, **sent)) == (404, "crosscheck-not-found")


async def test_a_check_that_is_not_done_is_not_audited_nor_a_plain_one(town):
    check = await private(town.gateway)
    with pytest.raises(DeniedError) as fault:
        await audited(town, check)
    assert fault.value.denial.reason == "crosscheck-out-of-order"


@needs_psi
@pytest.mark.parametrize("opening", [b"{}", b"x", b'{"check": "1", "salt": "zz", "key": "", "codes": []}'])
async def test_what_is_no_opening_is_refused(town, opening):
    side = await asking(town)
    await side.send(side.message())
    with pytest.raises(DeniedError) as fault:
        await audited(town, side.check, opening)
    assert fault.value.denial.reason == "crosscheck-message-invalid"


@needs_psi
async def test_an_opening_of_another_check_is_refused(town):
    side = await asking(town)
    await side.send(side.message())
    other = json.loads(side.opening) | {"check": "01970f3e-0000-7000-8000-0000000000c1"}
    with pytest.raises(DeniedError) as fault:
        await audited(town, side.check, json.dumps(other).encode())
    assert fault.value.denial.reason == "crosscheck-message-invalid"


@pytest.mark.parametrize("python", ["", "/nowhere/python", "/bin/false"])
async def test_without_the_library_the_counterpart_is_told_to_come_back(town, python):
    side = Side(town, await private(town.gateway), THEIRS)
    units, actor = town.gateway.units, Actor(side.who, "platform")
    with pytest.raises(DeniedError) as fault:
        await commit_theirs(units, actor, UUID(side.check), await side.commitment_of(), python)
    assert fault.value.denial.reason == "crosscheck-unavailable"
    assert (await side.call("GET", "terms")).json()["state"] == "approved"


async def test_the_log_holds_digests_and_counts_alone(town):
    await private(town.gateway)
    payloads = await rows_of(
        town.gateway,
        "SELECT p.* FROM audit_payload p JOIN audit_event e USING (event_id) WHERE type LIKE 'crosscheck%'",
    )
    assert payloads
    assert uscc(621) not in str([tuple(row) for row in payloads])


def test_a_commitment_is_to_the_set_whatever_its_order_and_to_no_other():
    made = commit(SALT, ["b", "a", "a"])
    assert made == commit(SALT, ["a", "b"])
    assert is_committed(made, SALT, ["b", "a"])
    assert not is_committed(made, SALT, ["a"])
    assert not is_committed(made, b"\x01" * 32, ["a", "b"])
    assert not is_committed(made, b"", ["a", "b"])
    with pytest.raises(ValueError, match="32"):
        commit(b"", ["a"])
