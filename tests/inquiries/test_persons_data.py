"""Case 22: a person whom agencies name stands in no answer, page, file, message, log line or trace of anybody else.

Somebody is planted, by name, number and telephone, in every dataset that may name a person and in every one that a
score is computed from; then everything that leaves for an institution, an enterprise, an auditor or a platform is
looked through, as it is, unpacked, and with what is signed in it opened.
"""

import base64
import html
import io
import json
import re
import zipfile
from datetime import UTC, datetime
from importlib.util import find_spec
from uuid import uuid4

import httpx
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pypdf import PdfReader
from sqlalchemy import text

from connectors.catalogue.load import datasets
from connectors.catalogue.samples import SampleParty, sample_header, sample_rows
from connectors.model.calendar import day_of
from connectors.model.folding import heading_key
from gateway.app import create_app
from gateway.evidence.export import export_evidence
from gateway.identity.clients.limits import set_for_people
from gateway.inquiries.batches.batch import work_batches
from gateway.inquiries.outputs.policy import OutputPolicy
from gateway.inquiries.outputs.setting import set_output_policy
from gateway.records.in_words import scored_by
from gateway.runtime.actor import PROGRAM, Actor
from gateway.statements.making import make_statement
from gateway.statements.months import month_of
from gateway.statements.pdf import as_pdf
from gateway.webhooks.outbox import queue_told
from gateway.worker import publish_head, take_in
from scoring_adapter.providers.asking import Providers
from scoring_adapter.scorecard import load_scorecard
from signing.canonical import canonical_bytes
from tests.actors import OPERATOR
from tests.enterprises import citizen, uscc
from tests.persons import csrf, same_site, signed_in
from tests.records.test_at_rest import dump
from tests.stories import as_csv

NAME, NUMBER, PHONE = "欧阳若望", citizen(11), "13577788899"
PLANTED = (NAME, NUMBER, PHONE)
TODAY = day_of(datetime.now(UTC))
COMPANY = SampleParty("瓯海第1鞋业有限公司", uscc(1))
NAMING = {name for name, one in datasets().items() if any(field.personal == "always" for field in one.fields.values())}
PRODUCTS = ("score", "health_check", "records")
CATEGORIES = sorted({one.category for one in datasets().values()})
FORMS = {"bank-1": None, "bank-2": "banded", "bank-3": "flag"}
PURPOSES = {"detail": "pre_loan", "basic": "post_loan"}


def planted(dataset):
    """A row of a dataset with the person in every cell that may hold one: by name where a person is asked for, and in
    every text that nothing is found or told apart by.
    """
    header = sample_header(dataset)
    (row,) = sample_rows(dataset, [COMPANY], TODAY, "P")
    fields = {heading_key(field.zh): (name, field) for name, field in dataset.fields.items()}
    own = {
        heading_key(name) for names in (dataset.party.name, dataset.party.codes, dataset.party.kind) for name in names
    }
    for place, heading in enumerate(header[2:], 2):
        name, field = fields.get(heading_key(heading), ("", None))
        if field is None or heading_key(heading) in own or field.type != "text" or field.codes or name in dataset.key:
            continue
        if field.personal == "always":
            row[place] = NAME
        elif not field.is_document and not field.required:
            row[place] = f"{row[place]}，证件{NUMBER}，电话{PHONE}"
    return header, row


@pytest.fixture
async def ready(story):
    """The person is planted, an enterprise permits three banks, each of which is shown answers in its own form."""
    for name in sorted(NAMING | set(scored_by(load_scorecard()))):
        header, row = planted(datasets()[name])
        made = await story.push(datasets()[name].agency, name, as_csv(header, row))
        assert made["accepted"] == 1, (name, made)
    await story.enrol("auditor-1", "auditor")
    for account, form in FORMS.items():
        await story.account(account, f"house-{account}")
        for tier, purpose in PURPOSES.items():
            await story.consent(account, 1, purpose=purpose, tier=tier, products=list(PRODUCTS))
        for product in PRODUCTS if form else ():
            threshold = {"threshold": 600} if form == "flag" else {}
            async with story.gateway.units.begin("test.output", OPERATOR) as work:
                await set_output_policy(work, f"house-{account}", product, OutputPolicy(form=form, **threshold))
    return story


def text_of(content):
    """What a PDF says, its title among it; without blanks, for a line may end within a name."""
    read = PdfReader(io.BytesIO(content))
    return "".join(f"{read.metadata.title}{''.join(page.extract_text() for page in read.pages)}".split())


def opened(content):
    """What there is to look through: the bytes as they are, parts of an archive, what a PDF says, and what is signed,
    in clear.
    """
    yield content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    if content.startswith(b"%PDF"):
        yield text_of(content).encode()
    said = content.decode("utf-8", "replace")
    yield html.unescape(said).encode()
    yield re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), said).encode("utf-8", "replace")
    for body in re.findall(r"eyJ[\w-]+\.(eyJ[\w-]+)\.[\w-]*", said):
        yield base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))


