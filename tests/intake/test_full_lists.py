"""A key that a full list does not name ends, and comes back with the next list that names it; a guard stands before."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import msgspec
import pytest

from connectors.catalogue.load import datasets, get_dataset
from connectors.decoding.decode import decode
from connectors.model.calendar import day_of
from connectors.model.datasets import Disclosure
from connectors.records.portfolio import load_records
from connectors.store.subjects import find_subject
from gateway.evidence.conservation import find_differences
from gateway.evidence.stored_check import check_stored
from gateway.intake import accepting
from gateway.intake.admission import known_dataset
from gateway.intake.submission import Submission
from gateway.intake.take_in import take_in
from gateway.runtime.actor import at_this_machine
from tests.agencies import HEADER, arrears
from tests.enterprises import uscc
from tests.intake.full_lists import full_list
from tests.persons import csrf, same_site
from tests.stories import slug
from tests.submissions import CLERK, accept_held, discard_held

__all__ = ["full_list"]
TODAY = day_of(datetime.now(UTC))


@pytest.fixture
def send(push):
    """Send a list and return its answer; what it ended and brought back first."""

    async def sent(dataset, numbers, batch=None, **changes):
        body = numbers if isinstance(numbers, str) else arrears(numbers, **changes)
        answer = await push(body, batch, dataset=dataset)
        assert answer.status_code == 201, answer.text
        told = answer.json()
        return (told["ended"], told["returned"], told["delivery"], told["not_ended"] and told["not_ended"]["reason"])

    return sent


@pytest.fixture
def states(rows):
    """Return the last act of each key of a dataset, by enterprise."""

    async def read(dataset):
        found = await rows(
            "SELECT DISTINCT ON (business_key) business_key, state, kind FROM record_act WHERE dataset = :d "
            "ORDER BY business_key, number DESC", d=dataset,
        )  # fmt: skip
        return {row.business_key.partition("|")[0]: row.state for row in found}

    return read


@pytest.fixture
def held(gateway):
    async def amounts(dataset, number, as_of=None, known_at=None):
        async with gateway.database.begin("test.held") as session:
            subject = await find_subject(session, "uscc", uscc(number))
            found = await load_records(session, subject.subject_id, as_of or TODAY, known_at)
        return [one.fields["balance"] for one in found if one.dataset == dataset]

    return amounts


async def agrees(gateway):
    async with gateway.units.begin("test.check", at_this_machine()) as work:
        checked = await check_stored(work, lambda _done, _all: None, tree=False)
    async with gateway.units.begin("test.conservation", at_this_machine()) as work:
        return [str(one) for one in checked.findings.told] + await find_differences(work)


async def test_a_missing_key_ends_and_an_earlier_day_still_shows_it(gateway, send, full_list, held, states, rows):
    name = full_list()
    assert await send(name, range(20)) == (0, 0, "full_list", None)
    before = datetime.now(UTC)
    assert await send(name, range(1, 20), "second") == (1, 0, "full_list", None)
    assert await held(name, 0) == []
    assert await held(name, 0, TODAY - timedelta(days=1)) == ["5"]
    assert await held(name, 0, known_at=before) == ["5"]
    assert await held(name, 1) == ["5"]
    assert await states(name) == {uscc(0): "ended"}
    (act,) = await rows("SELECT * FROM record_act WHERE dataset = :d", d=name)
    (batch,) = await rows("SELECT * FROM batch WHERE dataset = :d AND sender_batch = 'second'", d=name)
    assert (act.kind, act.hides, act.lasting, act.effective_on) == ("end", True, False, TODAY)
    assert (act.act_batch, act.actor, act.act_id.version) == (batch.batch_id, "tax", 7)
    assert act.reason.endswith(": second")
    assert await send(name, range(1, 20)) == (0, 0, "full_list", None)  # it has ended once
    assert await agrees(gateway) == []


@pytest.mark.parametrize("amount", ["5", "6"])
async def test_a_key_that_is_named_again_is_current_again(gateway, send, full_list, held, amount):
    name = full_list()
    await send(name, range(20))
    assert await send(name, range(1, 20)) == (1, 0, "full_list", None)
    body = arrears([0], amount=amount) + arrears(range(1, 20), header="").lstrip()
    assert await send(name, body) == (0, 1, "full_list", None)
    assert await held(name, 0) == [amount]
    assert await send(name, body) == (0, 0, "full_list", None)
    assert await send(name, range(1, 20)) == (1, 0, "full_list", None)
    assert await held(name, 0) == []
    assert await agrees(gateway) == []


@pytest.mark.parametrize(
    ("lists", "percent", "is_held"),
    [
        ((range(100), range(20, 100)), 20, False),  # 20 of 100
        ((range(100), range(21, 100)), 20, True),
        ((range(100), range(89)), 10, True),  # 11 of 100
        ((range(100), range(90)), 10, False),
        ((range(12), range(2, 12)), 0, False),  # a few may always end
        ((range(12), range(10, 12)), 0, False),  # 10
        ((range(13), range(11, 13)), 0, True),  # 11
        ((range(60), range(100, 160)), 100, False),
    ],
)
async def test_a_list_that_ends_more_than_the_declared_share_is_held(
    gateway, push, send, full_list, rows, lists, percent, is_held
):
    first, second = lists
    name = full_list(most_ended_percent=percent)
    await send(name, first)
    answer = await push(arrears(second), "second", dataset=name)
    gone = len(set(first) - set(second))
    if not is_held:
        assert (answer.status_code, answer.json()["ended"]) == (201, gone)
        return
    assert (answer.status_code, slug(answer)) == (202, "delivery-held")
    (finding,) = answer.json()["findings"]
    assert finding["kind"] == "ending"
    assert f"{len(first)} 条现有记录中的 {gone} 条" in finding["zh"]
    assert f"end {gone} of {len(first)} current records" in finding["en"]
    assert await rows("SELECT FROM record_act WHERE dataset = :d", d=name) == []
    batch = await accept_held(gateway, UUID(answer.json()["held"]), CLERK)
    assert (batch.ended, batch.delivery) == (gone, "full_list")
    assert await agrees(gateway) == []


@pytest.mark.parametrize("numbers", [3, 30])
async def test_a_list_without_a_sound_row_is_held_however_few_it_ends(gateway, push, send, full_list, numbers):
    name = full_list(most_ended_percent=100)
    await send(name, range(numbers))
    for body in (f"{HEADER}\n", f"{HEADER}\n某公司,{uscc(900)},某路,不详,增值税\n"):
        answer = await push(body, dataset=name)
        if answer.status_code == 422:  # no list at all
            continue
        assert answer.status_code == 202, answer.text
        assert "no sound row" in answer.json()["findings"][0]["en"]
        await discard_held(gateway, UUID(answer.json()["held"]))


async def test_a_held_list_can_be_taken_in_as_a_part(gateway, push, send, full_list, states):
    name = full_list()
    await send(name, range(50))
    answer = await push(arrears(range(40, 52)), "part", dataset=name)

    held_id = UUID(answer.json()["held"])
    batch = await accepting.accept_held(gateway.units, CLERK, gateway.intake, held_id, part=True)
    assert (batch.accepted, batch.ended, batch.delivery, batch.not_ended) == (2, 0, "delta", None)
    assert await states(name) == {}


async def test_a_refused_row_does_not_end_its_key_and_one_without_a_key_holds_all_endings_off(
    gateway, push, send, full_list, states
):
    name = full_list()
    await send(name, range(20))
    readable = f"某公司,{uscc(0)},某路1号,不详,增值税\n"
    assert await send(name, arrears(range(2, 20)) + readable) == (1, 0, "full_list", None)
    assert await states(name) == {uscc(1): "ended"}
    unreadable = f"某公司,{uscc(0)[:-1]}?,某路1号,5,增值税\n"
    assert await send(name, arrears(range(3, 20)) + unreadable) == (0, 0, "full_list", "unreadable")
    short = "某公司,少一列\n"
    assert await send(name, arrears(range(1, 3)) + short) == (0, 1, "full_list", "unreadable")
    blank = ",,,,\n"
    assert await send(name, arrears(range(1, 20)) + blank) == (1, 0, "full_list", None)
    assert await states(name) == {uscc(0): "ended", uscc(1): "current"}


def of_year(numbers, year):
    """Rows of a year's list, without their heading."""
    return "".join(f"某公司,{uscc(n)},某路1号,5,增值税,{year}\n" for n in numbers)


