"""`xinqiao serve` and `xinqiao worker`: the two processes of an instance."""

import asyncio
import os
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

    from gateway.console.assets import assets
    from gateway.runtime.errors import GatewayError
    from gateway.runtime.instance import open_instance
    from gateway.runtime.open_files import fitting_connections
    from gateway.runtime.settings import Settings, load_settings
    from gateway.runtime.waiting import until_database_answers
    from gateway.telemetry.logs import configure_logs
    from gateway.telemetry.metrics import clear_metrics
    from gateway.web.http_protocol import BoundedProtocol

    async def has_keys(settings: Settings) -> None:
        await until_database_answers(settings)
        async with open_instance(settings):
            pass

    if port:
        os.environ["XINQIAO_PORT"] = str(port)  # for the processes it starts; the address follows it, where none is set
    settings = load_settings()
    configure_logs(settings.log_level, settings.instance)
    # The server raises the signal anew once it has stopped. It must end this process by its exit, not at once: the
    # embedded database is let go of there.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        assets()
        fitting_connections(settings.max_connections)
        asyncio.run(has_keys(settings))
    except GatewayError as fault:
        fail(f"不能启动 cannot start: {fault}")
    clear_metrics(settings.instance_home / "metrics")
    uvicorn.run(
        "gateway.app:create_app",
        factory=True,
        host=host or settings.host,
        port=settings.port,
        workers=workers or settings.workers,
        loop="uvloop",
        http=BoundedProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # XINQIAO_TRUSTED_PROXIES says whose headers are believed
        timeout_graceful_shutdown=15,
        timeout_keep_alive=settings.keep_alive_seconds,
        timeout_worker_healthcheck=60,  # on a busy machine a worker may import for longer than the usual 5 seconds
    )


def worker() -> None:
    """后台任务：审计排序与发布、分区 Sequence and publish the audit log, make partitions; safe in several copies."""
    from gateway.gateway import open_gateway
    from gateway.runtime.errors import GatewayError
    from gateway.runtime.settings import load_settings
    from gateway.runtime.waiting import until_database_answers
    from gateway.telemetry.logs import configure_logs
    from gateway.telemetry.traces import exported_traces
    from gateway.worker import work

    settings = load_settings()

    async def run() -> None:
        await until_database_answers(settings)
        stop = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        with exported_traces(settings):
            async with open_gateway(settings) as gateway:
                await work(gateway, stop)

    configure_logs(settings.log_level, settings.instance)

    try:
        asyncio.run(run())
    except GatewayError as fault:
        fail(f"不能启动 cannot start: {fault}")
