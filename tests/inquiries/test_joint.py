"""A joint answer of several providers: each apart from the others' faults, within one deadline, and rightly charged."""

import asyncio
from base64 import b64decode
from uuid import UUID, uuid4

import httpx
import orjson
import pytest
from sqlalchemy import text

from gateway.app import create_app
from gateway.evidence.conservation import find_differences
from gateway.identity.clients.limits import set_for_people
from gateway.inquiries.outputs.policy import OutputPolicy
from gateway.inquiries.outputs.setting import set_output_policy
from gateway.inquiries.provider_statements import read_statements
from gateway.inquiries.replay import replay_inquiry
from gateway.providers.days import list_days
from gateway.providers.setting import list_versions, set_standing
from gateway.runtime.actor import PROGRAM
from gateway.runtime.denial import DeniedError
from scoring_adapter.providers.asking import Providers
from scoring_adapter.providers.joint import EMBEDDED, Part
from signing.jws import payload_of
from tests.actors import MACHINE, OPERATOR
from tests.enterprises import uscc
from tests.gates import held, writes_to
from tests.persons import signed_in
from tests.processes import free_port
from tests.providers import joined, provider, registered, serving, signing_provider
from tests.stories import registration, slug

WHY = "协议已签"
PAYLOAD = text("""
    SELECT e.event_id, p.key_id, k.wrapped_key, p.sealed
    FROM audit_event e JOIN audit_payload p USING (event_id) JOIN audit_dek k USING (key_id) WHERE e.event_id = :entry
""")
PARTS = (Part("good", required=True, weight_ppm=600_000), Part("switch", weight_ppm=400_000))
SWITCH = {"status": 200, "changes": {}}


def switched(_headers, body):
    """Answer as the switch says."""
    question = orjson.loads(body)
    answer = {"inquiry": question["inquiry"], "subject": question["subject"], "score": 400, "band": "C", "model": "m/1"}
    return SWITCH["status"], orjson.dumps({**answer, **SWITCH["changes"]})


@pytest.fixture(autouse=True)
def _switched_back():
    yield
    SWITCH.update(status=200, changes={})


@pytest.fixture(scope="module")
def urls():
    with (
        provider() as good, provider("--break", "hang") as hung, provider("--break", "shape") as odd,
        serving(switched) as switch,
    ):  # fmt: skip
        yield {
            "good": good, "hung": hung, "odd": odd, "down": f"http://127.0.0.1:{free_port()}/", "switch": switch,
        }  # fmt: skip


@pytest.fixture
async def ready(story, urls):
    if "s-1" not in story.keys:
        for name, url in urls.items():
            await registered(story.gateway, name, url, time_ms=30_000, attempts=1, open_after=3, open_seconds=1)
        await story.push("market_regulation", "ent_registration", registration(1))
        await story.feeds()
        await story.account("bank-1", "bank")
        await story.consent("bank-1", 1)
        await joined(story.gateway, "both", *PARTS)
        await joined(story.gateway, "free", *PARTS, charge_partial=False)
    yield story
    async with story.gateway.units.begin("test.reconcile", PROGRAM) as work:
        assert await find_differences(work) == []


async def used(story):
    day = (await story.client.get("/v1/quota", headers=await story.headers("bank-1"))).json()["day"]
    return day["used"], day["reserved"]


async def rows(story, query):
    async with story.gateway.database.begin("test.read", role="owner") as session:
        return [tuple(row) for row in await session.execute(text(query))]


def part(answer, name):
    return next(one for one in answer["parts"] if one["provider"] == name)