@pytest.fixture
def ask(client, access):
    """What trying a list says."""

    async def run(name, body, **params):
        path = f"/v1/datasets/{name}/batches:check"
        return (await client.post(path, content=body.encode(), params=params, headers=await access())).json()

    return run


@pytest.fixture
def yearly(full_list):
    """Declare a dataset whose lists are of a year each, and return its name."""
    declared = get_dataset("tax_arrears")
    fields = declared.fields | {
        "year": msgspec.structs.replace(declared.fields["publish_date"], zh="年度", required=True)
    }
    return full_list(
        list_per="year", fields=fields, key=["party", "year"], event_date="year", disclosure=Disclosure(),
        polarity="neutral",
    )  # fmt: skip


async def test_a_list_of_a_year_ends_that_year_s_keys_alone(gateway, push, send, yearly, rows):
    head = f"{HEADER},年度\n"
    assert await send(yearly, head + of_year(range(20), 2024)) == (0, 0, "full_list", None)
    assert await send(yearly, head + of_year(range(10, 40), 2025)) == (0, 0, "full_list", None)
    corrected = await push(head + of_year(range(1, 20), 2024), dataset=yearly)
    assert (corrected.json()["ended"], corrected.status_code) == (1, 201)
    (act,) = await rows("SELECT business_key FROM record_act WHERE dataset = :d", d=yearly)
    assert act.business_key == f"{uscc(0)}|2024"
    # the share is of the year's keys: 12 of 30, not of 49
    held = await push(head + of_year(range(22, 40), 2025), dataset=yearly)
    assert (held.status_code, "30 条现有记录中的 12 条" in held.json()["findings"][0]["zh"]) == (202, True), held.text
    assert await send(yearly, head + of_year(range(100, 101), 2026)) == (0, 0, "full_list", None)
    both = head + of_year(range(20), 2024) + of_year(range(11, 40), 2025)
    assert await send(yearly, both) == (1, 1, "full_list", None)
    assert await agrees(gateway) == []


