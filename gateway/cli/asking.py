"""What a command asks and says before it acts: a reason, that nobody else approves, that what is final is final."""

import sys
from typing import Annotated

import typer

from gateway.cli.output import fail
from gateway.runtime.reasons import SAID, is_reason

Yes = Annotated[bool, typer.Option("--yes", help="不再询问，供脚本使用 Do not ask; for scripts.")]


def check_reason(said: str | None) -> str | None:
    """Pass a reason on, and None where it is left out. Raises BadParameter for what is no reason."""
    if said is not None and not is_reason(said):
        raise typer.BadParameter(SAID)
    return said


def say_alone() -> None:
    """Say once that this command acts without the second person that HTTP and the console wait for."""
    from gateway.runtime.actor import at_this_machine

    typer.echo(
        f"在本机操作，无须第二人批准；日志记为 {at_this_machine().name}。"
        "Done at this machine: nobody else approves it; the log names who it was.",
        err=True,
    )


def confirm_final(what: str, *, yes: bool) -> None:
    """Say what is about to happen and that it cannot be undone, and ask; a no, or nobody to ask, ends the command.

    `what` is told as what will be, 将… this …: whether it happens is known only afterwards.
    """
    if not yes and not sys.stdin.isatty():
        fail(f"{what}。不可恢复，脚本请加 --yes This is final and nobody is there to be asked: scripts say --yes.")
    typer.echo(f"{what}。不可恢复 This is final: it cannot be undone.", err=True)
    confirm("继续？ Go on?", yes=yes)


def confirm(question: str, *, yes: bool) -> None:
    """Ask before anything is done, unless it was said already; a no, or nobody to ask, ends the command."""
    if yes:
        return
    if not sys.stdin.isatty():
        fail("无人可问，脚本请加 --yes Nobody is there to be asked: scripts say --yes.")
    try:
        agreed = typer.confirm(question, err=True)
    except typer.Abort:  # the question was broken off
        typer.echo(err=True)
        agreed = False
    if not agreed:
        typer.echo("未同意，什么都没做 nothing was done", err=True)
        raise typer.Exit(1)
