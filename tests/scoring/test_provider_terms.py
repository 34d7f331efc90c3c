"""What is agreed with a provider: limits of each number, and answers in its words read as ours."""

from dataclasses import replace

import orjson
import pytest
from joserfc.jwk import OKPKey

from scoring_adapter.errors import ProviderAnswerError
from scoring_adapter.providers.mapping import read_answer, write_question
from scoring_adapter.providers.terms import (
    FARTHEST,
    LIMITS,
    LONGEST_POINTER,
    LONGEST_URL,
    MOST_DECIMALS,
    AnswerMap,
    Band,
    Terms,
    fault_of,
    terms_of,
)
from tests.enterprises import uscc
from tests.providers import question

BANDS = (Band(750, "excellent"), Band(400, "good"), Band(0, "poor"))
ANSWER = AnswerMap(
    "/data/uscc", "/data/points", "/id", model="/data/engine", reasons="/data/why", lowest=300, highest=850, decimals=2,
    bands=BANDS,
)  # fmt: skip
THEIRS = Terms(
    "https://b.example/s", question={"/id": "inquiry", "/q/uscc": "subject", "/q/day": "as_of"}, answer=ANSWER
)


def theirs(*, terms=THEIRS, **changes):
    data = {"uscc": uscc(1), "points": 7.12, "engine": "e/2", "why": ["按时"], "more": {}, **changes}
    told = {"id": changes.pop("id", question().inquiry), "data": data, "beside": 1}
    return read_answer("brain", terms, question(), orjson.dumps(told))


def test_a_question_is_written_and_an_answer_read_in_the_providers_words():
    assert orjson.loads(write_question(THEIRS, question())) == {
        "id": question().inquiry, "q": {"uscc": uscc(1), "day": "2026-01-01"},
    }  # fmt: skip
    answer = theirs()
    assert (answer.score, answer.band, answer.model, answer.reasons) == (749, "good", "e/2", ["按时"])


@pytest.mark.parametrize(
    ("points", "score", "band"),
    [(3, 0, "poor"), (3.0, 0, "poor"), ("3.00", 0, "poor"), (3.01, 1, "poor"), (8.5, 1000, "excellent"),
     (5.2, 400, "good"), (5.19, 398, "poor"), (7.13, 750, "excellent"), ("7.12", 749, "good")],
)  # fmt: skip
def test_a_score_is_scaled_in_whole_numbers_and_banded(points, score, band):
    answer = theirs(points=points)
    assert (answer.score, answer.band) == (score, band)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [({"points": 2.99}, "range"), ({"points": 8.51}, "range"), ({"points": 7.123}, "range"),
     ({"points": True}, "shape"),
     ({"points": "７"}, "shape"), ({"points": "1e2"}, "shape"), ({"points": None}, "shape"), ({"points": [7]}, "shape"),
     ({"uscc": uscc(2)}, "subject"), ({"uscc": 5}, "shape"), ({"id": "other"}, "subject"), ({"why": "late"}, "shape"),
     ({"why": [1]}, "shape"), ({"engine": None}, "shape")],
)  # fmt: skip
def test_what_is_not_as_agreed_is_refused(changes, kind):
    with pytest.raises(ProviderAnswerError) as refused:
        theirs(**changes)
    assert refused.value.kind == kind


def test_a_number_too_large_for_any_score_is_out_of_range():
    told = orjson.dumps({"id": question().inquiry, "data": {"uscc": uscc(1), "points": 0, "engine": "e", "why": []}})
    with pytest.raises(ProviderAnswerError) as refused:
        read_answer("brain", THEIRS, question(), told.replace(b'"points":0', b'"points":1e999999'))
    assert refused.value.kind == "range"


def test_a_band_may_be_the_providers_own_word():
    own = replace(THEIRS, answer=replace(ANSWER, bands=(), band="/data/grade", model="", reasons=""))
    answer = theirs(terms=own, grade="AA")
    assert (answer.band, answer.model, answer.reasons) == ("AA", "brain", [])


def test_a_pointer_reaches_names_with_a_stroke_and_a_tilde():
    odd = replace(THEIRS, question={"/a~1b/c~0d": "subject"})
    assert orjson.loads(write_question(odd, question())) == {"a/b": {"c~d": uscc(1)}}


