"""`xinqiao migrate`: bring the database to the schema this program ships, as a step of its own."""

from typing import Annotated

import typer


def migrate(
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="只核对，不更改；模型与数据库不一致即失败 Change nothing; fail if models and database differ.",
        ),
    ] = False,
) -> None:
    """升级数据库结构 Bring the database to the current schema."""
    from alembic.util import CommandError

    from alembic import command
    from gateway.runtime import schema
    from gateway.runtime.embedded import resolve_urls
    from gateway.runtime.errors import GatewayError
    from gateway.runtime.settings import load_settings

    settings = load_settings()
    try:
        urls = resolve_urls(settings, create=not check)
    except GatewayError as fault:
        typer.echo(f"失败 failed: {fault}", err=True)
        raise typer.Exit(1) from fault
    if not check:
        schema.migrate(urls.owner)
        typer.echo(f"数据库结构已是最新 schema is at {schema.current_revision(urls.owner)}")
        return
    try:
        command.check(schema.alembic_config(urls.owner))
    except CommandError as drift:
        typer.echo(f"数据库结构不一致 {drift}", err=True)
        raise typer.Exit(1) from drift
