"""Every door that lets a submission in keeps the same rules.

Knocked at by who must sign and does not, by another agency, and for an agency that is suspended, each refuses and
nothing is stored. Knocked at by who may, each opens.
"""

import asyncio
import re
from types import SimpleNamespace
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from connectors.catalogue.load import get_dataset
from gateway.app import create_app
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from tests.agencies import HEADER, arrears
from tests.enterprises import uscc
from tests.persons import csrf, same_site, signed_in
from tests.stories import slug
from tests.submissions import accept_held, add_source, pull_due, take_file

STORED = text("""
    SELECT (SELECT count(*) FROM batch), (SELECT count(*) FROM record), (SELECT count(*) FROM rejected_row),
           (SELECT count(*) FROM held_delivery WHERE status <> 'waiting'), (SELECT count(*) FROM corrected_row),
           (SELECT count(*) FROM act_batch), (SELECT count(*) FROM upload WHERE state = 'stored')
""")
# What a refusal says: the problem's name over HTTP and in the use case, the words on a page.
SAYS = {
    "unsigned": {"batch-signature-required", "必须签名"},
    "foreign": {"dataset-not-yours", "upload-not-found", "held-not-found", "属于另一部门", "404"},
    "suspended": {"account-suspended", "停用"},
}
NEXT = iter(range(5000, 6000))


def body() -> bytes:
    """A file nobody sent before."""
    return arrears([next(NEXT)]).encode()


@pytest.fixture(scope="module")
async def browsers(gateway):
    """A browser of a clerk of each agency."""
    opened = {}
    for agency in ("tax", "market_regulation"):
        transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway), raise_app_exceptions=False)
        opened[agency] = httpx.AsyncClient(transport=transport, base_url=gateway.settings.issuer)
        await signed_in(gateway, opened[agency], f"clerk-{agency[:3]}", "clerk", agency=agency)
    yield opened
    for browser in opened.values():
        await browser.aclose()


@pytest.fixture
async def town(gateway, client, access, push, browsers):
    """Agency tax with a batch that has refused rows, and agency market_regulation."""
    headers = {agency: await access(agency) for agency in browsers}
    first = next(NEXT)
    sent = await push(arrears([first]) + f"乙公司,{uscc(next(NEXT))},,若干,增值税\n")
    assert sent.status_code == 201, sent.text
    yield SimpleNamespace(
        gateway=gateway, client=client, headers=headers, browsers=browsers, batch=sent.json()["batch"], first=first
    )
    await change(gateway, must_sign=False, status="active")


async def change(gateway, *, must_sign, status):
    async with gateway.database.begin("test.change") as session:
        query = text("UPDATE client SET must_sign = :must_sign, status = :status WHERE client_id = 'tax'")
        await session.execute(query, {"must_sign": must_sign, "status": status})
    gateway.access.expire()


def said(answer) -> str:
    """Return what an answer says: the problem's name, or its status and its page."""
    named = "problem" in answer.headers.get("content-type", "")
    return slug(answer) if named else f"{answer.status_code} {answer.text}"


async def corrected(town) -> bytes:
    refused = await town.client.get(f"/v1/batches/{town.batch}/rejected-rows?format=csv", headers=town.headers["tax"])
    return refused.content.replace("若干".encode(), b"5")


async def by_push(town, agency, _path):
    async def knock():
        sent = {"Batch-Id": str(uuid4()), **town.headers[agency]}
        return said(await town.client.post("/v1/datasets/tax_arrears/batches", content=body(), headers=sent))

    return knock


async def by_corrections(town, agency, _path):
    content = await corrected(town)

    async def knock():
        sent = {"Batch-Id": str(uuid4()), "Corrects": town.batch, **town.headers[agency]}
        return said(await town.client.post("/v1/datasets/tax_arrears/batches", content=content, headers=sent))

    return knock


async def open_upload(town, agency, content):
    sent = {
        "Batch-Id": str(uuid4()), "Tus-Resumable": "1.0.0", "Upload-Length": str(len(content)), **town.headers[agency],
    }  # fmt: skip
    return await town.client.post("/v1/datasets/tax_arrears/uploads", headers=sent)


async def last_piece(town, agency, place, content):
    sent = {
        "Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream",
        **town.headers[agency],
    }  # fmt: skip
    return said(await town.client.patch(place, content=content, headers=sent))


async def by_upload(town, agency, _path):
    async def knock():
        content = body()
        opened = await open_upload(town, agency, content)
        if opened.status_code != 201:
            return said(opened)
        return await last_piece(town, agency, opened.headers["location"], content)

    return knock


async def by_last_piece(town, agency, _path):
    """The upload was begun when all was well."""
    content = body()
    place = (await open_upload(town, "tax", content)).headers["location"]
    return lambda: last_piece(town, agency, place, content)


