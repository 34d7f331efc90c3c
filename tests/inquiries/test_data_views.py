"""Views: declared by two, asked by name, never wider than the consent and the purpose, each answer by its version."""

import asyncio
from uuid import UUID, uuid4

import pytest

from gateway.admin.action import means_of
from gateway.admin.changes import decide_change
from gateway.admin.view_actions import EndView, SetView
from gateway.inquiries.answers import ANSWER_TYPE, Answered
from gateway.inquiries.batches.results import file_rows
from gateway.inquiries.outputs.policy import OutputPolicy
from gateway.inquiries.outputs.setting import set_output_policy
from gateway.inquiries.replay import replay_inquiry
from gateway.inquiries.views.setting import LONGEST_TITLE, end_view, list_views, set_view
from gateway.inquiries.views.view import MOST_COLUMNS, View
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from scoring_adapter.scorecard import load_scorecard
from signing.jws import verify_jws
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.gates import held, writes_to
from tests.identities import asked
from tests.inquiries.bases import AUDITOR, differences, rows, town_of_bases
from tests.stories import slug

SECOND = Actor("second", "operator", person="person:second")
ADMISSION = ("pen_cnt_3y", "reg_age_y", "ent_registration.est_date")
LIMIT = ("pen_amt_3y", "tax_payment.paid_amount")


@pytest.fixture
async def ready(story):
    town = await town_of_bases(story)
    if "views-asked" not in town.keys:
        await town.consent("bank-1", 1, products=["records"])
        await town.consent("bank-two-1", 1, products=["records"], authorization_details=[
            {"type": "credit_query", "actions": ["records"], "datatypes": ["registration"]}])  # fmt: skip
        town.keys["views-asked"] = town.keys["bank-1"]
        await view(town)
    yield town
    assert await differences(town) == []


async def view(ready, name="external-credit", admission=ADMISSION, limit=LIMIT, bank="bank", purpose="pre_loan"):
    async with ready.gateway.units.begin("test.view", OPERATOR) as work:
        return await set_view(
            work, bank, View(name, 0, tuple(admission), tuple(limit)), purpose, "外部信用", "operator-2"
        )


async def end(ready, name, bank="bank"):
    async with ready.gateway.units.begin("test.view", OPERATOR) as work:
        return await end_view(work, bank, name, "模型停用")


async def replayed(ready, inquiry):
    async with ready.gateway.units.begin("test.replay", AUDITOR) as work:
        made = await replay_inquiry(work, UUID(inquiry))
    return made.outcome, made.differences, made.why


async def answered(ready, account="bank-1", name="external-credit", **more):
    answer = await ready.ask(account, 1, product="records", view=name, **more)
    assert answer.status_code == 200, answer.text
    told = verify_jws(answer.json()["answer"], ready.gateway.keys.publics("answer"), ANSWER_TYPE)
    assert await replayed(ready, told["inquiry"]) == ("equal", (), "")
    return told


def value(told, column):
    (found,) = (one for one in told["values"] if one["column"] == column)
    return found["value"], found["status"]


async def test_an_answer_has_the_views_columns_alone_and_names_it_with_its_version(ready):
    version = await view(ready)
    told = await answered(ready)
    assert told["view"] == told["scope"]["view"] == {
        "name": "external-credit", "version": version, "admission": list(ADMISSION), "limit": list(LIMIT),
    }  # fmt: skip
    assert [(one["part"], one["column"]) for one in told["values"]] == [
        *(("admission", one) for one in ADMISSION), *(("limit", one) for one in LIMIT)
    ]  # fmt: skip
    assert value(told, "pen_cnt_3y") == (1, "computed")  # what is objected to counts for nothing
    assert told["objected"] == {"penalty_general": 1}
    assert value(told, "ent_registration.est_date") == ("2010-05-01", "computed")
    assert value(told, "tax_payment.paid_amount") == ("38", "computed")  # restricted, and named by the view
    assert (told["model"], told["kind"]["code"], "items" in told) == ("view/1", "credit-records", False)
    assert told["withheld"] == []


async def test_a_change_is_a_new_version_and_old_answers_are_computed_by_theirs(ready):
    before = await answered(ready)
    version = await view(ready, admission=("reg_age_y",), limit=("pen_cnt_1y",))
    after = await answered(ready)
    assert (before["view"]["version"] + 1, after["view"]["version"]) == (version, version)
    assert {one["column"] for one in after["values"]} == {"reg_age_y", "pen_cnt_1y"}
    assert await replayed(ready, before["inquiry"]) == ("equal", (), "")
    again = await ready.client.get(f"/v1/inquiries/{before['inquiry']}/answer", headers=await ready.headers("bank-1"))
    assert again.json()["view"] == before["view"]
    await view(ready)


