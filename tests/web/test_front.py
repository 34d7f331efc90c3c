"""What is answered in front of the framework is what its route answers, for every form a request may have."""

import json
from uuid import uuid4

import pytest

from tests.enterprises import uscc
from tests.inquiries.test_alone_and_together import ask, headers_of, prepared, scenes, told  # noqa: F401 - fixtures

QUESTION = {"subject": uscc(899), "product": "score", "purpose": "pre_loan"}
SOUND = json.dumps(QUESTION).encode()
# A body, what of the usual headers is another (None: it is left out), and the status both answer with.
FORMS = {
    "a question": (SOUND, {}, 200),
    "in detail": (json.dumps(QUESTION | {"tier": "detail", "categories": [], "mode": "VIEW"}).encode(), {}, 200),
    "names twice": (SOUND[:-1] + b', "product": "score"}', {}, 400),
    "names twice in other letters": (SOUND[:-1] + b', "p\\u0072oduct": "score"}', {}, 400),
    "with blanks": (b"\n\t " + SOUND + b"\r\n", {}, 200),
    "charset": (SOUND, {"content-type": "application/json; charset=utf-8"}, 200),
    "a text": (SOUND, {"content-type": "text/plain"}, 400),
    "of no type": (SOUND, {"content-type": None}, 400),
    "no key": (SOUND, {"idempotency-key": None}, 400),
    "an empty key": (SOUND, {"idempotency-key": ""}, 400),
    "a long key": (SOUND, {"idempotency-key": "k" * 201}, 400),
    "a key with a blank": (SOUND, {"idempotency-key": "a b"}, 400),
    "no token": (SOUND, {"authorization": None}, 401),
    "empty": (b"", {}, 400),
    "no JSON": (b"{", {}, 400),
    "a list": (b"[]", {}, 400),
    "not UTF-8": (SOUND[:-2] + b'\xff"}', {}, 400),
    "a lone surrogate": (SOUND[:-2] + b'\\ud800"}', {}, 400),
    "NUL": (SOUND[:-2] + b'\\u0000"}', {}, 400),
    "deep": (b"[" * 40 + b"]" * 40, {}, 400),
    "an unknown member": (json.dumps(QUESTION | {"more": 1}).encode(), {}, 400),
    "a number for a text": (json.dumps(QUESTION | {"product": 1}).encode(), {}, 400),
    "no subject": (b'{"product": "score", "purpose": "pre_loan"}', {}, 400),
    "a long subject": (json.dumps(QUESTION | {"subject": "9" * 65}).encode(), {}, 400),
    "a consent that is no id": (json.dumps(QUESTION | {"consent": "x"}).encode(), {}, 400),
    "days the wrong way": (SOUND[:-1] + b', "data_from": "2026-02-01", "data_to": "2026-01-01"}', {}, 400),
    "no day": (json.dumps(QUESTION | {"data_from": "2026-02-30"}).encode(), {}, 400),
    "another mode": (json.dumps(QUESTION | {"mode": "KEEP"}).encode(), {}, 400),
    "too large": (b" " * 65_537, {}, 413),
}  # fmt: skip
OF_ONE_ANSWER = {"issued_at", "expires_at", "entry", "answer", "as_of"}


def alike(answer):
    """What two answers to the same question share."""
    status, body, headers = told(answer)
    headers = {name: value for name, value in headers.items() if name not in {"ratelimit", "ratelimit-policy"}}
    return status, {name: value for name, value in body.items() if name not in OF_ONE_ANSWER}, headers


async def send(story, headers, form):
    body, changed, _ = FORMS[form]
    usual = {"content-type": "application/json", "idempotency-key": str(uuid4()), **headers} | changed
    sent = {name: value for name, value in usual.items() if value is not None}
    return await story.client.post("/v1/inquiries", content=body, headers=sent)


@pytest.mark.parametrize("form", FORMS)
async def test_a_request_of_any_form_is_answered_in_front_as_by_the_route(story, scenes, service, form):  # noqa: F811
    def lower(headers):
        return {name.lower(): value for name, value in headers.items()}

    in_front = await send(story, lower(await story.headers("bank-1")), form)
    service.fronts.clear()
    by_route = await send(story, lower(await story.headers("bank-1")), form)
    assert in_front.status_code == FORMS[form][2], in_front.text
    assert alike(in_front) == alike(by_route)


async def test_a_denial_in_front_is_the_one_of_the_route(story, scenes, service):  # noqa: F811
    headers = await headers_of(story, scenes)
    in_front = {reason: told(await ask(story, headers[who], said)) for reason, (who, said) in scenes.items()}
    service.fronts.clear()
    for reason, (who, said) in scenes.items():
        assert told(await ask(story, headers[who], said)) == in_front[reason], reason


async def test_a_key_stands_for_one_question_whichever_way_it_comes(story, scenes, service):  # noqa: F811
    key = str(uuid4())

    async def put(**changed):
        headers = {"Idempotency-Key": key, **(await story.headers("bank-1"))}
        return await story.client.post("/v1/inquiries", json=QUESTION | changed, headers=headers)

    first = await put()
    service.fronts.clear()
    again, other = await put(), await put(purpose="renewal")
    assert (first.status_code, again.json(), other.status_code) == (200, first.json(), 422)
    assert again.headers["idempotency-replayed"] == "true"


async def test_a_body_that_is_not_utf8_is_told_so(story, scenes, service):  # noqa: F811
    headers = await story.headers("bank-1")
    said = []
    for _ in ("in front", "by the route"):
        for body in (SOUND[:-2] + b'\xff"}', json.dumps(QUESTION).encode("utf-16"), "查询".encode("gbk")):
            sent = {"content-type": "application/json", "idempotency-key": str(uuid4()), **headers}
            answer = await story.client.post("/v1/inquiries", content=body, headers=sent)
            said.append((answer.status_code, answer.json()["detail"]))
            headers = await story.headers("bank-1")
        service.fronts.clear()
    assert {(status, "UTF-8" in detail) for status, detail in said} == {(400, True)}
