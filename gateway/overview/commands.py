"""`xinqiao waiting`: what waits for those who run this machine to decide or to see to."""

from typing import TYPE_CHECKING

from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, Column, show_list

if TYPE_CHECKING:
    from gateway.overview.waiting import Waiting
    from gateway.runtime.work import UnitOfWork

COLUMNS = (
    Column("kind", "类别 kind"),
    Column("what", "事项 what"),
    Column("since", "起 since"),
    Column("until", "止 until"),
    Column("id", "编号 id"),
)


def waiting(as_json: AsJson = False) -> None:
    """待处理事项 What waits to be decided or seen to: changes, held submissions, late feeds, refused deliveries."""
    from gateway.overview.waiting import find_waiting

    async def find(work: "UnitOfWork") -> "list[Waiting]":
        return await find_waiting(work, work.actor.kind)

    found = in_one_unit("waiting.find", find)
    rows = [
        {
            "kind": one.kind, "what": " ".join(item.names.values()), "since": item.since, "until": item.until,
            "id": item.id,
        }
        for one in found for item in one.items
    ]  # fmt: skip
    show_list(as_json, "waiting", rows, COLUMNS, len(rows))
