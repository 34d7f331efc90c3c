"""What batches brought in and ended, against their events: records, subjects, identifiers, names, acts. Pure."""

from collections.abc import Mapping

from gateway.evidence import batch_records, identities, set_acts
from gateway.evidence.batch_records import BatchRecords
from gateway.evidence.identities import Identities
from gateway.evidence.set_acts import SetActs
from gateway.evidence.vouched.comparison import Comparison
from gateway.evidence.vouched.declaration import Entry, Members

# Rows in the order they are taken, by the name of their file in an export.
QUERIES: Mapping[str, str] = {
    batch_records.WHERE: batch_records.QUERY,
    identities.NAMES: identities.NAMES_QUERY,
    identities.IDENTIFIERS: identities.IDENTIFIERS_QUERY,
    set_acts.WHERE: set_acts.QUERY,
}


class BatchContents:
    """Takes every entry, then the rows of QUERIES; `finish` compares what is left."""

    def __init__(self, comparison: Comparison) -> None:
        self._records, self._identities = BatchRecords(comparison), Identities(comparison)
        self._acts = SetActs(comparison)
        self._takers = {
            batch_records.WHERE: self._records.add,
            identities.NAMES: self._identities.add_change,
            identities.IDENTIFIERS: self._identities.add_identifier,
            set_acts.WHERE: self._acts.add,
        }

    @property
    def counts(self) -> dict[str, int]:
        """Return how many rows of each kind were compared."""
        return {
            batch_records.WHERE: self._records.count, batch_records.SUBJECTS: self._records.subjects,
            identities.IDENTIFIERS: self._identities.identifiers.count, identities.NAMES: self._identities.names.count,
            set_acts.WHERE: self._acts.count,
        }  # fmt: skip

    def enter(self, entry: Entry) -> None:
        """Take the next entry."""
        self._records.enter(entry)
        self._identities.enter(entry)
        self._acts.enter(entry)

    def add(self, name: str, row: Members) -> None:
        """Take the next row of a kind."""
        self._takers[name](row)

    def finish(self) -> None:
        """Compare the last batch of each kind, and note what is missing."""
        self._records.finish()
        self._identities.finish()
        self._acts.finish()
