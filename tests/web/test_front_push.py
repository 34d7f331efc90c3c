"""A submission is answered in front of the framework as by its route, whatever its form or what is wrong with it."""

import base64
import gzip
import hashlib
import json
from itertools import count
from uuid import uuid4

import pytest

from gateway.admin.client_actions import SetSigning
from gateway.intake.operations import OPERATIONS
from tests.agencies import HEADER, arrears
from tests.enterprises import uscc
from tests.identities import add_proof, asked
from tests.stories import slug

PATH = "/v1/datasets/{}/batches"
NUMBERS = count(5000)
ROWS = arrears([1]).encode()
KNOWN = arrears(range(100, 160), amount="500000").encode()
OF_ONE_BATCH = {
    "batch",
    "received_at",
    "statement",
    "digest",
    "sender_batch",
    "held",
    "held_at",
    "expires_at",
    "instance",
}
OF_THE_ANSWER = {"content-length", "date", "x-request-id", "location", "dpop-nonce"}
# Who hangs up is tried below; whose batch is corrected is told with what else is wrong with the workbook.
ELSEWHERE = {"delivery-torn", "batch-not-found"}
DENIALS = set(OPERATIONS["POST /v1/datasets/{dataset}/batches"].reasons)


def fresh():
    """A sound file that nobody sent before."""
    return arrears([next(NUMBERS)]).encode()


def digest_of(content):
    return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"


# What is sent: a file or what makes one, what of the usual headers is another (None: left out), who, to which dataset;
# the status, and the reason where it is denied.
FORMS = {
    "CSV": (fresh, {}, "tax", "tax_arrears", 201, None),
    "JSON": (lambda: b'[{"\xe4\xbc\x81\xe4\xb8\x9a\xe6\x88\x96\xe5\x8d\x95\xe4\xbd\x8d\xe5\x90\x8d\xe7\xa7\xb0": "x"}]',
             {}, "tax", "tax_arrears", None, None),
    "packed": (lambda: gzip.compress(fresh()), {"content-encoding": "gzip"}, "tax", "tax_arrears", 201, None),
    "sent before": (KNOWN, {"batch-id": "known"}, "tax", "tax_arrears", 200, None),
    "of the longest id": (fresh, {"batch-id": lambda: f"{uuid4().hex}{'x' * 96}"}, "tax", "tax_arrears", 201, None),
    "of too long an id": (fresh, {"batch-id": "x" * 129}, "tax", "tax_arrears", 400, "invalid-request"),
    "no id": (fresh, {"batch-id": None}, "tax", "tax_arrears", 400, "invalid-request"),
    "an empty id": (fresh, {"batch-id": ""}, "tax", "tax_arrears", 400, "invalid-request"),
    "a blank in its id": (fresh, {"batch-id": "a b"}, "tax", "tax_arrears", 400, "invalid-request"),
    "no token": (fresh, {"authorization": None}, "tax", "tax_arrears", 401, "unauthenticated"),
    "a bank's": (fresh, {}, "bank-1", "tax_arrears", 403, "insufficient-scope"),
    "of no dataset": (fresh, {}, "tax", "Tax", 400, "invalid-request"),
    "of a long dataset": (fresh, {}, "tax", "x" * 65, 400, "invalid-request"),
    "of an unknown one": (fresh, {}, "tax", "tax_arears", 404, "unknown-dataset"),
    "of another's": (fresh, {}, "tax", "ent_registration", 403, "dataset-not-yours"),
    "no file": (b"", {}, "tax", "tax_arrears", None, "malformed-delivery"),
    "of no columns": (b"\x00\x01\x02", {}, "tax", "tax_arrears", None, "malformed-delivery"),
    "torn gzip": (ROWS, {"content-encoding": "gzip"}, "tax", "tax_arrears", None, "malformed-delivery"),
    "another coding": (ROWS, {"content-encoding": "br"}, "tax", "tax_arrears", 415, "unsupported-encoding"),
    "a form": (ROWS, {"content-type": "multipart/form-data; boundary=x"}, "tax", "tax_arrears", 415,
               "unsupported-encoding"),
    "too large": (ROWS, {"content-length": str(2**40)}, "tax", "tax_arrears", 413, "delivery-too-large"),
    "its digest": (KNOWN, {"batch-id": "known", "content-digest": digest_of(KNOWN)}, "tax", "tax_arrears", 200, None),
    "another digest": (ROWS, {"content-digest": digest_of(b"x")}, "tax", "tax_arrears", 400, "digest-mismatch"),
    "no digest": (ROWS, {"content-digest": "x"}, "tax", "tax_arrears", 400, "invalid-request"),
    "a wrong signature": (ROWS, {"batch-signature": "x.y.z"}, "tax", "tax_arrears", 400, "batch-signature-invalid"),
    "two signatures": (ROWS, {"batch-signature": "x.y.z", "signature-input": "x"}, "tax", "tax_arrears", 400,
                       "batch-signature-invalid"),
    "unsigned": (ROWS, {}, "customs", "penalty_customs", 400, "batch-signature-required"),
    "other content of an id": (ROWS, {"batch-id": "known"}, "tax", "tax_arrears", 409, "batch-conflict"),
    "corrects no batch": (ROWS, {"corrects": str(uuid4())}, "tax", "tax_arrears", 422, "correction-refused"),
    "corrects what is no id": (ROWS, {"corrects": "x"}, "tax", "tax_arrears", 400, "invalid-request"),
    "corrected rows of no workbook": (ROWS, {"corrects": "known"}, "tax", "tax_arrears", 422, "correction-refused"),
    "unlike those before": (arrears([2], f"{HEADER},联系人").replace(",增值税", ",增值税,王五").encode(), {}, "tax",
                            "tax_arrears", 202, "delivery-held"),
}  # fmt: skip


