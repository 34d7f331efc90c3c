"""How commands answer: a small table for people, one JSON value for scripts, one line for a fault."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, NamedTuple, NoReturn

import orjson
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from connectors.model.calendar import SHANGHAI

WRONG_SETTINGS = 2  # as for a wrong command line: nothing was tried
HELD = 3  # the status of a command whose file waits for a person to decide; 1 is a fault, 2 a wrong command line
WIDTH_IN_A_PIPE = 1_000_000  # nothing is folded or cut for whoever reads lines
AsJson = Annotated[bool, typer.Option("--json", help="机器可读 For scripts.")]
Force = Annotated[bool, typer.Option("--force", help="覆盖已有的文件 Write over a file that exists.")]


Thing = Mapping[str, object]


class Column(NamedTuple):
    """One member of what is listed and shown: its name in JSON, its label for people, whether a list has room for it.

    JSON holds every member, in a list too.
    """

    name: str
    label: str
    listed: bool = True


def show_list(as_json: bool, name: str, rows: Sequence[Thing], columns: Sequence[Column], limit: int) -> None:
    """Print the first `limit` rows: as the member `name` of one object for scripts, as a table for people.

    Whoever asks for a row more than the limit has it told, on standard error, that there are others.
    """
    shown = rows[:limit]
    if as_json:
        told = [{column.name: row[column.name] for column in columns} for row in shown]
        typer.echo(orjson.dumps({name: told}, default=str).decode())
    elif shown:
        listed = [column for column in columns if column.listed]
        print_table(_table([{c.label: row[c.name] for c in listed} for row in shown], [c.label for c in listed]))
    else:
        typer.echo("无 none")
    if len(rows) > limit:
        typer.echo(
            f"只列出前 {limit} 条，用 --limit 列出更多 The first {limit} are listed: more with --limit.", err=True
        )


def show_one(as_json: bool, thing: Thing, columns: Sequence[Column]) -> None:
    """Print one thing with the members of its list: an object for scripts, line by line for people."""
    if as_json:
        told = {column.name: thing[column.name] for column in columns}
        typer.echo(orjson.dumps(told, default=str).decode())
    else:
        print_table(_lines({column.label: thing[column.name] for column in columns}))


def show(as_json: bool, found: Thing | Sequence[Thing], names: Sequence[str] = ()) -> None:
    """Print what a command found: one thing line by line, several as a table with the columns `names`.

    Labels are Chinese, then English; for scripts it is one JSON value, whose members have the English names.
    """
    if as_json:
        told = _members(found) if isinstance(found, Mapping) else [_members(thing) for thing in found]
        typer.echo(orjson.dumps(told).decode())
    elif isinstance(found, Mapping):
        print_table(_lines(found))
    else:
        print_table(_table(found, list(names or (found[0] if found else ()))))


def print_table(table: Table) -> None:
    """Print a table; where no terminal shows it, no line ends in blanks, which only fill it up to the longest one."""
    made = console()
    if made.is_terminal:
        made.print(table)
        return
    with made.capture() as printed:
        made.print(table)
    typer.echo("\n".join(line.rstrip(" ") for line in printed.get().split("\n")), nl=False)


def console() -> Console:
    """Return where tables are printed: as wide as the terminal, as wide as they need elsewhere."""
    made = Console(highlight=False)
    if not made.is_terminal:
        made.width = WIDTH_IN_A_PIPE
    return made


def _members(thing: Thing) -> Thing:
    return {label.split(" ", 1)[-1].replace(" ", "_"): value for label, value in thing.items()}


def _lines(thing: Thing) -> Table:
    table = Table(show_header=False, box=None)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for label, value in thing.items():
        table.add_row(label, Text(_in_words(value)))
    return table


def _table(things: Sequence[Thing], names: Sequence[str]) -> Table:
    table = Table(box=None, header_style="bold")
    for label in names:
        table.add_column(label.replace(" ", "\n", 1), overflow="fold")
    for thing in things:
        table.add_row(*(Text(_in_words(thing[name])) for name in names))
    return table


def _in_words(value: object) -> str:
    """Return a value in words for people; nothing where there is none."""
    if isinstance(value, bool):
        return "是 yes" if value else "否 no"
    if isinstance(value, Mapping):
        return "、".join(f"{name} {_in_words(member)}" for name, member in value.items() if member is not None)
    if isinstance(value, list | tuple):
        separator = "\n" if any(isinstance(member, Mapping) for member in value) else "、"
        return separator.join(map(_in_words, value))
    if isinstance(value, datetime):  # by the clock on the wall, with its offset; scripts are told UTC
        return value.astimezone(SHANGHAI).isoformat(" ", "seconds")
    return "" if value is None else str(value)


def in_a_folder(path: Path | None) -> Path | None:
    """Pass a file to be written on, where its folder is there: told before anything is done. Raises BadParameter."""
    if path is not None and not path.parent.is_dir():
        raise typer.BadParameter(f"没有文件夹 there is no folder {path.parent}")
    return path


def keep_existing(path: Path | None, *, force: bool) -> None:
    """End the command before it does anything where a file is there that a person may have edited, or relies on."""
    if path is not None and path.exists() and not force:
        fail(f"{path} 已存在，未覆盖；请换个文件名，或加 --force it exists: give another name, or add --force")


def workbook(path: Path | None) -> Path | None:
    """Pass a workbook to be written on, where its folder is there and its name says what it is. Raises BadParameter."""
    return _called(in_a_folder(path), ".xlsx")


def workbook_or_csv(path: Path | None) -> Path | None:
    """Pass a file on that is to be written as what its name says, a workbook or CSV. Raises BadParameter."""
    return _called(in_a_folder(path), ".xlsx", ".csv")


def _called(path: Path | None, *suffixes: str) -> Path | None:
    if path is not None and path.suffix.lower() not in suffixes:
        wanted = " / ".join(suffixes)
        raise typer.BadParameter(f"文件名须以 {wanted} 结尾 the file's name must end in {wanted}: {path.name}")
    return path


def fail(reason: str, told: Thing | None = None) -> NoReturn:
    """Say why on standard error, and `told` for scripts as one JSON value on standard output; end with status 1."""
    if told is not None:
        typer.echo(orjson.dumps(told, default=str).decode())
    typer.echo(f"失败 failed: {reason}", err=True)
    raise typer.Exit(1)


def wait(reason: str, told: Thing | None = None) -> NoReturn:
    """Say what waits for a person's decision, on standard error, and `told` as `fail` does; end with status 3."""
    if told is not None:
        typer.echo(orjson.dumps(told, default=str).decode())
    typer.echo(reason, err=True)
    raise typer.Exit(HELD)
