"""The page of tags: what the declarations print, and its example of adding one."""

import re
from pathlib import Path

import pytest

from connectors.catalogue.load import datasets
from gateway.scores.fitting import fed_by_nothing, misfits
from gateway.scores.tag_page import BEGINS, printed
from scoring_adapter.tags.extract import Extractor
from scoring_adapter.tags.load import read_tags

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
    record = {"decided": "2026-03-01", "doc_no": "温园罚〔2026〕1号", "fine": "1200.50"}
    day, document, fen = Extractor("penalty_parks", added.sources["penalty_parks"]).row(record)
    assert [tag.id for tag in added.tags] == ["pen_parks_3y", "pen_parks_amt_1y"]
    assert (day, fen) == (20513, 120050)
    again = Extractor("penalty_parks", added.sources["penalty_parks"]).row(record | {"doc_no": "温园罚[2026]1号"})
    assert again[1] == document, "one number, in other brackets"


def test_a_tag_whose_dataset_is_not_in_the_catalogue_has_no_feed(added):
    assert fed_by_nothing(added, datasets()) == {"penalty_parks"}
    assert "没有此目录" in misfits(added.sources, datasets())[0].why