@pytest.fixture
async def known(story):
    """Agencies, one of which has to sign, a bank, and a history of 60 sound rows; its batch."""
    if "tax" not in story.keys:
        for agency in ("tax", "customs"):
            await story.enrol(agency, "agency")
        await story.account("bank-1", "bank")
        await asked(story.gateway, SetSigning(client="customs", required=True))
        story.gateway.access.expire()
    headers = {"Batch-Id": "known", **await story.headers("tax")}
    answer = await story.client.post(PATH.format("tax_arrears"), content=KNOWN, headers=headers)
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()["batch"]


async def send(story, known, form):
    content, changed, who, dataset, *_ = FORMS[form]
    usual = {"batch-id": str(uuid4()), **{name.lower(): one for name, one in (await story.headers(who)).items()}}
    for name, value in changed.items():
        usual[name] = value() if callable(value) else known if (name, value) == ("corrects", "known") else value
    sent = {name: value for name, value in usual.items() if value is not None}
    body = content() if callable(content) else content
    return await story.client.post(PATH.format(dataset), content=body, headers=sent)


def told(answer):
    """What two answers to the same submission share."""
    whole = answer.json()
    body = {name: value for name, value in whole.items() if name not in OF_ONE_BATCH}
    if "held" in whole:  # the text names it
        body["detail"] = body["detail"].replace(whole["held"], "…")
    return answer.status_code, body, {k: v for k, v in answer.headers.items() if k not in OF_THE_ANSWER}


def test_every_denial_of_a_submission_is_among_the_forms():
    assert {reason for *_, reason in FORMS.values()} | ELSEWHERE >= DENIALS


@pytest.mark.parametrize("form", FORMS)
async def test_a_submission_of_any_form_is_answered_in_front_as_by_the_route(story, known, service, form):
    *_, status, reason = FORMS[form]
    in_front = await send(story, known, form)
    service.fronts.clear()
    by_route = await send(story, known, form)
    assert status in {None, in_front.status_code}, in_front.text
    assert reason in {None, slug(in_front) if in_front.status_code > 201 else None}, in_front.text
    assert told(in_front) == told(by_route)


async def test_a_proof_is_good_for_one_submission_whichever_way_it_comes(story, known, service):
    headers = {"Batch-Id": str(uuid4()), **await story.headers("tax")}
    first = await story.client.post(PATH.format("tax_arrears"), content=fresh(), headers=headers)
    proof = {**headers, "DPoP": first.request.headers["dpop"], "Batch-Id": str(uuid4())}
    again = await story.client.post(PATH.format("tax_arrears"), content=fresh(), headers=proof)
    service.fronts.clear()
    by_route = await story.client.post(PATH.format("tax_arrears"), content=fresh(), headers=proof)
    assert (first.status_code, again.status_code, slug(again)) == (201, 401, "invalid-dpop-proof")
    assert told(again) == told(by_route)


async def test_a_batch_is_one_whichever_way_it_comes(story, known, service, monitor):
    body, headers = fresh(), {"Batch-Id": str(uuid4())}
    first = await story.client.post(
        PATH.format("tax_arrears"), content=body, headers={**headers, **await story.headers("tax")}
    )
    service.fronts.clear()
    again = await story.client.post(
        PATH.format("tax_arrears"), content=body, headers={**headers, **await story.headers("tax")}
    )
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    # Both are counted as the same route.
    counts = (await monitor.get("/metrics")).text
    assert 'route="/v1/datasets/{dataset}/batches"' in counts
    assert uscc(1) not in counts


async def hang_up(story, service):
    """Send half a body and hang up; return the problem that nobody reads any more."""
    headers = {"Batch-Id": str(uuid4()), **await story.headers("tax")}
    request = story.client.build_request("POST", PATH.format("tax_arrears"), content=ROWS, headers=headers)
    await add_proof(request)
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": request.url.path, "raw_path": request.url.raw_path, "query_string": b"", "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw], "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
    }  # fmt: skip
    coming = iter([{"type": "http.request", "body": ROWS[:9], "more_body": True}])
    sent = []

    async def receive():
        return next(coming, {"type": "http.disconnect"})

    async def send(message):
        sent.append(message)

    await service(scope, receive, send)
    problem = json.loads(b"".join(one.get("body", b"") for one in sent))
    return sent[0]["status"], {name: value for name, value in problem.items() if name not in OF_ONE_BATCH}


async def test_who_hangs_up_is_refused_alike(story, known, service):
    in_front = await hang_up(story, service)
    service.fronts.clear()
    assert await hang_up(story, service) == in_front
    assert (in_front[0], in_front[1]["type"].rpartition("/")[2]) == (400, "delivery-torn")