async def test_each_part_has_its_own_score_band_and_model_and_the_rule_says_what_of_what(ready):
    before = await used(ready)
    answer = (await ready.ask("bank-1", 1, provider="both")).json()
    good, switch = part(answer, "good"), part(answer, "switch")
    assert (switch["score"], switch["band"], switch["model"]) == (400, "C", "m/1")
    assert good["model"] == "five-force-example/1"
    assert [(one["required"], one["weight_ppm"], one["counted"]) for one in (good, switch)] == [
        (True, 600_000, True), (False, 400_000, True)
    ]  # fmt: skip
    score = (good["score"] * 600_000 + 400 * 400_000) // 1_000_000
    assert (answer["score"], answer["band"]) == (score, "good" if score >= 600 else "fair")
    assert (answer["outcome"], answer["model"], answer["partial"], answer["charged"]) == (
        "scored",
        "both/1",
        False,
        True,
    )
    assert answer["rule"]["kind"] == "weighted-mean"
    assert await used(ready) == (before[0] + 1, 0)
    signed = payload_of(answer["answer"])
    assert {name: signed[name] for name in ("score", "parts", "rule")} == {
        name: answer[name] for name in ("score", "parts", "rule")
    }


async def test_one_that_hangs_one_that_lies_and_one_that_is_down_are_missing_within_the_deadline(ready):
    weights = {"good": 400_000, "hung": 200_000, "odd": 200_000, "down": 200_000}
    parts = [Part(name, required=name == "good", weight_ppm=one) for name, one in weights.items()]
    await joined(ready.gateway, "faults", *parts, time_ms=4000)  # the one that hangs has 30 s by its own terms
    before = await used(ready)
    answer = (await asyncio.wait_for(ready.ask("bank-1", 1, provider="faults"), 20)).json()
    assert {one["provider"]: one.get("fault") for one in answer["parts"]} == {
        "good": None, "hung": "timeout", "odd": "shape", "down": "unreachable"
    }  # fmt: skip
    assert (answer["partial"], answer["charged"], answer["score"]) == (True, True, part(answer, "good")["score"])
    assert [one["outcome"] for one in answer["parts"]] == ["scored", "missing", "missing", "missing"]
    assert await used(ready) == (before[0] + 1, 0)
    async with ready.gateway.units.begin("test.days", MACHINE) as work:
        days = {one["provider"]: one["faults"] for one in await list_days(work)}
    assert (days["hung"], days["odd"]) == ({"timeout": 1}, {"shape": 1})
    assert days["down"]["unreachable"] == 1
    [told] = await rows(
        ready, "SELECT count(*) FROM audit_event WHERE type = 'inquiry.answered' AND outcome = 'answered'"
    )
    assert told[0] >= 1


@pytest.mark.parametrize(("name", "units"), [("both", 1), ("free", 0)])
async def test_a_partial_answer_is_charged_as_agreed(ready, name, units):
    SWITCH["status"] = 500
    before = await used(ready)
    answer = await ready.ask("bank-1", 1, provider=name)
    made = answer.json()
    assert (made["partial"], made["charged"], part(made, "switch")["fault"]) == (True, bool(units), "status")
    assert await used(ready) == (before[0] + units, 0)
    shown = (await ready.client.get(f"/v1/inquiries/{made['inquiry']}", headers=await ready.headers("bank-1"))).json()
    assert (shown["units"], payload_of(shown["answer"])["parts"]) == (units, made["parts"])
    query = f"SELECT units FROM quota_ledger WHERE inquiry_id = '{made['inquiry']}'"
    assert await rows(ready, query) == [(units,)]
    whole = (await ready.ask("bank-1", 1, provider=name, key=f"again-{name}")).json()
    assert whole["partial"]  # the breaker may be open by now: it is told either way


async def test_without_a_required_part_nothing_is_answered_and_nothing_charged(ready):
    await joined(ready.gateway, "needs-both", Part("good"), Part("switch", required=True), rule="beside")
    for status, changes, code, expected in (
        (500, {}, 504, "upstream-unavailable"), (200, {"score": "high"}, 502, "upstream-invalid")
    ):  # fmt: skip
        await asyncio.sleep(1.1)  # what was left alone before is asked again
        SWITCH.update(status=status, changes=changes)
        before = await used(ready)
        answer = await ready.ask("bank-1", 1, provider="needs-both", key="needs-both")
        assert (answer.status_code, slug(answer)) == (code, expected)
        assert "switch" in answer.json()["detail"]
        assert await used(ready) == before
    async with ready.gateway.units.begin("test.days", MACHINE) as work:
        [day] = await list_days(work, "needs-both")
    assert (day["answered"], day["faults"]) == (0, {"status": 1, "shape": 1})
    await asyncio.sleep(1.1)
    SWITCH.update(status=200, changes={})
    again = (await ready.ask("bank-1", 1, provider="needs-both", key="needs-both")).json()
    assert (again["outcome"], again["score"], again["band"], again["partial"]) == ("beside", None, None, False)
    assert [one["counted"] for one in again["parts"]] == [False, False]


