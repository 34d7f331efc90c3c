"""A portrait's network for other programs: BODS 0.4 and FollowTheMoney, as their schemas ask for it.

What is required and which codes there are stands in the published schemas: BODS 0.4.0 (statement, entity, person and
relationship records), FollowTheMoney 4 (Thing, Company, Person, Ownership, Directorship, UnknownLink).
"""

import json
import re
from datetime import date

import httpx
import pytest
from typer.testing import CliRunner

from gateway.__main__ import app
from gateway.app import create_app
from gateway.identity.clients.limits import set_for_people
from gateway.inquiries.portrait.bods import bods_statements
from gateway.inquiries.portrait.exports import network_bytes
from gateway.inquiries.portrait.ftm import ftm_lines
from gateway.inquiries.sheet_pdf import sheet_data, sheet_pdf
from gateway.people.guard import cookie_name
from gateway.runtime.denial import DeniedError
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.inquiries.test_outputs import rules
from tests.inquiries.test_pages import session_of
from tests.inquiries.test_portrait import NAMES, portrait, ready  # noqa: F401 - an enterprise with a network
from tests.network.holding import firm

INTERESTS = {"shareholding", "otherInfluenceOrControl", "seniorManagingOfficial", "boardMember", "boardChair"}
ENTITIES = {"registeredEntity", "anonymousEntity", "unknownEntity"}
REASONS = {"interestedPartyExemptFromDisclosure", "informationUnknownToPublisher"}
# Of each schema: what must stand, and of which schemas the ends may be.
REQUIRED = {
    "Company": {"name"}, "Person": {"name"}, "LegalEntity": {"name"}, "Ownership": {"owner", "asset"},
    "Directorship": {"director", "organization"}, "UnknownLink": {"subject", "object"},
}  # fmt: skip
ASSETS = {"asset", "organization"}


async def test_bods_statements_have_what_the_standard_asks_for(ready):  # noqa: F811
    told = await portrait(ready)
    statements = bods_statements(told["answer"], {})
    assert bods_statements(told["answer"], {}) == statements
    seen = {}
    for one in statements:
        assert 32 <= len(one["statementId"]) <= 64
        assert one["declarationSubject"] == f"{told['inquiry']}:{uscc(1)}"
        assert one["publicationDetails"] == {
            "publicationDate": told["issued_at"][:10], "bodsVersion": "0.4", "publisher": {"url": told["iss"]},
        }  # fmt: skip
        assert date.fromisoformat(one["statementDate"])
        assert (one["recordStatus"], one["source"]["type"]) == ("new", ["officialRegister"])
        details = one["recordDetails"]
        assert details["isComponent"] is False
        if one["recordType"] == "entity":
            assert details["entityType"]["type"] in ENTITIES
            assert "name" in details or details["unspecifiedEntityDetails"]["reason"] in REASONS
        elif one["recordType"] == "person":
            assert details["personType"] == "anonymousPerson"
            assert details["unspecifiedPersonDetails"]["reason"] in REASONS
            assert "names" not in details
        else:
            assert one["recordType"] == "relationship"
            assert {details["subject"], details["interestedParty"]} <= seen.keys()
            assert seen[details["subject"]] == "entity"
            [interest] = details["interests"]
            assert interest["type"] in INTERESTS
            assert (interest["directOrIndirect"], interest["beneficialOwnershipOrControl"]) == ("direct", False)
            assert date.fromisoformat(interest["startDate"])
        assert one["recordId"] not in seen
        seen[one["recordId"]] = one["recordType"]
    assert len({one["statementId"] for one in statements}) == len(statements)
    kinds = [one["kind"] for one in told["network"]["edges"]]
    assert list(seen.values()).count("relationship") == len(kinds) - kinds.count("guarantees")
    shares = {
        one["recordId"].partition(":")[2]: one["recordDetails"]["interests"][0].get("share") for one in statements
        if one["recordType"] == "relationship"
    }  # fmt: skip
    assert shares[f"holds:{uscc(2)}:{uscc(1)}"] == {"exact": 50.0, "minimum": 50.0, "maximum": 50.0}
    assert not set(NAMES) & set(json.dumps(statements, ensure_ascii=False))


async def test_ftm_entities_have_what_their_schemas_ask_for(ready):  # noqa: F811
    told = await portrait(ready)
    entities = [json.loads(line) for line in ftm_lines(told["answer"], {}).splitlines()]
    schemas = {}
    for one in entities:
        assert set(one) == {"id", "schema", "properties"}
        assert REQUIRED[one["schema"]] <= one["properties"].keys()
        assert all(isinstance(value, str) for values in one["properties"].values() for value in values)
        for name in ("owner", "asset", "director", "organization", "subject", "object"):
            for end in one["properties"].get(name, ()):
                assert schemas[end] == "Company" or name not in ASSETS
        assert one["id"] not in schemas
        schemas[one["id"]] = one["schema"]
    assert len(entities) == len(told["network"]["parties"]) + len(told["network"]["edges"])
    companies = {one["properties"]["uscCode"][0]: one["properties"]["name"] for one in entities
                 if "uscCode" in one["properties"]}  # fmt: skip
    assert companies[uscc(2)] == [firm(2)]
    assert {"50", "40", "100"} <= {one["properties"].get("percentage", [""])[0] for one in entities}
    assert not set(NAMES) & set(json.dumps(entities, ensure_ascii=False))