async def by_console(town, agency, _path):
    async def knock():
        browser = town.browsers[agency]
        form = {"csrf": await csrf(browser), "dataset": "tax_arrears", "batch": uuid4().hex, "preview": str(uuid4())}
        files, headers = {"file": ("a.csv", body())}, same_site(browser)
        seen = await browser.post("/console/uploads", data=form, files=files, headers=headers)
        if seen.status_code != 303:
            return said(seen)
        return said(await browser.post(f"{seen.headers['location']}/confirm", data=form, headers=headers))

    return knock


async def by_console_corrections(town, agency, _path):
    content = await corrected(town)

    async def knock():
        browser = town.browsers[agency]
        form, files = {"csrf": await csrf(browser)}, {"file": ("a.csv", content)}
        path = f"/console/corrections/{town.batch}"
        return said(await browser.post(path, data=form, files=files, headers=same_site(browser)))

    return knock


async def by_acceptance(town, agency, _path):
    """The submission was held when all was well."""
    column = f"列{next(NEXT)}"
    wider = arrears([next(NEXT)], f"{HEADER},{column}").replace("增值税", "增值税,1").encode()
    sent = {"Batch-Id": str(uuid4()), **town.headers["tax"]}
    held = (await town.client.post("/v1/datasets/tax_arrears/batches", content=wider, headers=sent)).json()["held"]

    async def knock():
        return await denial_of(accept_held(town.gateway, UUID(held), Actor(agency, "agency", person="person:clerk")))

    return knock


async def by_list(town, agency, _path):
    async def knock():
        keys, sent = arrears([town.first]).encode(), {"Batch-Id": str(uuid4()), **town.headers[agency]}
        path = "/v1/datasets/tax_arrears/withdrawals?reason=清单撤回"
        return said(await town.client.post(path, content=keys, headers=sent))

    return knock


async def by_command(town, _agency, path):
    path.write_bytes(body())
    return lambda: denial_of(take_file(town.gateway, path, batch=uuid4().hex))


async def by_source(town, _agency, path):
    path.write_bytes(body())
    name = f"s{next(NEXT)}"
    await add_source(town.gateway, name, "tax_arrears", "file", {"path": str(path)})

    async def knock():
        while await pull_due(town.gateway):
            pass
        async with town.gateway.database.begin("test.fault") as session:
            query = text("UPDATE source SET status = 'paused' WHERE source_id = :s RETURNING last_fault")
            return str((await session.execute(query, {"s": name})).scalar_one())

    return knock


async def denial_of(taken) -> str:
    try:
        await taken
    except DeniedError as fault:
        return fault.denial.reason
    return "taken in"


AGENCIES = (
    by_push,
    by_corrections,
    by_upload,
    by_last_piece,
    by_console,
    by_console_corrections,
    by_acceptance,
    by_list,
)
DOORS = [*((door, case) for door in AGENCIES for case in SAYS),
         # Whoever is at the machine hands in for any agency; a source is read by us, and has nobody who signs.
         (by_command, "unsigned"), (by_command, "suspended"), (by_source, "suspended")]  # fmt: skip


@pytest.mark.parametrize(("door", "case"), DOORS)
async def test_every_door_refuses_and_nothing_is_stored(gateway, town, tmp_path, door, case):
    knock = await door(town, "market_regulation" if case == "foreign" else "tax", tmp_path / "a.csv")
    if case != "foreign":
        await change(gateway, must_sign=case == "unsigned", status="suspended" if case == "suspended" else "active")
    before = await stored(gateway)
    refusal = await knock()
    assert any(word in refusal for word in SAYS[case]), re.sub(r"\s+", " ", refusal)
    assert await stored(gateway) == before


@pytest.mark.parametrize("door", [*AGENCIES, by_command, by_source])
async def test_every_door_opens_to_who_may(gateway, town, tmp_path, door):
    knock = await door(town, "tax", tmp_path / "a.csv")
    before = await stored(gateway)
    answer = await knock()
    assert await stored(gateway) != before, answer


@pytest.mark.parametrize("door", [door for door in (*AGENCIES, by_command, by_source) if door is not by_list])
async def test_every_door_waits_its_turn_at_the_gate(gateway, town, tmp_path, door):
    """A list of keys brings no rows, and waits for nobody."""
    knock = await door(town, "tax", tmp_path / "a.csv")
    before, gate = await stored(gateway), gateway.intake.gate
    async with gate.admit(get_dataset("tax_arrears"), 0):
        waiting = asyncio.ensure_future(knock())
        lane = gate._lanes["dataset:tax_arrears"]
        while not (lane._waiters or waiting.done()):  # noqa: ASYNC110 - the gate tells nobody who waits
            await asyncio.sleep(0.01)
        assert not waiting.done()
        assert await stored(gateway) == before
    await waiting
    assert await stored(gateway) != before


async def stored(gateway):
    async with gateway.database.begin("test.stored") as session:
        return tuple((await session.execute(STORED)).one())