async def test_a_part_that_recovers_is_asked_again_without_a_restart(ready, urls):
    await registered(ready.gateway, "recovers", urls["switch"], open_after=1, open_seconds=2, attempts=1)
    await joined(ready.gateway, "of-recovers", Part("good", required=True), Part("recovers"), rule="beside")
    SWITCH["status"], faults = 500, []
    while "open" not in faults:
        answer = (await ready.ask("bank-1", 1, provider="of-recovers")).json()
        faults.append(part(answer, "recovers")["fault"])
    assert set(faults) == {"status", "open"}
    SWITCH["status"] = 200
    while "fault" in (found := part((await ready.ask("bank-1", 1, provider="of-recovers")).json(), "recovers")):
        assert found["fault"] == "open"  # it is left alone for its time, and then asked once to see
        await asyncio.sleep(0.2)
    assert found["score"] == 400


async def test_where_no_part_answers_nothing_is_answered(ready):
    await joined(ready.gateway, "none-there", Part("down"), Part("odd"), rule="beside")
    before = await used(ready)
    answer = await ready.ask("bank-1", 1, provider="none-there")
    assert (answer.status_code, slug(answer)) == (504, "upstream-unavailable")
    assert await used(ready) == before


async def test_the_embedded_card_is_a_part_as_it_is_by_itself(ready):
    await joined(ready.gateway, "with-card", Part(EMBEDDED, required=True), Part("good"), rule="beside")
    alone = (await ready.ask("bank-1", 1)).json()
    answer = (await ready.ask("bank-1", 1, provider="with-card")).json()
    own = part(answer, EMBEDDED)
    names = ("outcome", "score", "band", "model", "inputs", "reasons", "missing", "not_computable", "basis", "card")
    assert {name: own[name] for name in names} == {name: alone[name] for name in names}


async def test_the_worst_band_decides_and_one_without_a_place_is_missing(ready):
    order = ("excellent", "good", "fair", "poor", "C")
    await joined(ready.gateway, "worst", Part("good"), Part("switch"), rule="worst-band", order=order)
    answer = (await ready.ask("bank-1", 1, provider="worst")).json()
    assert (answer["score"], answer["band"], answer["partial"]) == (None, "C", False)
    SWITCH["changes"] = {"band": "unheard-of"}
    answer = (await ready.ask("bank-1", 1, provider="worst")).json()
    assert (part(answer, "switch")["fault"], answer["band"]) == ("band", part(answer, "good")["band"])


async def test_a_part_is_shown_its_own_permit(ready):
    seen = []

    def see(headers, body):
        seen.append(payload_of(headers["Authorization"].removeprefix("Bearer ")))
        return switched(headers, body)

    with serving(see) as url:
        await registered(ready.gateway, "sees", url)
        await joined(ready.gateway, "seen", Part("sees", required=True), Part("good"), rule="beside")
        assert (await ready.ask("bank-1", 1, provider="seen")).status_code == 200
    assert [(one["aud"], one["subject"]) for one in seen] == [("sees", uscc(1))]


async def standing(story, name, act):
    async with story.gateway.units.begin("test.standing", OPERATOR) as work:
        await set_standing(work, name, act, WHY, None)


