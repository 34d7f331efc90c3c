"""The calls of a platform's officer about what enterprises signed on paper: what waits, entering it, checking it."""

from pathlib import Path
from typing import Any

from xinqiao_client.client import Xinqiao

SCAN_TYPES = {".pdf": "application/pdf", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}


class Officer(Xinqiao):
    """A security administrator's client: one officer enters a signed paper, another checks it against the scan."""

    def papers(self, *, subject: str | None = None) -> dict[str, Any]:
        """Return requests with a scan that nobody has entered, and entries that nobody has checked."""
        return self._call("GET", "/v1/admin/paper", params={} if subject is None else {"subject": subject})

    def paper(self, consent: str) -> dict[str, Any]:
        """Return a request: `text` is what the paper has to say, `scans` are there, `entries` wait to be checked."""
        return self._call("GET", f"/v1/admin/paper/{consent}")

    def send_scan(self, consent: str, scan: str | Path) -> str:
        """Hand in a scan, a PDF, PNG or JPEG by its name; return its digest. Raises ValueError for another file."""
        file = Path(scan)
        if (media_type := SCAN_TYPES.get(file.suffix.lower())) is None:
            raise ValueError(f"{file}: 扫描件须为 a scan is one of {', '.join(SCAN_TYPES)}")
        headers = {"Content-Type": media_type}
        told = self._call("POST", f"/v1/admin/paper/{consent}/scans", content=file.read_bytes(), headers=headers)
        return str(told["scan"])

    def enter_paper(self, consent: str, *, scan: str, shown: str, **signer: str | None) -> dict[str, Any]:
        """Enter who signed (`id_number`, `role`, `signed_on`; of an agent `reference`, `until`); return the change that
        waits for the other officer.
        """
        given = {name: value for name, value in signer.items() if value is not None}
        return self._call("POST", f"/v1/admin/paper/{consent}", json={"scan": scan, "shown": shown, **given})

    def scan(self, consent: str, sha256: str) -> bytes:
        """Return a scan as it was handed in."""
        return self._answer("GET", f"/v1/admin/paper/{consent}/scans/{sha256}").content

    def decide(self, change: str, *, approve: bool, reason: str = "") -> dict[str, Any]:
        """Approve an entry that was checked against its scan, or send it back."""
        decision = "approve" if approve else "reject"
        return self._call("POST", f"/v1/admin/changes/{change}/{decision}", json={"reason": reason})
