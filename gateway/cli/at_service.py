"""How commands speak to a service over HTTP, with somebody's own key: no instance is opened here, and none is made."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

import typer

from gateway.cli.output import Column, fail, show_list

if TYPE_CHECKING:
    from xinqiao_client import Enterprise, Xinqiao
    from xinqiao_client import Officer as OfficerClient
    from xinqiao_client.keys import Key

Result = TypeVar("Result")
Client = TypeVar("Client", bound="Xinqiao")
Service = Annotated[
    str, typer.Option("--service", envvar="XINQIAO_SERVICE", help="服务的地址 The service's address: https://…")
]
As = Annotated[str, typer.Option("--as", envvar="XINQIAO_AS", help="签署人编号 The signatory's id.")]
KeyFile = Annotated[
    Path, typer.Option("--key", envvar="XINQIAO_KEY", help="签署人的私钥文件 The file of its private key.")
]


@dataclass(frozen=True)
class Caller(Generic[Client]):
    """Who speaks to which service with which key, and whether the answer is for scripts."""

    service: str
    name: str
    key: Path
    as_json: bool

    def opened(self, key: "Key") -> Client:
        """Return the client of this kind of caller, open."""
        raise NotImplementedError

    def told(self) -> str:
        """Return what is said to a client of another kind."""
        raise NotImplementedError

    def run(self, step: Callable[[Client], Result]) -> Result:
        """Run a step as this caller; what it raises ends the command with one line, a JSON value for scripts."""
        import httpx

        from xinqiao_client import ProblemError, load_key

        try:
            with self.opened(load_key(self.key)) as client:
                return step(client)
        except ProblemError as fault:
            said = f"{self.told() if fault.reason == 'insufficient-scope' else ''}{fault}"
            fail(said, {**fault.body, "failed": said} if self.as_json else None)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as fault:
            fail(str(fault), {"failed": str(fault)} if self.as_json else None)


class Officer(Caller["OfficerClient"]):
    """A security administrator's client."""

    def opened(self, key: "Key") -> "OfficerClient":
        """Return the client of an officer."""
        from xinqiao_client import Officer as OfficerClient

        return OfficerClient(self.service, self.name, key)

    def told(self) -> str:
        """Return what is said to who is no officer."""
        return f"{self.name} 不是安全管理员 is no security administrator: "


class Account(Caller["Xinqiao"]):
    """An institution's account."""

    def opened(self, key: "Key") -> "Xinqiao":
        """Return the client of an account."""
        from xinqiao_client import Xinqiao

        return Xinqiao(self.service, self.name, key)

    def told(self) -> str:
        """Return what is said to who is no account."""
        return f"{self.name} 不是机构账户 is no institution's account: "


class Signatory(Caller["Enterprise"]):
    """An enterprise's signatory."""

    def opened(self, key: "Key") -> "Enterprise":
        """Return the client of a signatory."""
        from xinqiao_client import Enterprise

        return Enterprise(self.service, self.name, key)

    def told(self) -> str:
        """Return what is said to who is no signatory."""
        return f"{self.name} 不是企业签署人 is not an enterprise's signatory: "

    def show(
        self,
        name: str,
        rows: Callable[["Enterprise"], Iterator[dict[str, Any]]],
        in_words: Callable[[dict[str, Any]], dict[str, Any]],
        columns: Sequence[Column],
        limit: int,
    ) -> None:
        """Print the first `limit` of what the service lists, as the member `name` of one object for scripts, in words
        for people.
        """
        found = self.run(lambda enterprise: list(islice(rows(enterprise), limit + 1)))
        show_list(self.as_json, name, found if self.as_json else list(map(in_words, found)), columns, limit)
