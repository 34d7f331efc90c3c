"""The worker's steps that compute scores: what they compute with is large, and loaded when something was handed in."""

import sys

import pytest

from gateway.worker import STEPS
from tests.records.penalties import penalties, penalty

COMPUTING = {
    "columns": "gateway.scores.append", "tidy-columns": "gateway.scores.compact", "scan": "gateway.scores.nightly",
    "scores": "gateway.scores.rescoring", "past-scores": "gateway.scores.past",
}  # fmt: skip


async def test_nothing_is_loaded_before_anything_was_handed_in(gateway, story, monkeypatch):
    for module in COMPUTING.values():
        monkeypatch.setitem(sys.modules, module, None)  # whoever imports it fails
    for name in COMPUTING:
        await STEPS[name][0](gateway)
    await story.push("drc", "penalty_general", penalties(penalty(1, "W1")))
    for name in COMPUTING:
        with pytest.raises(ImportError):
            await STEPS[name][0](gateway)
