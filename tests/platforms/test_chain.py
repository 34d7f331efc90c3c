"""Usage results and evaluations through real instances: gateway to city to province, and to the financial brain."""

import os
import signal
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from consent.statements import APPROVAL_TYPE, approval_claims
from signing.jws import sign_jws, verify_jws
from tests.enterprises import uscc
from tests.processes import wait_until
from tests.stories import registration, today
from tests.town import everything, instance, introduce

REPORT = {"outcome": "granted", "amount": "500000", "first_time": True, "decided_on": today()}


@pytest.fixture(scope="module")
def town(socket_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    with ExitStack() as stack:

        def make(name, role="gateway"):
            return stack.enter_context(instance(socket_folder, folder, name, role))

        gateway, brain = make("gw"), make("brain", "city-platform")
        city, province = make("city", "city-platform"), make("province", "province-platform")
        introduce(gateway, brain, "brain")
        introduce(gateway, city, "city")
        introduce(city, province, "province")
        introduce(gateway, province, "province", known_only=True)
        gateway.cli("institution", "add", "bank", "--name", "某银行")
        gateway.add("account", "bank-1", "--institution", "bank")
        gateway.add("agency", "market_regulation")
        gateway.add("signatory", "s-1", "--subject", uscc(1))
        for scope, holder in (("account", "bank-1"), ("institution", "bank")):
            gateway.cli("quota", "set", holder, "--scope", scope, "--day", "100", "--month", "100")
        for one in (brain, city, province):
            one.add("auditor", "reader")
        with everything(gateway, brain, city, province):
            assert gateway.push("market_regulation", "ent_registration", registration(1)).status_code == 201
            terms = {"subject": uscc(1), "products": ["score"], "purpose": "pre_loan",
                     "valid_until": (datetime.now(UTC) + timedelta(days=9)).isoformat()}  # fmt: skip
            consent = gateway.post("bank-1", "/v1/consents", terms).json()
            claims = approval_claims(consent["consent"], consent["terms_sha256"], "approve")
            approval = sign_jws(claims, gateway.keys["s-1"], APPROVAL_TYPE)
            path = f"/v1/consents/{consent['consent']}/approve"
            assert gateway.post("s-1", path, {"approval": approval}).status_code == 200
            yield {"gateway": gateway, "brain": brain, "city": city, "province": province}


def ask(town):
    body = {"subject": uscc(1), "product": "score", "purpose": "pre_loan"}
    answer = town["gateway"].post("bank-1", "/v1/inquiries", body, {"Idempotency-Key": str(uuid4())})
    assert answer.status_code == 200, answer.text
    return answer.json()


def report(town, inquiry, **changes):
    return town["gateway"].post("bank-1", "/v1/usage-results", {**REPORT, "inquiry": inquiry} | changes)


def deliveries(town, result):
    versions = town["gateway"].get("bank-1", f"/v1/usage-results/{result}")["versions"]
    return [delivery for version in versions for delivery in version["deliveries"]]


def confirmed(town, result):
    sent = deliveries(town, result)
    return bool(sent) and all(delivery["state"] == "confirmed" for delivery in sent)


def arrived(one, inquiry, kind="usage-results"):
    found = one.get("reader", f"/v1/received?kind={kind}&subject={uscc(1)}")["received"]
    return [item for message in found for item in message["items"] if item["inquiry"] == inquiry]


def test_a_usage_result_reaches_city_and_province_and_both_receipts_come_back(town):
    inquiry = ask(town)["inquiry"]
    told = report(town, inquiry)
    assert told.status_code == 201, told.text
    result = told.json()["result"]
    wait_until(lambda: confirmed(town, result), "both receipts")
    (delivery,) = deliveries(town, result)
    for receipt, one in ((delivery["receipt"], "city"), (delivery["onward_receipt"], "province")):
        keys = httpx.get(f"{town[one].issuer}/.well-known/xinqiao-keys").json()
        signed = verify_jws(receipt["statement"], [keys["delivery"]], "xinqiao-receipt+jws")
        assert (signed["iss"], signed["exchange"]) == (town[one].issuer, told.json()["exchange"])
    for one in ("city", "province"):
        (item,) = arrived(town[one], inquiry)
        assert (item["amount"], item["outcome"], item["institution"]) == ("500000.00", "granted", "bank")


def test_an_answer_is_told_to_the_financial_brain(town):
    answer = ask(town)
    wait_until(lambda: arrived(town["brain"], answer["inquiry"], "evaluations"), "the evaluation")
    (item,) = arrived(town["brain"], answer["inquiry"], "evaluations")
    assert (item["score"], item["band"]) == (answer["score"], answer["band"])
    assert "account" not in item


def test_the_same_report_is_one_result_and_a_correction_its_next_version(town):
    inquiry = ask(town)["inquiry"]
    first, same = report(town, inquiry), report(town, inquiry, amount="500000.00")
    assert (first.status_code, same.status_code, first.json()) == (201, 200, same.json())
    corrected = report(town, inquiry, amount="600000")
    assert (corrected.json()["result"], corrected.json()["version"]) == (first.json()["result"], 2)
    wait_until(lambda: confirmed(town, first.json()["result"]), "both versions")
    assert sorted(item["amount"] for item in arrived(town["province"], inquiry)) == ["500000.00", "600000.00"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"amount": None}, 400),
        ({"outcome": "refused"}, 400),
        ({"amount": "-1"}, 400),
        ({"amount": "1.234"}, 400),
        ({"amount": "９９"}, 400),
        ({"amount": "1_000"}, 400),
        ({"amount": "1e3"}, 400),
        ({"amount": 1000.5}, 400),
        ({"amount": True}, 400),
        ({"amount": " 1"}, 400),
        ({"balance": "+1"}, 400),
        ({"amount": "1000000000000000"}, 400),
        ({"decided_on": "0001-01-01"}, 400),
        ({"decided_on": "9999-12-31"}, 400),
        ({"decided_on": (datetime.now(UTC) + timedelta(days=2)).date().isoformat()}, 400),
        ({"outcome": "perhaps"}, 400),
        ({"inquiry": "01990000-0000-7000-8000-000000000001"}, 404),
    ],
)
def test_a_report_that_cannot_be_true_is_refused(town, changes, status):
    answer = ask(town)
    told = {**REPORT, "inquiry": answer["inquiry"]} | changes
    assert town["gateway"].post("bank-1", "/v1/usage-results", told).status_code == status


