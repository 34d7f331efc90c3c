"""The page of all commands, printed from the command line: python scripts/command_page.py docs/commands.md."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import typer
from typer.core import TyperCommand, TyperGroup

from gateway.__main__ import app

BEGINS, ENDS = "<!-- printed by make docs -->", "<!-- end -->"


def printed(page: str) -> str:
    """Return the page with what stands between its markers printed anew. Raises ValueError where it has no markers."""
    told = "\n".join(_told(typer.main.get_command(app), "xinqiao"))
    again, times = re.subn(f"(?<={BEGINS}\n).*(?={ENDS})", lambda _: f"{told}\n", page, flags=re.DOTALL)
    if times != 1:
        raise ValueError(f"The page needs {BEGINS} and {ENDS}, once.")
    return again


def _told(group: TyperGroup, path: str) -> Iterator[str]:
    """Yield the lines on a group: one for each of its commands, then the groups in it."""
    yield from (f"## `{path}`", "", _cell(group.help), "", "| 命令 command | 作用 what it does |", "|---|---|")
    inner = {name: command for name, command in group.commands.items() if hasattr(command, "commands")}
    if group.invoke_without_command and group.callback and path != "xinqiao":  # it does something by itself
        yield f"| `{' '.join([path.rpartition(' ')[2], *_words(group)])}` | {_cell(group.callback.__doc__)} |"
    for name, command in group.commands.items():
        if name not in inner:
            yield f"| `{' '.join([name, *_words(command)])}` | {_cell(command.help)} |"
    yield ""
    for name, command in inner.items():
        yield from _told(command, f"{path} {name}")


def _words(command: TyperCommand) -> Iterator[str]:
    """Yield what is given to a command: its arguments, options that must be given, then those that may."""
    for param in sorted(command.params, key=lambda one: (one.param_type_name != "argument", not one.required)):
        argument = param.param_type_name == "argument"
        word = param.display_name_raw.upper() if argument else "/".join([*param.opts, *param.secondary_opts])
        yield word if param.required else f"[{word}]"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    file = Path(sys.argv[1])
    file.write_text(printed(file.read_text("utf-8")), "utf-8")