@pytest.mark.parametrize("name", LIMITS)
def test_each_number_has_its_limits(name):
    least, most = LIMITS[name]
    fits = {least - 1: False, least: True, least + 1: True, most - 1: True, most: True, most + 1: False}
    for value, sound in fits.items():
        terms = Terms("http://x", **{"time_ms": 30_000, name: value})
        hedged_too_late = terms.hedge_ms >= terms.time_ms
        assert (fault_of(terms) is None) is (sound and not hedged_too_late), value


@pytest.mark.parametrize(
    ("url", "sound"),
    [("http://10.0.0.5:8200/score?v=1", True), ("https://b.example", True), ("ftp://b.example", False),
     ("b.example", False),
     ("http://u:p@b.example/", False), ("http://b.example/#x", False), ("http://b.example/ x", False), ("", False)]
    + [("http://b.example/" + "x" * (LONGEST_URL - 17 + more), more <= 0) for more in (-1, 0, 1)],
)  # fmt: skip
def test_an_address_is_of_http_and_names_no_user(url, sound):
    assert (fault_of(Terms(url)) is None) is sound


@pytest.mark.parametrize(
    ("changes", "sound"),
    [({}, True), ({"subject": ""}, False), ({"score": ""}, False), ({"score": "data"}, False),
     ({"score": "/a~2"}, False),
     ({"inquiry": ""}, True), ({"band": "/grade"}, False), ({"bands": ()}, False), ({"lowest": 850}, False),
     ({"lowest": 849}, True), ({"highest": FARTHEST}, True), ({"highest": FARTHEST + 1}, False),
     ({"lowest": -FARTHEST}, True), ({"lowest": -FARTHEST - 1}, False), ({"decimals": MOST_DECIMALS}, True),
     ({"decimals": MOST_DECIMALS + 1}, False), ({"decimals": -1}, False), ({"bands": (Band(1, "x"),)}, False),
     ({"bands": (Band(0, "x"), Band(5, "y"))}, False), ({"bands": (Band(1001, "x"), Band(0, "y"))}, False),
     ({"bands": (Band(1000, "x"), Band(0, "y"))}, True), ({"bands": (Band(0, "好"),)}, False),
     ({"bands": (Band(0, "b" * 40),)}, True), ({"bands": (Band(0, "b" * 41),)}, False)]
    + [({"score": "/" + "x" * (LONGEST_POINTER - 1 + more)}, more <= 0) for more in (-1, 0, 1)],
)  # fmt: skip
def test_how_an_answer_is_read_is_checked(changes, sound):
    assert (fault_of(replace(THEIRS, answer=replace(ANSWER, **changes))) is None) is sound


@pytest.mark.parametrize(
    ("asked", "sound"),
    [({"/s": "subject"}, True), ({"/s": "inquiry"}, False), ({"/s": "subject", "/t": "name"}, False), ({}, False),
     ({"/s": "subject", "/s/t": "product"}, False), ({"/s": "subject", "/st": "product"}, True),
     ({"s": "subject"}, False),
     (None, False)],
)  # fmt: skip
def test_how_a_question_is_written_is_checked(asked, sound):
    assert (fault_of(replace(THEIRS, question=asked)) is None) is sound


def test_terms_are_read_as_they_were_stored_and_what_was_not_stored_is_as_by_default():
    assert terms_of(orjson.loads(orjson.dumps(THEIRS.members()))) == THEIRS
    assert terms_of({"url": "http://x"}) == Terms("http://x")


def test_the_key_of_signatures_is_a_public_one_and_the_answer_repeats_the_inquiry():
    jwk = {name: str(one) for name, one in OKPKey.generate_key("Ed25519").as_dict(private=False).items()}
    assert fault_of(Terms("http://x/", signing=jwk)) is None
    assert "signing" in fault_of(Terms("http://x/", signing={**jwk, "d": "AA"}))
    assert "signing" in fault_of(Terms("http://x/", signing={}))
    mapped = {"question": {"/q": "subject"}, "answer": AnswerMap("/q", "/s", band="/b")}
    assert "answer.inquiry" in fault_of(Terms("http://x/", signing=jwk, **mapped))
    mapped["answer"] = AnswerMap("/q", "/s", inquiry="/i", band="/b")
    assert fault_of(Terms("http://x/", signing=jwk, **mapped)) is None