async def test_in_bands_the_range_is_told(ready):  # noqa: F811
    await rules(ready, "banded", products=("portrait",))
    told = await portrait(ready)
    await rules(ready, products=("portrait",))
    shares = [
        one["recordDetails"]["interests"][0].get("share") for one in bods_statements(told["answer"], {})
        if one["recordType"] == "relationship"
    ]  # fmt: skip
    assert {"minimum": 50.0, "exclusiveMaximum": 66.6666} in shares
    assert {"minimum": 66.6666, "maximum": 100.0} in shares
    assert not any(share and "exact" in share for share in shares)
    assert b'"half"' in ftm_lines(told["answer"], {})


async def test_both_forms_are_given_as_files_to_whom_the_answer_was(ready):  # noqa: F811
    told = await portrait(ready)
    path = f"/v1/inquiries/{told['inquiry']}/network"
    for form, media_type in (("bods", "application/json"), ("ftm", "application/x-ndjson")):
        given = await ready.client.get(f"{path}/{form}", headers=await ready.headers("bank-1"))
        assert given.status_code == 200, given.text
        assert given.headers["content-type"].startswith(media_type)
        assert given.content == network_bytes(told["answer"], form)
        assert re.search(rf'filename="network-{uscc(1)}-[0-9a-f-]+\.{form}\.', given.headers["content-disposition"])
    other = await ready.client.get(f"{path}/bods", headers=await ready.headers("other-1"))
    assert other.status_code == 404
    wrong = await ready.client.get(f"{path}/xml", headers=await ready.headers("bank-1"))
    assert wrong.status_code == 400


async def test_an_answer_without_a_network_has_no_such_file(ready):  # noqa: F811
    for more in ({"product": "score"}, {"product": "portrait", "purpose": "subsidy", "data_from": "2020-01-01"}):
        answer = (await ready.ask("bank-1", 1, **more)).json()
        with pytest.raises(DeniedError) as denied:
            network_bytes(answer["answer"], "bods")
        assert denied.value.denial.reason == "no-network"
        given = await ready.client.get(
            f"/v1/inquiries/{answer['inquiry']}/network/ftm", headers=await ready.headers("bank-1")
        )
        assert given.status_code == 404
        assert given.json()["type"].endswith("no-network")


async def test_the_command_makes_the_same_file_without_an_instance(ready, tmp_path):  # noqa: F811
    told = await portrait(ready)
    answer, keys, made = tmp_path / "a.jws", tmp_path / "keys.json", tmp_path / "n.json"
    answer.write_text(told["answer"])
    keys.write_text(json.dumps({"answer": ready.gateway.keys.public("answer")}))
    called = ["score", "network", str(answer), "--keys", str(keys), "--to", str(made)]
    for form in ("bods", "ftm"):
        assert CliRunner().invoke(app, [*called, "--form", form, "--force"]).exit_code == 0
        assert made.read_bytes() == network_bytes(told["answer"], form)
    assert CliRunner().invoke(app, called).exit_code == 1  # it is not written over
    head, _, rest = told["answer"].partition(".")
    answer.write_text(f"{head}.{rest.replace('A', 'B', 1)}")
    assert CliRunner().invoke(app, [*called, "--force"]).exit_code == 1
    answer.write_text((await ready.ask("bank-1", 1)).json()["answer"])
    refused = CliRunner().invoke(app, [*called, "--force"])
    assert refused.exit_code == 1
    assert "没有关联网络" in refused.output


async def test_the_console_gives_the_file_of_a_portrait(ready):  # noqa: F811
    gateway, told = ready.gateway, await portrait(ready)
    async with gateway.units.begin("test.for-people", OPERATOR) as work:
        await set_for_people(work, client_id="bank-1", allowed=True)
    transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway))
    async with httpx.AsyncClient(
        transport=transport, base_url=gateway.settings.issuer, headers={"Accept": "text/html"}
    ) as browser:
        browser.cookies.set(
            cookie_name(gateway.settings), await session_of(gateway, "qian", "staff", institution="bank")
        )
        given = await browser.get(f"/console/inquiries/{told['inquiry']}/network/ftm")
    assert told["inquiry"] in given.headers["content-disposition"]
    assert given.content == network_bytes(told["answer"], "ftm")


async def test_it_is_printed_from_the_signed_answer_alone(ready, tmp_path):  # noqa: F811
    told = await portrait(ready)
    given = await ready.client.get(
        f"/v1/inquiries/{told['inquiry']}/sheet.pdf", headers=await ready.headers("bank-1")
    )  # fmt: skip
    assert given.headers["content-disposition"].endswith(f'portrait-{uscc(1)}-{told["inquiry"]}.pdf"')
    assert given.content == sheet_pdf(told["answer"])
    (tmp_path / "portrait.pdf").write_bytes(given.content)
    data = sheet_data(told["answer"], told)
    assert [one["title"].partition("（")[0] for one in data["tables"]] == [
        "六个方面", "关联网络", "关系", "变化", "新增的关系", "结束的关系",
    ]  # fmt: skip
    assert len(data["radar"]) == 6
    relations = data["tables"][2]["rows"]
    assert len(relations) == len(told["network"]["edges"])
    assert [firm(2), "持股", firm(1), "50%", "—"] in [row[:5] for row in relations]
    assert not set(NAMES) & set(json.dumps(data, ensure_ascii=False))
    assert all(len(row) == len(one["header"]) == len(one["widths"]) for one in data["tables"] for row in one["rows"])


async def test_a_banded_one_is_printed_without_points_and_shares(ready):  # noqa: F811
    await rules(ready, "banded", products=("portrait",))
    told = await portrait(ready)
    await rules(ready, products=("portrait",))
    data = sheet_data(told["answer"], told)
    assert data["radar"] == []
    assert "%" not in json.dumps(data["tables"], ensure_ascii=False)
    assert {row[2] for row in data["tables"][0]["rows"]} == {"—"}
    assert sheet_pdf(told["answer"]).startswith(b"%PDF-")