async def test_a_suspended_part_is_missing_and_a_suspended_joint_answer_denied(ready, urls):
    await registered(ready.gateway, "stops", urls["good"])
    await joined(ready.gateway, "may-miss", Part("good", required=True), Part("stops"), rule="beside")
    await joined(ready.gateway, "must-have", Part("good"), Part("stops", required=True), rule="beside")
    await standing(ready, "stops", "suspended")
    assert part((await ready.ask("bank-1", 1, provider="may-miss")).json(), "stops")["fault"] == "suspended"
    before = await used(ready)
    denied = await ready.ask("bank-1", 1, provider="must-have")
    assert (slug(denied), "stops" in denied.json()["detail"]) == ("upstream-unavailable", True)
    await standing(ready, "may-miss", "suspended")
    assert slug(await ready.ask("bank-1", 1, provider="may-miss")) == "upstream-unavailable"
    assert await used(ready) == before


@pytest.mark.parametrize(("required", "status"), [(False, 200), (True, 504)])
async def test_a_part_that_is_suspended_while_it_is_asked_has_not_answered(ready, urls, monkeypatch, required, status):
    name = f"meanwhile-{required}".lower()
    await registered(ready.gateway, name, urls["good"])
    await joined(ready.gateway, f"of-{name}", Part("good"), Part(name, required=required), rule="beside")
    ask = Providers.ask

    async def suspend_then_answer(self, asked_of, *arguments):
        answer = await ask(self, asked_of, *arguments)
        if asked_of.name == name:
            await standing(ready, name, "suspended")
        return answer

    monkeypatch.setattr(Providers, "ask", suspend_then_answer)
    before = await used(ready)
    answer = await ready.ask("bank-1", 1, provider=f"of-{name}")
    assert answer.status_code == status
    if status == 200:
        assert part(answer.json(), name)["fault"] == "suspended"
    else:
        assert await used(ready) == before


@pytest.mark.parametrize(
    ("name", "parts", "said"),
    [("embedded", (Part("good"), Part("switch")), "gateway's own"), ("good", (Part("good"), Part("switch")), "name"),
     ("new", (Part("nobody"), Part("good")), "nobody"), ("new", (Part("both"), Part("good")), "both"),
     ("new", (Part("good"),), "parts")],
)  # fmt: skip
async def test_what_cannot_be_joined_is_refused(ready, name, parts, said):
    with pytest.raises(DeniedError, match=said):
        await joined(ready.gateway, name, *parts, rule="beside")


async def test_the_order_has_the_cards_own_bands_where_the_card_is_a_part(ready):
    with pytest.raises(DeniedError, match="order"):
        await joined(ready.gateway, "new", Part(EMBEDDED), Part("good"), rule="worst-band", order=("good", "poor"))


async def test_a_name_is_a_providers_or_a_joint_answers_and_stays_so(ready, urls):
    with pytest.raises(DeniedError, match="name"):
        await registered(ready.gateway, "both", urls["good"])


async def test_of_a_provider_and_a_joint_answer_of_one_name_at_once_one_is_made(ready):
    async with held(ready.gateway.database, writes_to("joint_version")) as gate:
        first = asyncio.create_task(joined(ready.gateway, "one-name", Part("good"), Part("switch"), rule="beside"))
        await gate.waiting(1)
        second = asyncio.create_task(registered(ready.gateway, "one-name", "http://127.0.0.1:1/"))
        await gate.waiting(1)
    await first
    with pytest.raises(DeniedError, match="name"):
        await second


async def test_other_terms_are_a_new_version_and_the_answer_says_by_which(ready):
    await joined(ready.gateway, "versions", Part("good"), Part("switch"), rule="beside")
    await joined(ready.gateway, "versions", Part("good", required=True), Part("switch"), rule="beside")
    async with ready.gateway.units.begin("test.list", MACHINE) as work:
        found = await list_versions(work, "versions")
    assert [(one["kind"], one["version"], one["in_force"]) for one in found] == [
        ("joint", 2, True), ("joint", 1, False)
    ]  # fmt: skip
    assert (await ready.ask("bank-1", 1, provider="versions")).json()["model"] == "versions/2"


