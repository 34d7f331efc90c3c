"""The page of tags: what the declarations print, and its example of adding one."""

import re
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
import yaml

from connectors.catalogue.load import datasets
from connectors.model.datasets import Dataset
from gateway.scores import loading, tag_page
from gateway.scores.fitting import fed_by_nothing, misfits, unfed
from gateway.scores.loading import feeding_of
from gateway.scores.tag_page import BEGINS, printed
from scoring_adapter.errors import TagError
from scoring_adapter.tags.combine import combine
from scoring_adapter.tags.extract import Extractor
from scoring_adapter.tags.interpret import References, interpret
from scoring_adapter.tags.load import SHIPPED, load_tags, read_tags
from scoring_adapter.tags.plan import plan

PAGE = (Path(__file__).parents[2] / "docs" / "tags.md").read_text("utf-8")
CATALOGUE = (Path(__file__).parents[2] / "docs" / "catalogue.md").read_text("utf-8")
NEW = {"pen_parks_3y", "pen_parks_amt_1y"}
EXAMPLE = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def added(tmp_path):
    """The catalogue of tags that comes of the lines on the page, beside those that ship."""
    shutil.copytree(SHIPPED, tmp_path, dirs_exist_ok=True)
    for folder, lines in zip(("sources", "tags"), EXAMPLE, strict=True):
        (tmp_path / folder / "parks.yaml").write_text(lines, "utf-8")
    return read_tags(tmp_path)


def test_the_page_is_what_the_declarations_print():
    assert printed(PAGE) == PAGE, "make docs"


def test_a_page_without_its_markers_is_not_printed_on():
    with pytest.raises(ValueError, match="once"):
        printed(PAGE.replace(BEGINS, ""))


def test_the_lines_on_the_page_add_a_tag(added):
    records = [
        {"decided": "2026-03-01", "doc_no": "温园罚〔2026〕1号", "fine": "1200.50"},
        {"decided": "2026-03-01", "doc_no": "温园罚[2026]1号", "fine": "1200.50"},  # the same number, other brackets
        {"decided": "2024-05-01", "doc_no": "温园罚〔2024〕7号", "fine": "300"},
    ]
    assert values(added, records) == {"pen_parks_3y": 2, "pen_parks_amt_1y": 120050}
    assert values(added, []) == {"pen_parks_3y": 0, "pen_parks_amt_1y": 0}
    assert added.by_id.keys() - load_tags().by_id.keys() == NEW


def test_the_added_tags_are_on_the_page_that_is_printed(added, monkeypatch):
    monkeypatch.setattr(tag_page, "load_tags", lambda: added)
    page = printed(PAGE)
    assert f"{len(added.tags)} 个标签" in page
    row = next(line for line in page.splitlines() if line.startswith("| `pen_parks_3y` |"))
    assert "近3年园林绿化行政处罚次数 penalties under park rules in 3 years" in row
    assert "近36个月内的记录（同一" in row


def test_the_dataset_of_the_page_of_the_catalogue_has_all_that_the_added_tags_read(added):
    (lines,) = re.findall(r"```yaml\n(agency: \{code: parks.*?)```", CATALOGUE, re.DOTALL)
    declared = msgspec.convert(yaml.safe_load(lines)["datasets"]["penalty_parks"] | {
        "dataset": "penalty_parks", "agency": "parks", "mappings": []}, Dataset)  # fmt: skip
    assert misfits(added.sources, {**datasets(), "penalty_parks": declared}) == []


@pytest.mark.parametrize(
    ("wrong", "by", "told"),
    [
        ("take: sum, field: fine", "take: sum, field: fines", "tags/parks.yaml: pen_parks_amt_1y.part.field"),
        ("id: pen_parks_3y", "id: pen_cnt_1y", "pen_cnt_1y"), ("unit: times", "unit: yards", "tags/parks.yaml"),
        ("as: money, unit: 元", "as: cash", "sources/parks.yaml: penalty_parks.columns.fine"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_file_its_tag_and_its_member(added, tmp_path, wrong, by, told):
    for path in (tmp_path / "sources" / "parks.yaml", tmp_path / "tags" / "parks.yaml"):
        path.write_text(path.read_text("utf-8").replace(wrong, by), "utf-8")
    with pytest.raises(TagError, match=re.escape(told)):
        read_tags(tmp_path)


def values(added, records):
    """The added tags' values over one enterprise's records."""
    planned = plan(added, date(2026, 11, 28))
    rows = [Extractor("penalty_parks", added.sources["penalty_parks"]).row(record) for record in records]
    found = combine(planned, interpret(planned, {"penalty_parks": rows}, References(planned, {}), {}))
    return {tag: found[tag] for tag in NEW}


def test_a_tag_whose_dataset_is_not_in_the_catalogue_has_no_feed(added):
    assert fed_by_nothing(added, datasets()) == {"penalty_parks"}
    assert "没有此目录" in misfits(added.sources, datasets())[0].why


def test_a_dataset_that_is_otherwise_than_declared_feeds_nothing(monkeypatch):
    delivered = dict.fromkeys(("tax_arrears", "judgment_doc"), datetime(2026, 11, 28, tzinfo=UTC))
    assert feeding_of(delivered).feeds.keys() == delivered.keys()
    assert misfits(load_tags().sources, datasets()) == []  # the shipped catalogue has all that the shipped tags read
    assert unfed() == frozenset()
    monkeypatch.setattr(loading, "unfed", lambda: frozenset({"tax_arrears"}))
    assert feeding_of(delivered).feeds.keys() == {"judgment_doc"}
