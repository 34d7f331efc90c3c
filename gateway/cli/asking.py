"""What a command says before it acts: that nobody else approves, and that what is final is final."""

import sys
from typing import Annotated

import typer

from gateway.cli.output import fail

Yes = Annotated[bool, typer.Option("--yes", help="不再询问，供脚本使用 Do not ask; for scripts.")]


def say_alone() -> None:
    """Say once that this command acts without the second person that HTTP and the console wait for."""
    from gateway.runtime.actor import at_this_machine

    typer.echo(
        f"在本机操作，无须第二人批准；日志记为 {at_this_machine().name}。"
        "Done at this machine: nobody else approves it; the log names who it was.",
        err=True,
    )


def confirm_final(what: str, *, yes: bool) -> None:
    """Say what is about to happen and that it cannot be undone, and ask; a no, or nobody to ask, ends the command."""
    if not yes and not sys.stdin.isatty():
        fail(f"{what}。不可恢复，脚本请加 --yes This is final and nobody is there to be asked: scripts say --yes.")
    typer.echo(f"{what}。不可恢复 This is final: it cannot be undone.", err=True)
    if not yes and not typer.confirm("继续？ Go on?", err=True):
        raise typer.Abort
