"""The rules for every connector, as tests that anybody can run on a connector of their own (docs/connectors.md).

Subclass `ConnectorContract` in a test module and give it a fixture `offer`: a source with known content. pytest does
the rest. Every test makes the connector anew, as workers do: nothing is remembered but the watermark.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from connectors.errors import ConnectorError
from connectors.sources.protocol import Connector, Secrets, Slice
from connectors.sources.registry import config_schema, open_connector

MOST_SLICES = 1_000
NONSENSE: Sequence[object] = (None, 7, [], {"a": 1}, "", "\x00", "no such thing")


@dataclass(frozen=True)
class Offer:
    """A source with known content, and how to reach it.

    `rows` are all of its cells in the order they must be read; `wrong` pairs a configuration with words that the fault
    must hold; `hidden` are secrets that no fault may show; `look` returns the source's state, to see that it stays.
    """

    connector: str
    config: Mapping[str, object]
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    wrong: Sequence[tuple[Mapping[str, object], str]] = ()
    hidden: Sequence[str] = ()
    look: Callable[[], object] = lambda: None
    secrets: Secrets | None = None

    def open(self, config: Mapping[str, object] | None = None) -> Connector:
        """Make the connector anew. Raises ConnectorError."""
        return open_connector(self.connector, self.config if config is None else config, self.secrets)

    def slices(self) -> Iterator[tuple[Slice, list[list[str]]]]:
        """Walk over everything from the beginning, the watermark going through JSON on the way, as through a table."""
        after: str | None = None
        for _ in range(MOST_SLICES):
            found = self.open().read(after)
            if found is None:
                return
            assert found.watermark != after, "a slice must move the watermark"
            after = json.loads(json.dumps(found.watermark))
            yield found, content(found)
        raise AssertionError(f"more than {MOST_SLICES} slices: does the watermark move on?")


def content(found: Slice) -> list[list[str]]:
    """Return a slice's rows, and let go of it."""
    try:
        table = found.open()
        assert {type(column) for column in table.header} <= {str}, "columns are plain text"
        return [list(cells) for _, cells in table.rows]
    finally:
        found.discard()


class ConnectorContract:
    """The contract. A subclass gives the fixture `offer`."""

    def test_a_sound_source_passes_its_check_and_lists_its_columns(self, offer: Offer) -> None:
        connector = offer.open()
        connector.check()
        streams = connector.discover()
        assert streams
        assert list(streams[0].columns) == list(offer.columns)
        assert {type(column) for column in streams[0].columns} <= {str}, "columns are plain text"

    def test_everything_is_read_in_order_and_exactly_once(self, offer: Offer) -> None:
        read = [row for _, rows in offer.slices() for row in rows]
        assert read == [list(row) for row in offer.rows]

    def test_there_is_nothing_after_the_end(self, offer: Offer) -> None:
        last = None
        for found, _ in offer.slices():
            last = found.watermark
        assert last is not None
        assert offer.open().read(last) is None
        assert offer.open().read(last) is None

    def test_what_was_read_but_not_stored_is_read_again_the_same(self, offer: Offer) -> None:
        after = None
        for found, rows in offer.slices():
            again = offer.open().read(after)
            assert again is not None
            assert (again.digest, again.watermark, again.batch) == (found.digest, found.watermark, found.batch)
            assert content(again) == rows
            after = found.watermark

    def test_a_slice_can_be_opened_twice(self, offer: Offer) -> None:
        found = offer.open().read(None)
        assert found is not None
        first = [list(cells) for _, cells in found.open().rows]
        assert content(found) == first

    def test_nothing_at_the_source_is_changed(self, offer: Offer) -> None:
        before = offer.look()
        connector = offer.open()
        connector.check()
        connector.discover()
        for _ in offer.slices():
            pass
        assert offer.look() == before

    def test_the_configuration_has_a_schema_and_no_member_is_unknown(self, offer: Offer) -> None:
        assert config_schema(offer.connector)
        self.refused(offer, {**offer.config, "no such member": 1})

    def test_whatever_is_wrong_with_the_configuration_is_a_connector_error(self, offer: Offer) -> None:
        self.refused(offer, {})
        for name in offer.config:
            for value in NONSENSE:
                try:
                    offer.open({**offer.config, name: value}).check()
                except ConnectorError as fault:
                    self.hides(offer, fault)

    def test_the_check_names_what_is_wrong_and_no_secret(self, offer: Offer) -> None:
        for config, words in offer.wrong:
            fault = self.refused(offer, config)
            assert words in str(fault), f"{words!r} should stand in {fault}"

    def test_a_watermark_that_is_none_is_a_connector_error(self, offer: Offer) -> None:
        for spoilt in ("", "?", "[]", "{}", "\x00", "null", '{"a": [1]}'):
            try:
                if found := offer.open().read(spoilt):
                    found.discard()
            except ConnectorError as fault:
                self.hides(offer, fault)

    def refused(self, offer: Offer, config: Mapping[str, object]) -> ConnectorError:
        try:
            offer.open(config).check()
        except ConnectorError as fault:
            self.hides(offer, fault)
            return fault
        raise AssertionError(f"a wrong configuration passes: {config}")

    def hides(self, offer: Offer, fault: BaseException) -> None:
        assert not [secret for secret in offer.hidden if secret in str(fault)]
