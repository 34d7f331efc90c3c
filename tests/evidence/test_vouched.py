"""Business state against the log: every column that decides, changed under intact entries, is found."""

from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

from audit.stops import Stop, add_stop, find_stop
from connectors.store.subjects import find_subject
from consent.templates import shipped_members
from gateway.abnormal.cases import end_case, list_cases
from gateway.abnormal.holding import hold_abnormal
from gateway.admin.actions import SetAgreement
from gateway.cards.releasing import release_card, return_to
from gateway.consents.files import File, add_file
from gateway.consents.life import change_consent
from gateway.consents.templates import set_template
from gateway.disposal.stepping import Said, step_case
from gateway.evidence.conservation import find_differences
from gateway.evidence.fsck import lift
from gateway.evidence.stored_check import check_stored
from gateway.evidence.unseen import COLUMNS, UNCOMPARED
from gateway.evidence.vouched.comparison import TABLES
from gateway.evidence.vouched.declaration import Deed, Entry
from gateway.evidence.vouched.parties import PARTIES
from gateway.identity.clients.client_keys import add_key, retire_key
from gateway.identity.clients.delegations import end_delegation, grant_delegation, set_exit
from gateway.identity.clients.limits import Limits, set_limits, set_signing
from gateway.identity.clients.mandates import Mandate, set_mandate
from gateway.identity.clients.owners import bind_client
from gateway.identity.clients.registry import add_client, add_institution, set_agreement
from gateway.identity.clients.signatories import decide_key
from gateway.identity.key_rotation import rotate
from gateway.inquiries.bases.setting import end_duty, register_duty
from gateway.inquiries.deletions import attest_deleted
from gateway.inquiries.duties import follow
from gateway.inquiries.outputs.policy import OutputPolicy
from gateway.inquiries.outputs.setting import set_output_policy
from gateway.inquiries.views.setting import end_view, set_view
from gateway.inquiries.views.view import View
from gateway.matching.deciding import decide
from gateway.people.invitations import invite
from gateway.platforms.peers import set_peer
from gateway.providers.setting import set_standing, set_terms
from gateway.quota.costs import set_cost
from gateway.quota.grants import GrantRequest, add_grant
from gateway.quota.months import close_month
from gateway.quota.plans import Limit, set_limit
from gateway.quota.rates import set_rate
from gateway.quota.reversals import reverse_charge
from gateway.records.erasure import erase_subject
from gateway.records.retention import expunge
from gateway.records.subjects import link_subject
from gateway.runtime.actor import PROGRAM, Actor, at_this_machine
from gateway.sources.pulls import Source
from gateway.statements.making import make_statement
from gateway.statements.months import month_of
from gateway.watches.releasing import release as release_watch
from gateway.watches.releasing import return_to as return_to_watch
from gateway.webhooks.endpoints import add_endpoint
from gateway.worker import publish_head, take_in
from scoring_adapter.providers.joint import JointTerms, Part
from scoring_adapter.providers.terms import Terms
from signing.keys import generate_key, public_jwk
from tests.actors import OPERATOR
from tests.cards import report_of, source_of
from tests.crosscheck.recorded import check_a_little
from tests.duties import duty_of
from tests.enterprises import uscc
from tests.evidence.forging import forging, other_value, types_of, unbind
from tests.house.objects import OFFICE, OTHER_OFFICE, OWN, Town, arrears, ended_batch, message_of
from tests.house.objects import case as case_of
from tests.house.objects import proposal as proposal_of
from tests.identities import asked, change
from tests.providers import registered, signing_provider
from tests.stories import registration, today
from tests.watches import model_source
from tests.watches import report_of as report_of_watch

# Tables whose rows a batch brought, digested in its event; a person's decision about an identifier is an entry itself.
DIGESTED = {
    "subject": {"subjects"}, "subject_identifier": {"identifiers", "links"}, "name_change": {"name-changes"},
}  # fmt: skip
BY_TABLE = {one.table: one for one in TABLES if one.table not in DIGESTED}


