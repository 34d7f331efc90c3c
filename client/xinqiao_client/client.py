"""The calls a bank and an agency make, each one method; a broken connection is tried again without doing it twice."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import httpx
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from xinqiao_client.auth import XinqiaoAuth
from xinqiao_client.keys import Key

CHUNK_BYTES = 256 * 1024
_PASSING = frozenset({429, 502, 503, 504})


class ProblemError(Exception):
    """The gateway refused: `slug` names the problem (docs/errors.md), `status` is HTTP's, `detail` says what to do."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        """Take the problem document (RFC 9457)."""
        self.status, self.body = status, body
        self.slug = str(body.get("type", "")).rpartition("/")[2].rpartition("#")[2]
        self.detail = str(body.get("detail", ""))
        super().__init__(f"{status} {self.slug}: {self.detail}")


class _PassingError(Exception):
    """An answer that may be another next time."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.answer = answer


class Xinqiao:
    """One client of one gateway. Safe to keep open; close it, or use it in a `with`."""

    def __init__(
        self, issuer: str, client_id: str, key: Key, *, timeout: float = 30, attempts: int = 4, pause: float = 0.5
    ) -> None:
        """Speak to `issuer` as `client_id` with its private key; `timeout` and `pause` are seconds."""
        auth = XinqiaoAuth(issuer, client_id, key)
        self._http = httpx.Client(base_url=issuer, auth=auth, timeout=timeout)
        self._retrying = Retrying(
            retry=retry_if_exception_type((_PassingError, httpx.TransportError)),
            stop=stop_after_attempt(attempts),
            wait=wait_random_exponential(multiplier=pause, max=20),
            reraise=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def ask(
        self,
        subject: str,
        *,
        product: str = "score",
        purpose: str,
        provider: str | None = None,
        consent: str | None = None,
        key: str | None = None,
    ) -> dict[str, Any]:
        """Ask about an enterprise by its USCC and return the answer document.

        `key` is the idempotency key: give one that you keep, and asking again returns the same answer uncharged.
        """
        question = {"subject": subject, "product": product, "purpose": purpose}
        question |= {"provider": provider} if provider else {}
        question |= {"consent": consent} if consent else {}
        return self._call("POST", "/v1/inquiries", json=question, headers={"Idempotency-Key": key or str(uuid4())})

    def request_consent(
        self, subject: str, *, purpose: str, products: Sequence[str], days: int = 90, max_uses: int | None = None
    ) -> dict[str, Any]:
        """Ask an enterprise to permit inquiries, for `days` from now; return the consent as requested."""
        until = (datetime.now(UTC) + timedelta(days=days)).isoformat(timespec="seconds")
        wanted: dict[str, Any] = {"subject": subject, "purpose": purpose, "products": list(products)}
        wanted |= {"valid_until": until} | ({"max_uses": max_uses} if max_uses is not None else {})
        return self._call("POST", "/v1/consents", json=wanted)

    def report(self, inquiry: str, *, outcome: str, decided_on: str, **figures: object) -> dict[str, Any]:
        """Report what became of an answer: `granted` with `amount` (yuan, as text) or `refused`."""
        told = {"inquiry": inquiry, "outcome": outcome, "decided_on": decided_on, **figures}
        return self._call("POST", "/v1/usage-results", json=told)

    def quota(self) -> dict[str, Any]:
        """Return what is left to ask, per plan and period."""
        return self._call("GET", "/v1/quota")

    def push(self, dataset: str, file: str | Path, *, batch: str | None = None) -> dict[str, Any]:
        """Push a file of a dataset; return its counts. The batch id is its digest unless given: again is no second."""
        body = _File(Path(file))
        headers = {"Batch-Id": batch or body.digest()[:32]}
        return self._call("POST", f"/v1/datasets/{dataset}/batches", content=body, headers=headers, timeout=900)

    def get(self, path: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - query parameters of any kind
        """Read any resource of the gateway."""
        return self._call("GET", path, params=parameters)

    def _call(self, method: str, path: str, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - httpx's own arguments
        try:
            answer: httpx.Response = self._retrying(self._send, method, path, **request)
        except _PassingError as fault:
            answer = fault.answer
        body = _read(answer)
        if answer.is_success:
            return body
        raise ProblemError(answer.status_code, body)

    def _send(self, method: str, path: str, **request: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own arguments
        answer = self._http.request(method, path, **request)
        if answer.status_code in _PASSING and "quota-exceeded" not in answer.text:
            raise _PassingError(answer)
        return answer


class _File:
    """A file as a request body that can be sent again."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __iter__(self) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk

    def digest(self) -> str:
        with self._path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def _read(answer: httpx.Response) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {"detail": answer.text[:500]}
    return told if isinstance(told, dict) else {}