async def test_no_part_tells_what_the_output_policy_withholds(ready):
    await ready.account("bank-2", "shown-less")
    await ready.consent("bank-2", 1)
    await joined(ready.gateway, "all", Part(EMBEDDED), Part("good"), Part("switch"), rule="beside")
    forms = {
        "banded": OutputPolicy(form="banded", left_out=("records",)),
        "flag": OutputPolicy(form="flag", threshold=500),
    }
    for form, policy in forms.items():
        async with ready.gateway.units.begin("test.policy", OPERATOR) as work:
            await set_output_policy(work, "shown-less", "score", policy)
        answer = (await ready.ask("bank-2", 1, provider="all")).json()
        assert answer["policy"]["form"] == form
        for one in answer["parts"]:
            assert one["score"] is None
            assert "policy" not in one
            assert (one["band"] is None) == (form == "flag")
            assert not any(isinstance(reason, str) for reason in one.get("reasons", ()))
        own = part(answer, EMBEDDED)
        assert "records" not in own["basis"]
        if form == "banded":
            assert {"score", "reasons", "reasons.points", "records"} <= set(answer["policy"]["withheld"])
            assert all(reason["points"] is None for reason in own["reasons"])
        else:
            assert part(answer, "switch")["flag"] == {"at_least": 500, "met": False}
        assert orjson.dumps(answer["parts"]).count(b'"score":null') == 3


async def test_the_log_says_what_each_part_came_to_and_replay_why_it_cannot_be_done(ready):
    SWITCH["status"] = 500
    await asyncio.sleep(1.1)
    answer = (await ready.ask("bank-1", 1, provider="both")).json()
    await ready.enrol("auditor-7", "auditor")
    headers = await ready.headers("auditor-7")
    async with ready.gateway.database.begin("test.payload") as session:
        sealed = (await session.execute(PAYLOAD, {"entry": answer["entry"]})).one()
    payload = orjson.loads(ready.gateway.audit.open_payload(*sealed)["payload"])
    told = {one["provider"]: one for one in payload["parts"]}
    assert (told["good"]["inputs"], told["switch"]["fault"]) == (part(answer, "good")["inputs"], "status")
    path = f"/v1/audit/inquiries/{answer['inquiry']}/replay"
    replayed = (await ready.client.post(path, headers=headers)).json()
    assert replayed["outcome"] == "not-replayable"
    assert "good, switch" in replayed["why"]


@pytest.mark.parametrize("form", ["raw", "banded"])
async def test_the_cards_own_part_is_computed_again_and_the_others_are_named(ready, form):
    await ready.account(f"bank-{form}", f"shown-{form}")
    await ready.consent(f"bank-{form}", 1)
    async with ready.gateway.units.begin("test.policy", OPERATOR) as work:
        await set_output_policy(work, f"shown-{form}", "score", OutputPolicy(form=form, left_out=("missing",)))
    await joined(ready.gateway, f"again-{form}", Part(EMBEDDED), Part("good"), rule="beside")
    answer = (await ready.ask(f"bank-{form}", 1, provider=f"again-{form}")).json()
    async with ready.gateway.units.begin("test.replay", MACHINE) as work:
        made = await replay_inquiry(work, UUID(answer["inquiry"]))
    assert (made.outcome, made.model, made.differences) == ("equal", part(answer, EMBEDDED)["model"], ())
    assert "good" in made.why
    assert EMBEDDED not in made.why


async def test_terms_of_a_provider_and_of_a_joint_answer_are_listed_with_their_kind(ready):
    await ready.enrol("operator-7", "operator")
    headers = await ready.headers("operator-7")
    listed = (await ready.client.get("/v1/admin/providers", headers=headers)).json()["providers"]
    kinds = {one["provider"]: one["kind"] for one in listed}
    assert (kinds["good"], kinds["both"]) == ("provider", "joint")


@pytest.mark.parametrize("change", ["UPDATE joint_version SET status = 'serving'", "DELETE FROM joint_version"])
async def test_the_service_changes_nothing_that_was_agreed(ready, change):
    async with ready.gateway.database.begin("test.app") as session:
        with pytest.raises(Exception, match="permission denied"):
            await session.execute(text(change))


