"""What an enterprise sees of itself: page by page, with its source; what is personal of others stays hidden."""

from itertools import count

import pytest

from connectors.personal.protect import OF_OTHERS
from tests.enterprises import sole_trader, uscc
from tests.records.penalties import penalties, penalty
from tests.records.test_acts import act, record_of
from tests.stories import REGISTRATION, as_csv, registration, slug

NUMBERS = count(600)


@pytest.fixture
async def enterprise(story):
    """An enterprise with a registration and three penalties, and the headers of its signatory."""
    number = next(NUMBERS)
    await story.push("market_regulation", "ent_registration", registration(number))
    await story.push("drc", "penalty_general", penalties(*(penalty(number, f"P{number}-{n}") for n in range(3))))
    await story.enrol(f"s-{number}", "signatory", subject=uscc(number))
    return story, number, await story.headers(f"s-{number}")


async def read(story, headers, **parameters):
    answer = await story.client.get("/v1/records", params=parameters, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_each_record_says_what_it_is_where_it_comes_from_and_who_may_learn_of_it(enterprise):
    story, _, headers = enterprise
    found = (await read(story, headers))["records"]
    assert [one["dataset"] for one in found] == ["ent_registration", *["penalty_general"] * 3]
    told = found[1]
    assert (told["title"]["zh"], told["agency"], told["agency_name"]["zh"]) == (
        "行政处罚信息", "drc", "市发展和改革委员会",
    )  # fmt: skip
    assert (told["sharing"], told["producer"]) == ("public", "某局")
    assert (told["status"], told["visible"]) == ("current", True)
    assert (told["event_date"], told["publish_until"]) == ("2026-01-05", "2029-01-05")
    assert told["content"]["fields"]["cf_wsh"].startswith("P")


async def test_pages_hold_every_record_once(enterprise):
    story, _, headers = enterprise
    whole, found, after = (await read(story, headers))["records"], [], {}
    for _ in range(4):
        page = await read(story, headers, limit=1, **after)
        found += page["records"]
        after = {"after": page["next"]}
    assert found == whole
    assert await read(story, headers, limit=1, **after) == {"records": [], "next": None}
    assert len((await read(story, headers, dataset="penalty_general"))["records"]) == 3
    assert (await read(story, headers, dataset="tax_arrears"))["records"] == []


async def test_a_page_after_anothers_record_is_empty(enterprise):
    """Its own penalties would follow another's registration."""
    story, _, headers = enterprise
    other = next(NUMBERS)
    await story.push("market_regulation", "ent_registration", registration(other))
    await story.enrol(f"s-{other}", "signatory", subject=uscc(other))
    (theirs,) = (await read(story, await story.headers(f"s-{other}")))["records"]
    assert (await read(story, headers, after=theirs["record"]))["records"] == []


async def test_what_is_not_shown_any_more_is_listed_where_it_is_asked_for(enterprise):
    story, number, headers = enterprise
    record = str(await record_of(story.gateway, f"P{number}-1"))
    assert (await act(story, record, "repair")).status_code == 201
    assert record not in [one["record"] for one in (await read(story, headers))["records"]]
    held = {one["record"]: one for one in (await read(story, headers, hidden=True))["records"]}
    assert len(held) == 4
    assert (held[record]["status"], held[record]["visible"]) == ("repaired", False)


async def test_a_repair_outlives_a_newer_version_on_a_page_too(enterprise):
    story, number, headers = enterprise
    await act(story, await record_of(story.gateway, f"P{number}-1"), "repair")
    await story.push("drc", "penalty_general", penalties(penalty(number, f"P{number}-1", fine="0.7")))
    newer = str(await record_of(story.gateway, f"P{number}-1", version=2))
    held = {one["record"]: one["status"] for one in (await read(story, headers, hidden=True))["records"]}
    assert held[newer] == "repaired"


@pytest.mark.parametrize("code", [uscc, sole_trader], ids=["a company", "a sole trader"])
async def test_what_is_personal_of_others_is_hidden_and_what_is_ones_own_is_not(story, code):
    number = next(NUMBERS)
    row = ["某鞋店", code(number), "2010-05-01", "2024-01-01", "个体", "5(万元人民币)", "鞋", "某路1号", "诸葛某"]
    await story.push("market_regulation", "ent_registration", as_csv([*REGISTRATION, "法定代表人"], row))
    await story.enrol(f"s-{number}", "signatory", subject=code(number))
    headers = await story.headers(f"s-{number}")
    (record,) = (await read(story, headers))["records"]
    path = f"/v1/records/{record['record']}/history"
    history = (await story.client.get(path, headers=headers)).json()["versions"][0]
    for content in (record["content"], history["content"]):
        assert (content["name"], content["fields"]["domicile"]) == ("某鞋店", "某路1号")
        assert content["fields"]["legal_rep_name"] == OF_OTHERS
    agency = await story.headers("market_regulation")
    own = (await story.client.get(path, headers=agency)).json()["versions"][0]
    assert own["content"]["fields"]["legal_rep_name"] == "诸葛某"


@pytest.mark.parametrize("name", ["limit=0", "limit=501", "limit=x", "after=x", "dataset=%00", "hidden=maybe"])
async def test_a_parameter_that_is_wrong_is_named(enterprise, name):
    story, _, headers = enterprise
    answer = await story.client.get(f"/v1/records?{name}", headers=headers)
    assert (answer.status_code, slug(answer)) == (400, "invalid-request")
    assert answer.json()["invalid_params"][0]["name"].partition(".")[2] in {name.partition("=")[0], ""}
