"""`xinqiao`, killed with SIGKILL just before or just after the commit named in CRASH_AT ("before batch.take-in").

With CRASH_BY=SIGSTOP it is stopped there instead, and holds what it holds.
"""

import os
import signal
from contextlib import asynccontextmanager

from gateway.__main__ import main
from gateway.runtime.database import Database

phase, _, point = os.environ["CRASH_AT"].partition(" ")
by = signal.Signals[os.environ.get("CRASH_BY", "SIGKILL")]
begin = Database.begin


def die():
    os.killpg(os.getpgid(0), by)


@asynccontextmanager
async def crashing(self, name, **more):
    async with begin(self, name, **more) as session:
        yield session
        if (phase, point) == ("before", name):
            await session.flush()
            die()
    if (phase, point) == ("after", name):
        die()


if __name__ == "__main__":
    Database.begin = crashing
    main()
