"""How commands reach the instance: open it, run, and tell a fault in one line."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from gateway.cli.output import fail, wait

if TYPE_CHECKING:
    from gateway.runtime.instance import Instance
    from gateway.runtime.work import UnitOfWork

Result = TypeVar("Result")


def on_instance(step: Callable[["Instance"], Awaitable[Result]], *, as_json: bool = False) -> Result:
    """Run a step on the opened instance; what it raises ends the command with one line.

    A GatewayError, a denial too, says it itself; of a database or disk that cannot be used its kind alone is told.
    `as_json`: whoever asked for JSON is told a denial as JSON. What is held is no fault: it has a status of its own.
    """
    from gateway.runtime.denial import DeniedError
    from gateway.runtime.errors import GatewayError, NotInitialisedError, SettingsError
    from gateway.runtime.storage_faults import in_words, is_storage_fault, kind_of
    from gateway.web.error_table import ERRORS

    try:
        return asyncio.run(_opened(step))
    except DeniedError as fault:
        denial = fault.denial
        said = denial.detail or ERRORS[denial.reason].title
        if denial.reason == "delivery-held":
            wait(said, {**denial.members, "reason": denial.reason} if as_json else None)
        fail(said, {**denial.members, "reason": denial.reason, "failed": said} if as_json else None)
    except SettingsError:  # told where the command line ends, of every command alike
        raise
    except NotInitialisedError as fault:
        nothing_here = str(fault) == str(NotInitialisedError())  # it may be another log's instance, too
        fail((_beside_a_sandbox() if nothing_here else "") or str(fault))
    except GatewayError as fault:
        fail(str(fault))
    except Exception as fault:
        if not is_storage_fault(fault):
            raise
        fail(f"{ERRORS['storage-unavailable'].title}（{in_words(kind_of(fault))}）")


def _beside_a_sandbox() -> str:
    """Return what to run where the data folder has no instance but a sandbox, "" where it has none either."""
    from gateway.runtime.settings import load_settings

    mark = load_settings().home / "sandbox" / "sandbox.json"
    if not mark.is_file():
        return ""
    command = Path(json.loads(mark.read_text("utf-8"))["folder"]) / "xinqiao"
    return f"这里没有实例，但有沙盒：沙盒中的命令用 There is no instance here but a sandbox, whose command is {command}"


def on_any_instance(step: Callable[["Instance"], Awaitable[Result]]) -> Result | None:
    """Run a step on the instance of this machine; None where there is none, or its database cannot be used."""
    from gateway.runtime.errors import DatabaseUnavailableError, NotInitialisedError
    from gateway.runtime.storage_faults import is_storage_fault

    try:
        return asyncio.run(_opened(step))
    except (DatabaseUnavailableError, NotInitialisedError):
        return None
    except Exception as fault:
        if not is_storage_fault(fault):
            raise
        return None


async def _opened(step: Callable[["Instance"], Awaitable[Result]]) -> Result:
    from gateway.runtime.instance import open_instance
    from gateway.runtime.settings import load_settings

    async with open_instance(load_settings()) as instance:
        return await step(instance)


def in_one_unit(name: str, use_case: Callable[["UnitOfWork"], Awaitable[Result]]) -> Result:
    """Run a use case in one unit of work, for whoever runs this command; `name` is its commit point."""
    from gateway.runtime.actor import at_this_machine

    async def step(instance: "Instance") -> Result:
        async with instance.units.begin(name, at_this_machine()) as work:
            return await use_case(work)

    return on_instance(step)