async def test_a_view_is_never_wider_than_the_consent(ready):
    await view(ready, bank="bank-two")
    refused = await ready.ask("bank-two-1", 1, product="records", view="external-credit")
    assert slug(refused) == "consent-scope-exceeded"
    told = await answered(ready, "bank-two-1", narrow=True)
    assert value(told, "ent_registration.est_date") == ("2010-05-01", "computed")
    for outside in ("pen_cnt_3y", "pen_amt_3y", "tax_payment.paid_amount"):
        assert value(told, outside) == (None, "withheld")
    assert {"tax", "admin_penalty"} <= set(told["withheld"])
    assert set(told["scope"]["categories"]) == {"registration"}


async def test_a_view_is_for_its_purpose_and_its_institution(ready):
    for account, more in (("bank-1", {"purpose": "renewal"}), ("bank-1", {"name": "no-such-view"}),
                          ("bank-two-1", {"name": "of-bank"})):  # fmt: skip
        await view(ready, "of-bank")
        name = more.pop("name", "external-credit")
        refused = await ready.ask(account, 1, product="records", view=name, **more)
        assert (refused.status_code, slug(refused)) == (422, "unknown-view"), refused.text
    with pytest.raises(DeniedError, match="keeps its purpose"):
        await view(ready, purpose="renewal")
    asked = {"subject": uscc(1), "product": "score", "purpose": "pre_loan", "view": "external-credit"}
    headers = {"Idempotency-Key": str(uuid4()), **await ready.headers("bank-1")}
    assert slug(await ready.client.post("/v1/inquiries", json=asked, headers=headers)) == "invalid-request"


async def test_explaining_says_the_same_as_asking(ready):
    asked = {"subject": uscc(1), "product": "records", "purpose": "pre_loan", "view": "external-credit"}
    headers = await ready.headers("bank-1")
    seen = await ready.client.post("/v1/inquiries:explain", json=asked, headers=headers)
    assert (seen.status_code, seen.json()["scope"]["view"]["name"]) == (200, "external-credit")
    wrong = await ready.client.post("/v1/inquiries:explain", json={**asked, "view": "nothing"}, headers=headers)
    assert slug(wrong) == "unknown-view"


async def test_once_ended_nobody_asks_by_it_and_its_answers_stay(ready):
    await view(ready, "to-end")
    told = await answered(ready, name="to-end")
    version = await end(ready, "to-end")
    assert slug(await ready.ask("bank-1", 1, product="records", view="to-end")) == "unknown-view"
    assert await replayed(ready, told["inquiry"]) == ("equal", (), "")
    with pytest.raises(DeniedError):
        await end(ready, "to-end")
    assert await view(ready, "to-end") == version + 1
    async with ready.gateway.units.begin("test.list", OPERATOR) as work:
        listed = [one for one in await list_views(work, "bank") if one["view"] == "to-end"]
        assert [one["in_force"] for one in listed] == [True, False, False]
        held_now = await list_views(work, "bank", in_force=True)
    assert all(one["in_force"] for one in held_now)


@pytest.mark.parametrize(
    ("columns", "said"),
    [((), "columns"), (("no_such_tag",), "no_such_tag"), (("ent_registration.nothing",), "nothing"),
     (("ent_registration.legal_rep_name",), "legal_rep_name"), (("ent_registration.entity_name",), "entity_name"),
     (("reg_age_y", "reg_age_y"), "columns"), (("nowhere.est_date",), "nowhere")],
)  # fmt: skip
def test_a_view_that_cannot_be_told_is_refused(columns, said):
    assert said in View("v", 1, columns, ()).fault()


@pytest.mark.parametrize(("many", "sound"), [(MOST_COLUMNS - 1, True), (MOST_COLUMNS, True), (MOST_COLUMNS + 1, False)])
def test_a_view_has_so_many_columns_at_most(many, sound):
    columns = tuple(load_scorecard().tags.by_id)[:many]
    assert len(columns) == many
    assert (View("v", 1, columns[:5], columns[5:]).fault() is None) is sound


