"""Files that prove something about a consent: what may be one, how large, how many; and who reads them."""

import hashlib

import pytest
from sqlalchemy import text

from gateway.consents.files import LONGEST_FILE, MOST_FILES
from tests.enterprises import uscc
from tests.stories import slug

PDF = b"%PDF-1.7 signed"


@pytest.fixture
async def ready(story):
    await story.account("bank-1", "bank")
    await story.account("bank-2", "bank-two")
    await story.enrol("s-1", "signatory", subject=uscc(1))
    await story.enrol("s-2", "signatory", subject=uscc(2))
    return story


async def hand_in(story, who, consent, content=PDF, kind="paper_scan", media_type="application/pdf"):
    headers = {"Content-Type": media_type, **await story.headers(who)}
    path = f"/v1/consents/{consent['consent']}/files"
    return await story.client.post(path, params={"kind": kind}, content=content, headers=headers)


async def read(story, who, consent, content=PDF):
    path = f"/v1/consents/{consent['consent']}/files/{hashlib.sha256(content).hexdigest()}"
    return await story.client.get(path, headers=await story.headers(who))


async def test_a_file_is_taken_up_once_sealed_and_read_back_by_both_parties_alone(ready):
    consent = (await ready.request("bank-1", 1)).json()
    first, again = await hand_in(ready, "bank-1", consent), await hand_in(ready, "s-1", consent)
    assert [(one.status_code, one.json()["version"]) for one in (first, again)] == [(201, 2), (201, 2)]
    for who in ("bank-1", "s-1"):
        answer = await read(ready, who, consent)
        assert (answer.content, answer.headers["content-type"]) == (PDF, "application/octet-stream")
        assert answer.headers["content-disposition"].endswith('.pdf"')
    for who in ("bank-2", "s-2"):
        assert slug(await read(ready, who, consent)) == "consent-not-found"
        assert slug(await hand_in(ready, who, consent)) == "consent-not-found"
    assert slug(await read(ready, "bank-1", consent, b"another")) == "evidence-not-found"
    async with ready.gateway.database.begin("test") as session:
        (sealed,) = (await session.execute(text("SELECT sealed FROM consent_file"))).scalars()
    assert PDF not in sealed


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"content": b""}, 422),
        ({"content": b"PK\x03\x04"}, 422),
        ({"media_type": "application/zip"}, 422),
        ({"media_type": "text/html", "content": b"<script>"}, 422),
        ({"kind": "photo"}, 400),
        ({"content": PDF + b"x" * (LONGEST_FILE - len(PDF) + 1)}, 413),
    ],
    ids=["empty", "not what it says", "an archive", "a page", "no kind", "too large"],
)
async def test_what_proves_nothing_is_refused(ready, sent, status):
    consent = (await ready.request("bank-1", 1)).json()
    answer = await hand_in(ready, "bank-1", consent, **sent)
    assert answer.status_code == status, answer.text


async def test_the_largest_and_the_last_file_are_taken(ready):
    consent = (await ready.request("bank-1", 1)).json()
    assert (await hand_in(ready, "bank-1", consent, PDF + b"x" * (LONGEST_FILE - len(PDF)))).status_code == 201
    for number in range(1, MOST_FILES):
        assert (await hand_in(ready, "bank-1", consent, PDF + bytes([number]))).status_code == 201
    assert slug(await hand_in(ready, "bank-1", consent, PDF + b"one more")) == "evidence-refused"


async def test_nothing_is_added_once_a_consent_has_ended_nor_other_than_its_terms_name_it(ready):
    named = {"kind": "sms", "sha256": hashlib.sha256(PDF).hexdigest(), "size": len(PDF)}
    consent = (await ready.request("bank-1", 1, evidence=[named])).json()
    assert slug(await hand_in(ready, "bank-1", consent)) == "evidence-refused"
    assert (await hand_in(ready, "bank-1", consent, kind="sms")).status_code == 201
    await ready.decide("s-1", consent, "reject")
    assert slug(await hand_in(ready, "bank-1", consent, b"%PDF-late")) == "consent-rejected"
