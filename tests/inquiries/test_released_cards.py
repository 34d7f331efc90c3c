"""Another card is put in force: by two people, at one moment everywhere; old answers stay what they were."""

import asyncio
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import text

from gateway.admin.action import means_of
from gateway.admin.card_actions import ReleaseCard, ReturnToCard
from gateway.admin.changes import decide_change
from gateway.cards import in_force
from gateway.cards.checks import LONGEST_CARD, LONGEST_REPORT
from gateway.cards.in_force import find_card, find_releases
from gateway.cards.listing import list_cards, show_card, states_of
from gateway.cards.releasing import check_card
from gateway.evidence.conservation import find_differences
from gateway.inquiries.replay import replay_inquiry
from gateway.runtime.actor import PROGRAM, Actor
from gateway.runtime.denial import DeniedError
from gateway.scores.tags_of import read_tags
from scoring_adapter.card import Bin, Entry, load_card, write_card
from tests.actors import MACHINE, OPERATOR
from tests.cards import WHY, at_once, released, report_of, returned, source_of
from tests.enterprises import uscc
from tests.gates import held, writes_to
from tests.identities import asked
from tests.stories import registration, slug

SECOND = Actor("second", "operator", person="person:second")
AUDITOR = Actor("auditor-1", "auditor")
SHIPPED = load_card().model()


@pytest.fixture
async def ready(story):
    if "s-1" not in story.keys:
        await story.push("market_regulation", "ent_registration", registration(1))
        await story.feeds()
        await story.account("bank-1", "bank")
        await story.consent("bank-1", 1, products=["score", "health_check"])
        await story.enrol("auditor-1", "auditor")
    yield story
    async with story.gateway.units.begin("test.reconcile", PROGRAM) as work:
        assert await find_differences(work) == []


@pytest.fixture
def now(monkeypatch):
    at_once(monkeypatch)


async def version(story):
    """Return a version that no release here has."""
    async with story.gateway.units.begin("test.list", MACHINE) as work:
        return 3 + len(await list_cards(work))


async def again(story, inquiry):
    async with story.gateway.units.begin("test.replay", AUDITOR) as work:
        return await replay_inquiry(work, UUID(inquiry))


async def test_two_people_put_a_card_in_force_and_each_answer_stays_of_the_card_of_its_time(ready, now):
    gateway, number = ready.gateway, await version(ready)
    first = (await ready.ask("bank-1", 1)).json()
    source = source_of(number, base=load_card().base + 7)
    change = await asked(gateway, ReleaseCard(card=source, report=report_of(source), reason=WHY))
    assert (change.status, change.before) == ("waiting", {"model": first["model"], "number": number - 4})
    assert (await ready.ask("bank-1", 1)).json()["model"] == first["model"]
    with pytest.raises(DeniedError, match="另一人"):
        async with gateway.units.begin("test.decide", OPERATOR) as work:
            await decide_change(work, means_of(gateway.settings, gateway.protector), change.change_id, approve=True)
    async with gateway.units.begin("test.decide", SECOND) as work:
        await decide_change(work, means_of(gateway.settings, gateway.protector), change.change_id, approve=True)
    second = (await ready.ask("bank-1", 1)).json()
    assert second["model"].startswith(f"enterprise/{number}+")
    assert second["score"] == first["score"] + 7
    third_source = source_of(number + 1, base=load_card().base - 5)
    await released(gateway, third_source)
    third = (await ready.ask("bank-1", 1, product="health_check")).json()
    assert third["score"] == first["score"] - 5
    for told in (first, second, third):
        assert (await again(ready, told["inquiry"])).outcome == "equal", told["model"]
    back = await returned(gateway, 0)
    fourth = (await ready.ask("bank-1", 1)).json()
    assert (fourth["model"], fourth["score"]) == (SHIPPED, first["score"])
    async with gateway.units.begin("test.list", MACHINE) as work:
        states = {one["number"]: one["state"] for one in await list_cards(work)}
    assert [number for number, state in states.items() if state == "in-force"] == [back]
    for told in (first, second, third, fourth):
        assert (await again(ready, told["inquiry"])).outcome == "equal"


async def test_what_was_read_is_kept_for_a_while_and_a_score_needs_no_statement_to_know_its_card(ready, monkeypatch):
    monkeypatch.setattr(in_force, "KEPT_SECONDS", 3600.0)
    async with ready.gateway.units.begin("test.read", MACHINE) as work:
        monkeypatch.setattr(in_force, "_READ", type(in_force._READ)())
        first = await find_releases(work.session)
        await work.session.execute(text("SELECT set_config('search_path', 'nowhere', true)"))  # nothing can be read
        assert await find_releases(work.session) is first


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda card: ("name: x", None), "cannot be read"),
        (lambda card: (write_card(msgspec.structs.replace(card, version=2, base=1)), None), "version"),
        (lambda card: (write_card(msgspec.structs.replace(card, version=99, name="other")), None), "name"),
        (lambda card: (write_card(msgspec.structs.replace(card, version=99, bands=card.bands[1:])), None), "bands"),
        (lambda card: (write_card(msgspec.structs.replace(card, version=99)).replace("zh: 资产", "zh: 财产"), None),
         "dimensions"),
        (lambda card: (write_card(msgspec.structs.replace(card, version=99, entries=[
            *card.entries, msgspec.structs.replace(card.entries[0], tag="nobody_knows")])), None), "nobody_knows"),
        (lambda card: (source_of(99), "{"), "no JSON"),
        (lambda card: (source_of(99), report_of(source_of(98))), "not of this card"),
        (lambda card: (source_of(99), "[]"), "not of this card"),
        (lambda card: (source_of(99), report_of(source_of(99), auc=None)), "auc"),
        (lambda card: (source_of(99), report_of(source_of(99), ks=None)), "ks"),
        (lambda card: (source_of(99), report_of(source_of(99), bands_in_order=None)), "bands_in_order"),
    ],
    ids=range(12),
)  # fmt: skip
def test_a_card_or_a_report_that_will_not_do_is_refused_by_name(spoil, said):
    source, report = spoil(load_card())
    with pytest.raises(DeniedError, match=said):
        check_card(source, report if report is not None else "{}")


