"""Uploads in pieces (tus 1.0): offsets, checksums, limits, expiry, and one batch whoever completes it."""

import asyncio
import base64
import hashlib
from uuid import uuid4

import pytest
from sqlalchemy import text

from connectors.model.statements import SIGNATURE_TYPE
from gateway.intake import uploads
from gateway.intake.uploads import MOST_OPEN, purge_uploads, upload_file
from signing.jws import sign_jws
from tests.enterprises import uscc
from tests.identities import login, register
from tests.stories import slug

HEADER = "企业或单位名称,纳税人识别号,经营地点,欠税金额,税种\n"
NEW = "/v1/datasets/tax_arrears/uploads"


def rows(number, count=1):
    return (HEADER + "".join(f"甲公司,{uscc(number)},某路,{n + 1},税种{n}\n" for n in range(count))).encode()


@pytest.fixture(scope="module")
async def keys(gateway):
    return {name: await register(gateway, name, "agency") for name in ("tax", "drc")}


@pytest.fixture
async def tus(gateway, client, keys):
    async def send(method, path, content=None, agency="tax", **headers):
        access = await login(client, keys[agency], agency, gateway.settings.issuer)
        named = {"Tus-Resumable": "1.0.0", **access, **{k.replace("_", "-"): str(v) for k, v in headers.items()}}
        return await client.request(method, path, content=content, headers=named)

    async def begin(body, batch=None, **headers):
        answer = await send("POST", NEW, Batch_Id=batch or str(uuid4()), Upload_Length=len(body), **headers)
        assert answer.status_code == 201, answer.text
        return answer.headers["location"]

    async def piece(place, offset, content, **headers):
        sent = {"Content_Type": "application/offset+octet-stream", "Upload_Offset": offset, **headers}
        return await send("PATCH", place, content, **sent)

    send.begin, send.piece = begin, piece
    return send


async def scalar(gateway, query, **values):
    async with gateway.database.begin("test.read") as session:
        return (await session.execute(text(query), values)).scalar_one()


async def run(gateway, query, **values):
    async with gateway.database.begin("test.write", role="owner") as session:
        await session.execute(text(query), values)


async def test_pieces_make_the_batch_that_a_push_would_have_made(gateway, client, tus, keys):
    body = rows(1, 300)
    place = await tus.begin(body, "pieces-1")
    for at in range(0, len(body), 5000):
        told = await tus("HEAD", place)
        assert (told.headers["upload-offset"], told.headers["upload-length"]) == (str(at), str(len(body)))
        assert told.headers["cache-control"] == "no-store"
        assert "upload-expires" in told.headers
        answer = await tus.piece(place, at, body[at : at + 5000])
        assert (answer.status_code, answer.headers["tus-resumable"]) == (204, "1.0.0"), answer.text
    assert answer.headers["upload-offset"] == str(len(body))
    told = (await tus("GET", place)).json()
    assert (told["state"], f"/v1/batches/{told['batch']}") == ("stored", answer.headers["content-location"])
    access = await login(client, keys["tax"], "tax", gateway.settings.issuer)
    pushed = await client.post(
        NEW.replace("uploads", "batches"), content=body, headers={"Batch-Id": "pieces-1", **access}
    )
    assert (pushed.status_code, pushed.json()["batch"], pushed.json()["accepted"]) == (200, told["batch"], 300)
    assert not upload_file(gateway.intake.spool, told["upload"]).exists()


async def test_two_who_complete_at_once_make_one_batch(gateway, tus):
    body = rows(2, 50)
    place, other = await tus.begin(body, "twice-1"), await tus.begin(body, "twice-1")
    for one in (place, other):
        assert (await tus.piece(one, 0, body[:-1])).status_code == 204
    last = [(place, body[-1:]), (place, body[-1:]), (other, body[-1:]), (other, body[-1:])]
    answers = await asyncio.gather(*(tus.piece(one, len(body) - 1, rest) for one, rest in last))
    assert {answer.status_code for answer in answers} <= {204, 409, 423}
    again = [await tus.piece(one, len(body), b"") for one in (place, other)]
    assert {answer.status_code for answer in again} == {204}
    assert len({answer.headers["content-location"] for answer in again}) == 1
    assert await scalar(gateway, "SELECT count(*) FROM batch WHERE sender_batch = 'twice-1'") == 1


async def test_a_piece_at_another_offset_is_refused_with_the_right_one(tus):
    body = rows(3)
    place = await tus.begin(body)
    assert (await tus.piece(place, 0, body[:10])).status_code == 204
    for offset in (0, 9, 11, len(body)):
        answer = await tus.piece(place, offset, b"x")
        assert (answer.status_code, slug(answer)) == (409, "offset-mismatch")
        assert "Upload-Offset is 10" in answer.json()["detail"]
    too_much = await tus.piece(place, 10, body[10:] + b"x")
    assert (too_much.status_code, slug(too_much)) == (400, "invalid-request")
    assert (await tus("HEAD", place)).headers["upload-offset"] == "10"


@pytest.mark.parametrize("alg", ["sha1", "sha256"])
async def test_a_piece_with_a_checksum_counts_whole_or_not_at_all(tus, alg):
    body = rows(4)
    place = await tus.begin(body)
    good = base64.b64encode(hashlib.new(alg, body[:20]).digest()).decode()
    wrong = await tus.piece(place, 0, body[:19] + b"?", Upload_Checksum=f"{alg} {good}")
    assert (wrong.status_code, slug(wrong)) == (460, "checksum-mismatch")
    assert (await tus("HEAD", place)).headers["upload-offset"] == "0"
    assert (await tus.piece(place, 0, body[:20], Upload_Checksum=f"{alg} {good}")).status_code == 204
    for unknown in ("md5 AAAA", "sha256 ?", "x"):
        assert (await tus.piece(place, 20, b"a", Upload_Checksum=unknown)).status_code == 400


