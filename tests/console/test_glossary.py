"""The glossary is the help page's: every row in both languages, every word found by one anchor."""

import re

from gateway.console.glossary import _rows, term, terms


def test_every_row_has_a_word_a_name_and_a_meaning_in_both_languages():
    assert [row[0] for row in _rows() if not all(row)] == []


def test_every_anchor_is_one_terms():
    anchors = [anchor for one in terms("en") for anchor in one.anchors]
    assert len(anchors) == len(set(anchors)) > 50
    assert [one.anchors for one in terms("zh")] == [one.anchors for one in terms("en")]
    assert all(re.fullmatch(r"[a-z-]+", anchor) for anchor in anchors)


def test_a_term_is_found_by_its_word_in_the_readers_language():
    found = term("consent", "zh")
    assert found.name == "授权、用途"
    assert "签署" in found.meaning
    assert term("consent", "en").name == "consent, purpose"
    assert term("nothing", "zh") is None


def test_chinese_meanings_hold_no_english_word():
    assert [one.name for one in terms("zh") if re.search(r"[A-Za-z]{2,}", one.meaning)] == []