@pytest.fixture(scope="module")
def told():
    return {}


@pytest.fixture
async def town(story, told):
    """An instance in which every table that the log vouches for has rows, most of them changed since."""
    if not told:
        await live_a_little(story)
        told["done"] = True
    return story


async def decide_on_proposals(story):
    """Give records to an enterprise and take them back; and say no to another proposal."""
    gateway = story.gateway
    clerk = Actor("tax", "agency", person="person:tax-clerk")
    for decisions in (((clerk, "accept"), (OPERATOR, "confirm"), (clerk, "take-back")), ((clerk, "reject"),)):
        proposal = UUID((await proposal_of(Town(story, {})))["proposal_id"])
        for actor, decision in decisions:
            async with gateway.units.begin("test.match", actor) as work:
                await decide(work, proposal, decision, "已核对原件")


async def handle_a_case(story):
    """A case that is confirmed, with a file, and asks for another office."""
    made, handler = await case_of(Town(story, {})), Actor(OFFICE, "office", person=f"person:{OFFICE}-office")
    for said in (
        Said("accept", "已受理"),
        Said("confirm", "确认存疑"),
        Said("ask-hand-over", "已迁址", office=OTHER_OFFICE),
    ):
        async with story.gateway.units.begin("test.case", handler) as work:
            await step_case(work, UUID(made["case_id"]), said)