def test_a_card_reads_no_data_that_consents_to_a_score_do_not_have():
    """The shipped card reads nothing of private lending."""
    more = Entry("pl_filing_cnt_1y", bins=[Bin(0, 1), Bin(-5)])
    source = source_of(99, entries=[*load_card().entries, more])
    with pytest.raises(DeniedError, match="private_lending"):
        check_card(source, report_of(source))


@pytest.mark.parametrize("beyond", [-1, 0, 1])
def test_a_card_and_a_report_are_no_longer_than_they_may_be(beyond):
    source = source_of(99)
    for texts, most in (
        ((source.ljust(LONGEST_CARD + beyond, "\n"), report_of(source)), LONGEST_CARD),
        ((source, report_of(source).ljust(LONGEST_REPORT + beyond)), LONGEST_REPORT),
    ):
        if beyond > 0:
            with pytest.raises(DeniedError, match=str(most)):
                check_card(*texts)
        else:
            check_card(*texts)


async def test_a_version_is_taken_once_and_what_was_released_is_returned_to(ready, now):
    number = await version(ready)
    await released(ready.gateway, source_of(number, base=611))
    with pytest.raises(DeniedError, match="return to it"):
        await released(ready.gateway, source_of(number, base=611))
    with pytest.raises(DeniedError, match="version is taken"):
        await released(ready.gateway, source_of(number, base=612))
    await returned(ready.gateway, 0)
    with pytest.raises(DeniedError, match="in force"):
        await returned(ready.gateway, 0)
    with pytest.raises(DeniedError) as refused:
        await returned(ready.gateway, 2**31 - 1)
    assert refused.value.denial.reason == "card-not-found"
    for act in (ReleaseCard(card="x", report="{}", reason=WHY), ReturnToCard(number=2**31 - 1, reason=WHY)):
        with pytest.raises(DeniedError):  # to whoever asks, before anybody is to approve it
            await asked(ready.gateway, act)


async def test_of_two_who_release_at_once_each_makes_a_release(ready, now):
    number = await version(ready)
    async with held(ready.gateway.database, writes_to("card_release")) as gate:
        both = [
            asyncio.create_task(released(ready.gateway, source_of(number + at, base=620 + at))) for at in (0, 1)
        ]  # fmt: skip
        await gate.waiting(2)
    first, second = sorted(await asyncio.gather(*both))
    assert second == first + 1
    await returned(ready.gateway, 0)


async def test_a_release_is_never_changed(ready, now):
    await released(ready.gateway, source_of(await version(ready), base=640))
    for statement in ("UPDATE card_release SET reason = 'x'", "DELETE FROM card_release"):
        with pytest.raises(Exception, match="card_release"):
            async with ready.gateway.database.begin("test.change") as session:
                await session.execute(text(statement))
    await returned(ready.gateway, 0)


async def test_institutions_see_the_card_and_the_instances_own_people_its_report(ready, now):
    source = source_of(await version(ready), base=650)
    number = await released(ready.gateway, source)
    listed = (await ready.client.get("/v1/cards", headers=await ready.headers("bank-1"))).json()["cards"]
    assert (listed[0]["number"], listed[0]["state"], listed[-1]["number"]) == (number, "in-force", 0)
    path = f"/v1/cards/{number}"
    shown = (await ready.client.get(path, headers=await ready.headers("bank-1"))).json()
    assert shown["card"] == source
    assert "report" not in shown
    told = (await ready.client.get(path, headers=await ready.headers("auditor-1"))).json()
    assert told["report"]["auc"] == 0.81
    first = (await ready.client.get("/v1/cards/0", headers=await ready.headers("auditor-1"))).json()
    assert (first["report"], first["model"]) == (None, SHIPPED)
    nothing = await ready.client.get("/v1/cards/99999", headers=await ready.headers("bank-1"))
    assert (nothing.status_code, slug(nothing)) == (404, "card-not-found")
    refused = await ready.client.get("/v1/cards", headers=await ready.headers("s-1"))
    assert slug(refused) == "insufficient-scope"
    await returned(ready.gateway, 0)


async def test_an_enterprises_tags_are_shown_by_the_card_in_force(ready, now):
    async with ready.gateway.units.begin("test.tags", AUDITOR) as work:
        before = await read_tags(work, uscc(1))
    await released(ready.gateway, source_of(await version(ready), base=load_card().base + 9))
    async with ready.gateway.units.begin("test.tags", AUDITOR) as work:
        after = await read_tags(work, uscc(1))
        assert await find_card(work.session, "five-force/3") is None
    assert after.score == before.score + 9
    async with ready.gateway.units.begin("test.show", MACHINE) as work:
        assert (await show_card(work, 0))["card"] == write_card(load_card())
    await returned(ready.gateway, 0)


def test_the_newest_that_has_begun_is_in_force():
    from datetime import UTC, datetime

    day = datetime(2026, 3, 1, tzinfo=UTC)
    told = [(3, day + timedelta(days=2)), (2, day), (1, day), (0, None)]
    assert states_of(told, day) == {3: "coming", 2: "in-force", 1: "former", 0: "former"}
    assert states_of(told, day - timedelta(microseconds=1)) == {3: "coming", 2: "coming", 1: "coming", 0: "in-force"}
    assert states_of(told, day + timedelta(days=2))[3] == "in-force"