@pytest.mark.parametrize(
    ("numbers", "more", "expected"),
    [
        (range(2, 30), "", (2, False)), (range(30), "", (0, False)), (range(15, 30), "", (15, True)),
        (range(50, 70), "", (30, True)), (range(2, 30), f"某公司,{uscc(0)[:-1]}?,某路1号,5,增值税\n", (0, False)),
    ],
)  # fmt: skip
async def test_what_a_list_would_end_is_told_before_it_is_handed_in(
    ask, push, full_list, rows, numbers, more, expected
):
    name, (ending, held) = full_list(), expected
    assert (await push(arrears(range(30)), dataset=name)).status_code == 201
    body = arrears(numbers) + more
    count = (
        "SELECT (SELECT count(*) FROM record), (SELECT count(*) FROM record_act), (SELECT count(*) FROM personal_key)"
    )
    before = await rows(count)
    told = await ask(name, body)
    assert await rows(count) == before
    found = told["full_list"]
    assert (found["ending"], found["would_be_held"], told["would_be_held"]) == (ending, held, held)
    assert (found["current"], found["years"], bool(found["unreadable_keys"])) == (30, None, bool(more))
    gone = sorted(set(range(30)) - set(numbers))[:20] if ending else []
    assert [key.partition("|")[0] for key in found["keys"]] == sorted(map(uscc, gone))
    pushed = (await push(body, dataset=name)).json()
    assert told["findings"] == pushed.get("findings", [])
    assert held or pushed["ended"] == ending
    assert (await ask(name, body, rows=1))["full_list"] is None


async def test_a_clerk_sees_what_a_list_would_end_before_handing_it_in(send, full_list, clerk, tmp_path):
    name = full_list()
    await send(name, range(30))
    data = {"dataset": name, "batch": "seen-before", "preview": str(uuid4()), "csrf": await csrf(clerk)}
    files = {"file": ("list.csv", arrears(range(2, 30)).encode())}
    sent = await clerk.post("/console/uploads", data=data, files=files, headers=same_site(clerk))
    page = (await clerk.get(sent.headers["location"])).text
    assert "会终止 30 条现有记录中的 2 条（清单中没有），恢复 0 条" in page
    assert all(uscc(n) in page for n in range(2))


async def test_corrected_rows_end_nothing(push, send, full_list, get, states):
    name = full_list()
    await send(name, range(20))
    first = await push(arrears(range(19)) + f"某公司,{uscc(19)},某路1号,不详,增值税\n", dataset=name)
    refused = await get(f"/v1/batches/{first.json()['batch']}/rejected-rows", params={"format": "csv"})
    fixed = refused.text.replace("不详", "7")
    answer = await push(fixed, dataset=name, Corrects=first.json()["batch"])
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["corrections"], told["ended"], told["delivery"]) == (1, 0, "delta")
    assert await states(name) == {}