async def live_a_little(story):
    gateway = story.gateway
    await handle_a_case(story)
    await story.push("market_regulation", "ent_registration", registration(OWN))
    await story.push("tax", "tax_arrears", arrears(OWN))
    await story.push("market_regulation", "ent_registration", registration(OWN, 企业名称="瓯海改名鞋业有限公司"))
    await story.push("tax", "tax_arrears", arrears(OWN, amount="7"))
    held = await story.client.post(
        "/v1/datasets/tax_arrears/batches", content=arrears(OWN, column="新列").encode(),
        headers={"Batch-Id": str(uuid4()), **await story.headers("tax")},
    )  # fmt: skip
    assert held.status_code == 202, held.text
    city = public_jwk(generate_key("Ed25519"))
    async with gateway.units.begin("test.known", at_this_machine()) as work:
        await set_peer(
            work, peer_id="city", role="city", url="https://city.example", jwk=city, client_id="wz", status="active"
        )
        for _ in range(2):
            await link_subject(work, gateway.protector, "某旧名公司", uscc(OWN), "经办核实")
    await decide_on_proposals(story)
    keys = f"纳税人识别号,税种\n{registration(OWN).splitlines()[1].split(',')[1]},增值税\n"
    listed = await story.client.post(
        "/v1/datasets/tax_arrears/withdrawals", content=keys.encode(), params={"reason": "报错了"},
        headers={"Batch-Id": str(uuid4()), **await story.headers("tax")},
    )  # fmt: skip
    assert listed.json()["done"] == 1, listed.text
    ended = await ended_batch(Town(story, {}))
    answer = await story.client.post(
        f"/v1/batches/{ended['batch_id']}/reinstate", json={"reason": "清单漏报"}, headers=await story.headers("tax")
    )
    assert answer.json()["returned"] == 1, answer.text
    await story.account("bank-1", "bank")
    for _ in range(2):
        denied = await story.ask("bank-1", OWN)
        assert denied.status_code == 403, denied.text
    consent = await story.consent("bank-1", OWN)
    answered = (await story.ask("bank-1", OWN)).json()["inquiry"]
    assert (await story.ask("bank-1", OWN, product="public_record")).status_code == 200
    result = {"inquiry": answered, "outcome": "granted", "amount": "1.00", "decided_on": today()}
    for amount in ("1.00", "2.00"):
        headers = await story.headers("bank-1")
        await story.client.post("/v1/usage-results", json={**result, "amount": amount}, headers=headers)
    await take_back_and_close(story)
    async with gateway.units.begin("test.pause", Actor("s-1", "signatory", subject=consent["subject"])) as work:
        await change_consent(work, consent["consent"], "pause")
    async with gateway.units.begin("test.evidence", Actor("bank-1", "account", institution_id="bank")) as work:
        await add_file(work, UUID(consent["consent"]), File("sms", "text/plain", "同意".encode()))
    async with gateway.units.begin("test.template", at_this_machine()) as work:
        await set_template(work, shipped_members()[0])
        await set_output_policy(work, "bank", "score", OutputPolicy(form="flag", threshold=600, left_out=("records",)))
        await set_view(
            work, "bank", View("external", 0, ("reg_age_y",), ("reg_capital",)), "pre_loan", "外部", "operator-2"
        )
        await end_view(work, "bank", "external", "模型停用")
        await set_mandate(work, "s-1", Mandate("agent", "授权书 7", work.now + timedelta(days=9), "a" * 64))
    await story.enrol("platform-1", "platform", alg="Ed25519")
    sent = {"message": message_of(Town(story, {}), uuid4())}
    received = await story.client.post("/v1/deliveries", json=sent, headers=await story.headers("platform-1"))
    assert received.status_code == 200, received.text
    await check_a_little(Town(story, {}))
    own = Actor("s-1", "signatory", subject=consent["subject"])
    async with gateway.units.begin("test.signatories", at_this_machine()) as work:
        kid = {}
        for name in ("s-confirmed", "s-objected"):
            key = generate_key("ES256")
            kid[name] = key.kid
            await add_client(
                work, client_id=name, kind="signatory", jwk=public_jwk(key), institution_id=None,
                subject=consent["subject"], not_before=work.now + timedelta(hours=72),
            )  # fmt: skip
        late = public_jwk(generate_key("ES256"))
        await add_key(work, client_id="s-1", jwk=late, overlap_hours=1, not_before=work.now + timedelta(hours=72))
        await bind_client(work, client_id="operator-1", person="operator-1")
    async with gateway.units.begin("test.word", own) as work:
        await decide_key(work, client_id="s-confirmed", kid=kid["s-confirmed"], decision="confirm")
        await decide_key(work, client_id="s-objected", kid=kid["s-objected"], decision="object")
        await decide_key(work, client_id="s-1", kid=late["kid"], decision="object")
    async with gateway.units.begin("test.life", at_this_machine()) as work:
        second = public_jwk(generate_key("ES256"))
        await add_key(work, client_id="bank-1", jwk=second, overlap_hours=1)
        await retire_key(work, client_id="bank-1", kid=second["kid"])
        await set_limits(work, client_id="bank-1", limits=Limits(["inquiries"], ["score"], ["10.0.0.0/8"], []))
        await set_signing(work, client_id="tax", required=True)
        await invite(work, person_id="clerk-1", name="某", role="clerk", agency="tax", oidc_subject="sub-1")
        await rotate(work, "token")
        day = datetime.now(UTC).date()
        await set_agreement(work, institution_id="bank", agreement=(day, day + timedelta(days=9)))
        await set_peer(
            work, peer_id="city", role="city", url="https://city.example", jwk=city, client_id="wz", status="known"
        )
        await add_endpoint(work, "https://203.0.112.1/hook", ["consent"], (), "bank")
        for intermediary in ("centre", "desk"):
            await add_institution(work, institution_id=intermediary, name="某服务中心", kind="other")
            await grant_delegation(work, account="bank-1", intermediary=intermediary)
        await end_delegation(work, account="bank-1", intermediary="desk", reason="委托到期")
        await add_institution(work, institution_id="bureau", name="某局", kind="government")
        for code in ("holds", "ended"):
            await register_duty(work, duty_of(code, "bureau", work.now), "operator-1")
        await end_duty(work, "ended", "职责调整")
        await set_exit(work, institution="bank", exit_via="centre")
        until = work.now + timedelta(days=9)
        await add_grant(work, GrantRequest("account", "bank-1", 100, work.now, until, "专项行动"), "operator-1")
        await set_limit(work, Limit("platform", "", "year", 1_000_000, overdraft_pct=10, alerts=(80,)), until)
        await set_rate(work, "account", "bank-1", "denials", 1, "测试")
        await set_cost(work, "score", 2, "年度调整", until, "operator-1")
        await release_card(work, source_of(3), report_of(source_of(3)), "重新拟合", "operator-1")
        await return_to(work, 0, "退回", "operator-1")
        source = model_source()
        await release_watch(work, "model", source, report_of_watch("model", source), "以去年的结果学得", "operator-1")
        await return_to_watch(work, "model", 0, "退回", "operator-1")
        await set_terms(work, "brain", Terms("https://b.example/score"), "协议已签", "operator-1")
        joint = JointTerms((Part("brain"), Part("embedded")), "beside")
        await set_terms(work, "both", joint, "协议已签", "operator-1")
        await set_standing(work, "both", "suspended", "出错", None)
        await set_standing(work, "both", "resumed", "已修复", "operator-1")
        await set_standing(work, "brain", "suspended", "出错", None)
        await set_standing(work, "brain", "resumed", "已修复", "operator-1")
    async with gateway.units.begin("test.abnormal", PROGRAM) as work:
        await hold_abnormal(work, "denials")
    async with gateway.units.begin("test.lifted", at_this_machine()) as work:
        (case,) = await list_cases(work, limit=9)
        await end_case(work, case.case_id, "bank-1", "lift", "已核实")
    async with gateway.units.begin("test.statement", PROGRAM) as work:
        await make_statement(work, uscc(OWN), month_of(work.now).stepped(-1))
    async with gateway.units.begin("test.source", at_this_machine()) as work:
        entry = await work.record(
            "source.added", {"source": "s1", "dataset": "tax_arrears", "connector": "file"}, outcome="active"
        )
        work.session.add(
            Source(source_id="s1", agency="tax", dataset="tax_arrears", connector="file", config={}, every_seconds=60,
                   watermark=None, due_at=work.now, last_fault=None, event_id=entry)
        )  # fmt: skip
        stop = Stop(uuid4(), work.now, 1)
        stopped = {"stop": str(stop.stop_id), "differences": 1, "first": []}
        event = await work.record("audit.stopped", stopped, outcome="stopped", actor="worker")
        await add_stop(work.session, work.recorder.log_id, stop, event)
    await asked(gateway, SetAgreement(institution="bank", agreement_from=day))
    await change(gateway, "client:tax", "suspend")
    await take_in(gateway)
    async with gateway.units.begin("test.follow", PROGRAM) as work:
        await follow(work)
    await take_in(gateway)
    async with gateway.units.begin("test.lift", at_this_machine()) as work:
        await lift(work, "已核实")
        assert await find_stop(work.session, work.recorder.log_id) is None
    await publish_head(gateway)


