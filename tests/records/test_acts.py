"""Acts upon records over HTTP: who may do what, what it leaves, and that nothing is overwritten or half done."""

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from connectors.model.calendar import day_of
from connectors.model.statements import SIGNATURE_TYPE
from connectors.records.portfolio import load_records
from connectors.store.subjects import find_subject
from gateway.admin.actions import SetSigning
from gateway.records.retention import expunge
from gateway.runtime.actor import PROGRAM
from signing.jws import sign_jws
from tests.enterprises import citizen, uscc
from tests.identities import asked
from tests.records.penalties import penalties, penalty
from tests.stories import as_csv, registration, slug


async def rows(gateway, query, **values):
    async with gateway.database.begin("test.rows") as session:
        return (await session.execute(text(query), values)).all()


async def record_of(gateway, document, version=1, key=None):
    query = "SELECT record_id FROM record WHERE business_key LIKE :key AND version = :version"
    return (await rows(gateway, query, key=key or f"{document}|%", version=version))[0].record_id


async def held(gateway, number, as_of=None, known_at=None):
    async with gateway.database.begin("test.held") as session:
        subject = await find_subject(session, "uscc", uscc(number))
        return await load_records(session, subject.subject_id, as_of or day_of(datetime.now(UTC)), known_at)


async def act(story, record, kind, agency="drc", **more):
    body = {"kind": kind, "reason": "测试原因", **more}
    return await story.client.post(f"/v1/records/{record}/acts", json=body, headers=await story.headers(agency))


async def test_a_withdrawn_record_is_gone_at_once_and_comes_back_when_reinstated(story):
    await story.push("drc", "penalty_general", penalties(penalty(1, "W1"), penalty(1, "W2")))
    record = await record_of(story.gateway, "W1")
    done = await act(story, record, "withdraw", document="温撤〔2026〕1号")
    assert done.status_code == 201, done.text
    assert (done.json()["state"], done.json()["hidden"]) == ("withdrawn", True)
    assert [h.fields["cf_wsh"] for h in await held(story.gateway, 1)] == ["W2"]
    again = await act(story, record, "withdraw")
    assert (again.status_code, slug(again)) == (409, "act-not-possible")
    assert (await act(story, record, "reinstate")).status_code == 201
    assert len(await held(story.gateway, 1)) == 2


async def test_another_agency_and_a_bank_can_do_nothing_with_it(story):
    await story.push("drc", "penalty_general", penalties(penalty(2, "F1")))
    record = await record_of(story.gateway, "F1")
    await story.enrol("tax", "agency")
    assert slug(await act(story, record, "withdraw", agency="tax")) == "record-not-found"
    await story.account("bank-1", "bank")
    assert slug(await act(story, record, "withdraw", agency="bank-1")) == "insufficient-scope"
    assert slug(await act(story, uuid4(), "withdraw")) == "record-not-found"


async def test_an_enterprise_objects_and_the_agency_decides(story):
    await story.push("market_regulation", "ent_registration", registration(3))
    await story.push("drc", "penalty_general", penalties(penalty(3, "O1"), penalty(3, "O2")))
    await story.enrol("s-3", "signatory", subject=uscc(3))
    await story.enrol("s-4", "signatory", subject=uscc(4))

    async def object_to(who, record, **more):
        body = {"reason": "金额有误，联系13800138000", **more}
        url = f"/v1/records/{record}/objections"
        return await story.client.post(url, json=body, headers=await story.headers(who))

    right, wrong = await record_of(story.gateway, "O1"), await record_of(story.gateway, "O2")
    assert slug(await object_to("s-4", right)) == "record-not-found"
    assert slug(await object_to("s-3", right, hide=True)) == "invalid-request"
    for record in (right, wrong):
        noted = await object_to("s-3", record)
        assert (noted.status_code, noted.json()["hidden"]) == (201, False)
        assert "13800138000" not in noted.text
    assert sorted(h.objected for h in await held(story.gateway, 3)) == [False, True, True]
    assert (await act(story, right, "reject")).status_code == 201
    assert (await act(story, wrong, "uphold")).json()["state"] == "annulled"
    left = await held(story.gateway, 3)
    assert [(h.fields.get("cf_wsh"), h.objected) for h in left if h.dataset == "penalty_general"] == [("O1", False)]


async def test_an_agency_may_hide_a_record_while_an_objection_is_open(story):
    await story.push("drc", "penalty_general", penalties(penalty(5, "H1")))
    record = await record_of(story.gateway, "H1")
    assert (await act(story, record, "object", hide=True)).json()["hidden"] is True
    assert await held(story.gateway, 5) == []
    await act(story, record, "reject")
    assert len(await held(story.gateway, 5)) == 1


