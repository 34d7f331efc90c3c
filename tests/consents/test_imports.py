"""Consents that were signed elsewhere, many in a file: every row stands for itself and is accounted for."""

import asyncio
import csv
import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from connectors.decoding.decode import decode
from connectors.model.calendar import day_of
from consent.statements import APPROVAL_TYPE, approval_claims
from gateway.app import create_app
from gateway.consents.files import LONGEST_FILE
from gateway.consents.imports.archive import HEADINGS, LARGEST_SHEET, MOST_ROWS, MOST_UNPACKED
from gateway.consents.imports.signed import MOST_APPROVALS
from gateway.consents.imports.taking import ARCHIVE, LARGEST_IMPORT, SIGNED, _open, read_file, take_import
from gateway.evidence.stored_check import check_stored
from gateway.identity.clients.limits import set_for_people
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from gateway.worker import publish_head, take_in
from signing.canonical import canonical_bytes
from signing.jws import sign_jws
from signing.keys import generate_key
from tests.actors import OPERATOR
from tests.enterprises import citizen, uscc
from tests.evidence.forging import forging
from tests.gates import held, writes_to
from tests.identities import change as change_standing
from tests.persons import csrf, same_site, signed_in
from tests.stories import registration, slug

HEADER = [names[0] for names in HEADINGS.values()]
DAY = str(day_of(datetime.now(UTC) + timedelta(days=60)))
IMPORTED = text("""
    SELECT count(*) FROM audit_event e JOIN consent_import i USING (event_id)
    WHERE e.type = 'consent.imported' AND i.import_id = :id
""")
TOKENS = {}


@pytest.fixture
async def ready(story):
    await story.account("bank-1", "bank")
    await story.account("bank-2", "bank-two")
    for number in (1, 2):
        await story.enrol(f"s-{number}", "signatory", subject=uscc(number))
    await story.push("market_regulation", "ent_registration", registration(1))
    return story


def row(number=1, **changes):
    given = {
        "subject": uscc(number),
        "products": "信用评分",
        "purpose": "贷前审查",
        "valid_until": DAY,
        "max_uses": "3",
    }
    return [{**given, "scan": f"{number}.pdf", **changes}[name] for name in HEADINGS]


def archive(*rows, scans=None, sheet="consents.csv", header=HEADER, folder=""):
    written, lines = io.BytesIO(), io.StringIO()
    csv.writer(lines).writerows([header, *rows])
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(f"{folder}{sheet}", lines.getvalue())
        for name, content in (scans or {"1.pdf": b"%PDF-1", "2.pdf": b"%PDF-2"}).items():
            made.writestr(f"{folder}{name}", content)
    return written.getvalue()


async def call(story, who, method, path, **more):
    if (known := (id(story.gateway), who)) not in TOKENS:
        TOKENS[known] = await story.headers(who)
    return await story.client.request(method, path, headers={**more.pop("headers", {}), **TOKENS[known]}, **more)


async def hand_in(story, content, media_type=ARCHIVE, who="bank-1"):
    return await call(
        story, who, "POST", "/v1/consent-imports", content=content, headers={"Content-Type": media_type}
    )  # fmt: skip


async def taken(story, content, media_type=ARCHIVE):
    answer = await hand_in(story, content, media_type)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def drafted(story, number=1, **changes):
    """Terms of bank-1 to be signed."""
    wanted = {
        "subject": uscc(number), "products": ["score"], "purpose": "pre_loan",
        "valid_until": (datetime.now(UTC) + timedelta(days=30)).isoformat(), **changes,
    }  # fmt: skip
    answer = await call(story, "bank-1", "POST", "/v1/consent-imports/drafts", json=wanted)
    assert answer.status_code == 200, answer.text
    return answer.json()


def approved(story, draft, signatory="s-1", key=None):
    claims = approval_claims(draft["consent"], draft["terms_sha256"], "approve")
    return sign_jws(claims, key or story.keys[signatory], APPROVAL_TYPE)


def changed(draft, **members):
    return canonical_bytes({**json.loads(draft["terms"]), **members}).decode()


def lines(*rows):
    return "\n".join(json.dumps({"terms": terms, "approvals": approvals}) for terms, approvals in rows).encode()


async def standing(story, consent, who="bank-1"):
    return (await call(story, who, "GET", f"/v1/consents/{consent}")).json()


