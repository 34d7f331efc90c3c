"""An invitation that two people decided on: one hands the link over, the other the word, and it takes both."""

import pytest

from gateway.admin.action import means_of
from gateway.admin.changes import decide_change
from gateway.admin.handing_over import find_invitation, hand_over
from gateway.admin.person_actions import InvitePerson
from gateway.people.handover import joined
from gateway.people.invitations import find_invited
from gateway.people.reading import get_person
from gateway.runtime.actor import ANYONE, Actor
from gateway.runtime.denial import DeniedError
from tests.actors import MACHINE, OPERATOR
from tests.enterprises import uscc
from tests.identities import asked
from tests.persons import enrol, invited

SECOND = Actor("second", "operator", person="person:second")
THIRD = Actor("third", "operator", person="person:third")
WATCHER = Actor("watcher", "auditor", person="person:watcher")


def of_owner(person, number=1, **more):
    return InvitePerson(person=person, name="王小二", role="owner", enterprise=uscc(number), **more)


async def decide(gateway, change, actor=SECOND, *, approve=True):
    async with gateway.units.begin("test.decide", actor) as work:
        means = means_of(gateway.settings, gateway.protector)
        return await decide_change(work, means, change.change_id, approve=approve)


async def handed(gateway, change, actor):
    async with gateway.units.begin("test.handed", actor) as work:
        return await hand_over(work, change.change_id)


async def test_who_asked_has_the_word_who_approved_the_link_and_it_takes_both(gateway, client):
    change = await asked(gateway, of_owner("by-two"))
    assert change.status == "waiting"
    word = (await handed(gateway, change, OPERATOR)).word
    await decide(gateway, change)
    for_asker, for_approver = [await handed(gateway, change, one) for one in (OPERATOR, SECOND)]
    assert (for_asker.link, for_asker.word, for_approver.word) == (None, word, None)
    link = for_approver.link.rpartition("token=")[2]
    async with gateway.units.begin("test.invited", ANYONE) as work:
        for half in (link, word, joined("", word), link.rstrip("."), joined(link, "aaaa-aaaa-aaaa")):
            assert await find_invited(work, half) is None
        typed = word.upper().replace("-", " ")
        assert (await find_invited(work, joined(link, typed))).person_id == "by-two"
    answer, _ = await enrol(client, joined(link, word), "by-two")
    assert answer.status_code == 200
    with pytest.raises(DeniedError) as refused:
        await handed(gateway, change, SECOND)
    assert refused.value.denial.reason == "change-refused"


@pytest.mark.parametrize("stranger", [THIRD, WATCHER, Actor("nobodys", "operator")])
async def test_nobody_else_reads_either(gateway, stranger):
    change = await asked(gateway, of_owner(f"not-for-{stranger.client_id}"))
    await decide(gateway, change)
    with pytest.raises(DeniedError) as refused:
        await handed(gateway, change, stranger)
    assert refused.value.denial.reason == "change-not-found"


async def test_of_a_rejected_invitation_there_is_nothing_to_hand_over(gateway):
    change = await asked(gateway, of_owner("rejected"))
    await decide(gateway, change, approve=False)
    for one in (OPERATOR, SECOND):
        with pytest.raises(DeniedError) as refused:
            await handed(gateway, change, one)
        assert refused.value.denial.reason == "change-not-found"


@pytest.mark.parametrize(
    "wrong",
    [
        {"enterprise": "91330302MA"},
        {"enterprise": None},
        {"role": "staff", "enterprise": None, "institution": "no-such-bank"},
        {"role": "clerk", "enterprise": None, "agency": "no-such-agency"},
        {"role": "auditor"},
        {"anew": True},
    ],
)
async def test_what_cannot_be_done_bothers_no_second_person(gateway, wrong):
    action = InvitePerson(**{**of_owner("never").model_dump(), **wrong})
    with pytest.raises(DeniedError) as refused:
        await asked(gateway, action)
    assert refused.value.denial.reason == "change-refused"


async def test_who_is_known_is_invited_anew_only_where_that_was_asked_for(gateway):
    change = await asked(gateway, of_owner("taken-meanwhile", 5))
    await invited(gateway, "taken-meanwhile", "owner", enterprise=uscc(5))
    with pytest.raises(DeniedError, match="somebody's already"):
        await decide(gateway, change)
    anew = await asked(gateway, of_owner("taken-meanwhile", 5, anew=True))
    assert anew.act == "person.invite-anew owner"
    assert (await decide(gateway, anew)).status == "done"
    async with gateway.units.begin("test.person", MACHINE) as work:
        assert (await get_person(work, "taken-meanwhile"))["acts_from"] is not None
        assert await find_invitation(work, "taken-meanwhile") == anew.change_id


async def test_nobody_approves_their_own_invitation(gateway):
    await invited(gateway, "second", "operator")
    change = await asked(gateway, InvitePerson(person="second", name="王小二 second", role="operator", anew=True))
    with pytest.raises(DeniedError) as refused:
        await decide(gateway, change, SECOND)
    assert refused.value.denial.reason == "own-change"
