"""Whatever a replay may find is said in words: no code and no English word on a Chinese page."""

import re

import pytest

from gateway.console.words import NOTHING, words_in
from gateway.disposal.replay_words import differences_in_words
from gateway.disposal.replaying import Difference

MOMENT = "2026-11-29T09:18:25+00:00"
FOUND = {
    "asks": {"step": "ask-transfer", "to": "police"}, "closed_at": MOMENT, "confirmed_at": MOMENT,
    "due_on": "2027-01-28", "ended": "police-filed", "erased": 3, "event_id": "01983a2b", "found_on": "2026-11-29",
    "level": "notice", "number": 3, "office": "330302", "opened_at": MOMENT, "opened_by": "01983a2b", "points": [],
    "score": 30, "state": "accepted", "steps": 3, "subject": 7, "type": "distress", "version": 1, "accept": "state",
    "ask-time": "due", "close": "asks", "grant": "asks-nothing", "assign": "same-office",
}  # fmt: skip


@pytest.mark.parametrize("what", FOUND)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_was_found_is_said_in_words(what, language):
    [told] = differences_in_words(words_in(language), [Difference(2, what, None, FOUND[what])])
    assert told.expected == NOTHING
    assert told.found
    assert language == "en" or not re.search("[a-z]{3}", "".join(told).replace("01983a2b", ""))


def test_what_was_lost_and_where_is_said():
    lost = [Difference(0, "entry", "case.opened", None), Difference(None, "office", "339999", "330304")]
    first, second = differences_in_words(words_in("zh"), lost)
    assert first == ("第 0 步", "立案条目", "立案", NOTHING)
    assert second == ("案件的登记", "处置办", "339999", "瓯海区 330304")