def kill(one, command):
    os.killpg(one.processes[command].pid, signal.SIGKILL)
    one.processes[command].wait()


@contextmanager
def up(one):
    """Serve again where the process was killed."""
    if one.processes["serve"].poll() is None:
        yield
        return
    with one.run("serve"):
        yield


def test_a_platform_that_is_down_gets_everything_once_when_it_is_back(town):
    city = town["city"]
    kill(city, "serve")
    results = [report(town, ask(town)["inquiry"]).json()["result"] for _ in range(3)]
    wait_until(lambda: town["gateway"].rows("SELECT max(attempts) FROM delivery")[0][0] >= 1, "a failed try")
    with city.run("serve"):
        for result in results:
            wait_until(lambda result=result: confirmed(town, result), "the delivery")
        doubled = "SELECT count(*) FROM (SELECT exchange FROM received GROUP BY exchange HAVING count(*) > 1) d"
        assert town["city"].rows(doubled) == [(0,)]
        assert town["province"].rows(doubled) == [(0,)]


def test_two_workers_at_once_deliver_everything_once(town):
    gateway = town["gateway"]
    first = gateway.processes["worker"]
    with up(town["city"]), gateway.run("worker"):
        inquiries = [ask(town)["inquiry"] for _ in range(6)]
        results = [report(town, inquiry).json()["result"] for inquiry in inquiries]
        for result in results:
            wait_until(lambda result=result: confirmed(town, result), "the delivery")
    gateway.processes["worker"] = first
    for inquiry in inquiries:
        assert len(arrived(town["province"], inquiry)) == 1


@pytest.mark.slow
def test_a_worker_killed_while_delivering_leaves_nothing_undelivered(town):
    with up(town["city"]), ExitStack() as stack:
        inquiries = [ask(town)["inquiry"] for _ in range(5)]
        results = [report(town, inquiry).json()["result"] for inquiry in inquiries]
        kill(town["gateway"], "worker")
        stack.enter_context(town["gateway"].run("worker"))
        for result in results:
            wait_until(lambda result=result: confirmed(town, result), "the delivery", seconds=90)
        for inquiry in inquiries:
            assert len(arrived(town["province"], inquiry)) == 1


def test_a_message_changed_or_signed_by_another_is_refused(town):
    gateway, city = town["gateway"], town["city"]
    with up(city):
        message = gateway.rows("SELECT message FROM delivery WHERE kind = 'usage-results' LIMIT 1")[0][0]
        city.add("platform", "stranger")
        header, payload, signature = message.split(".")
        for changed in (f"{header}.{payload[:-2]}xx.{signature}", message, "x.y.z", ""):
            answer = city.post("stranger", "/v1/deliveries", {"message": changed})
            assert answer.status_code == 400, answer.text
