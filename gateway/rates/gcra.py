"""The generic cell rate algorithm (ITU-T I.371): one number for each party says how much of its room is taken. Pure.

The number is an instant, the theoretical arrival time: where a party that never came faster than its rate would stand
now. It lies ahead of the clock by what was asked beyond the rate, and a whole burst ahead nothing more is taken.
Instants and spans are whole nanoseconds: no fraction is lost, however often they are added up.
"""

from dataclasses import dataclass

SECOND = 1_000_000_000


@dataclass(frozen=True)
class Pace:
    """So many a second in the long run, and so many at once."""

    rate: int
    burst: int

    @property
    def interval(self) -> int:
        """What one request takes of the room."""
        return SECOND // self.rate


def wait_of(arrival: int, now: int, pace: Pace) -> int:
    """Return how long one more request has to wait; 0 where it conforms."""
    return max(0, max(arrival, now) + pace.interval - now - pace.burst * pace.interval)


def arrive(arrival: int, now: int, pace: Pace) -> int:
    """Return the theoretical arrival time after one more request."""
    return max(arrival, now) + pace.interval
