"""A sentence in both languages, for whoever shows one of them, or both."""

from typing import NamedTuple


class Said(NamedTuple):
    """The Chinese, and the English beside it."""

    zh: str
    en: str

    def __str__(self) -> str:
        """Both, Chinese first."""
        return f"{self.zh} {self.en}"
