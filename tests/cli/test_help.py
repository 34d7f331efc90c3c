"""Help at 80 columns: every sentence is whole, no line is wider, and what stands for a value is a plain word."""

import re

import pytest
import typer
from typer.testing import CliRunner

from gateway.__main__ import app
from gateway.cli.help import columns, folded

ROOT = typer.main.get_command(app)


def tree(command, path=()):
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from tree(inner, (*path, name))


TREE = dict(tree(ROOT))


def squeezed(text):
    return "".join(text.split())


@pytest.fixture(scope="module")
def printed():
    runner = CliRunner(env={"COLUMNS": "80"})
    return {path: runner.invoke(app, [*path, "--help"], prog_name="xinqiao").output for path in TREE}


def test_no_line_is_cut_or_wider_than_the_terminal(printed):
    lines = [(path, line) for path, told in printed.items() for line in told.splitlines()]
    assert len(lines) > 1000
    assert [(path, line) for path, line in lines if columns(line) > 80] == []
    assert [(path, line) for path, line in lines if line.endswith("…")] == []


def test_every_sentence_is_printed_whole(printed):
    for path, command in TREE.items():
        told = squeezed(printed[path])
        assert squeezed(command.help) in told, path
        for name, inner in getattr(command, "commands", {}).items():
            assert squeezed(inner.help) in told, (path, name)
        for param in command.params:
            if param.name not in {"install_completion", "show_completion"}:
                assert squeezed(param.help) in told, (path, param.name)


def test_values_are_told_by_plain_words(printed):
    assert [(path, found) for path, told in printed.items() for found in re.findall(r"<[^>]*>|\{\w+\}", told)] == []


def test_one_kind_of_thing_is_named_by_one_word():
    """What is asked for without an option: an id is ID, an enterprise USCC, a dataset DATASET."""
    named = {
        (p.name, p.display_name_raw)
        for command in TREE.values()
        for p in command.params
        if p.param_type_name == "argument"
    }
    ids = {metavar for name, metavar in named if name.endswith("_id") or name == "identifier"}
    assert ids == {"ID"}
    assert {metavar for name, metavar in named if name == "uscc"} == {"USCC"}
    assert {metavar for name, metavar in named if name == "dataset"} == {"DATASET"}


def test_chinese_is_folded_by_its_width_and_no_line_begins_with_a_stop():
    assert list(folded("一二三四五。", 10)) == ["一二三四五。"]
    assert list(folded("一二三四五六", 10)) == ["一二三四五", "六"]
    assert list(folded("甲 one two", 6)) == ["甲 one", "two"]
    assert list(folded("", 10)) == []