async def test_repairs_objections_and_withdrawals_outlive_a_list(
    gateway, send, full_list, states, rows, client, access
):
    name = full_list()
    await send(name, range(20))

    async def act(number, kind):
        (found,) = await rows(
            "SELECT record_id FROM record WHERE dataset = :d AND identifier_value = :v AND superseded_at IS NULL",
            d=name, v=uscc(number),
        )  # fmt: skip
        body = {"kind": kind, "reason": "测试原因"}
        answer = await client.post(f"/v1/records/{found.record_id}/acts", json=body, headers=await access())
        return answer.status_code

    for number, kind in ((0, "repair"), (1, "object"), (2, "withdraw")):
        assert await act(number, kind) == 201
    assert await send(name, range(4, 20)) == (1, 0, "full_list", None)
    assert await states(name) == {
        uscc(0): "repaired", uscc(1): "objected", uscc(2): "withdrawn", uscc(3): "ended",
    }  # fmt: skip
    assert await send(name, range(20)) == (0, 1, "full_list", None)
    assert (await states(name))[uscc(2)] == "withdrawn"  # not the list's to bring back
    assert await act(1, "reject") == 201
    assert await send(name, range(2, 20)) == (1, 0, "full_list", None)
    assert (await states(name))[uscc(1)] == "ended"
    assert await act(1, "withdraw") == 409
    assert await act(1, "reinstate") == 201
    assert await agrees(gateway) == []


async def test_another_agencys_and_another_datasets_keys_are_untouched(monkeypatch, send, full_list, push, states):
    name, other = full_list(), full_list()
    monkeypatch.setitem(datasets(), name, msgspec.structs.replace(get_dataset(name), agency="market_regulation"))
    assert (await push(arrears(range(5)), agency="market_regulation", dataset=name)).status_code == 201
    monkeypatch.setitem(datasets(), name, msgspec.structs.replace(get_dataset(name), agency="tax"))
    await send(other, range(5))
    assert await send(name, range(5, 9)) == (0, 0, "full_list", None)
    assert await send(name, range(5, 8)) == (1, 0, "full_list", None)
    assert (await states(name), await states(other)) == ({uscc(8): "ended"}, {})


async def test_what_is_past_its_last_day_has_ended_by_itself(send, full_list, states):
    declared = get_dataset("tax_arrears")
    disclosure = msgspec.structs.replace(declared.disclosure, field="publish_date")
    name = full_list(event_date=None, polarity="neutral", disclosure=disclosure)
    header = f"{HEADER},公告日期"
    rows = [f"某公司,{uscc(n)},某路,5,增值税,{day}" for n, day in enumerate(["2020-01-01"] * 15 + ["2099-01-01"] * 5)]
    await send(name, "\n".join([header, *rows]) + "\n")
    assert await send(name, "\n".join([header, *rows[16:]]) + "\n") == (1, 0, "full_list", None)
    assert await states(name) == {uscc(15): "ended"}


async def test_of_two_lists_at_once_the_later_one_stands(push, full_list, send, states, rows):
    name = full_list()
    await send(name, range(20))
    answers = await asyncio.gather(
        push(arrears(range(1, 20)), "a", dataset=name), push(arrears([0, *range(2, 20)]), "b", dataset=name)
    )
    assert [answer.status_code for answer in answers] == [201, 201]
    assert sorted((one.json()["ended"], one.json()["returned"]) for one in answers) == [(1, 0), (1, 1)]
    (last,) = await rows("SELECT sender_batch FROM batch WHERE dataset = :d AND returned = 1", d=name)
    expected = {"a": {uscc(0): "ended", uscc(1): "current"}, "b": {uscc(0): "current", uscc(1): "ended"}}
    assert await states(name) == expected[last.sender_batch]


async def test_a_list_held_before_a_newer_one_neither_ends_nor_brings_back(gateway, push, send, full_list, states):
    name = full_list()
    await send(name, range(50))
    answer = await push(arrears([0, *range(30, 50)]), "old", dataset=name)
    assert await send(name, range(1, 52)) == (1, 0, "full_list", None)
    batch = await accept_held(gateway, UUID(answer.json()["held"]))
    assert (batch.ended, batch.returned, batch.not_ended) == (0, 0, "outdated")
    assert await states(name) == {uscc(0): "ended"}


