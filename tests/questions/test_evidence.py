"""The file that proves who asked: two verifiers that share no code take it, and refuse each kind of tampered file."""

import asyncio
import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from sqlalchemy import text
from typer.testing import CliRunner

from audit.entry_proof import ProvedEntry
from audit.note import Checkpoint, sign_checkpoint
from gateway.__main__ import app
from gateway.identity.clients.registry import add_institution
from gateway.identity.key_routes import public_keys
from gateway.inquiries.bases.setting import register_duty
from gateway.questions.check import verify_questions
from gateway.questions.consent_check import check_consents
from gateway.questions.errors import QuestionsProofError
from gateway.questions.file import STATEMENT_TYPE, contents_digest, file_bytes
from signing.jws import payload_of, sign_jws
from signing.keys import generate_key, public_jwk
from tests.actors import OPERATOR
from tests.duties import duty_of
from tests.enterprises import organisation, uscc
from tests.offline import loaded_by
from tests.questions.conftest import SHARED
from tests.stories import slug

EXAMPLE = Path(__file__).parents[2] / "examples" / "verify_evidence.py"
REFUSALS = (InvalidSignature, KeyError, ValueError, TypeError, AttributeError, RecursionError)


def load_example():
    spec = importlib.util.spec_from_file_location("verify_evidence", EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ALONE = load_example()


@pytest.fixture(scope="module")
def made():
    return {}


@pytest.fixture
async def keys(story):
    return public_keys(story.gateway.units)


@pytest.fixture
async def good(asked, made):
    """The file about enterprise 1, and one about another code."""
    if not made:
        await asked.story.consent("bank-1", 2)
        made["second"] = (await asked.evidence(uscc(2))).content
        made["first"] = (await asked.evidence(uscc(1))).content
    return made["first"]


def slug_of(problem):
    return problem["type"].rpartition("/")[2]


def verdicts(content, keys):
    """Return what both verifiers say: None, or why not."""
    said = []
    try:
        verify_questions(content, keys, keys["audit"])
        said.append(None)
    except QuestionsProofError as fault:
        said.append(str(fault))
    try:
        ALONE.verify(content, keys, keys["audit"])
        said.append(None)
    except (ALONE.Broken, *REFUSALS) as fault:
        said.append(f"{type(fault).__name__}: {fault}")
    return said


async def test_both_take_the_file_and_say_what_it_holds(asked, good, keys):
    assert verdicts(good, keys) == [None, None]
    proved = verify_questions(good, keys, keys["audit"])
    assert proved.outcomes == {"denied": 4, "active": 1, "answered": 1}
    assert (proved.unproved, proved.erased, proved.vouched) == (0, 0, 0)
    # Six questions, one of them answered again, a usage result, and the consent's approval.
    assert len(proved.ids) == 6 + 1 + 1 + 1
    file = json.loads(good)
    assert [json.loads(one["terms"])["consent_id"] for one in file["consents"]] == [asked.ids["consent"]]
    listed = (await asked.who(uscc(1))).json()["questions"]
    assert proved.statement["questions"] == listed
    assert "does not prove that there are no others" in proved.statement["proves"]


async def test_one_changed_byte_anywhere_is_refused_by_both(good, keys):
    for at in range(0, len(good), len(good) // 120):
        torn = good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :]
        assert all(verdicts(torn, keys)), (at, good[at : at + 20])


def changed(file, path, value):
    """Return a copy with one member changed; a callable is given what stands there."""
    copy = json.loads(json.dumps(file))
    *steps, last = path
    place = copy
    for step in steps:
        place = place[step]
    place[last] = value(place[last]) if callable(value) else value
    return copy


def other(text_of):
    return text_of[:-1] + ("0" if text_of[-1] != "0" else "1")


def at_type(file, kind):
    """Return the place of an entry of this type."""
    return next(i for i, one in enumerate(file["entries"]) if json.loads(one["leaf"])["type"] == kind)


def tampered(file, foreign, audit_key):
    """Yield what somebody did to a file, the file, and a word of the reason."""
    answered = at_type(file, "inquiry.answered")
    yield "a changed leaf", changed(file, ["entries", 0, "leaf"], lambda leaf: leaf.replace("bank", "bonk")), "path"
    yield "a changed path", changed(file, ["entries", 0, "path", 0], other), "path"
    yield "a changed index", changed(file, ["entries", 0, "index"], lambda index: index + 1), "path|order|index"
    payload = changed(file, ["entries", answered, "payload"], lambda said: said.replace("pre_loan", "pre_l0an"))
    yield "a changed payload", payload, "payload"
    yield "a payload taken out", changed(file, ["entries", answered, "payload"], None), "payload"
    blank = changed(changed(file, ["entries", answered, "payload"], None), ["entries", answered, "salt"], None)
    yield "an entry made to look erased", blank, "contents"
    yield "a missing entry", changed(file, ["entries"], lambda entries: entries[1:]), "missing"
    yield "an entry too many", changed(file, ["entries"], lambda e: [*e, foreign["entries"][-1]]), "path|order|name"
    yield "entries in another order", changed(file, ["entries"], lambda entries: entries[::-1]), "order"
    yield "a missing consent", changed(file, ["consents"], []), "consent is missing|name"
    yield "a swapped consent", changed(file, ["consents"], foreign["consents"]), "missing|consent"
    terms = changed(file, ["consents", 0, "terms"], lambda said: said.replace("pre_loan", "renewal"))
    yield "changed terms", terms, "receipt"
    yield "a version taken away", changed(file, ["consents", 0, "versions"], lambda v: v[:1]), "version|name"
    yield "an approval taken away", changed(file, ["consents", 0, "versions", 1, "approval"], None), "entry"
    key = public_jwk(generate_key("ES256"))
    yield "another signatory's key", changed(file, ["consents", 0, "versions", 1, "key"], key), "approval"
    yield (
        "a checkpoint without signature",
        changed(file, ["checkpoint"], lambda n: n.partition("\n\n")[0]),
        "checkpoint",
    )
    head = file["checkpoint"].split("\n")
    forged = sign_checkpoint(Checkpoint(head[0], int(head[1]), b"\7" * 32), generate_key("Ed25519").jwk.private_key)
    yield "a checkpoint of another key", changed(file, ["checkpoint"], forged), "signed by|not signed"
    tree = sign_checkpoint(Checkpoint(head[0], int(head[1]), b"\7" * 32), audit_key)
    yield "a proof of another tree", changed(file, ["checkpoint"], tree), "path"
    yield "a smaller tree", changed(file, ["checkpoint"], foreign["checkpoint"]), "path|contents|index"
    cosigned = changed(file, ["checkpoint"], lambda note: note + "— else AAAA\n")
    yield "a signature of somebody else beside it", cosigned, "signatures"
    yield "another's statement", changed(file, ["statement"], foreign["statement"]), "."
    yield "a member more", {**file, "more": 1}, "members|kind"
    yield "another type", {**file, "type": "xinqiao-questions/2"}, "members|kind"


async def test_each_kind_of_tampered_file_is_refused_by_both_for_the_reason(story, good, made, keys):
    file, foreign = json.loads(good), json.loads(made["second"])
    cases = list(tampered(file, foreign, story.gateway.keys.audit_key()))
    assert len({name for name, _, _ in cases}) == len(cases)
    for name, case, word in cases:
        said = verdicts(file_bytes(case), keys)
        assert all(said), (name, said)
        assert re.search(word, said[0]), (name, said[0])
        assert re.search(word, said[1]) or "Error" in said[1], (name, said[1])
    for spelled in (good.rstrip(), good + b"\n", json.dumps(file).encode(), b"{}", b"[]", b"", b"\xff"):
        assert all(verdicts(spelled, keys)), spelled[:20]


def resigned(gateway, file, change):
    """Return a file whose statement was changed and signed anew, as only the gateway's operator can."""
    statement = payload_of(file["statement"])
    change(statement)
    statement["contents"] = contents_digest(file)
    return file_bytes({**file, "statement": sign_jws(statement, gateway.keys.signing("answer"), STATEMENT_TYPE)})


def question(statement, outcome):
    return next(one for one in statement["questions"] if one["outcome"] == outcome and one["kind"] == "inquiry")


LIES = {
    "another institution": lambda s: question(s, "answered").update(institution="other-bank"),
    "another account": lambda s: question(s, "denied").update(account="bank-9"),
    "another purpose": lambda s: question(s, "denied").update(purpose="renewal"),
    "another product": lambda s: question(s, "denied").update(products=["health_check"]),
    "another reason": lambda s: question(s, "denied").update(reason="quota-exceeded"),
    "an answer for a denial": lambda s: question(s, "denied").update(outcome="answered", reason=None),
    "a denial for an answer": lambda s: question(s, "answered").update(outcome="denied", reason="consent-required"),
    "another version of the consent": lambda s: question(s, "answered")["consent"].update(version=1),
    "no version of the consent": lambda s: question(s, "answered")["consent"].update(version=3),
    "no consent": lambda s: question(s, "answered").update(consent=None),
    "a public basis made up": lambda s: question(s, "answered").update(consent=None, legal_basis={"kind": "public"}),
    "a duty made up": lambda s: question(s, "answered").update(consent=None, legal_basis={"kind": "duty", "duty": "x"}),
    "another id": lambda s: question(s, "answered").update(id="01990000-0000-7000-8000-000000000001"),
    "units": lambda s: question(s, "answered").update(units=0),
    "another amount": lambda s: question(s, "answered")["usage"][0]["content"].update(amount="2.00"),
    "a question left out": lambda s: s["questions"].pop(0),
    "the same question of another enterprise": lambda s: s["about"].update(codes=[uscc(2)]),
    "an entry left out": lambda s: question(s, "answered")["entries"].pop(0),
    "an entry said not to be proved": lambda s: s["unproved"].append(question(s, "answered")["entries"][0]["entry"]),
    "a claim that nothing is left out": lambda s: s.update(proves="all of them"),
    "no consents": lambda s: s.update(consents=[]),
}


@pytest.mark.parametrize("lie", LIES)
async def test_what_the_gateway_signs_and_its_log_does_not_say_is_refused_by_both(story, good, keys, lie):
    said = verdicts(resigned(story.gateway, json.loads(good), LIES[lie]), keys)
    assert all(said), said


@pytest.mark.parametrize(
    "change",
    [
        {"institution": "other-bank"}, {"purpose": "renewal"}, {"products": ["health_check"]},
        {"consent": {"version": 1}}, {"consent": {"version": 0}}, {"consent": {"version": 3}},
        {"consent": {"id": "01990000-0000-7000-8000-000000000001"}},
    ],
    ids=str,
)  # fmt: skip
async def test_an_answer_that_its_consent_does_not_cover_is_refused_by_both_whatever_the_log_says(good, keys, change):
    """Here the consents alone are looked at: an answer that should not have been given may be recorded faithfully."""
    file = json.loads(good)
    statement, entries = payload_of(file["statement"]), ALONE.read_entries(file["entries"], *ALONE.checkpoint(
        file["checkpoint"], keys["audit"]
    ))  # fmt: skip
    proved = {name: ProvedEntry(0, one["leaf"], one["payload"]) for name, one in entries.items()}
    consents = {json.loads(one["terms"])["consent_id"]: one for one in file["consents"]}
    asked = question(statement, "answered")
    check_consents(statement, file["consents"], proved, keys["consent"])
    ALONE.check_covers(asked, consents)
    asked.update({**change, "consent": {**asked["consent"], **change.get("consent", {})}})
    with pytest.raises(QuestionsProofError):
        check_consents(statement, file["consents"], proved, keys["consent"])
    with pytest.raises(ALONE.Broken):
        ALONE.check_covers(asked, consents)


async def test_answers_without_a_consent_are_taken_as_what_they_are_and_nothing_else(asked, keys):
    story = asked.story
    async with story.gateway.units.begin("test.duty", OPERATOR) as work:
        await add_institution(work, institution_id="bureau", name="某局", kind="government")
        await register_duty(work, duty_of("check", "bureau", work.now), None)
    await story.account("bureau-1", "bureau")
    for who, more in (("bank-1", {"product": "public_record"}), ("bureau-1", {"duty": "check", "purpose": "subsidy"})):
        assert (await story.ask(who, 3, **more)).status_code == 200
    content = (await asked.evidence(uscc(3))).content
    assert verdicts(content, keys) == [None, None]
    file = json.loads(content)
    kinds = [one["legal_basis"]["kind"] for one in payload_of(file["statement"])["questions"]]
    assert kinds == ["public", "duty"]
    for place, told in ((0, {"kind": "duty", "duty": "check"}), (1, {"kind": "duty", "duty": "another"}),
                        (1, {"kind": "public"}), (0, None), (1, {"kind": "duty"})):  # fmt: skip

        def lie(statement, place=place, told=told):
            statement["questions"][place]["legal_basis"] = told

        assert all(verdicts(resigned(story.gateway, file, lie), keys)), (place, told)


async def test_a_statement_signed_anew_and_unchanged_is_taken(story, good, keys):
    """The refusals above come from what was changed."""
    assert verdicts(resigned(story.gateway, json.loads(good), lambda _statement: None), keys) == [None, None]


async def test_what_no_checkpoint_covers_yet_is_named_and_said_to_be_unproved(asked, good, keys):
    fresh = (await asked.story.ask("bank-2", 4)).json()["inquiry"]
    headers = await asked.story.headers("auditor-1")
    answer = await asked.story.client.get("/v1/audit/questions/evidence", params={"subject": uscc(4)}, headers=headers)
    assert answer.status_code == 200, answer.text
    assert verdicts(answer.content, keys) == [None, None]
    proved = verify_questions(answer.content, keys, keys["audit"])
    assert [one["id"] for one in proved.statement["questions"]] == [fresh]
    assert (len(proved.ids), proved.unproved) == (0, 1)
    later = (await asked.evidence(uscc(4))).content
    assert verify_questions(later, keys, keys["audit"]).unproved == 0


async def test_the_consent_of_an_enterprise_nobody_has_records_of_is_proved(asked, good, keys):
    consent = (await asked.story.consent("bank-1", 7))["consent"]
    denied = (await asked.story.ask("bank-1", 7)).json()
    assert slug_of(denied) == "subject-not-found"
    content = (await asked.evidence(uscc(7))).content
    assert verdicts(content, keys) == [None, None]
    statement = verify_questions(content, keys, keys["audit"]).statement
    assert statement["about"] == {"subject": None, "uscc": None, "codes": [uscc(7)]}
    assert statement["consents"] == [consent]
    assert [one["reason"] for one in statement["questions"]] == [None, "subject-not-found"]


async def test_the_consent_of_another_enterprise_that_a_denied_question_named_is_not_shown(asked, good, keys):
    foreign = payload_of(json.loads((await asked.evidence(uscc(2))).content)["statement"])["consents"][0]
    assert slug_of((await asked.story.ask("bank-1", 5, consent=foreign)).json()) == "consent-subject-mismatch"
    content = (await asked.evidence(uscc(5))).content
    assert verdicts(content, keys) == [None, None]
    assert json.loads(content)["consents"] == []


async def test_a_filter_and_a_page_stand_in_the_signed_statement(asked, good, keys):
    answer = await asked.evidence(organisation(1), outcome="denied", limit=2)
    assert verdicts(answer.content, keys) == [None, None]
    statement = verify_questions(answer.content, keys, keys["audit"]).statement
    assert statement["filter"] == {"outcome": "denied", "limit": "2"}
    assert [one["id"] for one in statement["questions"]] == [asked.ids["denied"], asked.ids["code"]]
    assert statement["next"] == asked.ids["code"]
    assert statement["asked_by"] == "auditor-1"


async def test_several_candidates_and_nobody_give_no_file(asked):
    several, nobody = await asked.evidence(SHARED), await asked.evidence("没有人问过的公司")
    assert [slug(several), slug(nobody)] == ["subject-ambiguous", "subject-not-found"]


async def test_erased_payloads_leave_a_file_that_says_so(asked, good, keys):
    """The payloads of the enterprise's entries are gone: who, when and how it ended is proved, the rest is said."""
    gone = text("UPDATE audit_payload SET sealed = NULL WHERE event_id IN (SELECT event_id FROM audit_event "
                "WHERE subject IS NOT NULL)")  # fmt: skip
    async with asked.story.gateway.database.begin("test.erase", role="owner") as session:
        kept = (await session.execute(text("SELECT event_id, sealed FROM audit_payload"))).all()
        await session.execute(gone)
    try:
        content = (await asked.evidence(uscc(1))).content
    finally:
        async with asked.story.gateway.database.begin("test.restore", role="owner") as session:
            restore = text("UPDATE audit_payload SET sealed = :sealed WHERE event_id = :id")
            await session.execute(restore, [{"sealed": row.sealed, "id": row.event_id} for row in kept])
    assert verdicts(content, keys) == [None, None]
    proved = verify_questions(content, keys, keys["audit"])
    assert proved.erased >= len(proved.ids) - 1  # the one that named nobody is whole
    assert proved.outcomes == {"denied": 4, "active": 1, "answered": 1}


async def test_both_commands_say_the_same_and_need_nothing_else(good, keys, tmp_path):
    (tmp_path / "keys.json").write_text(json.dumps(keys))
    (tmp_path / "log.vkey").write_text(keys["audit"])
    (tmp_path / "good.json").write_bytes(good)
    (tmp_path / "bad.json").write_bytes(good.replace(b"bank-1", b"bank-2", 1))
    given = ["--keys", str(tmp_path / "keys.json"), "--log-key", str(tmp_path / "log.vkey")]
    for name, sound in (("good.json", True), ("bad.json", False)):
        ours = CliRunner().invoke(app, ["verify", str(tmp_path / name), *given, "--json"])
        alone = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-X", "importtime", str(EXAMPLE), str(tmp_path / name), *given],
            capture_output=True, text=True, check=False, cwd=tmp_path,
        )  # fmt: skip
        assert (ours.exit_code == 0, alone.returncode == 0) == (sound, sound), (ours.output, alone.stdout)
        loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in alone.stderr.splitlines()}
        assert not loaded & {"gateway", "audit", "signing", "consent", "rfc8785", "joserfc", "orjson"}
        if sound:
            told = json.loads(ours.stdout)
            assert (told["type"], told["questions"], told["outcomes"]["answered"]) == ("questions-proof", 6, 1)
            assert "6 questions" in alone.stdout
    assert loaded_by(["verify", str(tmp_path / "good.json"), *given]) == []