async def test_the_same_bytes_bring_nothing_back_and_other_content_does_unless_it_was_repaired(story):
    both = penalties(penalty(6, "N1"), penalty(6, "N2"))
    await story.push("drc", "penalty_general", both)
    await act(story, await record_of(story.gateway, "N1"), "withdraw")
    await act(story, await record_of(story.gateway, "N2"), "repair")
    assert (await story.push("drc", "penalty_general", both))["duplicates"] == 2
    assert await held(story.gateway, 6) == []
    await story.push("drc", "penalty_general", penalties(penalty(6, "N1", fine="0.4"), penalty(6, "N2", fine="0.4")))
    assert [h.fields["cf_wsh"] for h in await held(story.gateway, 6)] == ["N1"]


async def test_what_was_known_then_can_be_asked_for_and_history_is_never_overwritten(story):
    await story.push("drc", "penalty_general", penalties(penalty(7, "B1", fine="1")))
    first = await rows(story.gateway, "SELECT record_id, canonical FROM record WHERE business_key LIKE 'B1|%'")
    at_first = datetime.now(UTC)
    await story.push("drc", "penalty_general", penalties(penalty(7, "B1", fine="2")))
    corrected = datetime.now(UTC)
    record = await record_of(story.gateway, "B1", version=2)
    on = day_of(corrected) - timedelta(days=1)
    assert (await act(story, record, "withdraw", effective_on=on.isoformat())).status_code == 201
    today = day_of(corrected)

    async def fines(as_of, known_at):
        return [h.fields["cf_nr_fk"] for h in await held(story.gateway, 7, as_of, known_at)]

    assert await fines(today, at_first) == ["1"]
    assert await fines(today, corrected) == ["2"]
    assert await fines(today, None) == []
    assert await fines(on - timedelta(days=1), None) == ["2"]  # it still held then, as known now
    assert await fines(datetime(2026, 1, 4, tzinfo=UTC).date(), None) == []  # it had not happened yet
    assert await fines(today, at_first - timedelta(days=1)) == []
    query = "SELECT record_id, canonical FROM record WHERE business_key LIKE 'B1|%' AND version = 1"
    assert await rows(story.gateway, query) == first


async def test_the_agency_and_auditors_read_the_whole_history_and_who_did_what(story):
    await story.push("drc", "penalty_general", penalties(penalty(8, "R1")))
    record = await record_of(story.gateway, "R1")
    await act(story, record, "withdraw")
    await story.enrol("auditor-1", "auditor")
    await story.enrol("tax", "agency")
    url = f"/v1/records/{record}/history"
    for reader in ("drc", "auditor-1"):
        told = (await story.client.get(url, headers=await story.headers(reader))).json()
        assert [(v["version"], v["status"], v["visible"]) for v in told["versions"]] == [(1, "withdrawn", False)]
        assert [(a["kind"], a["actor"]) for a in told["acts"]] == [("withdraw", "drc")]
    assert (await story.client.get(url, headers=await story.headers("tax"))).status_code == 404
    early = {"known_at": (datetime.now(UTC) - timedelta(days=1)).isoformat()}
    told = (await story.client.get(url, params=early, headers=await story.headers("drc"))).json()
    assert (told["versions"], told["acts"]) == ([], [])
    vague = await story.client.get(url, params={"known_at": "2026-01-01T00:00:00"}, headers=await story.headers("drc"))
    assert slug(vague) == "invalid-request"


