"""Which faults mean that the database or the disk cannot be used just now: nothing of ours is wrong, and it passes."""

import errno

import psycopg
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

STORAGE_FAULTS = (OperationalError, PoolTimeoutError, psycopg.OperationalError, OSError)
DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def is_storage_fault(fault: BaseException) -> bool:
    """Tell whether it is one; of those of the operating system a full disk alone is."""
    return isinstance(fault, STORAGE_FAULTS) and (not isinstance(fault, OSError) or fault.errno in DISK_FULL)


def kind_of(fault: BaseException) -> str:
    """Name the fault by its type alone: its text may quote what was written."""
    return type(getattr(fault, "orig", None) or fault).__name__
