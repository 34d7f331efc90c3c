"""Answers that a provider lets us keep, in one process: each for its time, for whom it was given. Pure."""

from collections import OrderedDict

from scoring_adapter.providers.mapping import RelayAnswer
from scoring_adapter.providers.trying import Asked

MOST_KEPT = 1000


class Kept:
    """The last answers of a provider. With no time to keep them, none is kept."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        self._answers: OrderedDict[tuple[str, ...], tuple[float, RelayAnswer]] = OrderedDict()

    def find(self, asked: Asked, now: float) -> RelayAnswer | None:
        """Return the answer to the same question for the same one, as long as it may be kept."""
        found = self._answers.get(_key(asked)) if self._seconds else None
        return found[1] if found and now < found[0] + self._seconds else None

    def keep(self, asked: Asked, answer: RelayAnswer, began: float) -> None:
        """Keep an answer from the moment on at which it was asked for; the oldest one goes where there are too many."""
        if not self._seconds:
            return
        self._answers[_key(asked)] = (began, answer)
        self._answers.move_to_end(_key(asked))
        if len(self._answers) > MOST_KEPT:
            self._answers.popitem(last=False)


def _key(asked: Asked) -> tuple[str, ...]:
    one = asked.question
    return one.subject, one.product, one.purpose, one.as_of, asked.asked_for
