"""What can go wrong with a score."""


class ScoringError(Exception):
    """No score can be given."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__doc__)


class CardError(ScoringError):
    """The scorecard is not sound; the message names the tag."""


class TagError(ScoringError):
    """A declaration of tags is not sound, or a record is not what it declares; the message names where."""


class ColumnStoreError(ScoringError):
    """The column store cannot be used; the message names the file."""


class EngineError(ScoringError):
    """The engine that computes the tags of many enterprises is not there, or failed; the message says how."""


class ModelError(ScoringError):
    """A card cannot be fitted, tried or exchanged; the message names what stands in the way."""


class ProviderError(ScoringError):
    """A provider gave no answer that counts; `kind` is one of FAULTS (scoring_adapter/providers/asking.py)."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class ProviderUnavailableError(ProviderError):
    """The provider did not answer in time, or was not asked; `wait` is for how long it is left alone, in seconds."""

    def __init__(self, kind: str, message: str, wait: float = 0) -> None:
        super().__init__(kind, message)
        self.wait = wait


class ProviderAnswerError(ProviderError):
    """The provider's answer is not one to this question."""