async def test_each_row_is_a_request_with_its_scan_that_waits_for_two_officers(ready):
    made = await taken(ready, archive(row(1), row(2, max_uses=""), folder="一批/"))
    assert [(one["number"], one["outcome"]) for one in made["rows"]] == [(2, "requested"), (3, "requested")]
    assert (made["total"], made["done"], made["taken"], made["refused"]) == (2, 2, 2, 0)
    first = await standing(ready, made["rows"][0]["consent"])
    assert (first["status"], first["max_uses"], [one["kind"] for one in first["files"]]) == (
        "requested", 3, ["paper_scan"],
    )  # fmt: skip
    assert json.loads(first["terms"])["evidence"][0]["sha256"] == first["files"][0]["sha256"]
    assert datetime.fromisoformat(first["valid_until"]) == datetime.fromisoformat(f"{DAY}T00:00+08:00") + timedelta(1)
    await ready.enrol("op-1", "operator")
    queue = (await call(ready, "op-1", "GET", "/v1/admin/paper")).json()["to_enter"]
    assert {one["consent"] for one in made["rows"]} <= {one["consent"] for one in queue}
    async with ready.gateway.database.begin("test.events") as session:
        assert (await session.execute(IMPORTED, {"id": made["import"]})).scalar_one() == 1


async def test_a_row_that_will_not_do_keeps_no_other_out_and_leaves_nothing(ready):
    wrong = (
        {"products": "信用评分、天气"}, {"purpose": "chat"}, {"valid_until": "明年"}, {"max_uses": "viele"},
        {"scan": "9.pdf"}, {"scan": "bad.pdf"}, {"subject": "9133030"}, {"valid_until": "2020-01-01"}, {}, {},
    )  # fmt: skip
    content = archive(*(row(1, **one) for one in wrong), scans={"1.pdf": b"%PDF-1", "bad.pdf": b"no PDF"})
    made = await taken(ready, content)
    unreadable = ["import-row-unreadable"] * 5
    rest = ["evidence-refused", "invalid-subject", "invalid-terms", "requested", "import-row-again"]
    assert [one["outcome"] for one in made["rows"]] == unreadable + rest
    assert [bool(one["reason"]) for one in made["rows"]] == [True] * 8 + [False, True]
    async with ready.gateway.database.begin("test.left") as session:
        query = text("SELECT count(*) FROM consent_version WHERE convert_from(terms, 'UTF8') LIKE :scan")
        named = {"scan": f"%{hashlib.sha256(b'no PDF').hexdigest()}%"}
        assert (await session.execute(query, named)).scalar_one() == 0
    for form in ("csv", "xlsx"):
        answer = await call(ready, "bank-1", "GET", f"/v1/consent-imports/{made['import']}/rows.{form}")
        assert answer.status_code == 200
        assert len(answer.content) > 100
    told = list(csv.reader(io.StringIO(answer_text(await call(
        ready, "bank-1", "GET", f"/v1/consent-imports/{made['import']}/rows.csv"
    )))))  # fmt: skip
    assert len(told) == 1 + made["total"]
    assert all(line[5] for line in told)


def answer_text(answer):
    return answer.content.decode("utf-8-sig")


async def test_the_same_file_again_is_the_same_import_and_another_institutions_is_its_own(ready):
    content = archive(row(1, max_uses="7"))
    first, again = await taken(ready, content), await taken(ready, content)
    assert first == again
    other = (await hand_in(ready, content, who="bank-2")).json()
    assert other["import"] != first["import"]
    for who in ("bank-2", "s-1"):
        for part in ("", "/rows.csv"):
            strange = await call(ready, who, "GET", f"/v1/consent-imports/{first['import']}{part}")
            assert (strange.status_code, slug(strange)) == (404, "import-not-found")


async def test_what_was_broken_off_goes_on_where_it_was(ready):
    content = archive(row(1, max_uses="8"), row(2, max_uses="8"))
    actor, file = Actor("bank-1", "account", "bank"), read_file(ARCHIVE, content)
    async with ready.gateway.units.begin("test.open", actor) as work:
        opened = await _open(work, file)
    before = (await call(ready, "bank-1", "GET", f"/v1/consent-imports/{opened}")).json()
    assert (before["total"], before["done"]) == (2, 0)
    after = await taken(ready, content)
    assert (after["import"], after["done"]) == (str(opened), 2)


