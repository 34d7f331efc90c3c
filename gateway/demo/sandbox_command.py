"""`xinqiao sandbox`: a made-up city to play with; built once, served until Ctrl-C."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.asking import Yes, confirm_final
from gateway.cli.output import fail

if TYPE_CHECKING:
    from gateway.demo.sandbox import Sandbox
    from gateway.demo.town import Town

Folder = Annotated[
    Path | None,
    typer.Option(
        help="登录信息、密钥和样例放在哪里（缺省在数据目录内）Where log-ins, keys and samples go.", file_okay=False
    ),
]
Port = Annotated[
    int, typer.Option(help="端口，平台用其后两个 Port; the two after it too.", envvar="XINQIAO_PORT", min=1, max=65533)
]
Enterprises = Annotated[
    int,
    typer.Option(help="企业数 How many enterprises.", envvar="XINQIAO_SANDBOX_ENTERPRISES", min=20, max=9999),
]
Serve = Annotated[bool, typer.Option("--serve/--no-serve", help="只建立，不运行 Build it only.")]
MANY, PORT = 2000, 8000
group = typer.Typer(help="沙盒：一座虚构的城市，供试用 Sandbox: a made-up city to play with.")


@group.callback(invoke_without_command=True)
def sandbox(
    context: typer.Context,
    folder: Folder = None,
    port: Port = PORT,
    enterprises: Enterprises = MANY,
    serve: Serve = True,
) -> None:
    """建立并运行沙盒；已有的直接运行 Build a sandbox and serve it until Ctrl-C; one that is there is served."""
    if context.invoked_subcommand is None:
        _tell_faults(lambda: _open(context, folder, port, enterprises, serve=serve))


@group.command("reset")
def reset(
    context: typer.Context,
    yes: Yes = False,
    serve: Serve = True,
) -> None:
    """删除沙盒并重新建立 Delete the sandbox, and nothing else, and build it anew: other keys, other passwords."""
    from gateway.demo.sandbox import delete

    def run() -> None:
        old = _find()
        with old.held():
            confirm_final(
                f"将删除沙盒 {old.home} 和 {old.folder} 中的登录信息 This deletes the sandbox and its log-ins", yes=yes
            )
            old.check_ports()  # told before anything is gone
            delete(old)
        _open(context, old.folder, old.port, old.enterprises, serve=serve)

    _tell_faults(run)


@group.command("code")
def code(person: Annotated[str, typer.Argument(help="用户名 User name.")]) -> None:
    """现在的一次性验证码 Print the one-time code with which somebody of the sandbox signs in now."""
    from gateway.demo.handout import read_logins
    from gateway.runtime.clock import now

    def run() -> None:
        found = [login for login in read_logins(_find().folder) if login.person == person]
        if not found:
            fail(f"没有此人员 there is no {person}")
        typer.echo(found[0].code(now().timestamp()))

    _tell_faults(run)


@group.command("samples")
def samples(
    folder: Annotated[Path, typer.Argument(help="文件夹 A folder.", file_okay=False)] = Path("samples"),
) -> None:
    """每个数据目录一个样例文件 Write a sample file for every dataset of the catalogue."""
    from gateway.demo.instance import today
    from gateway.demo.samples import write_samples

    typer.echo(f"{len(write_samples(folder, today()))} 个文件 files: {folder}")


def _find() -> "Sandbox":
    from gateway.demo.command_line import DemoError
    from gateway.demo.sandbox import find_sandbox, sandbox_home
    from gateway.runtime.settings import load_settings

    found = find_sandbox(sandbox_home(load_settings().home))
    if found is None:
        raise DemoError("还没有沙盒，请先运行 xinqiao sandbox there is no sandbox yet: run xinqiao sandbox first")
    return found


def _open(context: typer.Context, folder: Path | None, port: int, enterprises: int, *, serve: bool) -> None:
    from gateway.demo.command_line import CommandLine, DemoError
    from gateway.demo.handout import read_handout
    from gateway.demo.sandbox import find_sandbox, new_sandbox, sandbox_home
    from gateway.demo.sandbox_town import building, serving
    from gateway.demo.town import running
    from gateway.runtime.settings import load_settings

    home = sandbox_home(load_settings().home)
    found = find_sandbox(home)
    if found and not found.built:
        raise DemoError("沙盒没有建完，请运行 xinqiao sandbox reset it was left unfinished: run xinqiao sandbox reset")
    one, run = found or new_sandbox(home, folder, port, enterprises), CommandLine(context.find_root().command)
    with one.held():
        if not found:
            with building(one, run) as town, running(town.platforms() if serve else [], fresh=False):
                _stay(one, town, serve=serve)
        elif serve:
            one.check_ports()
            with serving(one, run) as town:
                _stay(one, town, serve=serve)
        else:
            typer.echo(read_handout(one.folder))


def _stay(one: "Sandbox", town: "Town", *, serve: bool) -> None:
    """Say what there is, and stay until told to end."""
    from gateway.demo.handout import read_handout
    from gateway.demo.town import wait_for_end

    typer.echo(read_handout(one.folder))
    if serve:
        typer.echo("正在运行，按 Ctrl-C 停止 Serving; Ctrl-C ends it.")
        wait_for_end(town)


def _tell_faults(run: Callable[[], None]) -> None:
    """Run, and tell what goes wrong in one line."""
    from gateway.demo.command_line import DemoError
    from gateway.runtime.errors import GatewayError

    def interrupted(*_arguments: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupted)
    try:
        run()
    except (DemoError, GatewayError) as fault:
        fail(str(fault))
    except KeyboardInterrupt:
        typer.echo("已停止；再次运行 xinqiao sandbox 即可继续 Ended; xinqiao sandbox serves it again.")
