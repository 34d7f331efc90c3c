"""Pushing over HTTP: packed and chunked bodies, digests, signatures, and what breaks off in the middle."""

import base64
import gzip
import hashlib
import json
import time
from uuid import uuid4

import http_sf
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from sqlalchemy import text

from connectors.model.statements import SIGNATURE_TYPE
from gateway.admin.action import means_of
from gateway.admin.client_actions import SetSigning
from gateway.intake.signatures import TAG
from signing.jws import sign_jws
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.identities import asked, login, register
from tests.stories import slug

HEADER = "企业或单位名称,纳税人识别号,经营地点,欠税金额,税种\n"
PATH = "/v1/datasets/tax_arrears/batches"


def rows(number, count=1):
    return HEADER + "".join(f"甲公司,{uscc(number)},某路{n}号,{n + 1},税种{n}\n" for n in range(count))


@pytest.fixture(scope="module")
async def keys(gateway):
    return {
        name: await register(gateway, name, "agency", alg=alg)
        for name, alg in (("tax", "ES256"), ("market_regulation", "Ed25519"))
    }


@pytest.fixture
async def push(gateway, client, keys):
    async def send(content, batch=None, agency="tax", path=PATH, **headers):
        access = await login(client, keys[agency], agency, gateway.settings.issuer)
        sent = {"Batch-Id": batch or str(uuid4()), **access, **{k.replace("_", "-"): v for k, v in headers.items()}}
        return await client.post(path, content=content, headers=sent)

    return send


async def scalar(gateway, query, **values):
    async with gateway.database.begin("test.read") as session:
        return (await session.execute(text(query), values)).scalar_one()


def digest_field(content, alg="sha256"):
    return f":{base64.b64encode(hashlib.new(alg, content).digest()).decode()}:"


async def test_a_packed_delivery_is_the_same_batch_as_a_plain_one(push):
    body = rows(1, 50).encode()
    plain = await push(body, "packed-1")
    members = gzip.compress(body[:700]) + gzip.compress(body[700:])
    assert plain.status_code == 201, plain.text
    for packed in (gzip.compress(body), members):
        again = await push(packed, "packed-1", Content_Encoding="gzip")
        assert (again.status_code, again.json()["batch"]) == (200, plain.json()["batch"])


async def test_a_body_in_pieces_is_put_together(push):
    body = rows(2, 200).encode()

    async def pieces():
        for at in range(0, len(body), 333):
            yield body[at : at + 333]

    answer = await push(pieces(), Content_Digest=f"sha-256={digest_field(body)}")
    assert (answer.status_code, answer.json()["accepted"]) == (201, 200)


async def test_a_digest_of_the_wire_is_compared_and_one_that_cannot_be_is_told(push):
    body = rows(3).encode()
    packed = gzip.compress(body)
    good = await push(packed, Content_Encoding="gzip", Content_Digest=f"sha-256={digest_field(packed)}")
    assert good.status_code == 201, good.text
    for wrong, named in (
        (f"sha-256={digest_field(body + b'x')}", "digest-mismatch"),
        (f"sha-512={digest_field(body, 'sha512')}", "invalid-request"),
        ("sha-256", "invalid-request"),
        ("(((", "invalid-request"),
    ):
        answer = await push(body, Content_Digest=wrong)
        assert (answer.status_code, slug(answer)) == (400, named), wrong


@pytest.mark.parametrize("coding", ["br", "deflate", "gzip, gzip", "zstd, gzip", "x"])
async def test_another_coding_is_refused_with_those_that_are_known(push, coding):
    answer = await push(b"x", Content_Encoding=coding)
    assert (answer.status_code, slug(answer)) == (415, "unsupported-encoding")
    assert "gzip" in answer.headers["accept-encoding"]


async def test_a_form_is_no_delivery_and_the_answer_says_what_to_send(push):
    answer = await push(b"--x\r\n\r\nrows\r\n--x--", Content_Type="multipart/form-data; boundary=x")
    assert (answer.status_code, slug(answer)) == (415, "unsupported-encoding")
    assert "--data-binary" in answer.json()["detail"]


async def test_a_bomb_is_refused_before_it_unpacks(gateway, push, tmp_path):
    bomb = gzip.compress(b"\n" * (300 << 20), compresslevel=1)
    answer = await push(bomb, Content_Encoding="gzip")
    assert (answer.status_code, slug(answer)) == (413, "delivery-too-large")
    assert list((gateway.settings.instance_home / "spool").iterdir()) == []


@pytest.mark.parametrize(
    "torn",
    [b"", b"\x1f\x8b", b"not gzip", gzip.compress(rows(4).encode())[:-3], gzip.compress(b"a") + b"z"],
    ids=["empty", "head alone", "not gzip", "cut off", "something behind"],
)
async def test_what_is_no_whole_gzip_is_refused(push, torn):
    answer = await push(torn, Content_Encoding="gzip")
    assert (answer.status_code, slug(answer)) == (422, "malformed-delivery")


async def test_a_large_body_is_refused_by_what_it_announces_and_by_what_it_sends(gateway, push):
    announced = await push(b"x", Content_Length=str(1 << 40))
    assert (announced.status_code, slug(announced)) == (413, "delivery-too-large")