async def test_two_who_hand_in_the_same_file_at_once_take_each_row_once(ready):
    file, actor = read_file(ARCHIVE, archive(row(1, max_uses="9"))), Actor("bank-1", "account", "bank")
    async with held(ready.gateway.database, writes_to("consent_import_row")) as gate:
        tasks = [asyncio.create_task(take_import(ready.gateway.units, actor, file)) for _ in range(2)]
        await gate.waiting(2)
    first, second = await asyncio.gather(*tasks)
    assert first == second
    async with ready.gateway.database.begin("test.count") as session:
        query = text(
            "SELECT count(*) FROM consent_version WHERE version = 1 AND convert_from(terms, 'UTF8') LIKE :uses"
        )
        assert (await session.execute(query, {"uses": '%"max_uses":9,%'})).scalar_one() == 1


def workbook_of(count):
    return [row(1, max_uses=str(number)) for number in range(1, count + 1)]


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"", ARCHIVE), (b"PK", ARCHIVE), (b"x", "text/plain"), (b"\xff\xfe", SIGNED), (b"\n \n", SIGNED),
        (archive(row(1), sheet="other.csv"), ARCHIVE), (archive(), ARCHIVE),
        (archive(row(1)[:3], header=HEADER[:3]), ARCHIVE),
        (archive(row(1, purpose="x" * LARGEST_SHEET)), ARCHIVE),
    ],
    ids=["empty", "no ZIP", "no kind", "no text", "no lines", "no sheet", "no rows", "no columns", "too large a sheet"],
)  # fmt: skip
def test_a_file_that_is_none_is_refused_whole(content, media_type):
    with pytest.raises(DeniedError) as refused:
        read_file(media_type, content)
    assert refused.value.denial.reason == "import-refused"


@pytest.mark.parametrize(("count", "good"), [(MOST_ROWS - 1, True), (MOST_ROWS, True), (MOST_ROWS + 1, False)])
def test_a_file_has_so_many_rows_at_most(count, good):
    signed = lines(*([('{"grantor": {"subject_id": "x"}}', ["a.b.c"])] * count))
    for media_type, content in ((ARCHIVE, archive(*workbook_of(count))), (SIGNED, signed)):
        if good:
            assert len(read_file(media_type, content).rows) == count
        else:
            with pytest.raises(DeniedError):
                read_file(media_type, content)


@pytest.mark.parametrize(
    ("count", "good"), [(0, False), (1, True), (MOST_APPROVALS, True), (MOST_APPROVALS + 1, False)]
)
def test_a_line_has_as_many_approvals_as_a_consent_may_take(count, good):
    content = lines(('{"grantor": {"subject_id": "x"}}', ["a.b.c"] * count))
    (read,) = read_file(SIGNED, content).rows
    assert (getattr(read, "reason", None) is None) is good


@pytest.mark.parametrize(("beyond", "good"), [(-1, True), (0, True), (1, False)])
def test_so_much_is_unpacked_at_most(beyond, good):
    rows = [row(1, scan=f"{number}.pdf", max_uses=str(number)) for number in range(13)]
    sheet = len("\r\n".join(",".join(one) for one in [HEADER, *rows]).encode()) + 2
    sizes = [LONGEST_FILE] * 12 + [MOST_UNPACKED - sheet - 12 * LONGEST_FILE + beyond]
    content = archive(*rows, scans={f"{number}.pdf": b"\0" * size for number, size in enumerate(sizes)})
    if good:
        assert len(read_file(ARCHIVE, content).rows) == len(rows)
    else:
        with pytest.raises(DeniedError):
            read_file(ARCHIVE, content)


@pytest.mark.parametrize(("size", "good"), [(LONGEST_FILE - 1, True), (LONGEST_FILE, True), (LONGEST_FILE + 1, False)])
def test_a_scan_is_as_large_as_a_file_may_be(size, good):
    content = b"%PDF-" + b"x" * (size - 5)
    (read,) = read_file(ARCHIVE, archive(row(1), scans={"1.pdf": content})).rows
    assert (getattr(read, "reason", None) is None) is good


async def test_a_larger_file_is_not_read(ready):
    answer = await hand_in(ready, b"x" * (LARGEST_IMPORT + 1))
    assert (answer.status_code, slug(answer)) == (413, "body-too-large")