async def test_what_a_provider_signed_is_kept_with_the_answer_and_can_be_verified(ready, tmp_path):
    with signing_provider(tmp_path) as (url, key):
        await registered(ready.gateway, "signs", url, signing=key)
        await joined(ready.gateway, "signed-joint", Part("signs"), Part("switch"), rule="beside")
        alone = (await ready.ask("bank-1", 1, provider="signs")).json()
        both = (await ready.ask("bank-1", 1, provider="signed-joint")).json()
        await registered(ready.gateway, "signs", url)  # other terms do not undo what was signed
        plain = (await ready.ask("bank-1", 1, provider="signs")).json()
    assert (alone["signed"], part(both, "signs")["signed"], "signed" in plain) == (True, True, False)
    for answer in (alone, both):
        async with ready.gateway.units.begin("test.statements", MACHINE) as work:
            [kept] = await read_statements(work, UUID(answer["inquiry"]))
        assert (kept["provider"], kept["version"], kept["holds"], kept["key"]) == ("signs", 1, True, key)
        assert orjson.loads(b64decode(kept["body"]))["inquiry"] == answer["inquiry"]
    await ready.enrol("auditor-8", "auditor")
    for answer, many in ((alone, 1), (plain, 0)):
        path = f"/v1/audit/inquiries/{answer['inquiry']}/statements"
        told = await ready.client.get(path, headers=await ready.headers("auditor-8"))
        assert [one["holds"] for one in told.json()["statements"]] == [True] * many
        assert (await ready.client.get(path, headers=await ready.headers("bank-1"))).status_code == 403
    path = f"/v1/audit/inquiries/{uuid4()}/statements"
    assert slug(await ready.client.get(path, headers=await ready.headers("auditor-8"))) == "inquiry-not-found"
    told = await rows(ready, "SELECT count(*) FROM audit_event WHERE type = 'provider.signed'")
    assert told == [(2,)]


@pytest.mark.parametrize("fault", ["unsigned", "forged"])
async def test_an_answer_that_is_not_signed_as_agreed_is_refused_and_costs_nothing(ready, tmp_path, fault):
    with signing_provider(tmp_path, "--break", fault) as (url, key):
        await registered(ready.gateway, fault, url, signing=key)
        before = await used(ready)
        answer = await ready.ask("bank-1", 1, provider=fault)
        assert (answer.status_code, slug(answer)) == (502, "upstream-invalid")
        assert await used(ready) == before
        await joined(ready.gateway, f"of-{fault}", Part("good"), Part(fault), rule="beside")
        joint = (await ready.ask("bank-1", 1, provider=f"of-{fault}")).json()
    assert part(joint, fault)["fault"] == "signature"


async def test_the_page_of_an_answer_shows_each_part_and_who_is_missing(ready):
    gateway = ready.gateway
    async with gateway.units.begin("test.for-people", OPERATOR) as work:
        await set_for_people(work, client_id="bank-1", allowed=True)
    await joined(gateway, "shown", Part("good", required=True), Part("down"), rule="beside")
    made = (await ready.ask("bank-1", 1, provider="shown")).json()
    await joined(gateway, "shown-free", *PARTS, charge_partial=False)
    SWITCH["status"] = 500
    free = (await ready.ask("bank-1", 1, provider="shown-free")).json()
    transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway))
    async with httpx.AsyncClient(transport=transport, base_url=gateway.settings.issuer) as browser:
        await signed_in(gateway, browser, "li", "staff", institution="bank")
        shown = (await browser.get(f"/console/inquiries/{made['inquiry']}")).text
        partial = (await browser.get(f"/console/inquiries/{free['inquiry']}")).text
    good = part(made, "good")
    for said in (
        "各列各的，不合成", "各方分数并列，不合成总分", f"{good['score']} / 1000", "没有应答：", "five-force-example/1",
        "必需", "可缺", "有的提供方没有给出分数", good["reasons"][0].partition(" ")[0],
    ):  # fmt: skip
        assert said in shown, said
    assert "本次未计费" in partial
    assert "加权平均" in partial
