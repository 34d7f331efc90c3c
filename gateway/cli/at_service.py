"""How commands speak to a service over HTTP, with somebody's own key: no instance is opened here, and none is made."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from gateway.cli.output import Column, fail, show_list

if TYPE_CHECKING:
    from xinqiao_client import Enterprise

Result = TypeVar("Result")
Service = Annotated[
    str, typer.Option("--service", envvar="XINQIAO_SERVICE", help="服务的地址 The service's address: https://…")
]
As = Annotated[str, typer.Option("--as", envvar="XINQIAO_AS", help="签署人编号 The signatory's id.")]
KeyFile = Annotated[
    Path, typer.Option("--key", envvar="XINQIAO_KEY", help="签署人的私钥文件 The file of its private key.")
]


@dataclass(frozen=True)
class Signatory:
    """Who speaks to which service with which key, and whether the answer is for scripts."""

    service: str
    signatory: str
    key: Path
    as_json: bool

    def run(self, step: Callable[["Enterprise"], Result]) -> Result:
        """Run a step as this signatory; what it raises ends the command with one line, a JSON value for scripts."""
        import httpx

        from xinqiao_client import Enterprise, ProblemError, load_key

        try:
            with Enterprise(self.service, self.signatory, load_key(self.key)) as enterprise:
                return step(enterprise)
        except ProblemError as fault:
            no_signatory = fault.reason == "insufficient-scope"
            who = f"{self.signatory} 不是企业签署人 is not an enterprise's signatory: " if no_signatory else ""
            fail(f"{who}{fault}", {**fault.body, "failed": f"{who}{fault}"} if self.as_json else None)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as fault:
            fail(str(fault), {"failed": str(fault)} if self.as_json else None)

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
