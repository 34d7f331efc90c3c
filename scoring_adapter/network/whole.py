"""The whole network at once, by sparse matrices of whole numbers: what is walked for one enterprise, for all. Pure.

A is the matrix of shares: who holds, by what is held. Ways of one step are A, of two A·A, of three A·A·A; from these go
the ways that meet a party twice. Products of three shares have 18 places: they are added up in an upper and a lower
part, so that nothing overflows and nothing is rounded before the end.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from scoring_adapter.network.shares import CONTROL, PPM

Numbers = npt.NDArray[np.int64]
NONE = -1


@dataclass(frozen=True)
class Relations:
    """Edges by the numbers of their parties (enterprises above 0): holdings, each once, with their shares (NONE: not
    known), and all edges that connect.
    """

    holders: Numbers
    held: Numbers
    shares: Numbers
    sources: Numbers
    targets: Numbers


@dataclass(frozen=True)
class Standings:
    """For each enterprise, rising: how many hold it, how many it holds, the component, circle and group of common
    control it is in (by their least numbers; NONE: in none) with how many enterprises each has. Then who controls whom.
    """

    subjects: Numbers
    holders: Numbers
    holdings: Numbers
    component: Numbers
    component_size: Numbers
    circle: Numbers
    circle_size: Numbers
    group: Numbers
    group_size: Numbers
    controlled: Numbers
    controllers: Numbers
    control_shares: Numbers

    @property
    def digest(self) -> bytes:
        """A digest of all that was found."""
        digest = hashlib.sha256()
        for name in self.__dataclass_fields__:
            digest.update(np.ascontiguousarray(getattr(self, name), dtype="<i8").tobytes())
        return digest.digest()


def stand(relations: Relations) -> Standings:
    """Return where each enterprise that has an edge stands."""
    parties = np.unique(
        np.concatenate([relations.sources, relations.targets, relations.holders, relations.held])
    ).astype(np.int64)
    size = len(parties)
    rows, columns = np.searchsorted(parties, relations.holders), np.searchsorted(parties, relations.held)
    holds = _matrix(np.ones(len(rows), np.int64), rows, columns, size)
    shares = _matrix(np.where(relations.shares == NONE, 0, relations.shares), rows, columns, size)
    sources, targets = np.searchsorted(parties, relations.sources), np.searchsorted(parties, relations.targets)
    linked = _matrix(np.ones(len(sources), np.int64), sources, targets, size)
    _, component = connected_components(linked + holds, directed=False)
    _, circle = connected_components(holds, directed=True, connection="strong")
    controls = _ultimate(totals(shares))
    _, group = connected_components(controls.astype(bool), directed=False)
    alone = np.bincount(group, minlength=size)[group] == 1
    in_circle = np.bincount(circle, minlength=size)[circle] > 1

    ours = parties > 0
    named = [_name(parties, labels) for labels in (component, circle, group)]
    sizes = [np.bincount(labels, weights=ours, minlength=size).astype(np.int64)[labels] for labels in
             (component, circle, group)]  # fmt: skip
    pairs = controls.tocoo()
    kept = ours[pairs.col]
    order = np.lexsort((parties[pairs.row[kept]], -pairs.data[kept], parties[pairs.col[kept]]))
    return Standings(
        parties[ours], np.diff(holds.tocsc().indptr)[ours], np.diff(holds.indptr)[ours],
        named[0][ours], sizes[0][ours],
        np.where(in_circle, named[1], NONE)[ours], np.where(in_circle, sizes[1], NONE)[ours],
        np.where(alone, NONE, named[2])[ours], np.where(alone, NONE, sizes[2])[ours],
        parties[pairs.col[kept]][order], parties[pairs.row[kept]][order], pairs.data[kept][order],
    )  # fmt: skip


def totals(shares: sparse.csr_array) -> sparse.csr_array:
    """Return what each party has of each by all ways of three steps or fewer that meet nobody twice; cut once."""
    two = _off_diagonal(sparse.csr_array(shares @ shares))
    # Ways i, k, l, j of three steps: `two` leaves out l = i. Those with k = j are i, j, l, j: what goes from j and
    # back, but for what goes by i, which is left out already.
    forth = sparse.csr_array(shares.multiply(shares.T))
    back = np.asarray(forth.sum(axis=1)).ravel()
    parts = []
    for of in (np.floor_divide, np.remainder):
        around = sparse.diags_array(of(back, PPM), dtype=np.int64)
        parts.append(_with(two, of) @ shares - shares @ around + shares.multiply(_with(forth, of)))
    upper, lower = (sparse.csr_array(part) for part in parts)
    total = _off_diagonal(sparse.csr_array(shares * PPM + two + upper + _with(lower, np.floor_divide)))
    total.data = np.minimum(total.data // PPM, PPM)
    total.eliminate_zeros()
    return total


def _ultimate(shares: sparse.csr_array) -> sparse.csr_array:
    """Return the shares of those who have enough, without those of whom another of them, or what they have, has."""
    enough = shares.copy()
    enough.data = np.where(enough.data >= CONTROL, enough.data, 0)
    enough.eliminate_zeros()
    ones = enough.copy()
    ones.data = np.ones_like(ones.data)
    size = ones.shape[0]
    selves = sparse.diags_array(np.ones(size, np.int64), dtype=np.int64)
    below = sparse.csr_array(sparse.csr_array(ones.T) @ sparse.csr_array(ones + selves))
    below.data = np.minimum(below.data, 1)
    found = sparse.csr_array(enough - enough.multiply(below))
    found.eliminate_zeros()
    return found


def _matrix(values: Numbers, rows: Numbers, columns: Numbers, size: int) -> sparse.csr_array:
    return sparse.csr_array(sparse.coo_array((values, (rows, columns)), shape=(size, size)))


def _off_diagonal(matrix: sparse.csr_array) -> sparse.csr_array:
    entries = matrix.tocoo()
    kept = entries.row != entries.col
    return _matrix(entries.data[kept], entries.row[kept], entries.col[kept], matrix.shape[0])


def _with(matrix: sparse.csr_array, of: np.ufunc) -> sparse.csr_array:
    """Return the upper or the lower part of each entry."""
    part = matrix.copy()
    part.data = of(part.data, PPM)
    return part


def _name(parties: Numbers, labels: Numbers) -> Numbers:
    """Return for each party the least enterprise among those of its label."""
    least = np.full(int(labels.max(initial=0)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(least, labels, np.where(parties > 0, parties, np.iinfo(np.int64).max))
    return least[labels]
