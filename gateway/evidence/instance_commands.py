"""`xinqiao reconcile`: whether an instance agrees with itself."""

from typing import TYPE_CHECKING

import typer

from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, show

if TYPE_CHECKING:
    from gateway.runtime.work import UnitOfWork


def reconcile(as_json: AsJson = False) -> None:
    """对账 Compare both sides of every commit, and business state with the log; ends with 1 where anything differs."""
    from gateway.evidence import fsck

    async def run(work: "UnitOfWork") -> tuple[list[tuple[str, str, object, object]], int]:
        sides, findings = await fsck.reconcile(work)
        told = [(f"{one.where} {one.said}", one.what, one.expected, one.found) for one in findings.told]
        if untold := findings.total - len(told):
            told.append(("其余不一一列出 more of these, not listed", f"{untold}", None, None))
        return [*sides, *told], len(sides) + findings.total

    found, total = in_one_unit("reconcile", run)
    if as_json:
        rows = [{"rule": rule, "what": what, "expected": expected, "found": has} for rule, what, expected, has in found]
        show(as_json, {"差异 differences": rows})
    else:
        lines = [
            f"{rule} {what}" if (expected, has) == (None, None) else f"{rule} {what}: {expected} ≠ {has}"
            for rule, what, expected, has in found
        ]
        show(as_json, {"差异 differences": total, "详情 findings": "\n".join(lines)})
    if found:
        raise typer.Exit(1)
