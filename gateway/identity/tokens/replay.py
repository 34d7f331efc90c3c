"""What this process has seen: proofs at the resource are good once per worker while they live."""

from collections import deque

LARGEST = 200_000  # proofs of one minute: over 3,000 requests a second


class ReplayWindow:
    """Remembers ids until they expire. The number of ids has a limit: when it is reached, further ones are refused."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._ends: deque[tuple[float, str]] = deque()

    def first(self, key: str, ends: float, now: float) -> bool:
        """Return whether `key` is new; False too where there is no room to remember it."""
        while self._ends and self._ends[0][0] < now:
            self._seen.discard(self._ends.popleft()[1])
        if key in self._seen or len(self._seen) >= LARGEST:
            return False
        self._seen.add(key)
        # Proofs end in nearly the order they come; one that ends early waits behind its elders and is forgotten late.
        self._ends.append((ends, key))
        return True
