"""A declaration that is not sound is refused, and the message names file, tag and member in both languages."""

import pytest

from scoring_adapter.errors import TagError
from scoring_adapter.tags.load import load_tags
from tests.scoring.tags.catalogues import SOURCE, TAG, catalogue


def test_what_ships_is_sound():
    assert len(load_tags().tags) > 200
    assert load_tags().version == max(tag.since for tag in load_tags().tags)


def test_sources_tags_version_and_datasets_are_told(tmp_path):
    read = catalogue(tmp_path)
    assert ([tag.id for tag in read.tags], read.version) == (["one"], 1)
    assert read.sources_of(read.tags[0]) == ["penalty"]
    assert len(read.digest()) == 64


PART = "part: {source: penalty, take: count, months: 12}"
BROKEN = {
    "unknown source": (TAG.replace("source: penalty", "source: fines"), "fines"),
    "unknown column": (TAG.replace("months: 12", "where: {colour: {given: true}}"), "where.colour"),
    "unknown code": (TAG.replace("months: 12", "where: {kind: {in: [jail]}}"), "jail"),
    "code of a day": (TAG.replace("months: 12", "where: {decided: {in: [fine]}}"), "where.decided"),
    "open money": (TAG.replace("months: 12", "where: {fine: {open: true}}"), "where.fine"),
    "a bound that is no number": (TAG.replace("months: 12", "where: {fine: {above: much}}"), "where.fine"),
    "a bound of a code": (TAG.replace("months: 12", 'where: {kind: {above: "1"}}'), "where.kind"),
    "empty and given": (TAG.replace("months: 12", "where: {fine: {empty: true, given: true}}"), "where.fine"),
    "asks nothing": (TAG.replace("months: 12", "where: {fine: {}}"), "where.fine"),
    "sum without a field": (TAG.replace("take: count", "take: sum"), "part.field"),
    "sum of a code": (TAG.replace("take: count", "take: sum, field: kind"), "part.field"),
    "count with a field": (TAG.replace("take: count", "take: count, field: fine"), "part.field"),
    "per without each": (TAG.replace("take: count", "take: count, per: number"), "part.each"),
    "operator and part": (TAG.replace("operator: count", "operator: sum"), "operator"),
    "ratio without over": (TAG.replace("operator: count", "operator: ratio"), "operator"),
    "over of a count": (TAG + "    over: {source: penalty, take: count}", "over"),
    "left of a count": (TAG + "    left: true", "left"),
    "money in times": (
        TAG.replace("operator: count", "operator: sum").replace("take: count", "take: sum, field: fine"),
        "unit",
    ),
    "no months": (TAG.replace("months: 12", "months: 0"), "part.months"),
    "twice": (TAG + TAG.split("tags:")[1], "one"),
    "unknown member": (TAG + "    colour: red", "colour"),
    "unknown operator": (TAG.replace("operator: count", "operator: median"), "tags[0].operator"),
    "SQL's word": (TAG.replace("id: one", "id: select"), "id"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_an_unsound_tag_is_refused_with_its_place(tmp_path, name):
    tags, told = BROKEN[name]
    with pytest.raises(TagError, match=r"example\.yaml") as refused:
        catalogue(tmp_path, tags=tags)
    assert told in str(refused.value)
    assert any("\u4e00" <= character <= "\u9fff" for character in str(refused.value))


UNSOUND = {
    "at is no day": (SOURCE.replace("at: decided", "at: fine"), "at"),
    "once is no key": (SOURCE.replace("at: decided", "once: fine"), "once"),
    "unknown unit": (SOURCE.replace("万元", "美元"), "columns.fine"),
    "codes are missing": (SOURCE.replace(", codes: [warning, fine]", ""), "columns.kind"),
    "unknown kind": (SOURCE.replace("as: money", "as: fen"), "columns.fine"),
    "default that is no code": (SOURCE.replace("fine]}", "fine], default: jail}"), "columns.kind"),
    "due that is no day": (
        SOURCE.replace("ends: {as: day, last: true}", "ends: {as: day, due: 02-30}"),
        "columns.ends",
    ),
    "taken name": (SOURCE.replace("decided", "subject"), "columns.subject"),
    "SQL's word": (SOURCE.replace("ends:", "end:"), "columns.end"),
    "twice": (SOURCE + "      ends: {as: day}\n", "stands twice"),
    "union of none": (SOURCE + "  merged: {union: [penalty, fines]}\n", "fines"),
    "union of kinds": (
        SOURCE + "  other:\n    columns: {fine: {as: day}}\n  merged: {union: [penalty, other]}\n",
        "fine",
    ),
    "union without the key": (
        SOURCE
        + "  other: {columns: {fine: {as: money, unit: 元}}}\n  merged: {union: [penalty, other], once: number}\n",
        "once",
    ),
    "reference to nothing": (SOURCE + "    references: {r: {dataset: x, by: {kind: kind}, take: y}}\n", "references.r"),
    "other of no tag": (SOURCE + "    others: {o: {key: number, tag: two}}\n", "two"),
    "other of itself": (SOURCE + "    others: {o: {key: number, tag: one}}\n", "one"),
}


@pytest.mark.parametrize("name", UNSOUND)
def test_an_unsound_source_is_refused_with_its_place(tmp_path, name):
    sources, told = UNSOUND[name]
    with pytest.raises(TagError, match=r"example\.yaml") as refused:
        catalogue(tmp_path, sources=sources)
    assert told in str(refused.value)


def test_a_window_needs_time_and_whole_years_where_rows_have_years(tmp_path):
    with pytest.raises(TagError, match="months"):
        catalogue(tmp_path, sources=SOURCE.replace("at: decided", "once: number"))
    with pytest.raises(TagError, match="整年"):
        catalogue(tmp_path, SOURCE.replace("decided: {as: day}", "decided: {as: year}"), TAG.replace("12}", "6}"))
