"""What a page says in its visitor's language: texts, names, moments (Beijing time), numbers."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import TypeVar

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal, format_percent
from fastapi import Request

from connectors.model.calendar import SHANGHAI
from connectors.model.two_languages import in_language
from gateway.console.texts import LANGUAGES, load_texts
from gateway.console.titles import Titles
from gateway.runtime.clock import now

LANGUAGE_COOKIE = "xinqiao-language"
NOTHING = "—"
_DAY = timedelta(days=1)
Part = TypeVar("Part")


@dataclass(frozen=True)
class Words:
    """Texts and figures in "zh" or "en"; call it with a text's key and the values that stand in it."""

    language: str
    titles: Titles = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "titles", Titles(self.language))

    def __call__(self, key: str, **values: object) -> str:
        """Return a text. Raises MissingTextError for a key without one."""
        return load_texts(self.language).gettext(key) % values

    def count(self, key: str, number: int, **values: object) -> str:
        """Return a text that depends on a number, which it may show as %(num)s."""
        text = load_texts(self.language).ngettext(key, key, number)
        return text % {"num": self.number(number), **values}

    def either(self, zh: Part, en: Part) -> Part:
        """Return which of the two is of this language."""
        return zh if self.language == "zh" else en

    def half(self, said: object) -> str:
        """Return this language's half of a sentence that stands in both, such as a denial's."""
        return in_language(str(said), self.language)

    def listed(self, parts: Iterable[str]) -> str:
        """Return parts in one line, as this language lists them."""
        return self.either("、", ", ").join(parts)

    def moment(self, value: datetime | str | None) -> str:
        """Return a moment as 11-26 10:14:07, with its year where that is not this one."""
        if value is None:
            return NOTHING
        local = _moment(value).astimezone(SHANGHAI)
        this_year = local.year == now().astimezone(SHANGHAI).year
        return format_datetime(local, "MM-dd HH:mm:ss" if this_year else "yyyy-MM-dd HH:mm:ss", locale=self.language)

    def exactly(self, value: datetime | str) -> str:
        """Return a moment in full, with its zone."""
        local = format_datetime(_moment(value), "yyyy-MM-dd HH:mm:ss", tzinfo=SHANGHAI, locale=self.language)
        return f"{local} {self('beijing-zone')}"

    def day(self, value: date | datetime | str | None) -> str:
        """Return a day as 2026-11-26."""
        if value is None:
            return NOTHING
        if isinstance(value, str):
            value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
        if isinstance(value, datetime):
            value = value.astimezone(SHANGHAI).date()
        return format_date(value, "yyyy-MM-dd", locale=self.language)

    def ago(self, value: datetime | str | None) -> str:
        """Return how long ago something was, or how far off it is; its moment where that is more than a day."""
        if value is None:
            return NOTHING
        apart = _moment(value) - now()
        if abs(apart) >= _DAY:
            return self.moment(value)
        return format_timedelta(apart, add_direction=True, locale=self.language)

    def lasting(self, span: timedelta) -> str:
        """Return how long something takes or took, in its largest unit."""
        return format_timedelta(span, locale=self.language)

    def number(self, value: int | Decimal | None) -> str:
        """Return a number, thousands apart."""
        return NOTHING if value is None else format_decimal(value, locale=self.language)

    def percent(self, value: Decimal | float | None) -> str:
        """Return a share as a percentage."""
        return NOTHING if value is None else format_percent(value, "0.0%", locale=self.language)


def _moment(value: datetime | str) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


@cache
def words_in(language: str) -> Words:
    """Return the words of "zh" or "en"."""
    return Words(language)


def language_of(request: Request) -> str:
    """Return the language asked for; Chinese unless English was chosen."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


def words_of(request: Request) -> Words:
    """Return the words in the visitor's language."""
    return words_in(language_of(request))
