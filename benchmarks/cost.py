"""What a stretch of work costs: processor time of processes, by the kernel's count, and the WAL it wrote."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from gateway.runtime.embedded import resolve_urls
from gateway.runtime.settings import Settings


@dataclass
class Cost:
    """Microseconds of the service and of the database, and bytes of WAL."""

    service_us: float = 0.0
    database_us: float = 0.0
    wal_bytes: float = 0.0

    def per(self, count: int) -> "Cost":
        """Return what each of so many costs."""
        return Cost(self.service_us / count, self.database_us / count, self.wal_bytes / count)


class Meter:
    """Measures one service and the database of an instance."""

    def __init__(self, settings: Settings, service: int) -> None:
        """Measure the process `service` with its children, and the database server of these settings."""
        self._service = psutil.Process(service)
        self._connection = psycopg.connect(_plain(settings), autocommit=True)
        here = self._connection.execute("SELECT pg_backend_pid()").fetchone()
        assert here is not None
        postmaster = psutil.Process(here[0]).parent()
        assert postmaster is not None
        self._database = postmaster

    @contextmanager
    def measured(self, cost: Cost) -> Iterator[None]:
        """Add what the block costs."""
        before = self._look()
        yield
        after = self._look()
        cost.service_us += after.service_us - before.service_us
        cost.database_us += after.database_us - before.database_us
        cost.wal_bytes += after.wal_bytes - before.wal_bytes

    def _look(self) -> Cost:
        row = self._connection.execute("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn").fetchone()
        assert row is not None
        return Cost(_spent(self._service), _spent(self._database), float(row[0]))


def run_on(pid: int, cores: Iterable[int]) -> None:
    """Keep a process, with all its threads, on some cores."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(psutil.Error, ProcessLookupError):
            psutil.Process(int(task.name)).cpu_affinity(list(cores))


def _spent(process: psutil.Process) -> float:
    """Return the microseconds that a process and its children have run, to the nanosecond of the scheduler."""
    total = 0.0
    for one in (process, *process.children(recursive=True)):
        with suppress(OSError, psutil.Error):
            for task in Path(f"/proc/{one.pid}/task").iterdir():
                total += int((task / "schedstat").read_text().split()[0]) / 1000
    return total


def _plain(settings: Settings) -> str:
    owner = resolve_urls(settings).owner.set(drivername="postgresql")
    return owner.render_as_string(hide_password=False)
