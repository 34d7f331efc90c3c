"""The catalogue of tags: whole, computable from the agencies' catalogue, without personal fields, and well named."""

import re
from pathlib import Path

import pytest

from connectors.catalogue.load import datasets
from gateway.scores.fitting import misfits
from scoring_adapter.tags.load import load_tags
from scoring_adapter.tags.unused import load_unused

TAGS = load_tags()
PUBLISHED = Path(__file__).with_name("published.txt").read_text().split()
NEW = ["op_neg_2y", "listed", "platform_rating_low", "offsite_npl", "skynet_clue_open", "pen_union_cnt_3y"]
CATEGORIES = {dataset.category for dataset in datasets().values()}
DIMENSIONS = {"asset", "operation", "litigation_violation", "finance_tax", "social_responsibility", "market"}
LATIN = re.compile(r"[A-Za-z]+")
KNOWN_LATIN = re.compile(r"[A-E]级|\bICP\b|\bAEO\b")
READ = {name for name, source in TAGS.sources.items() if not source.union}


def test_every_published_tag_is_declared_or_removed_and_never_both():
    declared, removed = {tag.id for tag in TAGS.tags}, {gone.id for gone in TAGS.removed}
    assert len(PUBLISHED) == 215
    assert set(PUBLISHED) - declared - removed == set()
    assert declared & removed == set()
    assert set(NEW) <= declared


def test_what_is_removed_says_why_in_both_languages():
    for gone in TAGS.removed:
        assert len(re.findall(r"[一-鿿]", gone.because.zh)) > 15, gone.id
        assert len(gone.because.en.split()) > 5, gone.id


def test_every_field_is_in_the_catalogue_in_its_type_and_unit_and_none_is_personal():
    assert misfits(TAGS.sources, datasets()) == []


def test_a_last_day_that_names_a_month_or_a_year_runs_to_its_end():
    for name in READ:
        for column, of in TAGS.sources[name].columns.items():
            if of.as_ == "day" and datasets()[name].fields[of.of or column].type == "until":
                assert of.last, (name, column)


def test_every_dataset_feeds_a_tag_or_says_why_not():
    read = {dataset for tag in TAGS.tags for dataset in TAGS.sources_of(tag)}
    assert read == READ, "a source that no tag reads"
    assert set(load_unused()) & read == set()
    assert set(load_unused()) | read == set(datasets())


def test_no_column_is_kept_that_no_tag_reads():
    kept = {(name, column) for name in READ for column in TAGS.sources[name].columns}
    assert kept - set(_columns_read()) == set()


def test_names_are_unique_in_both_languages():
    for language in ("zh", "en"):
        names = [getattr(tag.name, language) for tag in TAGS.tags]
        assert len(set(names)) == len(names), [name for name in names if names.count(name) > 1]


def test_chinese_names_hold_no_english():
    for tag in TAGS.tags:
        assert not LATIN.search(KNOWN_LATIN.sub("", tag.name.zh)), tag.id


def test_categories_and_dimensions_are_the_known_ones():
    assert [file.category for file in TAGS.files] == sorted(CATEGORIES)
    assert {tag.dimension for tag in TAGS.tags} == DIMENSIONS


@pytest.mark.parametrize("window", [3, 6, 12, 24, 36])
def test_a_name_says_the_window_it_has(window):
    """Chinese names say months or years; a tag called 近1年 reads 12 months, 近3年 reads 36."""
    said = {3: "近3个月", 6: "近6个月", 12: "近1年|近12个月", 24: "近2年", 36: "近3年|近36个月|近3次|近3个年度"}[window]
    for tag in TAGS.tags:
        if re.match(said, tag.name.zh):
            assert tag.part.months == window, tag.id


def test_the_eleven_penalty_datasets_are_counted_once_per_document():
    union = TAGS.sources["penalties"]
    penalties = {name for name in datasets() if name.startswith("penalty_")}
    assert set(union.union) == penalties
    assert len(penalties) == 11
    assert union.once == "document"


def _columns_read():
    """Every column that a tag, a time, a key, a reference or another enterprise's tag needs."""
    for tag in TAGS.tags:
        for part in filter(None, (tag.part, tag.over)):
            source = TAGS.sources[part.source]
            used = {part.field, part.per, source.at, source.once, *part.where}
            for member in source.union or [part.source]:
                of = TAGS.sources[member]
                keys = {key for name in used & of.references.keys() for key in of.references[name].by}
                keys |= {of.others[name].key for name in used & of.others.keys()}
                yield from ((member, column) for column in used | keys | {of.at, of.once})
                for name in used & of.references.keys():
                    series = of.references[name]
                    its = {series.take, *series.by.values(), *series.where, TAGS.sources[series.dataset].at}
                    yield from ((series.dataset, column) for column in its)
