"""The columns of a file that were not read, as commands say it."""

from collections.abc import Iterable, Mapping
from typing import Any

import typer


def show_unread(columns: Iterable[Mapping[str, Any]]) -> None:
    """Print a line for each, what is lost first; nothing where every column was read."""
    for column in columns:
        mark = "警告 WARNING" if column["warning"] else "未读 unread"
        typer.secho(f"{mark}: {column['zh']} {column['en']}", fg="red" if column["warning"] else None)


def show_not_ended(said: Mapping[str, str] | None) -> None:
    """Say why a full list ended nothing, where it did not."""
    if said:
        typer.echo(f"{said['zh']} {said['en']}")
