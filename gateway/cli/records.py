"""`xinqiao record count USCC`: what is held of an enterprise."""

from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.on_instance import on_instance
from gateway.cli.output import AsJson, fail, show

if TYPE_CHECKING:
    from gateway.state import Gateway

group = typer.Typer(no_args_is_help=True, help="记录 Records.")


@group.callback()
def records() -> None:
    """记录 Records."""


@group.command("count")
def count(
    uscc: Annotated[str, typer.Argument(help="统一社会信用代码 The enterprise's USCC.")], as_json: AsJson = False
) -> None:
    """统计一家企业的现行记录 Count an enterprise's current records by dataset."""
    from collections import Counter

    from connectors.identifiers import read_identifier
    from connectors.portfolio import load_records
    from connectors.subjects import find_subject

    async def run(gateway: "Gateway") -> Counter[str] | None:
        async with gateway.database.begin("record.count") as session:
            subject = await find_subject(session, "uscc", read_identifier(uscc).value)
            if subject is None:
                return None
            return Counter(held.dataset for held in await load_records(session, subject.subject_id))

    found = on_instance(run)
    if found is None:
        fail("未归集该企业 this enterprise is not known")
    show(as_json, {"记录 records": found.total(), "按目录 by_dataset": dict(found)})
