"""A file of questions against the whole exported log: what the gateway left out of it is found, and nothing else is."""

import json

import pytest
from typer.testing import CliRunner

from audit.verifier import verify_log
from gateway.__main__ import app
from gateway.evidence.export import export_evidence
from gateway.evidence.fsck import check_instance
from gateway.identity.key_routes import public_keys
from gateway.questions.check import verify_questions
from gateway.questions.completeness import verify_complete
from gateway.questions.errors import QuestionsProofError
from gateway.questions.file import STATEMENT_TYPE, contents_digest, file_bytes
from gateway.runtime.actor import at_this_machine
from gateway.worker import publish_head, take_in
from signing.jws import payload_of, sign_jws
from tests.enterprises import uscc
from tests.offline import loaded_by


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("complete") / "log"


FILTERS = (
    {}, {"institution": "bank"}, {"account": "bank-2"}, {"purpose": "renewal"}, {"outcome": "answered"},
    {"outcome": "denied"}, {"outcome": "invalid-subject"}, {"outcome": "active"}, {"limit": 2},
    {"since": "2100-01-01T00:00:00Z"}, {"until": "2100-01-01T00:00:00Z", "limit": 6},
)  # fmt: skip


@pytest.fixture
async def files(asked, folder):
    """Files about enterprise 1 by each filter, about a code nobody has, then the export; revoked last."""
    if not folder.exists():
        folder.mkdir()
        await explain(asked.story)
        revoke = f"/v1/consents/{asked.ids['consent']}/revoke"
        await asked.story.client.post(revoke, headers=await asked.story.headers("bank-1"))
        made = [(await asked.evidence(uscc(1), **filters)).content for filters in FILTERS]
        made.append((await asked.evidence(uscc(9))).content)
        (folder / "files.json").write_text(json.dumps([one.decode() for one in made]))
        await asked.story.ask("bank-2", 1)  # after the files were made: in the log, and no difference
        await take_in(asked.story.gateway)
        await publish_head(asked.story.gateway)
        async with asked.story.gateway.units.begin("test.export", at_this_machine()) as work:
            await export_evidence(work, folder / "log", lambda *_: None)
    return [one.encode() for one in json.loads((folder / "files.json").read_text())]


async def explain(story):
    """Ask how a question about enterprise 1 would be decided: the log has it, and it is no question."""
    body = {"subject": uscc(1), "product": "score", "purpose": "pre_loan"}
    answer = await story.client.post("/v1/inquiries:explain", json=body, headers=await story.headers("bank-1"))
    assert answer.status_code == 200, answer.text


def hold(story, folder, content):
    """Hold a file that verifies against the export."""
    keys = public_keys(story.gateway.units)
    proved = verify_questions(content, keys, keys["audit"])
    report = verify_log(folder / "log", keys["audit"], [proved.note], lambda *_: None)
    return verify_complete(folder / "log", report.checkpoint.size, proved)


async def test_a_file_by_any_filter_and_page_leaves_nothing_out(story, files, folder):
    for content in files[:-1]:
        assert hold(story, folder, content).questions == 6
    assert hold(story, folder, files[-1]).questions == 1


def without(gateway, content, *, question=None, entries=0, versions=None):
    """Return a file from which the gateway has left something out, and which it has signed as if it were whole."""
    file = json.loads(content)
    statement = payload_of(file["statement"])
    gone = set()
    if question is not None:
        gone |= {one["entry"] for one in statement["questions"].pop(question)["entries"]}
    if entries:
        left = next(one for one in statement["questions"] if len(one["entries"]) > 1)
        gone |= {one["entry"] for one in left["entries"][-entries:]}
        del left["entries"][-entries:]
    if versions:
        gone |= {one["entry"] for one in file["consents"][0]["versions"][versions:]}
        del file["consents"][0]["versions"][versions:]
    file["entries"] = [one for one in file["entries"] if json.loads(one["leaf"])["id"] not in gone]
    statement["contents"] = contents_digest(file)
    return file_bytes({**file, "statement": sign_jws(statement, gateway.keys.signing("answer"), STATEMENT_TYPE)})


@pytest.mark.parametrize("question", [0, 1, 4, 5])
async def test_a_question_left_out_is_found_in_the_whole_export(asked, files, folder, question):
    forged = without(asked.story.gateway, files[0], question=question)
    left = payload_of(json.loads(files[0])["statement"])["questions"][question]["id"]
    with pytest.raises(QuestionsProofError, match=left):
        hold(asked.story, folder, forged)


async def test_an_answer_given_again_or_a_revocation_left_out_is_found(asked, files, folder):
    for forged in (
        without(asked.story.gateway, files[0], entries=1), without(asked.story.gateway, files[0], versions=2),
    ):  # fmt: skip
        with pytest.raises(QuestionsProofError, match="the log has what the file has not"):
            hold(asked.story, folder, forged)


async def test_the_command_says_whether_anything_is_left_out(asked, files, folder, tmp_path):
    (tmp_path / "keys.json").write_text(json.dumps(public_keys(asked.story.gateway.units)))
    (tmp_path / "who.json").write_bytes(files[0])
    (tmp_path / "less.json").write_bytes(without(asked.story.gateway, files[0], question=0))
    more = ["--keys", str(tmp_path / "keys.json"), "--export", str(folder / "log")]
    told = json.loads(CliRunner().invoke(app, ["verify", str(tmp_path / "who.json"), *more, "--json"]).stdout)
    assert (told["complete"], told["questions_in_log"], told["unread"]) == (True, 6, 0)
    less = CliRunner().invoke(app, ["verify", str(tmp_path / "less.json"), *more])
    assert less.exit_code == 1
    assert asked.ids["denied"] in less.stderr
    alone = CliRunner().invoke(app, ["verify", str(tmp_path / "less.json"), *more[:2]])
    assert alone.exit_code == 0
    assert "not proved" in alone.stdout
    assert loaded_by(["verify", str(tmp_path / "who.json"), *more]) == []


async def test_the_log_and_the_rows_agree_about_questions_nobody_could_read(asked, files):
    """A denial of what was no code is a row and an entry like any other."""
    report = await check_instance(asked.story.gateway.units, at_this_machine(), lambda *_: None)
    assert report.checked.findings.told == []
