"""One look at how the instance does, for all who ask meanwhile: many probes cost the database no more than a few."""

import asyncio
import time

from gateway.runtime.settings import Settings
from gateway.runtime.work import UnitsOfWork
from gateway.telemetry.readiness import Finding, readiness

BETWEEN_LOOKS_SECONDS = 0.25


class SharedLook:
    """Looks at most four times a second; whoever asks while a look is under way, or waited for, gets what it finds."""

    def __init__(self, units: UnitsOfWork, settings: Settings) -> None:
        """Take what is looked at; nothing is looked at before somebody asks."""
        self._units, self._settings = units, settings
        self._look: asyncio.Task[list[Finding]] | None = None
        self._began = time.monotonic() - BETWEEN_LOOKS_SECONDS

    async def findings(self) -> list[Finding]:
        """Return what a look finds that had not ended when this was asked."""
        if self._look is None or self._look.done():
            self._look = asyncio.create_task(self._next())
        return await asyncio.shield(self._look)  # one who hangs up takes nothing from the others

    async def _next(self) -> list[Finding]:
        await asyncio.sleep(self._began + BETWEEN_LOOKS_SECONDS - time.monotonic())
        self._began = time.monotonic()
        return await readiness(self._units, self._settings)
