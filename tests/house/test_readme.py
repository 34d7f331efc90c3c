"""The README says the same in both languages, stays short, and names only what exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENGLISH, CHINESE = ((ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh-CN.md"))
FOLDERS = (
    "gateway|connectors|consent|audit|scoring_adapter|risk_monitor|signing|client|alembic|tests|examples|benchmarks"
    "|docs"
)
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "client/README.md"])


def headings(page):
    """Return the levels of a page's headings in their order."""
    outside = re.sub(r"^```.*?^```$", "", page, flags=re.DOTALL | re.MULTILINE)
    return [len(level) for level in re.findall(r"^(#+) ", outside, re.MULTILINE)]


def commands(page):
    """Return the lines of each `sh` block without their comments."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    return [[re.sub(r"\s+# .*", "", line) for line in block.splitlines()] for block in blocks]


def spoken_of(page):
    """Return what stands in backquotes: commands, paths, addresses, settings."""
    outside = re.sub(r"^```.*?^```$", "", page, flags=re.DOTALL | re.MULTILINE)
    return sorted(set(re.findall(r"`([^`\n]+)`", outside)))


def links(page):
    return sorted(set(re.findall(r"\]\(([^)]+)\)", page)) - {"README.md", "README.zh-CN.md"})


@pytest.mark.parametrize("part", [headings, commands, spoken_of, links])
def test_both_languages_have_the_same(part):
    assert part(CHINESE) == part(ENGLISH)
    assert part(ENGLISH)


def test_it_is_short_and_its_map_fits_one_screen():
    assert len(ENGLISH.splitlines()) <= 150
    assert len(CHINESE.splitlines()) <= 150
    for page in (ENGLISH, CHINESE):
        (drawn,) = re.findall(r"^```text\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
        assert len(drawn.splitlines()) <= 24
        rooms = {path.name for path in (ROOT / "gateway").iterdir() if (path / "__init__.py").exists()} - {"demo"}
        assert {room for room in rooms if f"{room}/" not in drawn} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_of_a_page_exists(page):
    said = page.read_text("utf-8")
    paths = set(re.findall(rf"(?<![\w/.-])((?:{FOLDERS})/[\w/.-]*\w\.\w+)", said))
    assert {path for path in paths if not (ROOT / path).exists()} == set()
    inner = {link.partition("#")[0] for link in re.findall(r"\]\((?!https?:)([^)#]+)", said)}
    assert {link for link in inner if not (page.parent / link).exists()} == set()
