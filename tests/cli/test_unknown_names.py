"""What is said of an unknown name points to commands that are there."""

import pytest
import typer

from connectors.model.nearest import _KINDS, unknown
from gateway.__main__ import app


@pytest.mark.parametrize("kind", _KINDS)
def test_the_command_that_lists_all_of_a_kind_is_there(kind):
    assert _KINDS[kind][2] in unknown(kind, "x", [])
    for command in _KINDS[kind][2].split(", "):
        at = typer.main.get_command(app)
        for word in command.split()[1:]:
            at = at.commands[word]