async def take_back_and_close(story):
    """An answer said to be deleted, a record behind the other one withdrawn, a charge taken back, a month closed."""
    units, kept = story.gateway.units, (await story.ask("bank-1", OWN)).json()["inquiry"]
    with TemporaryDirectory() as folder, signing_provider(Path(folder)) as (url, key):
        await registered(story.gateway, "signs", url, signing=key)
        assert (await story.ask("bank-1", OWN, provider="signs")).json()["signed"]
    async with units.begin("test.deleted", Actor("bank-1", "account", institution_id="bank")) as work:
        await attest_deleted(work, [UUID(kept)])
    newest = """
        SELECT record_id FROM record WHERE dataset = 'ent_registration' AND superseded_at IS NULL
        ORDER BY record_id DESC LIMIT 1
    """
    async with units.begin("test.ledger", at_this_machine()) as work:
        record = (await work.session.execute(text(newest))).scalar_one()
        charge = await work.session.execute(text("SELECT entry_id FROM quota_ledger ORDER BY entry_id LIMIT 1"))
        await reverse_charge(work, charge.scalar_one(), "重复计费", "operator-2")
    body = {"kind": "withdraw", "reason": "登记有误"}
    headers = await story.headers("market_regulation")
    done = await story.client.post(f"/v1/records/{record}/acts", json=body, headers=headers)
    assert done.status_code == 201, done.text
    before = """
        INSERT INTO quota_month (month, ended_at, closed_at)
        SELECT to_char(now() AT TIME ZONE 'Asia/Shanghai' - interval '2 months', 'YYYY-MM'), now(), now()"""
    async with units.begin("test.closed", at_this_machine()) as work:  # nobody was charged in an earlier month
        await work.session.execute(text(before))
    for _ in range(2):
        async with units.begin("test.close", PROGRAM) as work:
            assert await close_month(work)


