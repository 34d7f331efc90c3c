"""`xinqiao --version`: what is installed here, without a look at any database."""

import platform
import shutil
import subprocess
from pathlib import Path
from typing import Annotated

import typer

ROOT = Path(__file__).parents[2]


def show_version(wanted: bool) -> None:
    """Print version, commit where this is a checkout, Python, and the schema it expects; end."""
    if not wanted:
        return
    from importlib.metadata import version

    from gateway.runtime.schema import newest_revision

    commit = f" ({found})" if (found := _commit()) else ""
    typer.echo(f"xinqiao {version('xinqiao')}{commit}")
    typer.echo(f"Python {platform.python_version()}")
    typer.echo(f"数据库结构 schema {newest_revision()}")
    raise typer.Exit


def _commit() -> str | None:
    """Return the commit of a checkout, None where the program was installed from a package."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        return None
    try:
        done = subprocess.run(
            [git, "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"],
            capture_output=True, text=True, check=True, timeout=5,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def xinqiao(
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="版本 Print what this is, and end.")
    ] = False,
) -> None:
    """信桥：公共信用数据交换 Xinqiao: the exchange of public-credit data."""
