"""`xinqiao demo`: the main job once, over real processes, on throw-away data; then a city to look around in."""

import os
import signal
import time

import typer

ENTERPRISES = 200


def demo(context: typer.Context) -> None:
    """演示 Run the main job end to end, read every claim back, stay up as a sandbox; DEMO_EXIT=1 ends by itself."""
    from gateway.demo.command_line import CommandLine, DemoError
    from gateway.demo.sandbox_town import settle
    from gateway.demo.story import Story
    from gateway.demo.town import open_town, wait_for_end

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
                typer.echo(settle(town, ENTERPRISES))
                typer.echo(f"仍在运行 Still up: {town.gateway.issuer}/console; Ctrl-C ends it, and nothing is left.")
                wait_for_end(town)
    except DemoError as fault:
        typer.echo(f"演示失败 The demonstration failed: {fault}", err=True)
        raise typer.Exit(1) from fault
    except KeyboardInterrupt:
        typer.echo("已结束并清理 Ended, nothing is left behind.")
