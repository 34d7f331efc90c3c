"""How help is printed: every sentence whole, folded to the width of the terminal, a Chinese character two columns wide.

Typer's own tables cut a line that Chinese makes longer than they count, and load Rich, which help does not need.
"""

import re
import shutil
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

import typer
from typer.core import TyperCommand, TyperGroup

from gateway.cli.usage import in_both_languages

NARROWEST, WIDEST = 40, 100
LONGEST_NAME = 26  # what is longer has a line of its own
_PIECE = re.compile(r"\s+|[\u2e80-\uffee]|[^\s\u2e80-\uffee]+")
_NEVER_FIRST = frozenset("，。；：？！、）」》")
_ARGUMENT = re.compile(r"\{([^}]*)\}")
_TYPE = re.compile(r"<([^>]*)>")
_PLAIN = {"str": "TEXT", "int": "N", "int range": "N", "float": "NUMBER", "file": "FILE", "path": "FILE", "UUID": "ID"}
_TYPERS = {
    "Show this message and exit.": "帮助 Show this and end.",
    "Install completion for the current shell.": "为当前 shell 安装补全 Install completion for this shell.",
    "Show completion for the current shell, to copy it or customize the installation.": (
        "显示补全脚本 Print the script of the completion."
    ),
}
_EXTRA = re.compile(r"\b(default:|required\]$)")
_IN_BOTH = {"default:": "默认 default:", "required]": "必填 required]"}


class _Writes(Protocol):
    def write(self, string: str) -> None: ...


class _Told:
    """Prints what a command, or a group, says of itself."""

    def format_help(self, ctx: typer.Context, formatter: _Writes) -> None:
        command: Any = self
        width = max(NARROWEST, min(WIDEST, shutil.get_terminal_size().columns))
        pieces = " ".join(
            _ARGUMENT.sub(lambda found: found[1].upper(), one) for one in command.collect_usage_pieces(ctx)
        )
        lines = [f"用法 Usage: {ctx.command_path} {pieces}", "", *folded(command.help or "", width)]
        params = [(param.param_type_name, param.get_help_record(ctx)) for param in command.get_params(ctx)]
        for kind, title in (("argument", "参数 Arguments"), ("option", "选项 Options")):
            rows = [(_name(record[0], kind), _help(record[1])) for of, record in params if of == kind and record]
            lines += _section(title, rows, width)
        commands = [(name, command.get_command(ctx, name)) for name in getattr(command, "commands", {})]
        rows = [(name, one.help or "") for name, one in commands if not one.hidden]
        lines += _section("命令 Commands", rows, width)
        formatter.write("\n".join(lines) + "\n")


class _Command(_Told, TyperCommand):  # type: ignore[misc]  # their formatter is a private class
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - theirs is private
        with in_both_languages(ctx):
            return list(super().parse_args(ctx, args))


class _Group(_Told, TyperGroup):  # type: ignore[misc]
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - theirs is private
        with in_both_languages(ctx):
            return list(super().parse_args(ctx, args))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - as theirs
        with in_both_languages(ctx):
            return super().resolve_command(ctx, args)


def use_plain_help(app: typer.Typer) -> None:
    """Have a command line, and all below it, print its help this way."""
    app.info.cls, app.rich_markup_mode = _Group, None
    for command in app.registered_commands:
        command.cls = _Command
    for inner in app.registered_groups:
        if inner.typer_instance:
            use_plain_help(inner.typer_instance)


def folded(text: str, width: int) -> Iterator[str]:
    """Yield the lines of a text, none wider than `width` but for a word that is; an empty text has none."""
    line, used = "", 0
    for piece in _PIECE.findall(" ".join(text.split())):
        wide = columns(piece)
        if used + wide > width and line and piece not in _NEVER_FIRST:
            yield line.rstrip()
            line, used = "", 0
        if line or not piece.isspace():
            line, used = line + piece, used + wide
    if line:
        yield line.rstrip()


def columns(text: str) -> int:
    """Return how many columns a text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def _section(title: str, rows: Iterable[tuple[str, str]], width: int) -> Iterator[str]:
    rows = list(rows)
    if not rows:
        return
    yield from ("", title)
    indent = 4 + min(LONGEST_NAME, max(columns(name) for name, _ in rows))
    for name, text in rows:
        first, *others = [*folded(text, width - indent - 1)] or [""]
        if columns(name) > LONGEST_NAME:
            yield f"  {name}"
            yield " " * indent + first
        else:
            yield f"  {name}{' ' * (indent - 2 - columns(name))}{first}".rstrip()
        yield from (" " * indent + line for line in others)


def _name(name: str, kind: str) -> str:
    """Return a name with what follows it in plain words; an argument is its name alone."""
    if kind == "argument":
        return _TYPE.sub("", name).strip().upper()
    return _TYPE.sub(lambda found: _PLAIN.get(found[1], found[1].upper()), name)


def _help(text: str) -> str:
    return _TYPERS.get(text) or _EXTRA.sub(lambda found: _IN_BOTH[found[1]], text)