async def test_terms_with_the_signatorys_approval_are_in_force_at_once(ready):
    draft = await drafted(ready)
    made = await taken(ready, lines((draft["terms"], [approved(ready, draft)])), SIGNED)
    assert [(one["outcome"], one["consent"]) for one in made["rows"]] == [("active", draft["consent"])]
    assert (await ready.ask("bank-1", 1, consent=draft["consent"])).status_code == 200
    now = await standing(ready, draft["consent"], "s-1")
    assert [(one["who"], one["method"]) for one in now["approvals"]] == [("s-1", "key")]
    again = await taken(ready, lines((draft["terms"], [approved(ready, draft)]), ("{}", ["x"])), SIGNED)
    assert [one["outcome"] for one in again["rows"]] == ["import-consent-there", "import-row-unreadable"]


async def test_fewer_approvals_than_it_takes_leave_a_request(ready):
    draft = await drafted(ready, required_approvals=2)
    made = await taken(ready, lines((draft["terms"], [approved(ready, draft)])), SIGNED)
    assert made["rows"][0]["outcome"] == "requested"
    assert len((await standing(ready, draft["consent"]))["approvals"]) == 1


async def test_what_no_signatory_of_the_enterprise_signed_leaves_nothing(ready):
    draft, other = await drafted(ready), await drafted(ready)
    widened = changed(draft, max_uses=5)
    rows = [
        (draft["terms"], [approved(ready, draft, "s-2")]),  # another enterprise's
        (draft["terms"], [approved(ready, draft, key=generate_key("ES256"))]),  # nobody's
        (draft["terms"], [approved(ready, other)]),  # of another consent
        (draft["terms"], ["no signature"]),
        (widened, [approved(ready, draft)]),
        (draft["terms"] + " ", [approved(ready, draft)]),
        (draft["terms"].replace('"bank"', '"bank-two"'), [approved(ready, draft)]),
        (draft["terms"].replace("贷前审查", "任何用途"), [approved(ready, draft)]),
        (changed(draft, complaint_contact="nobody"), [approved(ready, draft)]),
    ]
    made = await taken(ready, lines(*rows), SIGNED)
    assert [one["outcome"] for one in made["rows"]] == [
        *["approval-invalid"] * 5, "invalid-terms", "not-yours-to-decide", "invalid-terms", "consent-shown-otherwise",
    ]  # fmt: skip
    missing = await call(ready, "bank-1", "GET", f"/v1/consents/{draft['consent']}")
    assert slug(missing) == "consent-not-found"


async def test_a_signatory_that_was_suspended_approves_nothing(ready):
    draft = await drafted(ready, 2)
    await change_standing(ready.gateway, "client:s-2", "suspend")
    made = await taken(ready, lines((draft["terms"], [approved(ready, draft, "s-2")])), SIGNED)
    assert made["rows"][0]["outcome"] == "approval-invalid"
    await change_standing(ready.gateway, "client:s-2", "resume")


async def test_nobody_but_an_account_hands_consents_in(ready):
    answer = await hand_in(ready, archive(row(1)), who="s-1")
    assert (answer.status_code, slug(answer)) == (403, "not-yours-to-decide")


async def test_staff_hand_in_a_file_on_a_page_and_take_the_response(ready, tmp_path):
    async with ready.gateway.units.begin("test.for-people", OPERATOR) as work:
        await set_for_people(work, client_id="bank-1", allowed=True)
    transport = httpx.ASGITransport(app=create_app(ready.gateway.settings, ready.gateway), raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url=ready.gateway.settings.issuer, headers={"Accept": "text/html"}, timeout=60
    ) as browser:
        await signed_in(ready.gateway, browser, "li", "staff", institution="bank")
        place = "/console/consents/-/imports"
        form = await browser.get(f"{place}/template.xlsx")
        (tmp_path / "form.xlsx").write_bytes(form.content)
        assert decode(tmp_path / "form.xlsx").header == HEADER

        async def send(name, content):
            return await browser.post(
                place, data={"csrf": await csrf(browser)}, files={"file": (name, content)}, headers=same_site(browser)
            )

        wrong = await send("a.zip", b"no ZIP")
        assert (wrong.status_code, "ZIP" in wrong.text) == (422, True)
        sent = await send("a.zip", archive(row(1, max_uses="11"), row(1, purpose="x")))
        assert sent.status_code == 303
        shown = (await browser.get(sent.headers["location"])).text
        assert ("收下 1 行" in shown, "已提交，待办理" in shown, "未导入" in shown) == (True, True, True)
        for part in ("rows.csv", "rows.xlsx"):
            assert (await browser.get(f"{sent.headers['location']}/{part}")).status_code == 200
        assert (await browser.get(f"{place}/{UUID(int=0)}")).status_code == 404


