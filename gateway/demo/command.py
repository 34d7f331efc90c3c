"""`xinqiao demo`: the main job once, over real processes, on throw-away data."""

import os
import signal
import time

import typer


def demo(context: typer.Context) -> None:
    """演示 Run the main job end to end and read every claim back; DEMO_EXIT=1 ends by itself."""
    from gateway.demo.command_line import CommandLine, DemoError
    from gateway.demo.story import Story
    from gateway.demo.town import open_town

    def interrupted(*_arguments: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupted)
    started = time.monotonic()
    typer.echo("启动网关、市平台、省平台、金融大脑和评分提供方 Starting four instances and a provider …")
    try:
        with open_town(CommandLine(context.find_root().command)) as town:
            Story(town, typer.echo).tell()
            typer.echo(f"完成 Done in {time.monotonic() - started:.0f} s.")
            if os.environ.get("DEMO_EXIT") != "1":
                typer.echo(f"网关仍在运行 The gateway is still up: {town.gateway.issuer}/openapi.json; Ctrl-C ends it.")
                signal.pause()
    except DemoError as fault:
        typer.echo(f"演示失败 The demonstration failed: {fault}", err=True)
        raise typer.Exit(1) from fault
    except KeyboardInterrupt:
        typer.echo("已结束并清理 Ended, nothing is left behind.")
