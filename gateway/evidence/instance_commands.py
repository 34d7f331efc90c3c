"""`xinqiao status` and `xinqiao reconcile`: what an instance holds, and whether it agrees with itself."""

from collections.abc import Awaitable, Callable
from concurrent.futures import Future, wait
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

import typer

from gateway.cli.on_instance import in_one_unit, on_instance
from gateway.cli.output import AsJson, show

if TYPE_CHECKING:
    from gateway.runtime.instance import Instance
    from gateway.runtime.work import UnitOfWork

Result = TypeVar("Result")
MOST_ALERTS = 10
ANSWER_SECONDS = 6.0  # as /readyz, and the time to connect: whoever looks at one screen does not wait for longer


def status(as_json: AsJson = False) -> None:
    """一屏看全：就绪检查与审计日志 One screen: is it ready, how long is the log, what was signed last."""
    from gateway.evidence.conservation import count_held
    from gateway.quality.alerts import list_alerts
    from gateway.runtime.actor import at_this_machine
    from gateway.telemetry.readiness import readiness

    async def run(instance: "Instance") -> tuple[dict[str, str], bool]:
        findings = await readiness(instance.units, instance.settings)
        async with instance.units.begin("status", at_this_machine()) as work:
            held = await count_held(work)
            alerts = [f"{alert.agency}/{alert.dataset} {alert.kind}" for alert in await list_alerts(work.session)]
        lines = {
            "实例 instance": f"{instance.settings.instance} ({instance.settings.role})",
            "issuer": instance.settings.issuer,
            **{f.name: f"{'正常 ok' if f.ok else '异常 NOT OK'} · {f.seen}" for f in findings},
            "审计事件 events": str(held["events"]),
            "已签发至 signed up to": str(held["signed"]),
            "主体 subjects": str(held["subjects"]),
            "现行记录 records": f"{held['records']} · 待匹配 unresolved {held['unresolved']}",
            "查询 inquiries": f"{held['answered']} 应答 answered · {held['denied']} 拒绝 denied",
            "报送 deliveries": f"{held['waiting']} 待送 waiting · {held['refused']} 被拒 refused",
            "来源 sources": f"{held['failing']} 异常 failing",
            "告警 alerts": f"{len(alerts)} 未解除 open" + "".join(f"\n{alert}" for alert in alerts[:MOST_ALERTS]),
        }
        return lines, all(f.ok for f in findings)

    lines, ok = _in_time(run, as_json=as_json)
    show(as_json, lines)
    if not ok:
        raise typer.Exit(1)


def _in_time(step: Callable[["Instance"], Awaitable[Result]], *, as_json: bool) -> Result:
    """Run a step beside this thread, and end the command where the database hangs: closing connections hangs too."""
    answer: Future[Result] = Future()

    def run() -> None:
        try:
            answer.set_result(on_instance(step))
        except BaseException as fault:  # noqa: BLE001 - raised again by whoever waits
            answer.set_exception(fault)

    Thread(target=run, daemon=True).start()
    if not wait([answer], ANSWER_SECONDS).done:
        show(as_json, {"database": "异常 NOT OK · 数据库没有应答 the database does not answer"})
        raise typer.Exit(1)
    return answer.result()


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
