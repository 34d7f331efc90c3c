"""Which faults mean that the database or the disk cannot be used just now: nothing of ours is wrong, and it passes."""

import errno

import psycopg
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from gateway.runtime.said import Said

STORAGE_FAULTS = (OperationalError, PoolTimeoutError, psycopg.OperationalError, OSError)
_WORDS = {
    "OperationalError": Said("数据库连不上或不接受请求", "the database cannot be reached, or takes no requests"),
    "ConnectionTimeout": Said("连接数据库超时", "the database does not take a connection in time"),
    "TimeoutError": Said("没有空闲的数据库连接", "no connection to the database is free"),
    "AdminShutdown": Said("数据库正在停止", "the database is being stopped"),
    "CannotConnectNow": Said("数据库正在启动", "the database is starting"),
    "DiskFull": Said("数据库的磁盘已满", "the database's disk is full"),
    "ReadOnlySqlTransaction": Said("数据库只读，是备库", "the database only reads: it is a standby"),
    "UndefinedTable": Said("数据库中没有所需的表，请升级数据库结构", "a table is missing: run `xinqiao migrate`"),
    "UndefinedColumn": Said("数据库中没有所需的列，请升级数据库结构", "a column is missing: run `xinqiao migrate`"),
    "ForkError": Said("审计日志与签过的树头不符", "the audit log does not extend the head that was signed"),
    "TamperedError": Said("审计日志自相矛盾", "the audit log contradicts itself"),
    "StoppedError": Said("已停止签发", "signing is stopped"),
}
DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def is_storage_fault(fault: BaseException) -> bool:
    """Tell whether it is one; of those of the operating system a full disk alone is."""
    return isinstance(fault, STORAGE_FAULTS) and (not isinstance(fault, OSError) or fault.errno in DISK_FULL)


def kind_of(fault: BaseException) -> str:
    """Name the fault by its type alone: its text may quote what was written."""
    return type(getattr(fault, "orig", None) or fault).__name__


def words_of(kind: str) -> Said:
    """Say what a kind of fault means; one that is not known is named, to be reported."""
    return _WORDS.get(kind, Said("程序错误，见日志", f"a fault of the program, see its log: {kind}"))


def in_words(kind: str) -> str:
    """Say it in both languages."""
    return str(words_of(kind))
