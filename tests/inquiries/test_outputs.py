"""What institutions are shown of an answer: nothing that a policy withholds stands anywhere, at any door."""

import json
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from gateway.admin.action import means_of
from gateway.admin.output_actions import SetOutputPolicy
from gateway.inquiries.answers import ANSWER_TYPE, Result
from gateway.inquiries.extent import WHOLE, Extent
from gateway.inquiries.outputs.policy import LEAVABLE, OutputPolicy
from gateway.inquiries.outputs.salt import salt_of, salted
from gateway.inquiries.outputs.setting import find_ruling, list_policies, set_output_policy
from gateway.inquiries.replay import replay_inquiry
from gateway.inquiries.shaping import Shape, shaped
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from scoring_adapter.card import HIGHEST
from signing.canonical import canonical_bytes, sha256_hex
from signing.jws import payload_of, verify_jws
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.records.penalties import penalties, penalty
from tests.stories import registration, slug

AUDITOR = Actor("auditor-1", "auditor")
PRODUCTS = ("score", "health_check")
OF_PORTRAITS = {"dimensions", "network", "changes"}  # tests/inquiries/test_portrait.py


@pytest.fixture
async def ready(story):
    """Enough is known of enterprise 1 for a score, and two banks may ask about it."""
    if "s-1" not in story.keys:
        await story.push("market_regulation", "ent_registration", registration(1))
        await story.feeds()
        await story.push("drc", "penalty_general", penalties(penalty(1, "R1"), penalty(1, "R2")))
        for account, bank in (("bank-1", "bank"), ("other-1", "other")):
            await story.account(account, bank)
            await story.consent(account, 1, products=list(PRODUCTS))
        await story.enrol("auditor-1", "auditor")
    return story


async def rules(story, form="raw", threshold=None, left_out=(), bank="bank", products=PRODUCTS, begins=None):
    async with story.gateway.units.begin("test.output", OPERATOR) as work:
        for product in products:
            await set_output_policy(work, bank, product, OutputPolicy(0, form, threshold, tuple(left_out)), begins)


async def answered(story, account="bank-1", **more):
    answer = await story.ask(account, 1, **more)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert verify_jws(told["answer"], story.gateway.keys.publics("answer"), ANSWER_TYPE)["policy"] == told["policy"]
    async with story.gateway.units.begin("test.replay", AUDITOR) as work:
        made = await replay_inquiry(work, UUID(told["inquiry"]))
    assert (made.outcome, made.differences) == ("equal", ())
    return told


