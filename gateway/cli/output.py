"""How commands answer: a small table for people, one JSON object for scripts, one line for a fault."""

from collections.abc import Mapping, Sequence
from typing import Annotated, NoReturn

import orjson
import typer
from rich.console import Console
from rich.table import Table

WIDTH_IN_A_PIPE = 240  # nothing is folded for whoever reads lines
AsJson = Annotated[bool, typer.Option("--json", help="机器可读 For scripts.")]


def show(as_json: bool, lines: Mapping[str, object]) -> None:
    """Print what a command found; for scripts, the English half of each label is the member's name."""
    if as_json:
        members = {label.split(" ", 1)[-1].replace(" ", "_"): value for label, value in lines.items()}
        typer.echo(orjson.dumps(members).decode())
        return
    table = Table(show_header=False, box=None)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for label, value in lines.items():
        table.add_row(label, _said(value))
    Console(highlight=False, soft_wrap=True).print(table)


def _said(value: object) -> str:
    """Return a value in words for people; nothing where there is none."""
    if isinstance(value, bool):
        return "是 yes" if value else "否 no"
    if isinstance(value, Mapping):
        return "、".join(f"{name} {_said(member)}" for name, member in value.items() if member is not None)
    return "" if value is None else str(value)


def show_rows(as_json: bool, rows: Sequence[Mapping[str, object]], names: Sequence[str] = ()) -> None:
    """Print rows of the same members: a table for people, folded to their terminal; for scripts an array."""
    if as_json:
        typer.echo(orjson.dumps(list(rows)).decode())
        return
    table, columns = Table(box=None, header_style="bold"), list(names or (rows[0] if rows else ()))
    for label in columns:
        table.add_column(label.replace(" ", "\n", 1), overflow="fold")
    for row in rows:
        table.add_row(*("" if row[name] is None else str(row[name]) for name in columns))
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = WIDTH_IN_A_PIPE
    console.print(table)


def fail(reason: str) -> NoReturn:
    """Say why on standard error and end with status 1."""
    typer.echo(f"失败 failed: {reason}", err=True)
    raise typer.Exit(1)
