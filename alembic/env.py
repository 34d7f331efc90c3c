"""Runs the migrations: one at a time over all processes, and never waiting long for a lock that traffic holds."""

import importlib

from sqlalchemy import create_engine, text
from sqlmodel import SQLModel

from alembic import context
from gateway.runtime.schema import TABLE_MODULES, is_ours

LOCK_TIMEOUT = "4s"
STATEMENT_TIMEOUT = "300s"
ADVISORY_LOCK = 7_133_000

for module in TABLE_MODULES:
    importlib.import_module(module)

engine = create_engine(context.config.attributes["url"])
with engine.connect() as connection:
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ADVISORY_LOCK})
    connection.commit()
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.execute(text(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        transaction_per_migration=True,
        include_name=is_ours,
        compare_type=True,
        compare_server_default=False,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
