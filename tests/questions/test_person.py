"""Whom an account asked for: told with the question, found by, proved by its entry, and nobody else's."""

import importlib.util
import json
from pathlib import Path

import pytest
from sqlalchemy import text

from gateway.identity.key_routes import public_keys
from gateway.inquiries.asking import Question, read_question
from gateway.inquiries.inquiry import inquire
from gateway.inquiries.store import Asked
from gateway.questions.check import verify_questions
from gateway.questions.errors import QuestionsProofError
from gateway.questions.file import STATEMENT_TYPE, contents_digest, file_bytes
from gateway.runtime.actor import Actor
from scoring_adapter.providers.asking import Providers
from signing.jws import payload_of, sign_jws
from tests.enterprises import uscc
from tests.persons import invited
from tests.verifying import fault_of, run_checks

EXAMPLE = Path(__file__).parents[2] / "examples" / "verify_evidence.py"
LI = Actor("bank-1", "account", "bank", person="person:li-1")


@pytest.fixture
async def by_li(asked):
    """The id of a question that the account asked for a person."""
    gateway = asked.story.gateway
    if "li" not in asked.ids:
        await invited(gateway, "li-1", "staff", institution="bank")
        async with gateway.database.begin("test.person", role="owner") as session:
            await session.execute(text("UPDATE person SET status = 'active', password_hash = 'x'"))
        providers = Providers()
        question = Question(subject=uscc(1), purpose="pre_loan")
        request = read_question(question, gateway.protector, LI)
        await inquire(gateway.units, providers, LI, request, Asked("li", question.digest(), None))
        asked.ids["li"] = str(request.inquiry_id)
    return asked.ids["li"]


async def test_a_question_names_the_person_and_is_found_by_them(asked, by_li):
    found = {one["id"]: one for one in (await asked.who(uscc(1))).json()["questions"]}
    assert found[by_li]["person"] == "person:li-1"
    assert {one["person"] for id_, one in found.items() if id_ != by_li} == {None}
    assert await asked.found(uscc(1), person="person:li-1") == ["li"]
    assert await asked.found(uscc(1), person="person:wang-1") == []


def renamed(asked, content, person):
    """Return a file in which the gateway says that somebody else asked, and has signed it."""
    file = json.loads(content)
    statement = payload_of(file["statement"])
    for one in statement["questions"]:
        one["person"] = person if one["person"] else None
    statement["contents"] = contents_digest(file)
    return file_bytes(
        {**file, "statement": sign_jws(statement, asked.story.gateway.keys.signing("answer"), STATEMENT_TYPE)}
    )


@pytest.mark.parametrize("person", ["person:wang-1", None])
async def test_the_evidence_proves_who_it_was_and_every_verifier_refuses_another(asked, by_li, person, tmp_path):
    content, keys = (await asked.evidence(uscc(1))).content, public_keys(asked.story.gateway.units)
    forged = renamed(asked, content, person)
    assert verify_questions(content, keys, keys["audit"]).outcomes["answered"] == 2
    with pytest.raises(QuestionsProofError, match="differs"):
        verify_questions(forged, keys, keys["audit"])
    spec = importlib.util.spec_from_file_location("verify_evidence", EXAMPLE)
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    example.verify(content, keys, keys["audit"])
    with pytest.raises(example.Broken, match="another person"):
        example.verify(forged, keys, keys["audit"])
    sound, refused = run_checks(
        tmp_path, *(["verifyEvidence", one.decode(), keys["audit"], keys["answer"]] for one in (content, forged))
    )
    assert (fault_of(sound), fault_of(refused)) == ("", "questions differs")
