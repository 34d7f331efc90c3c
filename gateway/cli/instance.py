"""`xinqiao init`, `xinqiao worker`, `xinqiao status` and `xinqiao reconcile`: an instance's life."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.on_instance import on_instance
from gateway.cli.output import AsJson, fail, show

MOST_ALERTS = 10
HELD = """
    SELECT (SELECT count(*) FROM subject) AS subjects,
           (SELECT count(*) FROM record_visible((now() AT TIME ZONE 'Asia/Shanghai')::date, NULL)) AS records,
           (SELECT count(*) FROM record_visible((now() AT TIME ZONE 'Asia/Shanghai')::date, NULL)
            WHERE subject_id IS NULL) AS unresolved,
           (SELECT count(*) FROM inquiry WHERE state = 'answered') AS answered,
           (SELECT count(*) FROM inquiry WHERE state = 'denied') AS denied,
           (SELECT count(*) FROM delivery WHERE state IN ('pending', 'acknowledged')) AS waiting,
           (SELECT count(*) FROM delivery WHERE state = 'refused') AS refused,
           (SELECT count(*) FROM source WHERE last_fault IS NOT NULL) AS failing
"""


def init(
    operator: Annotated[str, typer.Option(help="首位管理员的 client_id The first operator's client id.")] = "operator",
    key: Annotated[
        Path | None, typer.Option(help="管理员私钥写到哪里 Where to write the operator's private key.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """初始化：建库、生成密钥、设首位管理员 Create the schema, the keys and the first operator; refuses to run twice."""
    from gateway.identity.initialise import initialise
    from gateway.runtime import schema
    from gateway.runtime.database import Database
    from gateway.runtime.embedded import resolve_urls
    from gateway.runtime.errors import GatewayError
    from gateway.runtime.settings import load_settings
    from signing.errors import SigningError

    settings = load_settings()
    target = key or settings.instance_home / "keys" / f"{operator}.json"

    async def run() -> str:
        database = Database(resolve_urls(settings))
        try:
            return await initialise(settings, database, operator=operator, operator_key=target)
        finally:
            await database.close()

    try:
        schema.migrate(resolve_urls(settings).owner)
        kid = asyncio.run(run())
    except (GatewayError, SigningError) as fault:
        fail(str(fault))
    show(
        as_json,
        {"实例 instance": settings.instance, "管理员 operator": operator, "私钥 private key": str(target), "kid": kid},
    )


def worker() -> None:
    """后台任务：审计排序与发布、分区 Sequence and publish the audit log, make partitions; safe in several copies."""
    import signal

    from gateway.gateway import open_gateway
    from gateway.runtime.errors import GatewayError
    from gateway.runtime.settings import load_settings
    from gateway.telemetry.logs import configure_logs
    from gateway.telemetry.traces import configure_traces
    from gateway.worker import work

    settings = load_settings()

    async def run() -> None:
        stop = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        async with open_gateway(settings) as gateway:
            configure_logs(settings.log_level, settings.instance)
            configure_traces(settings)
            await work(gateway, stop)

    try:
        asyncio.run(run())
    except GatewayError as fault:
        fail(f"不能启动 cannot start: {fault}")


def status(as_json: AsJson = False) -> None:
    """一屏看全：就绪检查与审计日志 One screen: is it ready, how long is the log, what was signed last."""
    from sqlalchemy import text

    from gateway.gateway import Gateway
    from gateway.quality.alerts import list_alerts
    from gateway.telemetry.readiness import readiness

    async def run(gateway: Gateway) -> tuple[dict[str, str], bool]:
        findings = await readiness(gateway.units, gateway.settings.worker_folder)
        async with gateway.database.begin("status") as session:
            count = (await session.execute(text("SELECT count(*) FROM audit_event"))).scalar_one()
            signed = (await session.execute(text("SELECT max(size) FROM audit_checkpoint"))).scalar_one()
            held = (await session.execute(text(HELD))).one()
            alerts = [f"{alert.agency}/{alert.dataset} {alert.kind}" for alert in await list_alerts(session)]
        lines = {
            "实例 instance": f"{gateway.settings.instance} ({gateway.settings.role})",
            "issuer": gateway.settings.issuer,
            **{f.name: f"{'正常 ok' if f.ok else '异常 NOT OK'} · {f.seen}" for f in findings},
            "审计事件 events": str(count),
            "已签发至 signed up to": str(signed or 0),
            "主体 subjects": str(held.subjects),
            "现行记录 records": f"{held.records} · 待匹配 unresolved {held.unresolved}",
            "查询 inquiries": f"{held.answered} 应答 answered · {held.denied} 拒绝 denied",
            "报送 deliveries": f"{held.waiting} 待送 waiting · {held.refused} 被拒 refused",
            "来源 sources": f"{held.failing} 异常 failing",
            "告警 alerts": f"{len(alerts)} 未解除 open" + "".join(f"\n{alert}" for alert in alerts[:MOST_ALERTS]),
        }
        return lines, all(f.ok for f in findings)

    lines, ok = on_instance(run)
    show(as_json, lines)
    if not ok:
        raise typer.Exit(1)


def reconcile(as_json: AsJson = False) -> None:
    """对账 Compare records, charges, uses, entries, deliveries and receipts; ends with 1 where anything differs."""
    from gateway.evidence.conservation import find_differences
    from gateway.gateway import Gateway
    from gateway.runtime.actor import at_this_machine

    async def run(gateway: Gateway) -> list[tuple[str, str, int, int]]:
        async with gateway.units.begin("reconcile", at_this_machine()) as work:
            return await find_differences(work)

    found = on_instance(run)
    if as_json:
        rows = [{"rule": rule, "what": what, "expected": expected, "found": has} for rule, what, expected, has in found]
        show(as_json, {"差异 differences": rows})
    else:
        show(as_json, {"差异 differences": len(found)} | {rule: f"{what}: {n} ≠ {m}" for rule, what, n, m in found})
    if found:
        raise typer.Exit(1)
