"""A submission: what an agency hands in, whichever way it comes, until it is a batch."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from uuid import UUID

from connectors.decoding.decode import Table, decode
from connectors.model.datasets import Dataset
from connectors.personal.sealing import Protector
from connectors.sources.schedule import Advance
from gateway.intake.gate import IntakeGate
from gateway.runtime.instance import Instance
from gateway.runtime.spool import spool_of


@dataclass(frozen=True)
class Intake:
    """What taking in needs beside units of work: the order of intakes, where files lie, what seals personal data."""

    gate: IntakeGate
    home: Path
    protector: Protector

    @property
    def spool(self) -> Path:
        """Where files lie until they are taken in."""
        return spool_of(self.home)


def intake_of(instance: Instance) -> Intake:
    """Return what takes submissions in on an open instance; the order of intakes is that of one process."""
    return Intake(IntakeGate(), instance.settings.instance_home, instance.protector)


@dataclass(frozen=True)
class Submission:
    """What came: for which dataset, under which id of the sender's, its SHA-256, which way, and how it is read.

    `file` holds its bytes where there is a file. `signature`: the agency's, verified. `fetched`: we read it from the
    agency's own system, so there is nobody who could sign. `sent_by` names the sender where somebody else acts now.
    `corrects` names the batch whose refused rows come back corrected. `mapping` is a file of mappings that came
    with it: `dataset` has them beside the catalogue's own.

    What is settled in the transaction that stores its batch: the upload it came as; the held submission that a person
    accepted, which is therefore not judged again; the preview that was confirmed; how far a source has been read.

    Of a dataset that is delivered as full lists: `part` is no whole list, and ends nothing; `ends`: a person who was
    told how much it ends has accepted it, that was held at `held_at`.
    """

    dataset: Dataset
    sender_batch: str
    digest: bytes
    way: str
    read: Callable[[], Table]
    file: Path | None = None
    signature: str | None = None
    fetched: bool = False
    sent_by: str | None = None
    corrects: UUID | None = None
    upload_id: UUID | None = None
    held_id: UUID | None = None
    mapping: bytes | None = None
    preview_id: UUID | None = None
    advance: Advance | None = None
    part: bool = False
    ends: bool = False
    held_at: datetime | None = None

    @property
    def size(self) -> int:
        """How many bytes it has, 0 where it is no file."""
        return self.file.stat().st_size if self.file else 0


def from_file(
    path: Path,
    dataset: Dataset,
    sender_batch: str,
    digest: bytes,
    way: str,
    *,
    signature: str | None = None,
    fetched: bool = False,
    sent_by: str | None = None,
    corrects: UUID | None = None,
    upload_id: UUID | None = None,
    held_id: UUID | None = None,
    mapping: bytes | None = None,
    preview_id: UUID | None = None,
) -> Submission:
    """Return a file as a submission."""
    return Submission(
        dataset, sender_batch, digest, way, partial(decode, path), path, signature, fetched, sent_by, corrects,
        upload_id, held_id, mapping, preview_id,
    )  # fmt: skip


def digest_of(path: Path) -> bytes:
    """Return SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
