"""The help of every command, argument and option: Chinese first, English beside it; and what pages say of commands."""

import re
from pathlib import Path

import pytest
import typer

from gateway.__main__ import app

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("README*.md"), *(ROOT / "docs").glob("*.md")]
CHINESE = r"[\u4e00-\u9fff]"


def helps(command, path="xinqiao"):
    """Return each text of help with where it stands."""
    found = {path: command.help}
    for one in command.params:
        if one.name not in {"install_completion", "show_completion"}:
            found[f"{path} {one.name}"] = getattr(one, "help", None)
    for name, inner in getattr(command, "commands", {}).items():
        found |= helps(inner, f"{path} {name}")
    return found


COMMAND = typer.main.get_command(app)
HELPS = helps(COMMAND)


def test_the_whole_command_line_is_looked_at():
    assert len(HELPS) > 150
    assert "xinqiao audit verify" in HELPS


@pytest.mark.parametrize("sort", ["missing", "Chinese", "English"])
def test_every_help_is_in_both_languages_chinese_first(sort):
    wrong = {
        "missing": lambda said: not said,
        "Chinese": lambda said: said and re.search(r"[A-Za-z]{2,}", re.split(CHINESE, said, maxsplit=1)[0]),
        "English": lambda said: said and not re.search(rf"{CHINESE}.*[A-Za-z]{{2,}}", said, re.DOTALL),
    }[sort]
    assert {place: said for place, said in HELPS.items() if wrong(said)} == {}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_a_page_names_exists(page):
    for said in re.findall(r"xinqiao((?: [a-z][a-z|-]*)+)", page.read_text("utf-8")):
        first, *others = said.split()
        assert f"xinqiao {first}" in HELPS, said
        if getattr(COMMAND.commands[first], "commands", None) and others:
            assert {f"xinqiao {first} {verb}" for verb in others[0].split("|")} <= HELPS.keys(), said