async def differences(work):
    return (await check_stored(work, lambda _done, _all: None, tree=False)).findings.told


async def test_untouched_state_agrees_with_the_log(town):
    async with forging(town.gateway) as work:
        checked = await check_stored(work, lambda _done, _all: None, tree=True)
    assert checked.findings.told == []
    assert checked.older == {}
    empty = {one.name for one in TABLES} - checked.rows.keys()
    assert empty == set()


def columns():
    """Every column of the tables that the log vouches for, but those that decide nothing."""
    for name, one in BY_TABLE.items():
        for column in SQLModel.metadata.tables[name].columns:
            if column.name not in COLUMNS.get(name, {}):
                yield name, column.name, one.name


@pytest.mark.parametrize(("table", "column", "name"), list(columns()))
async def test_a_column_that_was_changed_is_found(town, table, column, name):
    async with forging(town.gateway, table) as work:
        kind = (await types_of(work.session, table))[column]
        await unbind(work.session, table)
        forged = (
            f"UPDATE {table} SET {column} = {other_value(column, kind)} WHERE ctid = (SELECT min(ctid) FROM {table})"
        )
        assert (await work.session.execute(text(forged))).rowcount == 1
        assert name in {one.where for one in await differences(work)}


PUBLIC = "(SELECT inquiry_id FROM inquiry WHERE legal_basis = 'public')"


async def test_what_was_answered_without_a_consent_is_vouched_for_too(town):
    async with forging(town.gateway, "inquiry") as work:
        forged = f"UPDATE inquiry SET packed = packed || '\\x00' WHERE inquiry_id = {PUBLIC}"
        assert (await work.session.execute(text(forged))).rowcount == 1
        assert {one.where for one in await differences(work)} == {"inquiries"}


async def test_where_it_cannot_be_read_what_an_answer_stood_on_no_use_is_missed(town):
    async with forging(town.gateway, "audit_payload") as work:
        gone = f"DELETE FROM audit_payload WHERE event_id = (SELECT event_id FROM inquiry WHERE inquiry_id = {PUBLIC})"
        assert (await work.session.execute(text(gone))).rowcount == 1
        assert {one.where for one in await differences(work)} == {"payloads"}


async def test_a_use_of_a_consent_that_an_answer_did_not_stand_on_is_found(town):
    async with forging(town.gateway, "consent_use") as work:
        forged = f"""
            UPDATE consent_use SET (event_id, inquiry_id) =
                (SELECT event_id, inquiry_id FROM inquiry WHERE inquiry_id = {PUBLIC})
            WHERE ctid = (SELECT min(ctid) FROM consent_use)"""
        await unbind(work.session, "consent_use")
        assert (await work.session.execute(text(forged))).rowcount == 1
        assert len([one for one in await differences(work) if one.where == "uses"]) == 2  # one too many, one missing


RECORD = [column.name for column in SQLModel.metadata.tables["record"].columns if column.name not in COLUMNS["record"]]


