"""One public key belongs to one client: an index to find its holder by, and a word on those that two clients share."""

import sys

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

SHARED = """
    SELECT string_agg(DISTINCT client_id, ', ' ORDER BY client_id) FROM client_key
    GROUP BY public ->> 'kty', public ->> 'crv', public ->> 'x', public ->> 'y', public ->> 'n', public ->> 'e'
    HAVING count(DISTINCT client_id) > 1 ORDER BY 1
"""


def upgrade() -> None:
    """Make the index. What shares a key stays as it is, and is told: its operators give each a key of its own."""
    op.execute("CREATE INDEX client_key_material ON client_key (md5(coalesce(public ->> 'x', public ->> 'n')))")
    for shared in op.get_bind().exec_driver_sql(SHARED).scalars():
        print(  # noqa: T201 - whoever migrates reads it
            f"同一把公钥登记给了多个客户端，请分别更换 One public key is registered for several clients, "
            f"give each a key of its own: {shared}",
            file=sys.stderr,
        )


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP INDEX client_key_material")