async def test_a_list_accepted_for_its_columns_ends_no_more_than_may_end_unconfirmed(gateway, push, send, full_list):
    name = full_list()
    await send(name, range(50))
    wider = arrears(range(30, 50), f"{HEADER},联系人").replace(",增值税", ",增值税,王五")
    answer = await push(wider, dataset=name)
    assert [finding["kind"] for finding in answer.json()["findings"]] == ["column_new"]
    batch = await accept_held(gateway, UUID(answer.json()["held"]))
    assert (batch.ended, batch.not_ended) == (0, "unconfirmed")


async def test_a_slice_of_a_source_is_a_part_and_stays_one_while_it_is_held(gateway, send, full_list, tmp_path):
    name = full_list()
    await send(name, range(50))
    path = tmp_path / "slice.csv"
    path.write_text(arrears(range(49, 52)))

    def sliced(batch):
        return Submission(known_dataset(name), batch, batch.encode().ljust(32), "db", partial(decode, path), part=True)

    batch, _ = await take_in(gateway.units, at_this_machine(), gateway.intake, sliced("s1"))
    assert (batch.ended, batch.delivery, batch.accepted) == (0, "delta", 2)


async def test_an_agency_takes_back_the_ending_of_a_whole_list(
    gateway, push, send, full_list, states, held, client, access
):
    name = full_list()
    await send(name, range(20))
    ended = (await push(arrears(range(4, 20)), dataset=name)).json()
    assert ended["ended"] == 4
    await send(name, [0, *range(4, 20)])  # one is back already

    async def reinstate(who="tax", batch=ended["batch"]):
        body = {"reason": "清单漏报", "document": "温税〔2026〕1号"}
        return await client.post(f"/v1/batches/{batch}/reinstate", json=body, headers=await access(who))

    assert slug(await reinstate("market_regulation")) == "batch-not-found"
    assert slug(await reinstate("auditor-1")) == "insufficient-scope"
    assert (await reinstate()).json() == {"batch": ended["batch"], "returned": 3}
    assert slug(await reinstate()) == "act-not-possible"
    assert (set((await states(name)).values()), await held(name, 1)) == ({"current"}, ["5"])
    assert await send(name, range(4, 20)) == (4, 0, "full_list", None)  # the next list says so again
    assert await agrees(gateway) == []


async def test_ended_keys_are_reinstated_by_a_list_of_keys(send, full_list, states, client, access):
    name = full_list()
    await send(name, range(20))
    await send(name, range(2, 20))
    keys = f"纳税人识别号,税种\n{uscc(0)},增值税\n"
    answer = await client.post(
        f"/v1/datasets/{name}/withdrawals", content=keys.encode(), headers={"Batch-Id": "back", **await access()},
        params={"kind": "reinstate", "reason": "仍欠税"},
    )  # fmt: skip
    assert (answer.json()["done"], await states(name)) == (1, {uscc(0): "current", uscc(1): "ended"})


async def test_a_clerk_sees_what_a_list_ended_and_takes_it_back(push, send, full_list, states, clerk):
    name = full_list()
    await send(name, range(20))
    batch = (await push(arrears(range(3, 20)), dataset=name)).json()["batch"]
    page = (await clerk.get(f"/console/uploads/{batch}")).text
    assert all(words in page for words in ("清单终止的记录", "<dd>3</dd>", 'id="reinstate"'))
    address = f"/console/uploads/{batch}/reinstate"

    async def take_back(reason):
        data = {"reason": reason, "csrf": await csrf(clerk)}
        return await clerk.post(address, data=data, headers=same_site(clerk))

    refused = await take_back(" ")
    assert (refused.status_code, "原因须有" in refused.text) == (400, True)
    assert set((await states(name)).values()) == {"ended"}
    done = await take_back("清单漏报")
    assert (done.status_code, set((await states(name)).values())) == (303, {"current"})
    assert "已恢复" in (await clerk.get(done.headers["location"])).text
    assert (await take_back("清单漏报")).status_code == 409


async def test_a_clerk_takes_a_held_list_in_as_a_part(push, send, full_list, clerk, states):
    name = full_list()
    await send(name, range(50))
    held_id = (await push(arrears(range(40, 52)), dataset=name)).json()["held"]
    page = (await clerk.get(f"/console/held/{held_id}")).text
    assert all(words in page for words in ("50 条现有记录中的 40 条", 'id="accept-part"', "作为全量清单入库"))
    data = {"csrf": await csrf(clerk)}
    done = await clerk.post(f"/console/held/{held_id}/accept-part", data=data, headers=same_site(clerk))
    assert (done.status_code, await states(name)) == (303, {})
    assert "清单终止的记录" not in (await clerk.get(done.headers["location"])).text