@pytest.mark.parametrize("column", RECORD)
async def test_a_records_column_that_was_changed_is_found(town, column):
    async with forging(town.gateway, "record") as work:
        kind = (await types_of(work.session, "record"))[column]
        await unbind(work.session, "record")
        newest = "SELECT min(ctid) FROM record WHERE superseded_at IS NULL AND subject_id IS NOT NULL"
        forged = f"UPDATE record SET {column} = {other_value(column, kind)} WHERE ctid = ({newest})"
        assert (await work.session.execute(text(forged))).rowcount == 1
        assert [*await differences(work), *await find_differences(work)]


ACT = [column.name for column in SQLModel.metadata.tables["record_act"].columns if column.name != "act_id"]
SET_ACT = "ctid = (SELECT min(ctid) FROM record_act WHERE kind = '{}')"


@pytest.mark.parametrize("kind", ["end", "return"])
async def test_a_column_of_an_act_that_came_with_many_is_found(town, kind):
    async with forging(town.gateway, "record_act") as work:
        types = await types_of(work.session, "record_act")
        await unbind(work.session, "record_act")
        for column in ACT:
            forged = (
                f"UPDATE record_act SET {column} = {other_value(column, types[column])} WHERE {SET_ACT.format(kind)}"
            )
            async with work.session.begin_nested() as taken_back:
                assert (await work.session.execute(text(forged))).rowcount == 1
                found = {one.where for one in await differences(work)}
                await taken_back.rollback()
            assert "set-acts" in found, column


@pytest.mark.parametrize(
    "forged",
    ["DELETE FROM record_act WHERE {}", "INSERT INTO record_act SELECT * FROM record_act WHERE {}"],
    ids=["taken away", "added"],
)
async def test_an_act_taken_from_many_or_added_to_them_is_found(town, forged):
    async with forging(town.gateway, "record_act") as work:
        await unbind(work.session, "record_act")
        assert (await work.session.execute(text(forged.format(SET_ACT.format("end"))))).rowcount == 1
        assert "set-acts" in {one.where for one in await differences(work)}


@pytest.mark.parametrize("one", TABLES, ids=lambda one: one.name)
async def test_a_row_that_was_taken_away_is_found(town, one):
    async with forging(town.gateway, one.table) as work:
        await unbind(work.session, one.table)
        gone = await work.session.execute(text(f"DELETE FROM {one.table}"))
        assert gone.rowcount
        assert one.name in {found.where for found in await differences(work)}


@pytest.mark.parametrize("one", [one for one in TABLES if isinstance(one, Deed)], ids=lambda one: one.name)
async def test_a_row_without_an_entry_of_its_own_is_found(town, one):
    async with forging(town.gateway, one.table) as work:
        key = SQLModel.metadata.tables[one.table].primary_key.columns.keys()
        kinds = await types_of(work.session, one.table)
        made = ", ".join(other_value(name, kinds[name]) if name in key else name for name in kinds)
        names = ", ".join(kinds)
        await unbind(work.session, one.table)
        copied = f"INSERT INTO {one.table} ({names}) OVERRIDING SYSTEM VALUE SELECT {made} FROM {one.table} LIMIT 1"
        await work.session.execute(text(copied))
        found = await differences(work)
        assert any(one.name == one_found.where and "没有对应的条目" in one_found.said for one_found in found)


def digested():
    """Every column of those tables that decides something, in a row of each kind."""
    for table in DIGESTED:
        kinds = ("batch_id IS NOT NULL", "batch_id IS NULL") if table == "subject_identifier" else ("true",)
        for column in SQLModel.metadata.tables[table].columns:
            if column.name not in COLUMNS[table]:
                yield from ((table, column.name, kind) for kind in kinds)


async def unbind_digested(session, table):
    await unbind(session, table)
    if table == "name_change":
        await session.execute(text("ALTER TABLE name_change ALTER change_id DROP IDENTITY"))


