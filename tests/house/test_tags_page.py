"""The page of tags: what the declarations print, and its example of adding one."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors.catalogue.load import datasets
from gateway.scores import loading
from gateway.scores.fitting import fed_by_nothing, misfits, unfed
from gateway.scores.loading import feeds_of
from gateway.scores.tag_page import BEGINS, printed
from scoring_adapter.tags.combine import combine
from scoring_adapter.tags.extract import Extractor
from scoring_adapter.tags.interpret import References, interpret
from scoring_adapter.tags.load import read_tags
from scoring_adapter.tags.plan import plan

PAGE = (Path(__file__).parents[2] / "docs" / "tags.md").read_text("utf-8")
EXAMPLE = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def added(tmp_path):
    """The catalogue of tags that comes of the lines on the page."""
    for folder, lines in zip(("sources", "tags"), EXAMPLE, strict=True):
        (tmp_path / folder).mkdir()
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


def values(added, records):
    """Every tag's value over one enterprise's records."""
    planned = plan(added, date(2026, 11, 28))
    rows = [Extractor("penalty_parks", added.sources["penalty_parks"]).row(record) for record in records]
    return combine(planned, interpret(planned, {"penalty_parks": rows}, References(planned, {}), {}))


def test_a_tag_whose_dataset_is_not_in_the_catalogue_has_no_feed(added):
    assert fed_by_nothing(added, datasets()) == {"penalty_parks"}
    assert "没有此目录" in misfits(added.sources, datasets())[0].why


def test_a_dataset_that_is_otherwise_than_declared_feeds_nothing(monkeypatch):
    delivered = dict.fromkeys(("tax_arrears", "judgment_doc"), datetime(2026, 11, 28, tzinfo=UTC))
    assert feeds_of(delivered).keys() == delivered.keys()
    assert unfed() == frozenset()  # the shipped catalogue has all that the shipped tags read
    monkeypatch.setattr(loading, "unfed", lambda: frozenset({"tax_arrears"}))
    assert feeds_of(delivered).keys() == {"judgment_doc"}
