"""The links of the interface lead where they say: what one operation gives, those that take it find."""

from uuid import uuid4

import pytest

from gateway.identity.clients.owners import bind_client
from gateway.people.invitations import invite
from tests.actors import OPERATOR
from tests.consents.test_paper import enter, hand_in, requested
from tests.documented import document
from tests.enterprises import uscc
from tests.house import objects
from tests.house.objects import HEADER, Town
from tests.stories import registration, today

OPERATIONS = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, methods in document()["paths"].items()
    for method, operation in methods.items()
}
LINKED = {
    f"{method} {path}": response["links"]
    for method, path, operation in OPERATIONS.values()
    for response in operation["responses"].values()
    if "links" in response
}


@pytest.fixture
async def made(story):
    """An answer of every operation that gives an id, and who may go on with it."""
    await story.enrol("market_regulation", "agency")
    await story.enrol("operator-1b", "operator")
    await story.account("bank-1", "bank")
    await story.push("market_regulation", "ent_registration", registration(1))
    batch = await story.push("tax", "tax_arrears", f"{HEADER}\n某公司,{uscc(1)},某路,若干,增值税\n")
    consent = await story.consent("bank-1", 1)
    inquiry = (await story.ask("bank-1", 1, consent=consent["consent"])).json()
    report = {"inquiry": inquiry["inquiry"], "outcome": "refused", "decided_on": today()}
    new = {"action": "institution.add", "institution": "new", "name": "新行", "class": "bank"}
    posted = {
        "POST /v1/usage-results": ("bank-1", report),
        "POST /v1/admin/changes": ("operator-1b", new),
        "POST /v1/webhooks": ("bank-1", {"url": "http://127.0.0.1:9/hook"}),
        "POST /v1/inquiries:batch": ("bank-1", {"questions": [{"subject": uscc(1), "purpose": "pre_loan"}]}),
    }
    answers = {}
    for name, (who, body) in posted.items():
        headers = {"Idempotency-Key": "linked", **await story.headers(who)}
        answers[name] = (who, (await story.client.post(name.split()[1], json=body, headers=headers)).json())
    await story.enrol("op-1", "operator")
    waiting = await requested(story)
    await hand_in(story, waiting)
    rows = {"Content-Type": "application/x-ndjson", **await story.headers("bank-1")}
    imported = await story.client.post("/v1/consent-imports", content=b'{"terms": "{}", "approvals": []}', headers=rows)
    return (
        answers
        | await crosschecks(story)
        | await risks(story)
        | {
            "POST /v1/admin/paper/{consent_id}": ("op-1", (await enter(story, waiting)).json()),
            "POST /v1/consent-imports": ("bank-1", imported.json()),
            "POST /v1/datasets/{dataset}/batches": ("tax", batch),
            "POST /v1/consents": ("bank-1", consent),
            "POST /v1/inquiries": ("bank-1", inquiry),
        }
    )


async def crosschecks(story):
    """A list, and a check that an auditor's client proposes."""
    await story.enrol("auditor-1", "auditor")
    async with story.gateway.units.begin("test.bind", OPERATOR) as work:
        await invite(work, person_id="aud-1", name="某", role="auditor")
        await bind_client(work, client_id="auditor-1", person="aud-1")
    path = "/v1/supervisor-lists?supervisor=银行监管"
    content = f"code\n{uscc(1)}\n".encode()
    taken = (await story.client.post(path, content=content, headers=await story.headers("auditor-1"))).json()
    wanted = {"purpose": "核对信贷情况", "level": "notice", "lists": [taken["list"]]}
    headers = await story.headers("auditor-1")
    made = (await story.client.post("/v1/crosschecks", json=wanted, headers=headers)).json()
    return {"POST /v1/supervisor-lists": ("auditor-1", taken), "POST /v1/crosschecks": ("auditor-1", made)}


async def risks(story):
    """A case, a trial of rules, and a scan of a bank's customers."""
    town = Town(story, {})
    return {
        "POST /v1/cases": ("auditor-1", {"case": (await objects.case(town))["case_id"]}),
        "POST /v1/risk-trials": ("auditor-1", {"trial": (await objects.trial(town))["trial_id"]}),
        "POST /v1/joint-scans": ("bank-1", {"scan": (await objects.joint_scan(town))["scan_id"]}),
    }


async def test_what_an_operation_gives_the_linked_ones_find(story, made):
    assert set(LINKED) == set(made)
    for name, links in LINKED.items():
        who, answer = made[name]
        for operation_id, link in links.items():
            method, path, _ = OPERATIONS[operation_id]
            for parameter, expression in link["parameters"].items():
                given = answer[expression.removeprefix("$response.body#/")]
                found = await follow(story, who, method, path.replace(f"{{{parameter}}}", given))
                unknown = await follow(story, who, method, path.replace(f"{{{parameter}}}", str(uuid4())))
                assert (found.status_code == 404, unknown.status_code) == (False, 404), (name, path, found.text)


async def follow(story, who, method, path):
    path = (
        path.replace("{action}", "revoke")
        .replace("{decision}", "reject")
        .replace("{change}", "disable")
        .replace("{form}", "csv")
    )
    return await story.client.request(method, path, headers=await story.headers(who))
