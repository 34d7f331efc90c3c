"""The made-up city: everybody registered, records handed in, consents, questions, answers and reports of every kind.

It is built on a running instance, by the doors that everybody uses: the operator's changes at this machine, and HTTP
with a key of their own for agencies, banks and enterprises. Nothing is written past a rule.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from gateway.demo.cases import play
from gateway.demo.cast import ACCOUNTS, SCANTY, SHARES
from gateway.demo.command_line import DemoError
from gateway.demo.enrolling import LogIn, enrol
from gateway.demo.instance import Instance, wait_until
from gateway.demo.records import hand_in, hand_in_another_form
from signing.keys import load_key


@dataclass(frozen=True)
class City:
    """What a newcomer needs to know of a city: how many enterprises, the log-ins, the consent that waits."""

    enterprises: int
    logins: Sequence[LogIn]
    waiting_consent: str


def build_city(instance: Instance, enterprises: int, today: date) -> City:
    """Build a city of so many enterprises on an instance that serves and works, showing progress.

    Raises DemoError where anything comes out otherwise than it should.
    """
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("登记 registering", total=1)
        logins = enrol(instance, enterprises)
        progress.advance(task)
        task = progress.add_task("提交 submissions", total=len(SHARES) + 1)
        for dataset in SHARES:
            hand_in(instance, dataset, enterprises, today)
            progress.advance(task)
        hand_in_another_form(instance, today)
        progress.advance(task)
        task = progress.add_task("授权与查询 consents and inquiries")
        played = play(instance, enterprises, lambda done, of: progress.update(task, completed=done, total=of))
    _ask_for_more(instance)
    wait_until(lambda: instance.is_proved("auditor", played.newest_entry), "the log to be signed", pause=0.2)
    return City(enterprises, logins, played.waiting_consent)


def _ask_for_more(instance: Instance) -> None:
    """Ask, as one operator, for a quota that a second one has to approve."""
    instance.keys["operator"] = load_key(instance.home / "keys/operator.json")
    change = {"action": "quota.set", "scope": "institution", "id": ACCOUNTS[SCANTY], "per_day": 500, "per_month": 5000}
    answer = instance.post("operator", "/v1/admin/changes", change)
    if answer.status_code != 202:
        raise DemoError(f"未受理 quota.set was not taken: {answer.status_code} {answer.text}")
