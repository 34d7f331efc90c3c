"""`xinqiao serve` and `xinqiao worker`: the two processes of an instance."""

import asyncio
import signal
import sys
from typing import Annotated

import typer

from gateway.cli.output import fail


def serve(
    workers: Annotated[int | None, typer.Option(min=1, max=64, help="进程数 Worker processes.")] = None,
    host: Annotated[str | None, typer.Option(help="监听地址 Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="端口 Port to listen on.")] = None,
) -> None:
    """启动 HTTP 服务 Serve HTTP. Refuses to start before `xinqiao init`."""
    import uvicorn

    from gateway.runtime.errors import GatewayError
    from gateway.runtime.instance import open_instance
    from gateway.runtime.settings import Settings, load_settings
    from gateway.telemetry.logs import configure_logs
    from gateway.telemetry.metrics import clear_metrics
    from gateway.web.http_protocol import BoundedProtocol

    async def has_keys(settings: Settings) -> None:
        async with open_instance(settings):
            pass

    settings = load_settings()
    try:
        asyncio.run(has_keys(settings))
    except GatewayError as fault:
        fail(f"不能启动 cannot start: {fault}")
    configure_logs(settings.log_level, settings.instance)
    clear_metrics(settings.instance_home / "metrics")
    # The server raises the signal anew once it has stopped. It must end this process by its exit, not at once: the
    # embedded database is let go of there.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(
        "gateway.app:create_app",
        factory=True,
        host=host or settings.host,
        port=port or settings.port,
        workers=workers or settings.workers,
        loop="uvloop",
        http=BoundedProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # XINQIAO_TRUSTED_PROXIES says whose headers are believed
        timeout_graceful_shutdown=15,
        timeout_worker_healthcheck=60,  # on a busy machine a worker may import for longer than the usual 5 seconds
    )


def worker() -> None:
    """后台任务：审计排序与发布、分区 Sequence and publish the audit log, make partitions; safe in several copies."""
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