async def test_the_page_leads_to_the_progress_before_the_rows_are_taken_in(ready):
    async with ready.gateway.units.begin("test.for-people", OPERATOR) as work:
        await set_for_people(work, client_id="bank-1", allowed=True)
    place, answered = "/console/consents/-/imports", asyncio.get_running_loop().create_future()
    served = create_app(ready.gateway.settings, ready.gateway)

    async def app(scope, receive, send):
        async def noting(message):
            await send(message)
            if message["type"] == "http.response.start" and (scope["method"], scope["path"]) == ("POST", place):
                answered.set_result(dict(message["headers"])[b"location"].decode())

        await served(scope, receive, noting)

    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url=ready.gateway.settings.issuer, timeout=60
    ) as browser:
        await signed_in(ready.gateway, browser, "wu", "staff", institution="bank")
        more = {"data": {"csrf": await csrf(browser)}, "headers": same_site(browser)}
        content = archive(row(1, max_uses="17"), row(1, max_uses="18"))
        async with held(ready.gateway.database, writes_to("consent_import_row")) as gate:
            sending = asyncio.create_task(browser.post(place, files={"file": ("a.zip", content)}, **more))
            where = await asyncio.wait_for(answered, 15)
            await gate.waiting(1)  # the first row
            shown = (await browser.get(where)).text
            assert (f'hx-get="{where}"' in shown, "收下 0 行" in shown) == (True, True)
        await sending
        shown = (await browser.get(where)).text
        assert (f'hx-get="{where}"' in shown, "收下 2 行" in shown) == (False, True)
        assert f'href="{where}"' in (await browser.get(place)).text


async def test_a_row_that_names_no_enterprise_leaves_nothing_of_what_it_names(ready):
    given = [citizen(3), "13857700001", f"{uscc(1)[:-1]}*", f" {uscc(1).lower()} "]
    made = await taken(ready, archive(*(row(1, subject=one, max_uses="19") for one in given)))
    assert [one["subject"] for one in made["rows"]] == ["", "", "", uscc(1)]
    async with ready.gateway.database.begin("test.kept") as session:
        kept = await session.execute(
            text("SELECT subject FROM consent_import_row WHERE import_id = :i"), {"i": made["import"]}
        )
        assert sorted(kept.scalars()) == ["", "", "", uscc(1)]


async def test_what_came_in_bulk_and_on_paper_agrees_with_the_log(ready):
    for officer in ("op-1", "op-2"):
        await ready.enrol(officer, "operator")
    draft = await drafted(ready)
    await taken(ready, lines((draft["terms"], [approved(ready, draft)])), SIGNED)
    made = await taken(ready, archive(row(1, max_uses="13")))
    place = f"/v1/admin/paper/{made['rows'][0]['consent']}"
    shown = (await call(ready, "op-1", "GET", place)).json()
    signed = {
        "scan": shown["scans"][0]["sha256"], "shown": shown["shown"], "id_number": "330302197001010012",
        "role": "legal_rep", "signed_on": str(day_of(datetime.now(UTC))),
    }  # fmt: skip
    change = (await call(ready, "op-1", "POST", place, json=signed)).json()["change"]
    done = await call(ready, "op-2", "POST", f"/v1/admin/changes/{change}/approve", json={})
    assert done.status_code == 200, done.text
    assert (await standing(ready, made["rows"][0]["consent"]))["status"] == "active"
    await take_in(ready.gateway)
    await publish_head(ready.gateway)
    async with forging(ready.gateway) as work:
        checked = await check_stored(work, lambda _done, _all: None, tree=True)
    assert checked.findings.told == []


def test_a_line_ends_with_a_newline_and_with_no_other_mark():
    line = '{"terms": "甲\u2028乙\x85丙", "approvals": ["x"]}'
    assert [row.number for row in read_file(SIGNED, f"{line}\r\n{line}\n".encode()).rows] == [1, 2]
