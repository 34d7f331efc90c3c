"""`xinqiao status`: how an instance does, and how much it holds, on one screen."""

from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future, wait
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

import typer

from gateway.cli.on_instance import on_instance
from gateway.cli.output import AsJson, show

if TYPE_CHECKING:
    from gateway.overview.health_findings import HealthFinding
    from gateway.runtime.instance import Instance

Result = TypeVar("Result")
MOST_ALERTS = 10
ANSWER_SECONDS = 6.0  # as /readyz, and the time to connect: whoever looks at one screen does not wait for longer
STATES = {"ok": "正常 ok", "warn": "注意 attention", "bad": "异常 NOT OK", "unknown": "未知 unknown"}


def status(as_json: AsJson = False) -> None:
    """一屏看全：就绪检查与审计日志 One screen: is it ready, how long is the log, what was signed last."""
    from gateway.evidence.conservation import count_held
    from gateway.overview.health import look_over
    from gateway.quality.alerts import list_alerts
    from gateway.runtime.actor import at_this_machine
    from gateway.telemetry.readiness import readiness

    async def run(instance: "Instance") -> tuple[dict[str, str], bool]:
        look = partial(readiness, instance.units, instance.settings)
        findings = await look_over(instance.units, instance.settings, at_this_machine(), look)
        async with instance.units.begin("status", at_this_machine()) as work:
            held = await count_held(work)
            alerts = [f"{alert.agency}/{alert.dataset} {alert.kind}" for alert in await list_alerts(work.session)]
        lines = {
            "实例 instance": f"{instance.settings.instance} ({instance.settings.role})",
            "issuer": instance.settings.issuer,
            **_lines(findings, folded=not as_json),
            "审计事件 events": str(held["events"]),
            "已签发至 signed up to": str(held["signed"]),
            "主体 subjects": str(held["subjects"]),
            "现行记录 records": f"{held['records']} · 待匹配 unresolved {held['unresolved']}",
            "查询 inquiries": f"{held['answered']} 应答 answered · {held['denied']} 拒绝 denied",
            "报送 deliveries": f"{held['waiting']} 待送 waiting · {held['refused']} 被拒 refused",
            "来源 sources": f"{held['failing']} 异常 failing",
            "告警 alerts": f"{len(alerts)} 未解除 open" + "".join(f"\n{alert}" for alert in alerts[:MOST_ALERTS]),
        }
        return lines, all(one.state != "bad" for one in findings)

    lines, ok = _in_time(run, as_json=as_json)
    show(as_json, lines)
    if not ok:
        raise typer.Exit(1)


def _lines(findings: Sequence["HealthFinding"], *, folded: bool) -> dict[str, str]:
    """Return a line for each finding; folded, what is well is one line, so that all of it fits one screen."""
    if not folded:
        return {one.name: _line(one) for one in findings}
    well = " · ".join(one.name for one in findings if one.state == "ok")
    return {STATES["ok"]: well} | {one.name: _line(one) for one in findings if one.state != "ok"}


def _line(one: "HealthFinding") -> str:
    since = f" · {one.since:%Y-%m-%dT%H:%M:%SZ}" if one.since else ""
    return f"{STATES[one.state]} · {one.said}{since}"


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