async def test_of_two_acts_at_once_one_is_done(story):
    await story.push("drc", "penalty_general", penalties(penalty(9, "T1")))
    record = await record_of(story.gateway, "T1")
    answers = await asyncio.gather(*(act(story, record, "withdraw") for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    assert len(await rows(story.gateway, "SELECT FROM record_act WHERE record_id = :r", r=record)) == 1


@pytest.mark.parametrize("broken", ["gateway.records.acts.add_act", "gateway.runtime.work.event_of"])
async def test_an_act_that_breaks_before_or_after_its_event_leaves_neither(story, monkeypatch, broken):
    document = f"E-{broken}"
    await story.push("drc", "penalty_general", penalties(penalty(10, document)))
    record = await record_of(story.gateway, document.upper())  # keys are folded
    headers = await story.headers("drc")
    events = await rows(story.gateway, "SELECT event_id FROM audit_event")

    def fail(*_, **__):
        raise RuntimeError("planted")

    monkeypatch.setattr(broken, fail)
    body = {"kind": "withdraw", "reason": "测试原因"}
    answer = await story.client.post(f"/v1/records/{record}/acts", json=body, headers=headers)
    monkeypatch.undo()
    assert answer.status_code == 500
    assert document in [h.fields["cf_wsh"] for h in await held(story.gateway, 10)]
    assert await rows(story.gateway, "SELECT event_id FROM audit_event") == events


async def test_whose_a_record_is_was_not_known_before_a_registration_told(story):
    await story.push("drc", "penalty_general", penalties(penalty(36, "LATER1", 统一社会信用代码="/")))
    then = datetime.now(UTC)
    await story.push("market_regulation", "ent_registration", registration(36))
    record = await record_of(story.gateway, "%", key="LATER1|%")
    told = {"known_at": then.isoformat()}
    url = f"/v1/records/{record}/history"
    for known_at, status in (({}, "current"), (told, "unresolved")):
        seen = await story.client.get(url, params=known_at, headers=await story.headers("drc"))
        assert seen.json()["versions"][0]["status"] == status
    own = [h.fields.get("cf_wsh") for h in await held(story.gateway, 36)]
    assert ("LATER1" in own, await held(story.gateway, 36, known_at=then)) == (True, [])


async def test_a_superseded_version_is_not_acted_upon(story):
    await story.push("drc", "penalty_general", penalties(penalty(11, "S1")))
    await story.push("drc", "penalty_general", penalties(penalty(11, "S1", fine="9")))
    refused = await act(story, await record_of(story.gateway, "S1"), "withdraw")
    assert (refused.status_code, slug(refused)) == (409, "act-not-possible")


@pytest.fixture
async def list_of(story):
    async def send(body, batch=None, dataset="penalty_general", agency="drc", **params):
        headers = {"Batch-Id": batch or str(uuid4()), **await story.headers(agency)}
        params = {"reason": "清单撤回", **params}
        url = f"/v1/datasets/{dataset}/withdrawals"
        return await story.client.post(url, content=body.encode(), params=params, headers=headers)

    return send


async def test_a_list_of_keys_is_withdrawn_at_once_and_only_once(story, list_of):
    await story.push("drc", "penalty_general", penalties(*(penalty(12, f"L{n}") for n in range(4))))
    await act(story, await record_of(story.gateway, "L3"), "repair")
    keys = "行政处罚决定书文号,统一社会信用代码\n" + "".join(f"{d},{uscc(12)}\n" for d in ("L0", "L1", "L3", "L9"))
    keys += "L2,\n"
    told = await list_of(keys, "list-1")
    assert told.status_code == 201, told.text
    assert {name: told.json()[name] for name in ("rows", "done", "already", "unknown")} == {
        "rows": 5, "done": 2, "already": 0, "unknown": 1,
    }  # fmt: skip
    assert [refused["row"] for refused in told.json()["refused"]] == [4, 6]
    again = await list_of(keys, "list-1")
    assert (again.status_code, again.json()) == (200, told.json())
    assert slug(await list_of(keys + "x,y\n", "list-1")) == "batch-conflict"
    other = (await list_of(keys)).json()
    assert (other["done"], other["already"]) == (0, 2)
    assert [h.fields["cf_wsh"] for h in await held(story.gateway, 12)] == ["L2"]


async def test_a_list_comes_in_any_form_of_a_delivery_and_can_repair(story, list_of):
    await story.push("drc", "penalty_general", penalties(penalty(13, "J1")))
    body = f'[{{"cf_wsh": "J1", "cf_xdr_shxym": "{uscc(13)}"}}]'
    assert (await list_of(body, kind="repair")).json()["done"] == 1
    assert await held(story.gateway, 13) == []


async def test_a_list_that_is_none_or_of_another_agency_is_refused(story, list_of):
    await story.enrol("drc", "agency")
    assert slug(await list_of("行政相对人名称\n甲\n")) == "malformed-delivery"
    assert slug(await list_of("x", dataset="tax_arrears")) == "dataset-not-yours"
    assert slug(await list_of("x", dataset="nothing_such")) == "unknown-dataset"
    assert slug(await list_of("x", reason="")) == "invalid-request"


async def test_the_credit_office_repairs_with_two_operators(story):
    await story.push("drc", "penalty_general", penalties(penalty(14, "C1")))
    record = await record_of(story.gateway, "C1")
    await story.enrol("op-1", "operator")
    await story.enrol("op-2", "operator")
    wanted = {"action": "record.repair", "record": str(record), "reason": "信用修复", "document": "温信修〔2026〕3号"}
    asked = await story.client.post("/v1/admin/changes", json=wanted, headers=await story.headers("op-1"))
    assert asked.status_code == 202, asked.text
    assert len(await held(story.gateway, 14)) == 1
    url = f"/v1/admin/changes/{asked.json()['change']}/approve"
    assert slug(await story.client.post(url, headers=await story.headers("op-1"))) == "own-change"
    assert (await story.client.post(url, headers=await story.headers("op-2"))).status_code == 200
    assert await held(story.gateway, 14) == []


def bankruptcy(number, case, applicant="某公司"):
    header = ("案号", "受理法院", "债务人名称", "统一社会信用代码", "申请人", "裁定受理日期")
    return as_csv(header, [case, "某法院", f"第{number}公司", uscc(number), applicant, "2026-01-05"])


async def test_what_was_done_to_one_enterprise_says_nothing_of_another_under_the_same_number(story):
    await story.push("court", "bankruptcy_case", bankruptcy(30, "破1号", "债权人甲公司"))
    record = await record_of(story.gateway, "破1号", key="破1号")
    assert (await act(story, record, "object", agency="court", hide=True)).status_code == 201
    await story.push("court", "bankruptcy_case", bankruptcy(31, "破1号"))
    later = await record_of(story.gateway, "破1号", version=2, key="破1号")
    assert [(h.fields["debtor_name"], h.objected) for h in await held(story.gateway, 31)] == [("第31公司", False)]
    await story.enrol("s-31", "signatory", subject=uscc(31))
    seen = await story.client.get(f"/v1/records/{later}/history", headers=await story.headers("s-31"))
    assert [version["record"] for version in seen.json()["versions"]] == [str(later)]
    assert (seen.json()["acts"], "债权人甲公司" in seen.text) == ([], False)
    assert (await act(story, later, "repair", agency="court")).status_code == 201
    assert await held(story.gateway, 31) == []


async def test_an_act_dated_back_ends_nothing_before_it_was_said(story):
    await story.push("drc", "penalty_general", penalties(penalty(32, "BACK1")))
    record = await record_of(story.gateway, "BACK1")
    assert (await act(story, record, "withdraw", effective_on="2010-01-01")).status_code == 201
    assert await expunge(story.gateway.units, PROGRAM, story.gateway.protector, datetime.now(UTC)) == {}
    assert (await act(story, record, "reinstate")).status_code == 201
    assert [h.fields["cf_wsh"] for h in await held(story.gateway, 32)] == ["BACK1"]


async def test_persons_numbers_are_kept_out_of_what_is_said_of_an_act(story):
    await story.push("drc", "penalty_general", penalties(penalty(33, "MASK1")))
    said = {"reason": f"当事人{citizen(7)}申请", "document": f"申请书 {citizen(8)}"}
    body = {"kind": "withdraw", **said}
    record = await record_of(story.gateway, "MASK1")
    url, headers = f"/v1/records/{record}/acts", await story.headers("drc")
    assert (await story.client.post(url, json=body, headers=headers)).status_code == 201
    kept = (await rows(story.gateway, "SELECT reason, document FROM record_act WHERE record_id = :r", r=record))[0]
    assert (kept.reason, kept.document) == ("当事人〔证件号已隐去〕申请", "申请书 〔证件号已隐去〕")


async def test_a_lists_batch_id_stands_for_one_act(story, list_of):
    await story.push("drc", "penalty_general", penalties(penalty(34, "TWICE")))
    keys = f"行政处罚决定书文号,统一社会信用代码\nTWICE,{uscc(34)}\n"
    assert (await list_of(keys, "one-act")).status_code == 201
    assert slug(await list_of(keys, "one-act", kind="reinstate")) == "batch-conflict"


async def test_an_agency_that_must_sign_signs_its_lists_too(story, list_of):
    await story.push("court", "bankruptcy_case", bankruptcy(35, "破35号"))
    await asked(story.gateway, SetSigning(client="court", required=True))
    story.gateway.access.expire()
    keys = "案号\n破35号\n"
    assert slug(await list_of(keys, "must-2", dataset="bankruptcy_case", agency="court")) == "batch-signature-required"
    claims = {"batch": "must-2", "dataset": "bankruptcy_case", "sha256": hashlib.sha256(keys.encode()).hexdigest()}
    for batch, status in (("must-3", 400), ("must-2", 201)):  # it is over one batch id
        headers = {"Batch-Id": batch, "Batch-Signature": sign_jws(claims, story.keys["court"], SIGNATURE_TYPE)}
        done = await story.client.post(
            "/v1/datasets/bankruptcy_case/withdrawals", content=keys.encode(), params={"reason": "清单撤回"},
            headers=headers | await story.headers("court"),
        )  # fmt: skip
        assert done.status_code == status, done.text
    assert await held(story.gateway, 35) == []
