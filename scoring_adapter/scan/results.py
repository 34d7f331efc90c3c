"""What a scan finds of many subjects at once: their parts, packed, their scores and bands."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b, sha256

import numpy as np
from numpy.typing import NDArray

NOT_SCORED = -1
NO_REASON = -1


@dataclass(frozen=True)
class Results:
    """Results of subjects in rising order; `scores` and `bands` (its place on the card) are NOT_SCORED for none.

    `sections` and `sizes` are with whom each is compared (industries.py), UNPLACED for none. `reasons` are the entries
    of the card that weighed most, with their points, as packed by `pack_reasons`. `digests` tell whether a subject's
    result is the one that stands already; they hold what it rests on, too.
    """

    subjects: NDArray[np.int64]
    scores: NDArray[np.int16]
    bands: NDArray[np.int8]
    packed: Sequence[bytes]
    reasons: Sequence[bytes]
    digests: NDArray[np.int64]
    sections: NDArray[np.int8]
    sizes: NDArray[np.int8]

    def digest(self) -> bytes:
        """Return SHA-256 over what was found; a subject of which nothing is known does not count."""
        known = np.fromiter((bool(one) for one in self.packed), np.bool_, len(self.packed))
        over = sha256()
        for column, kind in ((self.subjects, "<i8"), (self.scores, "<i2"), (self.bands, "<i1")):
            over.update(column[known].astype(kind).tobytes())
        over.update(b"".join([one + why for one, why in zip(self.packed, self.reasons, strict=True) if one]))
        return over.digest()

    def scored(self) -> int:
        """Return how many have a score."""
        return int((self.scores != NOT_SCORED).sum())


def results_of(
    salt: bytes,
    subjects: NDArray[np.int64],
    scores: NDArray[np.int16],
    bands: NDArray[np.int8],
    packed: Sequence[bytes],
    reasons: Sequence[bytes],
    places: tuple[NDArray[np.int8], NDArray[np.int8]],
) -> Results:
    """Return results with their digests; `salt` stands for the card and the tags they rest on."""
    kept = blake2b(salt, digest_size=8)
    found: list[bytes] = []
    columns = scores.tolist(), bands.tolist(), reasons, packed
    for score, band, why, parts in zip(*columns, strict=True):
        one = kept.copy()
        one.update(b"%d %d %d " % (score, band, len(why)) + why + parts)
        found.append(one.digest())
    digests = np.frombuffer(b"".join(found), "<i8").astype(np.int64)
    return Results(subjects, scores, bands, packed, reasons, digests, *places)


def pack_reasons(reasons: NDArray[np.int16], points: NDArray[np.int16]) -> list[bytes]:
    """Return each subject's reasons in two bytes for the entry's place on the card and two for its points."""
    found = reasons != NO_REASON
    brought = np.take_along_axis(points, np.where(found, reasons, 0).astype(np.int64), axis=1)
    content = np.stack([reasons, brought], axis=-1).astype("<i2").tobytes()
    width = 4 * reasons.shape[1]
    sizes = (4 * found.sum(axis=1)).tolist()
    return [content[at * width : at * width + size] for at, size in enumerate(sizes)]


def unpack_reasons(packed: bytes) -> list[tuple[int, int]]:
    """Return the entries' places on the card and their points, the weightiest first."""
    flat = np.frombuffer(packed, "<i2").tolist()
    return list(zip(flat[::2], flat[1::2], strict=True))
