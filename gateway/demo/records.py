"""What the agencies of the made-up city hand in: sound rows, a few that are refused, one file that is held."""

from datetime import date
from random import Random
from uuid import uuid4

from connectors.catalogue.load import get_dataset
from connectors.catalogue.samples import sample_header, sample_rows
from gateway.demo.cast import SHARES
from gateway.demo.command_line import DemoError
from gateway.demo.enterprises import enterprise
from gateway.demo.instance import Instance
from gateway.demo.registered import HOLDERS, as_registered
from gateway.demo.samples import as_csv, parties_of

FEWEST_ROWS = 3
HELD = "tax_arrears"
_NEW_COLUMN = "滞纳金（元）"
_WRONG = (("code", "91330300MAX00000Q0"), ("name", ""))  # a check digit that is wrong; nobody's row


def hand_in(city: Instance, dataset: str, enterprises: int, today: date) -> None:
    """Hand a dataset in about its share of the enterprises. Raises DemoError where it is not taken in."""
    header, rows = _table(dataset, enterprises, today)
    answer = _push(city, dataset, as_csv(header, rows))
    if answer != 201:
        raise DemoError(f"{dataset}: {answer}")


def hand_in_another_form(city: Instance, today: date) -> None:
    """Hand in a file with a column that was never there: it is held until a clerk decides."""
    header, rows = _table(HELD, FEWEST_ROWS, today)
    answer = _push(city, HELD, as_csv([*header, _NEW_COLUMN], [[*row, "120.50"] for row in rows]))
    if answer != 202:
        raise DemoError(f"{HELD} 没有暂存 was not held: {answer}")


def _table(dataset: str, enterprises: int, today: date) -> tuple[list[str], list[list[str]]]:
    declared = get_dataset(dataset)
    many = max(FEWEST_ROWS, round(SHARES[dataset] * enterprises))
    chosen = sorted(Random(dataset).sample(range(1, enterprises + 1), min(many, enterprises)))
    if dataset == HOLDERS:
        chosen = [number for number in chosen if not enterprise(number).is_sole_trader]
    header = sample_header(declared)
    rows = as_registered(dataset, chosen, header, sample_rows(declared, parties_of(chosen), today))
    return header, [*rows, *_refused(rows[0])]


def _refused(row: list[str]) -> list[list[str]]:
    """Return rows that are refused, each for a reason of its own."""
    return [[row[0], value, *row[2:]] if what == "code" else [value, value, *row[2:]] for what, value in _WRONG]


def _push(city: Instance, dataset: str, content: bytes) -> int:
    url, headers = f"/v1/datasets/{dataset}/batches", {"Batch-Id": str(uuid4())}
    return city.client(get_dataset(dataset).agency).post(url, content=content, headers=headers).status_code