async def test_an_upload_is_its_agencys_alone(tus):
    place = await tus.begin(rows(5))
    for method in ("HEAD", "DELETE"):
        assert (await tus(method, place, agency="drc")).status_code == 404
    assert (await tus.piece(place, 0, b"x", agency="drc")).status_code == 404
    foreign = await tus("POST", NEW, agency="drc", Batch_Id="b", Upload_Length=5)
    assert (foreign.status_code, foreign.headers["tus-resumable"]) == (403, "1.0.0")
    assert (await tus("DELETE", place)).status_code == 204
    assert (await tus("HEAD", place)).status_code == 404


async def test_another_version_or_type_is_refused(tus):
    place = await tus.begin(rows(6))
    old = await tus("HEAD", place, Tus_Resumable="0.2.2")
    assert old.status_code == 200
    answer = await tus.piece(place, 0, b"x", Tus_Resumable="0.2.2")
    assert (answer.status_code, answer.headers["tus-version"]) == (412, "1.0.0")
    assert (await tus.piece(place, 0, b"x", Content_Type="text/csv")).status_code == 415
    assert (await tus("OPTIONS", "/v1/uploads")).headers["tus-extension"] == "creation,termination,checksum,expiration"


async def test_an_agency_holds_so_many_and_so_much(gateway, tus):
    await run(gateway, "DELETE FROM upload")
    answers = await asyncio.gather(*(tus("POST", NEW, Batch_Id=f"m{n}", Upload_Length=9) for n in range(MOST_OPEN + 3)))
    assert sorted(answer.status_code for answer in answers) == [201] * MOST_OPEN + [409] * 3
    await run(gateway, "DELETE FROM upload")
    most = gateway.settings.max_resumable_bytes
    large = await tus("POST", NEW, Batch_Id="l", Upload_Length=most + 1)
    assert (large.status_code, slug(large)) == (413, "delivery-too-large")


async def test_no_room_on_the_disk_is_told(gateway, tus, monkeypatch):
    monkeypatch.setattr(uploads, "SPARE_BYTES", 1 << 60)
    answer = await tus("POST", NEW, Batch_Id="l", Upload_Length=10)
    assert (answer.status_code, slug(answer)) == (507, "storage-full")


async def test_a_file_that_is_no_delivery_is_refused_and_stays_refused(gateway, tus):
    place = await tus.begin(b"a,b\n1,2\n", "bad-1")
    answer = await tus.piece(place, 0, b"a,b\n1,2\n")
    assert (answer.status_code, slug(answer)) == (422, "malformed-delivery")
    told = (await tus("GET", place)).json()
    assert (told["state"], "missing columns" in told["fault"]) == ("refused", True)
    assert (await tus.piece(place, 8, b"")).status_code == 409
    assert not upload_file(gateway.intake.spool, told["upload"]).exists()


async def test_what_has_expired_is_purged_with_its_file(gateway, tus):
    place = await tus.begin(rows(7))
    await tus.piece(place, 0, b"abc")
    path = upload_file(gateway.intake.spool, place.rpartition("/")[2])
    await run(gateway, "UPDATE upload SET expires_at = now() - interval '1 hour'")
    assert (await tus("HEAD", place)).status_code == 404
    import os

    os.utime(path, (0, 0))
    await purge_uploads(gateway.units, gateway.intake.spool)
    assert not path.exists()
    assert (
        await scalar(gateway, "SELECT count(*) FROM audit_event WHERE type = 'upload.ended' AND outcome = 'expired'")
        > 0
    )
    living = await tus.begin(rows(7))
    await purge_uploads(gateway.units, gateway.intake.spool)
    assert (await tus("HEAD", living)).status_code == 200


async def test_a_signature_over_the_file_is_verified_when_it_is_whole(gateway, tus, keys):
    body = rows(8)
    claims = {"batch": "sig-1", "dataset": "tax_arrears", "sha256": hashlib.sha256(body).hexdigest()}
    good = sign_jws(claims, keys["tax"], SIGNATURE_TYPE)
    place = await tus.begin(body, "sig-1", Batch_Signature=good)
    assert (await tus.piece(place, 0, body)).status_code == 204
    assert await scalar(gateway, "SELECT agency_signature FROM batch WHERE sender_batch = 'sig-1'") == good
    forged = sign_jws({**claims, "sha256": "0" * 64}, keys["tax"], SIGNATURE_TYPE)
    place = await tus.begin(body, "sig-2", Batch_Signature=forged)
    answer = await tus.piece(place, 0, body)
    assert (answer.status_code, slug(answer)) == (400, "batch-signature-invalid")


async def test_a_fault_while_the_batch_is_stored_lets_it_be_completed_again(gateway, tus, monkeypatch):
    body = rows(9, 20)
    place = await tus.begin(body, "fault-1")
    record = type(gateway.audit).record

    async def fail(recorder, session, event, now=None):
        if event.type == "batch.sealed":
            raise OSError("the log cannot be written")
        return await record(recorder, session, event, now)

    monkeypatch.setattr(type(gateway.audit), "record", fail)
    assert (await tus.piece(place, 0, body)).status_code == 500
    monkeypatch.undo()
    assert await scalar(gateway, "SELECT count(*) FROM batch WHERE sender_batch = 'fault-1'") == 0
    assert (await tus("HEAD", place)).headers["upload-offset"] == str(len(body))
    answer = await tus.piece(place, len(body), b"")
    assert (answer.status_code, "content-location" in answer.headers) == (204, True)