def leaves(value) -> Iterator[tuple[str, object]]:
    """Every member of a document, however deep, by its name."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name, inner
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)


async def test_without_a_policy_everything_is_shown_and_the_answer_says_so(ready):
    told = await answered(ready, "other-1")
    assert told["policy"] == {"version": 0, "form": "raw", "threshold": None, "left_out": [], "withheld": []}
    assert told["score"] is not None


@pytest.mark.parametrize("product", PRODUCTS)
async def test_a_banded_answer_has_no_points_anywhere(ready, product):
    whole = await answered(ready, "other-1", product=product)
    await rules(ready, "banded")
    told = await answered(ready, product=product)
    assert told["band"] == whole["band"]
    sheet = ["health.counts", "reasons.value", "tags.points", "tags.value"] if product == "health_check" else []
    withheld = sorted(["improvements", "industry", "reasons.points", "score", *sheet])
    assert (told["policy"]["form"], told["policy"]["withheld"]) == ("banded", withheld)
    assert {value for name, value in leaves(told) if name in {"score", "points"}} == {None}
    assert not {"code", "best"} & {name for one in told["reasons"] for name in one}
    said = json.dumps([told["reasons"], told.get("tags")], ensure_ascii=False)
    assert "分）" not in said
    assert "points)" not in said
    assert len(told["reasons"]) == len(whole["reasons"])
    async with ready.gateway.units.begin("test.payload", AUDITOR) as work:
        payloads = await work.recorder.find_payloads(work.session, [UUID(told["entry"])])
    assert json.loads(payloads[UUID(told["entry"])]["payload"])["score"] is None


@pytest.mark.parametrize("product", PRODUCTS)
async def test_a_flag_is_one_bit_against_its_threshold(ready, product):
    score = (await answered(ready, "other-1"))["score"]
    met = []
    for threshold in (score - 1, score, score + 1):
        await rules(ready, "flag", threshold)
        told = await answered(ready, product=product)
        assert told["flag"]["at_least"] == threshold
        met.append(told["flag"]["met"])
        assert (told["score"], told["band"]) == (None, None)
        assert set(told["basis"].pop("tags")) <= set("0123456789abcdef")  # the digest of what tags are, not of values
        for hidden in (
            "reasons",
            "tags",
            "not_computable",
            "missing",
            "objected",
            "points",
            "records",
            "beyond",
            "health",
            "improvements",
            "industry",
            "percentile",
        ):
            assert hidden not in {name for name, _ in leaves(told)}, hidden
        assert {"score", "band", "reasons", "records"} <= set(told["policy"]["withheld"])
    assert met == [True, True, False]


@pytest.mark.parametrize("member", [one for one in LEAVABLE if one not in OF_PORTRAITS])
async def test_a_member_that_is_left_out_is_nowhere_and_named(ready, member):
    await rules(ready, left_out=[member])
    told = await answered(ready, product="health_check")
    goes_with = {"tags": ["health.counts", "improvements", "industry", "tags"], "reasons": ["improvements", "reasons"]}
    assert told["policy"]["withheld"] == goes_with.get(member, [member])
    del told["basis"]["tags"]  # the digest of what tags are
    names = {name for name, _ in leaves({**told, "policy": None})}
    assert not {member, "beyond"} & names if member == "records" else member not in names
    assert told["score"] is not None


async def test_digests_of_two_institutions_are_not_alike_and_each_names_its_salt(ready):
    await rules(ready)
    ours, theirs = await answered(ready), await answered(ready, "other-1")
    assert ours["score"] == theirs["score"]
    assert not set(ours["basis"]["records"]) & set(theirs["basis"]["records"])
    assert ours["inputs"] != theirs["inputs"]
    assert ours["inputs"] == sha256_hex(canonical_bytes(ours["basis"]))
    async with ready.gateway.database.begin("test") as session:
        query = text("SELECT encode(digest, 'hex') FROM record JOIN subject USING (subject_id) WHERE uscc = :uscc")
        digests = (await session.execute(query, {"uscc": uscc(1)})).scalars().all()
    for told in (ours, theirs):
        salt = bytes.fromhex(told["basis"]["salt"])
        assert {salted(one, salt) for one in digests} >= set(told["basis"]["records"])
        assert not set(digests) & {value for _, value in leaves(told) if isinstance(value, str)}
    again = await answered(ready)
    assert (again["basis"]["records"], again["inputs"]) == (ours["basis"]["records"], ours["inputs"])
    assert ours["basis"]["salt"] == salt_of(ready.gateway.keys.kek, "bank").hex()


async def test_every_door_gives_the_answer_that_was_given_then(ready):
    await rules(ready, "banded", left_out=["tags"])
    told = await answered(ready, product="health_check")
    await rules(ready)
    headers = await ready.headers("bank-1")
    path = f"/v1/inquiries/{told['inquiry']}"
    assert (await ready.client.get(f"{path}/answer", headers=headers)).json() == told
    await rules(ready, "banded")
    question = {"subject": uscc(1), "product": "score", "purpose": "pre_loan"}
    batch = await ready.client.post(
        "/v1/inquiries:batch", json={"questions": [question]}, headers={"Idempotency-Key": str(uuid4()), **headers}
    )  # fmt: skip
    (item,) = batch.json()["items"]
    assert {value for name, value in leaves(item) if name in {"score", "points"}} == {None}
    assert payload_of(item["answer"]["answer"])["score"] is None


async def test_a_version_rules_from_its_moment_on_and_none_is_changed(ready):
    async with ready.gateway.units.begin("test.output", OPERATOR) as work:
        before = len(await list_policies(work, "other"))
        later = work.now + timedelta(hours=1)
        assert await set_output_policy(work, "other", "score", OutputPolicy(form="banded"), later) == before + 1
    async with ready.gateway.units.begin("test.output", OPERATOR) as work:
        for wrong in (later - timedelta(seconds=1), work.now - timedelta(seconds=1)):
            with pytest.raises(DeniedError):
                await set_output_policy(work, "other", "score", OutputPolicy(), wrong)
        moments = [later + timedelta(microseconds=n) for n in (-1, 0, 1)]
        of = ("other", "score")
        told = [(await find_ruling(work.session, [of, ("bank", "score")], moment))[of] for moment in moments]
        assert [one.form for one in told] == ["raw", "banded", "banded"]
    assert (await answered(ready, "other-1"))["policy"]["version"] == 0
    headers = await ready.headers("other-1")
    own = (await ready.client.get("/v1/output-policies", headers=headers)).json()["policies"]
    assert [(one["institution"], one["form"], one["rules"]) for one in own] == [("other", "banded", False)]


async def test_an_institution_reads_its_own_and_operators_all(ready):
    await rules(ready, "banded")
    own = (await ready.client.get("/v1/output-policies", headers=await ready.headers("bank-1"))).json()["policies"]
    assert {one["institution"] for one in own} == {"bank"}
    newest = max(one["version"] for one in own if one["product"] == "score")
    assert [one["version"] for one in own if one["rules"] and one["product"] == "score"] == [newest]
    refused = await ready.client.get("/v1/admin/output-policies", headers=await ready.headers("bank-1"))
    assert (refused.status_code, slug(refused)) == (403, "insufficient-scope")
    path = "/v1/admin/output-policies"
    all_of_them = await ready.client.get(path, headers=await ready.headers("auditor-1"))
    assert {one["institution"] for one in all_of_them.json()["policies"]} >= {"bank"}
    one = await ready.client.get(path, params={"institution": "nobody"}, headers=await ready.headers("auditor-1"))
    assert one.json() == {"policies": []}


@pytest.mark.parametrize(
    "wrong",
    [
        OutputPolicy(form="flag"),
        OutputPolicy(form="banded", threshold=600),
        OutputPolicy(form="flag", threshold=0),
        OutputPolicy(form="flag", threshold=HIGHEST + 1),
        OutputPolicy(left_out=("reasons", "reasons")),
        OutputPolicy(left_out=("subject",)),
    ],
)
async def test_a_policy_that_is_none_is_refused(ready, wrong):
    async with ready.gateway.units.begin("test.output", OPERATOR) as work:
        with pytest.raises(DeniedError):
            await set_output_policy(work, "bank", "score", wrong)


@pytest.mark.parametrize("threshold", [1, HIGHEST])
def test_a_threshold_lies_within_what_a_score_can_be(threshold):
    assert OutputPolicy(form="flag", threshold=threshold).fault() is None


async def test_of_whom_or_what_there_is_not_nothing_is_set(ready):
    async with ready.gateway.units.begin("test.output", OPERATOR) as work:
        for bank, product in (("nobody", "score"), ("bank", "biography")):
            with pytest.raises(DeniedError):
                await set_output_policy(work, bank, product, OutputPolicy())


async def test_what_shows_more_takes_two_people(ready):
    await rules(ready, "banded", left_out=["tags"], bank="bank")
    means = means_of(ready.gateway.settings, ready.gateway.protector)
    acts = {
        "narrower": [("flag", 600, ()), ("banded", None, ("tags",)), ("banded", None, ("tags", "reasons"))],
        "wider": [("raw", None, ("tags",)), ("banded", None, ()), ("banded", None, ("reasons",))],
    }
    async with ready.gateway.units.begin("test.act", OPERATOR) as work:
        for act, several in acts.items():
            for form, threshold, left_out in several:
                wanted = SetOutputPolicy(
                    institution="bank", product="score", form=form, threshold=threshold, left_out=left_out
                )
                assert await wanted.act(work, means) == f"output.policy {act}", (form, left_out)
    flag = OutputPolicy(form="flag", threshold=600)
    assert OutputPolicy(form="flag", threshold=601).tells_more_than(flag)  # two of them enclose the score
    assert not OutputPolicy(form="flag", threshold=600, left_out=("tags",)).tells_more_than(flag)


def test_a_providers_words_are_left_out_with_the_points_they_may_tell():
    result = Result(700, "B", "five-force/1", "ab" * 32, details={"reasons": ["+20 points: taxes"]})
    shown = shaped(result, Shape(WHOLE, OutputPolicy(1, "banded"), b"s" * 32))
    assert (shown.score, shown.band, shown.inputs) == (None, "B", salted("ab" * 32, b"s" * 32))
    assert shown.details == {"policy": {"version": 1, "form": "banded", "threshold": None, "left_out": [],
                                        "withheld": ["reasons", "score"]}}  # fmt: skip


def test_an_older_answer_is_computed_again_as_it_was_shown():
    result = Result(700, "good", "m", "ab" * 32, details={"reasons": [], "basis": {"records": [], "beyond": []}})
    assert shaped(result, Shape(WHOLE)) == result
    assert "reasons" not in shaped(result, Shape(Extent(tier="basic"))).details
