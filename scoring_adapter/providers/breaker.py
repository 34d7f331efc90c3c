"""When a provider that fails is left alone, and how much may be asked again. Pure: the moment is an argument.

Closed, every question goes through. With so many faults among the last twenty it opens: none does. When its time is
over, one goes through to see: where it is answered the breaker closes, else its time begins anew.
"""

from collections import deque
from dataclasses import dataclass

WINDOW = 20
MOST_SAVED = 10.0  # tries that a quiet time saves up for a bad one


@dataclass(frozen=True)
class Passage:
    """Leave to ask once; `probe` where it is the one question that sees whether a provider is back."""

    probe: bool
    opened: int  # how often the breaker had opened by then: what was asked before says nothing of what is now


class Breaker:
    """What is known of a provider's last answers, in one process."""

    def __init__(self, open_after: int, open_seconds: float) -> None:
        self._open_after, self._open_seconds = open_after, open_seconds
        self._faults: deque[bool] = deque(maxlen=WINDOW)
        self._until: float | None = None
        self._probing = False
        self._opened = 0

    def pass_through(self, now: float) -> Passage | None:
        """Return leave to ask, None while the provider is left alone. Whoever has it says how it ended."""
        if self._until is None:
            return Passage(probe=False, opened=self._opened)
        if now < self._until or self._probing:
            return None
        self._probing = True
        return Passage(probe=True, opened=self._opened)

    def wait(self, now: float) -> float:
        """Return for how long the provider is left alone still, in seconds."""
        return max(0.0, (self._until or now) - now)

    def end(self, passage: Passage, now: float, *, sound: bool | None) -> None:
        """Take note of how asking ended: soundly, in a fault, or, None, in nothing that says how the provider is."""
        if passage.opened != self._opened:
            return
        if passage.probe:
            self._probing = False
            if sound:
                self._faults.clear()
                self._until = None
            elif sound is not None:
                self._open(now)
        elif sound is not None:
            self._faults.append(not sound)
            if sum(self._faults) >= self._open_after:
                self._open(now)

    def _open(self, now: float) -> None:
        self._until, self._opened = now + self._open_seconds, self._opened + 1
        self._probing = False
        self._faults.clear()


class Budget:
    """How much may be asked again: each question adds a share of a try, and each try beyond the first takes one."""

    def __init__(self, percent: int) -> None:
        self._percent = percent
        self._saved = MOST_SAVED * 100 if percent else 0  # hundredths of a try

    def add(self) -> None:
        """Take note of a question."""
        self._saved = min(self._saved + self._percent, MOST_SAVED * 100)

    def take(self) -> bool:
        """Take a try; tell whether there was one."""
        if self._saved < 100:
            return False
        self._saved -= 100
        return True
