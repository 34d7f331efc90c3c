"""The schema: where the migrations are, bringing a database up to them, and what is not ours to compare."""

import importlib.util
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, create_engine

if TYPE_CHECKING:
    from alembic.config import Config

TABLE_MODULES = tuple(
    module
    for module in (
        "audit.tables",
        "connectors.store.tables",
        "connectors.records.tables",
        "connectors.personal.tables",
        "consent.tables",
        "gateway.abnormal.tables",
        "gateway.admin.tables",
        "gateway.cards.tables",
        "gateway.consents.imports.tables",
        "gateway.disposal.tables",
        "gateway.crosscheck.tables",
        "gateway.evidence.tables",
        "gateway.intake.tables",
        "gateway.identity.tables",
        "gateway.matching.tables",
        "gateway.network.tables",
        "gateway.risk.learned_tables",
        "gateway.risk.open_tables",
        "gateway.risk.tables",
        "gateway.risk_analysis.tables",
        "gateway.people.tables",
        "gateway.quality.tables",
        "gateway.inquiries.bases.tables",
        "gateway.inquiries.batches.tables",
        "gateway.inquiries.outputs.tables",
        "gateway.inquiries.tables",
        "gateway.inquiries.views.tables",
        "gateway.platforms.tables",
        "gateway.providers.tables",
        "gateway.quota.tables",
        "gateway.rates.tables",
        "gateway.scores.challenger_tables",
        "gateway.scores.scan_tables",
        "gateway.sharing.tables",
        "gateway.scores.tables",
        "gateway.sites.tables",
        "gateway.statements.tables",
        "gateway.watches.tables",
        "gateway.warnings.tables",
        "gateway.webhooks.tables",
    )
    if importlib.util.find_spec(module.rpartition(".")[0]) and importlib.util.find_spec(module)
)
# Partitions follow their parent, and the job queue's tables follow its own releases.
_NOT_COMPARED = re.compile(r"_p\d{6}$|^procrastinate_|^alembic_version$|^xinqiao_partitioned$")


def is_ours(name: str | None, kind: str, _parents: Mapping[str, str | None]) -> bool:
    """Tell whether the drift test compares this object."""
    return kind != "table" or name is None or _NOT_COMPARED.search(name) is None


def migrations_folder() -> Path:
    """Return the migrations: beside the packages in a checkout, inside the package when installed."""
    shipped = Path(__file__).parents[1] / "migrations"
    return shipped if shipped.exists() else Path(__file__).parents[2] / "alembic"


def alembic_config(owner: URL) -> "Config":
    """Build Alembic's configuration for a database."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.attributes["url"] = owner
    return config


def migrate(owner: URL) -> None:
    """Bring the database to the newest migration."""
    from alembic import command

    command.upgrade(alembic_config(owner), "head")


def newest_revision() -> str:
    """Return the newest migration this program ships."""
    from alembic.script import ScriptDirectory

    head = ScriptDirectory(str(migrations_folder())).get_current_head()
    assert head is not None, "the program ships migrations"  # noqa: S101 - cannot happen in a sound installation
    return head


def is_known(revision: str) -> bool:
    """Tell whether this program ships a migration."""
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(migrations_folder()))
    return any(one.revision == revision for one in script.walk_revisions())


def current_revision(owner: URL) -> str | None:
    """Return the migration a database is at, None for an empty one."""
    from alembic.runtime.migration import MigrationContext

    engine = create_engine(owner)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