def signed(key, body, batch, *, url, covered=("@method", "@target-uri", "batch-id", "content-digest"), **parameters):
    """Sign a request by RFC 9421, written here from the standard alone."""
    digest = f"sha-256={digest_field(body)}"
    given = {"created": int(time.time()), "keyid": key.kid, "tag": TAG, **parameters}
    line = http_sf.ser([([(name, {}) for name in covered], {k: v for k, v in given.items() if v is not None})])
    values = {"@method": "POST", "@target-uri": url, "batch-id": batch, "content-digest": digest}
    base = "\n".join([*(f'"{name}": {values[name]}' for name in covered), f'"@signature-params": {line}']).encode()
    if key.alg == "Ed25519":
        signature = key.jwk.private_key.sign(base)
    else:
        r, s = decode_dss_signature(key.jwk.private_key.sign(base, ec.ECDSA(hashes.SHA256())))
        signature = r.to_bytes(32) + s.to_bytes(32)
    return {
        "Content_Digest": digest,
        "Signature_Input": f"deliv={line}",
        "Signature": f"deliv=:{base64.b64encode(signature).decode()}:",
    }


async def test_a_delivery_signed_by_http_message_signatures_is_kept_with_its_evidence(gateway, push, keys):
    issuer = gateway.settings.issuer
    listed = "企业名称\n某公司\n".encode()
    abnormal = "/v1/datasets/abnormal_operation/batches"
    for agency, path, body in (("tax", PATH, rows(5).encode()), ("market_regulation", abnormal, listed)):
        fields = signed(keys[agency], body, f"signed-{agency}", url=issuer + path)
        answer = await push(body, f"signed-{agency}", agency, path, **fields)
        assert answer.status_code == 201, answer.text
    kept = json.loads(await scalar(gateway, "SELECT agency_signature FROM batch WHERE sender_batch = 'signed-tax'"))
    assert kept["keyid"] == keys["tax"].kid
    assert '"batch-id": signed-tax' in kept["base"]


async def test_a_message_signature_that_does_not_hold_is_refused(gateway, push, keys):
    url, body = gateway.settings.issuer + PATH, rows(6).encode()
    now = int(time.time())
    wrong = {
        "another address": signed(keys["tax"], body, "b", url=url + "x"),
        "another batch": signed(keys["tax"], body, "c", url=url),
        "another key": signed(keys["market_regulation"], body, "b", url=url),
        "too old": signed(keys["tax"], body, "b", url=url, created=now - 900),
        "of tomorrow": signed(keys["tax"], body, "b", url=url, created=now + 900),
        "expired": signed(keys["tax"], body, "b", url=url, expires=now - 1),
        "no time": signed(keys["tax"], body, "b", url=url, created=None),
        "no key": signed(keys["tax"], body, "b", url=url, keyid=None),
        "another tag": signed(keys["tax"], body, "b", url=url, tag="other"),
        "another algorithm": signed(keys["tax"], body, "b", url=url, alg="hmac-sha256"),
        "too little covered": signed(keys["tax"], body, "b", url=url, covered=("@method", "content-digest")),
        "both kinds": {**signed(keys["tax"], body, "b", url=url), "Batch_Signature": "x.y.z"},
        "no digest": {**signed(keys["tax"], body, "b", url=url), "Content_Digest": ""},
    }
    for case, fields in wrong.items():
        answer = await push(body, "b", **fields)
        assert (answer.status_code, slug(answer)) == (400, "batch-signature-invalid"), (case, answer.text)
    swapped = await push(rows(7).encode(), "b", **signed(keys["tax"], body, "b", url=url))
    assert (swapped.status_code, slug(swapped)) == (400, "digest-mismatch")
    packed = gzip.compress(body)
    answer = await push(packed, "b", Content_Encoding="gzip", **signed(keys["tax"], packed, "b", url=url))
    assert (answer.status_code, slug(answer)) == (400, "batch-signature-invalid")
    assert await scalar(gateway, "SELECT count(*) FROM batch WHERE sender_batch = 'b'") == 0


async def test_an_agency_that_must_sign_is_refused_unsigned_and_may_be_released_by_two_people(gateway, push, keys):
    await asked(gateway, SetSigning(client="tax", required=True))
    gateway.access.expire()
    body = rows(8).encode()
    refused = await push(body, "must-1")
    assert (refused.status_code, slug(refused)) == (400, "batch-signature-required")
    claims = {"batch": "must-1", "dataset": "tax_arrears", "sha256": hashlib.sha256(body).hexdigest()}
    good = sign_jws(claims, keys["tax"], SIGNATURE_TYPE)
    packed = await push(gzip.compress(body), "must-1", Content_Encoding="gzip", Batch_Signature=good)
    assert packed.status_code == 201, packed.text
    release = await asked(gateway, SetSigning(client="tax", required=False))
    assert release.status == "waiting"
    async with gateway.units.begin("test.release", OPERATOR) as work:
        await SetSigning(client="tax", required=False).apply(work, means_of(gateway.settings, gateway.protector))
    gateway.access.expire()
    assert (await push(rows(9).encode())).status_code == 201
