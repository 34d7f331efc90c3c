"""Which faults pass by themselves: those of the database and of a full disk, and no other."""

import errno
import os

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from gateway.runtime.storage_faults import is_storage_fault, kind_of


@pytest.mark.parametrize(
    ("fault", "passes"),
    [
        (OperationalError("", None, Exception()), True),
        (PoolTimeoutError(), True),
        (psycopg.OperationalError(), True),
        *[(OSError(number, os.strerror(number)), True) for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)],
        *[(OSError(number, os.strerror(number)), False) for number in (errno.ENOENT, errno.EACCES, errno.EPIPE)],
        (ValueError(), False),
    ],
    ids=repr,
)
def test_a_fault_of_the_database_or_a_full_disk_passes_and_no_other(fault, passes):
    assert is_storage_fault(fault) is passes


async def test_a_fault_of_the_database_tells_its_kind_and_never_what_was_written(database):
    with pytest.raises(DBAPIError) as caught:
        async with database.begin("test.fault") as session:
            await session.execute(text("SELECT CAST(:name AS text) FROM nowhere"), {"name": "某某银行"})
    assert "某某银行" not in str(caught.value)
    assert kind_of(caught.value) == "UndefinedTable"
