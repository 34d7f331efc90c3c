"""What an address asks of a table: page, size, order, filters, columns, a file. Read and written in one place. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import urlencode

from connectors.model.calendar import day_ends, day_starts

PAGE_SIZES = (10, 20, 50, 100)
FIRST_SIZE = 20
FURTHEST_ROW = 100_000  # whoever needs what lies beyond filters
LONGEST_FILTER = 200
EXPORTS = ("csv", "xlsx")
FIRST_DAY, LAST_DAY = date(1949, 1, 1), date(2099, 12, 31)  # beyond them, a mistake in typing


@dataclass(frozen=True)
class Asked:
    """What is asked: pages count from one; `columns` empty for the usual ones; `after` where a walk goes on."""

    page: int = 1
    size: int = FIRST_SIZE
    sort: str = ""
    descending: bool = False
    filters: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    after: str = ""
    export: str = ""


def read_asked(
    parameters: Mapping[str, str],
    *,
    sortable: Collection[str],
    columns: Collection[str],
    options: Mapping[str, Collection[str] | None],
    days: Collection[str],
) -> Asked | None:
    """Return what an address asks; None where it asks for a page, order, filter or column that there is not."""
    sort = parameters.get("sort", "")
    chosen = tuple(filter(None, parameters.get("columns", "").split(",")))
    filters = {key: parameters[key].strip() for key in options if parameters.get(key, "").strip()}
    page, size = parameters.get("page", "1"), parameters.get("size", str(FIRST_SIZE))
    sound = (
        page.isdecimal() and size.isdecimal() and len(page) <= 6 and len(size) <= 3 and int(size) in PAGE_SIZES
        and 1 <= int(page) <= FURTHEST_ROW // int(size)
        and sort.removeprefix("-") in {"", *sortable}
        and set(chosen) <= set(columns)
        and parameters.get("export", "") in {"", *EXPORTS}
        and len(parameters.get("after", "")) <= LONGEST_FILTER
        and all(_is_one(value, options[key]) for key, value in filters.items())
        and all(_is_day(value) for key, value in filters.items() if key in days)
    )  # fmt: skip
    if not sound:
        return None
    return Asked(
        int(page), int(size), sort.removeprefix("-"), sort.startswith("-"), filters, chosen,
        parameters.get("after", ""), parameters.get("export", ""),
    )  # fmt: skip


def address(path: str, asked: Asked) -> str:
    """Return the address that asks it; what is as usual is left out."""
    order = f"{'-' if asked.descending else ''}{asked.sort}" if asked.sort else ""
    said = {
        **asked.filters,
        "sort": order,
        "columns": ",".join(asked.columns),
        "size": "" if asked.size == FIRST_SIZE else asked.size,
        "page": "" if asked.page == 1 else asked.page,
        "after": asked.after,
        "export": asked.export,
    }
    query = urlencode({key: value for key, value in said.items() if value != ""})
    return f"{path}?{query}" if query else path


def begins(day: str) -> datetime | None:
    """Return when a day that a filter names begins; None where it names none."""
    return day_starts(date.fromisoformat(day)) if day else None


def ends(day: str) -> datetime | None:
    """Return when a day that a filter names is over, so that it is within; None where it names none."""
    return day_ends(date.fromisoformat(day)) if day else None


def _is_one(value: str, options: Collection[str] | None) -> bool:
    return value in options if options is not None else len(value) <= LONGEST_FILTER and value.isprintable()


def _is_day(value: str) -> bool:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return False
    return day.isoformat() == value and FIRST_DAY <= day <= LAST_DAY
