"""A consent with all that can befall it, in the file that proves who asked: it holds; no part of it can be left out.

Two approve it, a file is handed in for it, and its uses end it.
"""

import json

import pytest

from gateway.consents.ending import end_due_consents
from gateway.evidence.export import export_evidence
from gateway.questions.errors import QuestionsProofError
from gateway.runtime.actor import PROGRAM, at_this_machine
from gateway.worker import publish_head, take_in
from tests.enterprises import uscc
from tests.questions.test_completeness import hold, without
from tests.questions.test_evidence import changed, keys, resigned, verdicts

__all__ = ["keys"]
LIFE = ["requested", "requested", "requested", "active", "exhausted"]


@pytest.fixture
async def file(asked):
    """The file about enterprise 3, whose consent has ended."""
    story = asked.story
    for signatory in ("s-3", "t-3"):
        await story.enrol(signatory, "signatory", subject=uscc(3))
    consent = (await story.request("bank-1", 3, required_approvals=2, max_uses=1)).json()
    if consent["status"] == "requested":
        headers = {"Content-Type": "application/pdf", **await story.headers("bank-1")}
        path = f"/v1/consents/{consent['consent']}/files"
        await story.client.post(path, params={"kind": "paper_scan"}, content=b"%PDF-1.7", headers=headers)
        for signatory in ("s-3", "t-3"):
            assert (await story.decide(signatory, consent, "approve")).status_code == 200
        assert (await story.ask("bank-1", 3, consent=consent["consent"])).status_code == 200
        async with story.gateway.units.begin("test.end", PROGRAM) as work:
            await end_due_consents(work)
    return (await asked.evidence(uscc(3))).content


async def test_both_verifiers_take_a_consent_that_several_approved(asked, file, keys):
    (consent,) = json.loads(file)["consents"]
    assert [one["status"] for one in consent["versions"]] == LIFE
    assert verdicts(file, keys) == [None, None]


async def test_a_consent_that_fewer_approved_than_it_takes_permits_nothing(asked, file, keys):
    for first in (2, 3):
        approval = ["consents", 0, "versions", first]
        alone = changed(changed(json.loads(file), [*approval, "approval"], None), [*approval, "key"], None)
        assert all(verdicts(resigned(asked.story.gateway, alone, lambda _: None), keys))


async def test_the_end_of_a_consent_or_a_file_for_it_left_out_is_found(asked, file, tmp_path):
    await take_in(asked.story.gateway)
    await publish_head(asked.story.gateway)
    async with asked.story.gateway.units.begin("test.export", at_this_machine()) as work:
        await export_evidence(work, tmp_path / "log", lambda *_: None)
    hold(asked.story, tmp_path, file)
    with pytest.raises(QuestionsProofError, match="the log has what the file has not"):
        hold(asked.story, tmp_path, without(asked.story.gateway, file, versions=4))
