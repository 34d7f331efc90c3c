"""The calls a bank and an agency make, each one method; a broken connection is tried again without doing it twice."""

import hashlib
import time
from base64 import b64encode
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import httpx
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from xinqiao_client.auth import XinqiaoAuth
from xinqiao_client.errors import ProblemError, QuotaUsedUpError, UnreachableError, read_problem
from xinqiao_client.files import FileBody
from xinqiao_client.keys import Key, sign_batch

RESUMABLE_BYTES = 32 * 1024 * 1024
TUS = {"Tus-Resumable": "1.0.0"}
PIECE_TYPE = "application/offset+octet-stream"
BUSY_TRIES = 450
_PASSING = frozenset({429, 502, 503, 504})
Progress = Callable[[int, int], None]


class Xinqiao:
    """One client of one gateway. Safe to keep open; close it, or use it in a `with`.

    Every call raises XinqiaoError (errors.py) where it comes to nothing.
    """

    def __init__(
        self, issuer: str, client_id: str, key: Key, *, timeout: float = 30, attempts: int = 4, pause: float = 0.5
    ) -> None:
        """Speak to `issuer` as `client_id` with its private key; `timeout` and `pause` are seconds."""
        auth = XinqiaoAuth(issuer, client_id, key)
        self._key, self._pause = key, pause
        self._http = httpx.Client(base_url=issuer, auth=auth, timeout=timeout)
        self._retrying = Retrying(
            retry=retry_if_exception(_may_pass),
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
        duty: str | None = None,
        key: str | None = None,
        **extent: object,
    ) -> dict[str, Any]:
        """Ask about an enterprise by its USCC and return the answer document.

        `key` is the idempotency key: give one that you keep, and asking again returns the same answer uncharged.
        A government body names a `duty` of its own instead of a consent; the product `public_record` takes neither.
        `extent` is how much is asked, all that the product needs by default: `tier` "basic" or "detail", `categories`
        and `sources` (lists), `data_from` and `data_to` (dates), `mode` "VIEW" or "STORE"; `narrow=True` where as much
        as the consent permits will do, and `withheld` in the answer says what is missing; of the product `records`,
        `view` names a view of your institution's.
        """
        question: dict[str, Any] = {"subject": subject, "product": product, "purpose": purpose}
        question |= {name: value.isoformat() if isinstance(value, date) else value for name, value in extent.items()}
        question |= {"provider": provider} if provider else {}
        question |= {"consent": consent} if consent else {}
        question |= {"duty": duty} if duty else {}
        return self._call("POST", "/v1/inquiries", json=question, headers={"Idempotency-Key": key or str(uuid4())})

    def request_consent(
        self, subject: str, *, purpose: str, products: Sequence[str], days: int = 90, max_uses: int | None = None
    ) -> dict[str, Any]:
        """Ask an enterprise to permit inquiries, for `days` from now; return the consent as requested."""
        until = (datetime.now(UTC) + timedelta(days=days)).isoformat(timespec="seconds")
        wanted: dict[str, Any] = {"subject": subject, "purpose": purpose, "products": list(products)}
        wanted |= {"valid_until": until} | ({"max_uses": max_uses} if max_uses is not None else {})
        return self._call("POST", "/v1/consents", json=wanted)

    def import_consents(self, file: str | Path) -> dict[str, Any]:
        """Hand in consents that were signed elsewhere: a .zip of a sheet and scans, or .ndjson of terms and approvals;
        return what became of every row. The same file again is the same import.
        """
        signed = Path(file).suffix.lower() in {".ndjson", ".jsonl"}
        headers = {"Content-Type": "application/x-ndjson" if signed else "application/zip"}
        return self._call("POST", "/v1/consent-imports", content=Path(file).read_bytes(), headers=headers)

    def report(self, inquiry: str, *, outcome: str, decided_on: str, **figures: object) -> dict[str, Any]:
        """Report what became of an answer: `granted` with `amount` (yuan, as text) or `refused`."""
        told = {"inquiry": inquiry, "outcome": outcome, "decided_on": decided_on, **figures}
        return self._call("POST", "/v1/usage-results", json=told)

    def obligations(self, *, limit: int = 100) -> dict[str, Any]:
        """Return what is owed for answers, by when it is due: `reports` to make, `deletions` to attest."""
        return self._call("GET", "/v1/obligations", params={"limit": limit})

    def attest_deleted(self, inquiries: Sequence[str]) -> dict[str, Any]:
        """Say that the data of these answers has been deleted; each then has its entry in the log."""
        return self._call("POST", "/v1/obligations/deletions", json={"inquiries": list(inquiries)})

    def recalls(self, *, limit: int = 100, before: str | None = None) -> dict[str, Any]:
        """Return the answers that rest on a record which was taken back since, newest notice first; `next` pages on."""
        wanted = {"limit": limit} | ({"before": before} if before else {})
        return self._call("GET", "/v1/recalls", params=wanted)

    def quota(self) -> dict[str, Any]:
        """Return what is left to ask, per plan and period."""
        return self._call("GET", "/v1/quota")

    def push(
        self,
        dataset: str,
        file: str | Path,
        *,
        batch: str | None = None,
        sign: bool = False,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Push a file of a dataset; return its counts. The batch id is its digest unless given: again is no second.

        A file over `RESUMABLE_BYTES` goes in pieces: pushed again after a break, even by another process, it goes on
        where it stopped. `sign` adds a signature by this client's key; `progress` is told the bytes sent and the whole.
        """
        body = FileBody(Path(file))
        batch = batch or body.hexdigest[:32]
        headers = {"Batch-Id": batch}
        if sign:
            headers["Batch-Signature"] = sign_batch(self._key, batch, dataset, body.hexdigest)
        if body.size > RESUMABLE_BYTES:
            return self._upload(dataset, body, headers, progress or (lambda _sent, _whole: None))
        path = f"/v1/datasets/{dataset}/batches"
        return self._call("POST", path, content=body, headers={"Content-Digest": body.field, **headers}, timeout=900)

    def _upload(self, dataset: str, body: FileBody, headers: dict[str, str], progress: Progress) -> dict[str, Any]:
        """Send a file in pieces (tus 1.0). What the gateway says it holds is where the next piece begins."""
        given = {**TUS, **headers, "Upload-Length": str(body.size), "Repr-Digest": body.field}
        begun = self._answer("POST", f"/v1/datasets/{dataset}/uploads", headers=given)
        place, at, busy = begun.headers["Location"], int(begun.headers["Upload-Offset"]), 0
        while True:
            progress(at, body.size)
            try:
                sent = self._send_piece(place, at, body)
            except ProblemError as fault:
                # The answer to the last piece got lost, and the gateway is still at it: wait, ask, go on.
                busy += fault.reason == "upload-busy"
                if fault.reason not in {"offset-mismatch", "checksum-mismatch", "upload-busy"} or busy > BUSY_TRIES:
                    raise
                time.sleep(4 * self._pause if fault.reason == "upload-busy" else 0)
                sent = self._answer("HEAD", place, headers=TUS)
            before, at = at, int(sent.headers["Upload-Offset"])
            busy = 0 if at > before else busy
            if at == body.size and "Content-Location" in sent.headers:
                progress(at, body.size)
                return self._call("GET", sent.headers["Content-Location"])

    def _send_piece(self, place: str, at: int, body: FileBody) -> httpx.Response:
        content = body.piece(at)
        checksum = b64encode(hashlib.sha256(content).digest()).decode()
        headers = {**TUS, "Content-Type": PIECE_TYPE, "Upload-Offset": str(at), "Upload-Checksum": f"sha256 {checksum}"}
        return self._answer("PATCH", place, content=content, headers=headers, timeout=900)

    def get(self, path: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - query parameters of any kind
        """Read any resource of the gateway."""
        return self._call("GET", path, params=parameters)

    def _call(self, method: str, path: str, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - httpx's own arguments
        answer = self._answer(method, path, **request)
        try:
            told = answer.json()
        except ValueError as fault:
            raise read_problem(answer) from fault
        return told if isinstance(told, dict) else {}

    def _answer(self, method: str, path: str, **request: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own arguments
        """Return a good answer; what may pass is tried again first. Raises XinqiaoError."""
        try:
            answer: httpx.Response = self._retrying(self._send, method, path, **request)
        except httpx.TransportError as fault:
            raise UnreachableError(str(self._http.base_url), fault) from fault
        return answer

    def _send(self, method: str, path: str, **request: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own arguments
        answer = self._http.request(method, path, **request)
        if not answer.is_success:
            raise read_problem(answer)
        return answer


def _may_pass(fault: BaseException) -> bool:
    """Tell whether the same request can come to another end: no answer came, or one that says so."""
    if isinstance(fault, ProblemError):
        return fault.status in _PASSING and not isinstance(fault, QuotaUsedUpError)
    return isinstance(fault, httpx.TransportError) and not isinstance(fault, httpx.UnsupportedProtocol)