@pytest.mark.parametrize(("letters", "sound"), [
    (0, False), (1, True), (LONGEST_TITLE - 1, True), (LONGEST_TITLE, True), (LONGEST_TITLE + 1, False),
])  # fmt: skip
async def test_a_view_has_a_title_of_some_length(ready, letters, sound):
    async with ready.gateway.units.begin("test.view", OPERATOR) as work:
        setting = set_view(work, "bank", View("titled", 0, ("reg_age_y",), ()), "pre_loan", "名" * letters, None)
        if sound:
            assert await setting
        else:
            with pytest.raises(DeniedError, match="title"):
                await setting


async def test_one_person_asks_for_a_view_another_approves_and_one_ends_it(ready):
    gateway = ready.gateway
    means = means_of(gateway.settings, gateway.protector)
    wanted = SetView(institution="bank", view="by-two", purpose="pre_loan", title="两人", admission=("reg_age_y",))
    change = await asked(gateway, wanted)
    assert change.status == "waiting"
    assert await rows(ready, "SELECT FROM data_view WHERE name = 'by-two'") == []
    async with gateway.units.begin("test.decide", SECOND) as work:
        await decide_change(work, means, change.change_id, approve=True)
    assert await rows(ready, "SELECT version, approved_by FROM data_view WHERE name = 'by-two'") == [
        (1, "person:second")
    ]
    assert (await asked(gateway, EndView(institution="bank", view="by-two", reason="停用"))).status == "done"


async def test_of_two_who_set_a_view_at_once_each_makes_a_version(ready):
    async with held(ready.gateway.database, writes_to("data_view")) as gate:
        both = [asyncio.create_task(view(ready, "at-once")) for _ in range(2)]
        await gate.waiting(2)
    assert sorted(await asyncio.gather(*both)) == [1, 2]


async def test_an_institution_reads_its_own_views_and_operators_all(ready):
    await view(ready, "of-two", bank="bank-two")
    own = (await ready.client.get("/v1/data-views", headers=await ready.headers("bank-1"))).json()["views"]
    assert {one["institution"] for one in own} == {"bank"}
    refused = await ready.client.get("/v1/admin/data-views", headers=await ready.headers("bank-1"))
    assert slug(refused) == "insufficient-scope"
    seen = await ready.client.get("/v1/admin/data-views", headers=await ready.headers("auditor-1"))
    assert {"bank", "bank-two"} <= {one["institution"] for one in seen.json()["views"]}


async def test_a_policy_shapes_a_views_amounts_as_those_of_records(ready):
    async with ready.gateway.units.begin("test.output", OPERATOR) as work:
        await set_output_policy(work, "bank", "records", OutputPolicy(0, "banded"))
    told = await answered(ready)
    assert value(told, "tax_payment.paid_amount")[0] == {"band": {"above": "0.00", "to": "10000.00"}}
    assert set(value(told, "pen_amt_3y")[0]) == {"band"}
    assert value(told, "pen_cnt_3y")[0] == 1
    async with ready.gateway.units.begin("test.output", OPERATOR) as work:
        await set_output_policy(work, "bank", "records", OutputPolicy(0, "flag", 1))
    told = await answered(ready)
    assert value(told, "tax_payment.paid_amount")[0] == {"reaches": False}
    assert value(told, "pen_cnt_3y")[0] == {"any": True}
    assert "38" not in [one["value"] for one in told["values"]]
    async with ready.gateway.units.begin("test.output", OPERATOR) as work:
        await set_output_policy(work, "bank", "records", OutputPolicy())


async def test_many_questions_by_a_view_become_one_column_for_each_of_its_columns(ready):
    question = {"subject": uscc(1), "product": "records", "purpose": "pre_loan", "view": "external-credit"}
    headers = {"Idempotency-Key": str(uuid4()), **await ready.headers("bank-1")}
    answer = await ready.client.post("/v1/inquiries:batch", json={"questions": [question]}, headers=headers)
    (item,) = answer.json()["items"]
    assert item["outcome"] == "answered", answer.text
    given = item["answer"]["answer"]
    row = type("Row", (), {"number": 1, "question": question, "state": "answered", "outcome": "answered", "units": 3,
                           "inquiry_id": UUID(item["inquiry"])})  # fmt: skip
    header, line = file_rows([row], {1: Answered(UUID(item["inquiry"]), given)})
    version = item["answer"]["view"]["version"]
    columns = dict(zip(header, line, strict=True))
    assert columns[f"external-credit/{version} 近3年行政处罚次数 pen_cnt_3y"] == 1, header
    assert columns[next(one for one in header if one.endswith("tax_payment.paid_amount"))] == "38"
    assert len(header) == 11 + len(ADMISSION) + len(LIMIT)