def leaks(seen):
    return {
        (door, one) for door, content in seen.items() for part in opened(content) for one in PLANTED
        if one.encode() in part
    }  # fmt: skip


@pytest.fixture
def spans(monkeypatch):
    """Every span that is made, whole."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)
    return exporter


async def questions(story, seen):
    """Every product, in every depth and form: asked, asked again, explained, listed, put together."""
    for account in FORMS:
        headers = await story.headers(account)
        for tier, purpose in PURPOSES.items():
            for product in PRODUCTS:
                door = f"{account} {product} {tier}"
                asked = {"tier": tier, "purpose": purpose, "product": product, "narrow": True}
                asked |= {"categories": CATEGORIES} if product == "records" else {}
                answer = await story.ask(account, 1, **asked)
                assert answer.status_code == 200, (door, answer.text)
                seen[f"{door}: answer"] = answer.content
                inquiry = answer.json()["inquiry"]
                for path in (f"/v1/inquiries/{inquiry}", "/v1/inquiries"):
                    seen[f"{door}: {path}"] = (await story.client.get(path, headers=headers)).content
                said = {"subject": uscc(1), **asked}
                told = await story.client.post("/v1/inquiries:explain", json=said, headers=headers)
                seen[f"{door}: explain"] = told.content
        batch = await story.client.post(
            "/v1/inquiries:batch", headers={"Idempotency-Key": str(uuid4()), **headers},
            json={"questions": [{"subject": uscc(1), "product": one, "purpose": "pre_loan"}
                                for one in PRODUCTS]},
        )  # fmt: skip
        assert batch.json()["answered"] == len(PRODUCTS), batch.text
        seen[f"{account}: batch"] = batch.content
        for path in ("/v1/quota/ledger.csv", "/v1/recalls", "/v1/obligations", "/v1/consents"):
            seen[f"{account}: {path}"] = (await story.client.get(path, headers=headers)).content


async def pages(story, seen):
    """What staff of a bank see and take as files; what an enterprise and an auditor see."""
    gateway = story.gateway
    async with gateway.units.begin("test.for-people", OPERATOR) as work:
        await set_for_people(work, client_id="bank-1", allowed=True)
    async with gateway.database.begin("test.inquiry", role="owner") as session:
        found = await session.execute(text("SELECT inquiry_id FROM inquiry WHERE account = 'bank-1'"))
        shown = [str(one) for one in found.scalars()]
    visits = {
        ("li", "staff", "institution", "house-bank-1"): [
            "/console/desk", "/console/inquiries",
            *(f"/console/inquiries/{one}{part}" for one in shown for part in ("", "/answer")),
        ],
        ("boss-1", "owner", "enterprise", uscc(1)): [
            "/console/enterprise", "/console/enterprise/questions", "/console/enterprise/records",
            "/console/enterprise/tags", *(f"/console/enterprise/records/of/{name}" for name in sorted(NAMING)),
        ],
    }  # fmt: skip
    for (person, role, house, whose), paths in visits.items():
        transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway), raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=transport, base_url=gateway.settings.issuer, headers={"Accept": "text/html"}, timeout=60
        ) as browser:
            await signed_in(gateway, browser, person, role, **{house: whose})
            for path in paths:
                answer = await browser.get(path)
                assert answer.status_code == 200, (path, answer.text)
                seen[path] = answer.content
            if role == "staff":
                await many(gateway, browser, seen)


async def many(gateway, browser, seen):
    """Questions of a spreadsheet, and the files of their answers."""
    body = {"csrf": await csrf(browser), "product": "health_check", "purpose": "pre_loan", "account": "bank-1"}
    sheet = f"统一社会信用代码\n{uscc(1)}\n".encode()
    looked = await browser.post(
        "/console/ask-many", data=body, files={"file": ("a.csv", sheet)}, headers=same_site(browser)
    )
    token = re.search(r'name="token" value="([^"]+)"', looked.text)[1]
    lines = html.unescape(re.search(r"<textarea[^>]*>([^<]*)<", looked.text)[1])
    sent = await browser.post(
        "/console/ask-many/ask", headers=same_site(browser),
        data={"csrf": body["csrf"], "lines": lines, "token": token, "account": "bank-1"},
    )  # fmt: skip
    assert sent.status_code == 303, sent.text
    assert await work_batches(gateway.units, Providers(), gateway.protector)
    place = sent.headers["location"]
    seen["batch page"] = (await browser.get(place)).content
    for form in ("csv", "xlsx"):
        seen[f"answers.{form}"] = (await browser.get(f"{place}/answers.{form}")).content
    assert b"eyJ" in seen["answers.csv"]


async def theirs(story, seen):
    """What an enterprise and an auditor are told over the interface."""
    for who, paths in {
        "s-1": ("/v1/records?hidden=true&limit=500", "/v1/records/by-dataset", "/v1/questions", "/v1/objections",
                "/v1/consents"),
        "auditor-1": ("/v1/audit/entries", "/v1/open-objections"),
    }.items():  # fmt: skip
        for path in paths:
            answer = await story.client.get(path, headers=await story.headers(who))
            assert answer.status_code == 200, (path, answer.text)
            seen[f"{who}: {path}"] = answer.content
    records = json.loads(seen["s-1: /v1/records?hidden=true&limit=500"])["records"]
    assert {one["dataset"] for one in records} >= NAMING
    for who in ("s-1", "auditor-1"):
        headers = await story.headers(who)
        for one in records:
            for part in ("history", "proof-file"):
                answer = await story.client.get(f"/v1/records/{one['record']}/{part}", headers=headers)
                seen[f"{who}: {one['dataset']} {part}"] = answer.content
    return records


async def written(story, seen, folder):
    """What is written down and sent: statements, as PDF too, messages, the log and its rows, every table."""
    gateway, month = story.gateway, month_of(datetime.now(UTC))
    async with gateway.units.begin("test.statement", PROGRAM) as work:
        row = await make_statement(work, uscc(1), month)
        seen["statement"] = row.content if isinstance(row.content, bytes) else row.content.encode()
        if find_spec("typst") is not None:
            seen["statement.pdf"] = as_pdf(seen["statement"], row.signature)
            assert uscc(1) in text_of(seen["statement.pdf"])
    await take_in(gateway)
    await publish_head(gateway)
    async with gateway.units.begin("test.told", PROGRAM) as work:
        while await queue_told(work):
            pass
    async with gateway.units.begin("test.export", Actor("auditor-1", "auditor")) as work:
        await export_evidence(work, folder, lambda _done, _all: None)
    for path in folder.rglob("*"):
        if path.is_file():
            seen[f"export {path.name}"] = path.read_bytes()
    for table, rows in (await dump(gateway)).items():
        seen[f"table {table}"] = rows.encode()


@pytest.mark.skipif(find_spec("typst") is None, reason="nothing sets a PDF here")
@pytest.mark.parametrize("person", PLANTED)
@pytest.mark.parametrize("place", ["name", "month", "institution_name"])
def test_a_person_in_a_pdf_is_found(person, place):
    question = {
        "asked_at": "2026-11-03T01:02:03+00:00", "institution_name": "某行", "account": "bank-1", "intermediary": None,
        "kind": "inquiry", "products": ["score"], "purpose": "pre_loan", "consent": None, "outcome": "answered",
        "reason": None, "entry": "e",
    }  # fmt: skip
    said = {
        "name": "某公司", "enterprise": uscc(1), "month": "2026-11", "issuer": "http://here", "made_at": "2026-12-01",
        "counts": dict.fromkeys(("all", "answered", "denied", "failed", "open", "consent-request"), 1),
        "questions": [question],
    }  # fmt: skip
    assert leaks({"pdf": as_pdf(canonical_bytes(said), "sig")}) == set()
    (question if place == "institution_name" else said)[place] = f"某{person}行"
    assert leaks({"pdf": as_pdf(canonical_bytes(said), "sig")}) == {("pdf", person)}


@pytest.mark.slow
async def test_case_22_a_planted_person_leaves_by_no_door(ready, spans, tmp_path, capfd):
    seen = {}
    headers = await ready.headers("bank-1")
    hook = await ready.client.post("/v1/webhooks", json={"url": "http://127.0.0.1:9/x"}, headers=headers)
    assert hook.status_code == 201, hook.text
    await questions(ready, seen)
    await pages(ready, seen)
    records = await theirs(ready, seen)
    await written(ready, seen, tmp_path / "export")
    seen["traces"] = "\n".join(span.to_json() for span in spans.get_finished_spans()).encode()
    out = capfd.readouterr()
    seen["log"] = (out.out + out.err).encode()
    for told in ("log", "traces", "statement", "table webhook_delivery", "answers.xlsx", "s-1: /v1/records/by-dataset"):
        assert len(seen[told]) > 100, f"there is no {told} to look through"
    assert leaks(seen) == set()
    # The person is there: the agency that named them reads them, by name and no more.
    one = next(record for record in records if record["dataset"] == "consumption_restriction")
    own = await ready.client.get(f"/v1/records/{one['record']}/history", headers=await ready.headers("court"))
    assert {planted for _, planted in leaks({"own": own.content})} == {NAME}