@pytest.mark.parametrize(("table", "column", "kind"), list(digested()))
async def test_a_digested_column_that_was_changed_is_found(town, table, column, kind):
    async with forging(town.gateway, table) as work:
        value = other_value(column, (await types_of(work.session, table))[column])
        await unbind_digested(work.session, table)
        row = f"SELECT min(ctid) FROM {table} WHERE {kind}"
        forged = text(f"UPDATE {table} SET {column} = {value} WHERE ctid = ({row})")
        assert (await work.session.execute(forged)).rowcount == 1
        assert {one.where for one in await differences(work)} & DIGESTED[table]


@pytest.mark.parametrize("table", DIGESTED)
async def test_a_digested_row_that_was_taken_away_or_added_is_found(town, table):
    last = f"{table} WHERE ctid = (SELECT max(ctid) FROM {table})"
    for forged in (
        f"DELETE FROM {last}",
        f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM {last}",
    ):
        async with forging(town.gateway, table) as work:
            await unbind_digested(work.session, table)
            assert (await work.session.execute(text(forged))).rowcount == 1
            assert {one.where for one in await differences(work)} & DIGESTED[table]


async def test_a_name_made_former_or_current_behind_the_log_is_found(town):
    """What the newest change of a name says decides; for a name that never changed there is none."""
    for forged in ("former_since = NULL", "former_since = now()"):
        async with forging(town.gateway, "subject_identifier") as work:
            former = "IS NOT NULL" if forged.endswith("NULL") else "IS NULL"
            where = f"kind = 'name' AND batch_id IS NOT NULL AND former_since {former}"
            await work.session.execute(text(f"UPDATE subject_identifier SET {forged} WHERE {where}"))
            assert "identifiers" in {one.where for one in await differences(work)}


async def test_what_was_erased_and_kept_long_enough_is_explained(town):
    """Last in this file: it empties what it is about."""
    gateway = town.gateway
    async with gateway.units.begin("test.erase", at_this_machine()) as work:
        await erase_subject(work, gateway.protector, uscc(OWN), "本人要求")
    late = datetime.now(UTC) + timedelta(days=36500)
    assert await expunge(gateway.units, at_this_machine(), gateway.protector, late)
    async with forging(gateway) as work:
        gone = text("UPDATE audit_dek SET wrapped_key = NULL, destroyed_at = now() WHERE subject_ref = :own")
        own = await find_subject(work.session, "uscc", uscc(OWN))
        assert (await work.session.execute(gone, {"own": str(own.subject_id)})).rowcount
        checked = await check_stored(work, lambda _done, _all: None, tree=True)
        assert (checked.findings.told, await find_differences(work)) == ([], [])
        assert checked.older["links"]


def test_every_column_is_compared_or_has_its_reason_and_no_reason_is_left_over():
    for table, reasons in COLUMNS.items():
        assert set(reasons) <= {column.name for column in SQLModel.metadata.tables[table].columns}, table
    assert set(COLUMNS) <= {*BY_TABLE, *DIGESTED, "record"}


def test_every_table_is_compared_or_has_its_reason():
    root = Path(__file__).parents[2]
    for room in ("audit", "connectors", "consent", "gateway"):
        for path in (root / room).rglob("*tables.py"):
            import_module(".".join(path.relative_to(root).with_suffix("").parts))
    compared = {*BY_TABLE, *DIGESTED, "record"}
    assert compared & set(UNCOMPARED) == set()
    assert compared | set(UNCOMPARED) == set(SQLModel.metadata.tables)
    page = (root / "docs" / "evidence.md").read_text("utf-8")
    assert [table for table in UNCOMPARED if not table.startswith("audit_") and f"`{table}`" not in page] == []


def test_the_first_operator_of_an_older_instance_is_the_one_who_acted():
    entry = Entry("older", {"type": "client.added", "actor": "operator"}, {"kind": "operator", "kid": "k"})
    for name, key in (("clients", "operator"), ("client-keys", "operator/k")):
        rows = {}
        next(one for one in PARTIES if one.name == name).events["client.added"](rows, entry)
        assert list(rows) == [key]
