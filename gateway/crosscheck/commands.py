"""`xinqiao crosscheck`: lists handed in, checks proposed and decided on, who was found, audits."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from gateway.cli.on_instance import on_instance
from gateway.cli.output import AsJson, Column, fail, show, show_list
from risk_monitor.names import Kind, Level

if TYPE_CHECKING:
    from gateway.crosscheck.deciding import Decision
    from gateway.crosscheck.proposing import Learner
    from gateway.runtime.instance import Instance

group = typer.Typer(no_args_is_help=True, help="与其他监管部门的名单核对 Checks against other supervisors' lists.")
Check = Annotated[UUID, typer.Argument(metavar="CHECK", help="核对编号 The check's id.")]
CHECKS = (
    Column("check", "核对 check"), Column("way", "方式 way"), Column("state", "状态 state"),
    Column("level", "等级 level"), Column("type", "类型 type"), Column("suspects", "企业 enterprises"),
    Column("found", "命中 found"), Column("counterpart", "对方 counterpart", listed=False),
    Column("purpose", "目的 purpose", listed=False),
)  # fmt: skip
FOUND = (
    Column("subject", "企业 subject"), Column("name", "名称 name"), Column("level", "等级 level"),
    Column("types", "类型 types"), Column("lists", "名单 lists"),
)  # fmt: skip


@group.command("take")
def take(
    file: Annotated[Path, typer.Argument(help="名单文件 The list, CSV or XLSX.", exists=True, dir_okay=False)],
    supervisor: Annotated[str, typer.Option(help="名单出自 Whose list it is.")],
    as_json: AsJson = False,
) -> None:
    """提交名单，不能用的行逐行说明 Hand in a list; each row that cannot be used is told with its place."""
    from gateway.crosscheck.documents import list_document
    from gateway.crosscheck.lists import read_faulty, take_list
    from gateway.runtime.actor import at_this_machine

    async def run(instance: "Instance") -> dict[str, Any]:
        async with instance.units.begin("crosscheck.take", at_this_machine()) as work:
            taken = await take_list(work, supervisor, file)
            return list_document(taken, await read_faulty(work, taken.list_id))

    told = on_instance(run, as_json=as_json)
    faults = [f"{one['place']}: {one['fault']}" for one in told["faults"]]
    lines = {"名单 list": told["list"], "行 rows": told["rows"], "可用 sound": told["sound"]}
    lines["有误 faulty"] = faults or 0
    show(as_json, told if as_json else lines)


@group.command("propose")
def propose_check(
    purpose: Annotated[str, typer.Option(help="目的 What it is for.")],
    level: Annotated[Level, typer.Option(help="该等级以上 This level or above.")],
    kind: Annotated[Kind | None, typer.Option("--type", help="风险类型 A type of risk.")] = None,
    lists: Annotated[list[UUID] | None, typer.Option("--list", help="名单 A list; several times.")] = None,
    counterpart: Annotated[str | None, typer.Option(help="隐私核对的对方 The counterpart, in private.")] = None,
    learner: Annotated[
        str | None, typer.Option(help="得知结果的一方 Who learns the result: gateway, counterpart.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """提出核对，由另一人决定 Propose a check; another person decides."""
    from gateway.crosscheck.documents import check_document
    from gateway.crosscheck.proposing import Wanted, propose
    from gateway.runtime.actor import at_this_machine

    if learner not in {None, "gateway", "counterpart"}:
        raise typer.BadParameter("gateway, counterpart", param_hint="--learner")
    who: Learner | None = learner  # type: ignore[assignment]  # one of the two, as was just seen
    wanted = Wanted(purpose, level, kind, tuple(lists or ()), counterpart, who)

    async def run(instance: "Instance") -> dict[str, Any]:
        async with instance.units.begin("crosscheck.propose", at_this_machine()) as work:
            return check_document(await propose(work, wanted), work.now)

    _show(as_json, on_instance(run, as_json=as_json))


@group.command("approve")
def approve(check: Check, reason: Annotated[str, typer.Option(help="理由 Why.")], as_json: AsJson = False) -> None:
    """批准他人提出的核对 Approve a check that somebody else proposed."""
    _decide(check, "approve", reason, as_json)


@group.command("reject")
def reject(check: Check, reason: Annotated[str, typer.Option(help="理由 Why.")], as_json: AsJson = False) -> None:
    """不批准他人提出的核对 Reject a check that somebody else proposed."""
    _decide(check, "reject", reason, as_json)


@group.command("list")
def list_checks(
    limit: Annotated[int, typer.Option(min=1, max=500, help="最多列出 At most so many.")] = 20, as_json: AsJson = False
) -> None:
    """核对，新的在前 Checks, the newest first."""
    from gateway.crosscheck.documents import check_document
    from gateway.crosscheck.reading import read_checks
    from gateway.runtime.actor import at_this_machine

    async def run(instance: "Instance") -> list[dict[str, object]]:
        async with instance.units.begin("crosscheck.list", at_this_machine()) as work:
            return [check_document(one, work.now) for one in await read_checks(work, limit + 1)]

    show_list(as_json, "checks", on_instance(run, as_json=as_json), CHECKS, limit)


@group.command("show")
def show_check(check: Check, as_json: AsJson = False) -> None:
    """一次核对的结果 One check, and who was found."""
    from gateway.crosscheck.documents import shown_document
    from gateway.crosscheck.reading import read_check
    from gateway.runtime.actor import at_this_machine

    async def run(instance: "Instance") -> dict[str, Any]:
        async with instance.units.begin("crosscheck.show", at_this_machine()) as work:
            return shown_document(await read_check(work, check), work.now)

    found = on_instance(run, as_json=as_json)
    if as_json:
        show(as_json, found)
        return
    _show(as_json, found)
    rows = [
        {**one, "types": "、".join(one["types"]), "lists": "、".join(of["supervisor"] for of in one["lists"])}
        for one in found["enterprises"]
    ]
    show_list(as_json, "enterprises", rows, FOUND, len(rows))


@group.command("audit")
def audit(
    check: Check,
    opening: Annotated[
        Path | None,
        typer.Option(help="对方打开的集合 What the counterpart's client kept.", exists=True, dir_okay=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """核实所用集合即承诺的集合 Show that the set that was used is the one committed to."""
    from gateway.crosscheck.auditing import audit_check
    from gateway.crosscheck.documents import audit_document
    from gateway.runtime.actor import at_this_machine

    opened = opening.read_bytes() if opening else None

    async def run(instance: "Instance") -> dict[str, Any]:
        python = instance.settings.psi_python
        return audit_document(check, await audit_check(instance.units, at_this_machine(), check, python, opened))

    told = on_instance(run, as_json=as_json)
    lines = {
        f"{one['side']} ({one['size']})": f"承诺 committed: {_yes(one['committed'])}  所发 sent: {_yes(one['sent'])}"
        for one in told["sides"]
    }  # fmt: skip
    if not told["sound"]:
        fail("所用集合不是承诺的集合 the set is not the one committed to", told if as_json else None)
    show(as_json, told if as_json else lines)


def _decide(check: UUID, decision: "Decision", reason: str, as_json: bool) -> None:
    from gateway.crosscheck.deciding import decide
    from gateway.crosscheck.documents import check_document
    from gateway.runtime.actor import at_this_machine

    async def run(instance: "Instance") -> dict[str, Any]:
        async with instance.units.begin("crosscheck.decide", at_this_machine()) as work:
            return check_document(await decide(work, check, decision, reason), work.now)

    _show(as_json, on_instance(run, as_json=as_json))


def _show(as_json: bool, found: dict[str, Any]) -> None:
    names = {one.name: one.label for one in CHECKS}
    told = {title: found[key] for key, title in names.items() if found[key] is not None}
    show(as_json, found if as_json else told)


def _yes(holds: bool) -> str:
    return "是 yes" if holds else "否 no"
