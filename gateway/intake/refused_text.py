"""Why rows of a file were refused, as commands say it."""

from collections.abc import Iterable, Mapping
from typing import Any

import typer


def show_refusals(refusals: Iterable[Mapping[str, Any]]) -> None:
    """Print for each reason its words, how many rows, the numbers of the first of them, and an example, if any."""
    for refusal in refusals:
        rows = "、".join(map(str, refusal["rows"])) + (" …" if refusal["count"] > len(refusal["rows"]) else "")
        where = f"，行 rows {rows}" if refusal["rows"] else ""
        said = refusal["words"] or refusal["code"]
        typer.echo(f"问题数据 rejected: {said}（{refusal['code']}）: {refusal['count']}{where}")
        if refusal["column"]:
            value = refusal["value"] or "（空或已隐去 empty or hidden）"
            typer.echo(f"    例 example: 行 row {refusal['rows'][0]}，列 column {refusal['column']}: {value}")
