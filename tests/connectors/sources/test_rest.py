"""Paged interfaces: what an unsteady or hostile one can and cannot make us do."""

import json
from datetime import datetime

import pytest

from connectors.errors import ConnectorError
from connectors.sources.contract import content
from connectors.sources.registry import open_connector
from connectors.sources.web import caller
from tests.connectors.sources import paged
from tests.connectors.sources.paged import row


def rest(interface, style="page", **more):
    return open_connector("rest", paged.config(interface, style, **more))


def walk(interface, after=None, **more):
    """Read to the end; return the ids and the last watermark."""
    ids = []
    while found := rest(interface, **more).read(after):
        after = found.watermark
        ids += [int(cells[found.open().header.index("id")]) for cells in content(found)]
    return ids, after


@pytest.mark.parametrize("style", paged.PAGINGS)
@pytest.mark.parametrize("inclusive", [False, True], ids=["after", "from"])
def test_only_what_is_new_is_read_the_next_time_and_equal_marks_are_not_lost(interface, style, inclusive):
    interface.inclusive = inclusive
    interface.rows = [row(number, "2026-01-01") for number in range(5)]
    ids, after = walk(interface, style=style)
    assert sorted(ids) == [0, 1, 2, 3, 4]
    if inclusive:  # an interface that means "after" cannot give it
        interface.rows.append(row(5, "2026-01-01"))
    interface.rows.append(row(6, "2026-01-02"))
    assert walk(interface, after, style=style)[0] == ([5, 6] if inclusive else [6])
    assert any(asked.get("since") == "2026-01-01" for _, asked, _ in interface.calls)


@pytest.mark.parametrize("style", ["page", "offset"])
def test_without_a_watermark_rows_added_at_the_end_are_read(interface, style):
    interface.rows = [row(number, str(number)) for number in range(3)]
    ids, after = walk(interface, style=style, watermark=False)
    assert ids == [0, 1, 2]
    interface.rows += [row(3, "3"), row(4, "4")]
    assert walk(interface, after, style=style, watermark=False)[0] == [3, 4]


@pytest.mark.parametrize("style", paged.PAGINGS)
def test_a_pull_that_fails_in_the_middle_leaves_the_watermark_and_nothing_else(interface, style):
    interface.rows = [row(number, str(number)) for number in range(9)]
    whole = walk(interface, style=style)[0]
    first = rest(interface, style).read(None)
    interface.calls.clear()
    interface.broken = {2: (400, {}, {})}
    with pytest.raises(ConnectorError, match="HTTP 400"):
        rest(interface, style).read(first.watermark)
    interface.broken = {}
    read = [int(cells[1]) for cells in content(first)] + walk(interface, first.watermark, style=style)[0]
    assert read == whole == list(range(9))


def test_a_passing_fault_is_tried_again_within_the_call_and_a_lasting_one_is_told(interface):
    interface.rows = [row(1)]
    interface.broken = {1: (503, {}, {}), 2: (429, {}, {})}
    assert walk(interface)[0] == [1]
    interface.calls.clear()
    interface.broken = dict.fromkeys(range(1, 9), (503, {}, {}))
    with pytest.raises(ConnectorError, match="HTTP 503"):
        rest(interface).read(None)
    assert len(interface.calls) == caller.TRIES


@pytest.mark.parametrize("style", ["page", "link"])
def test_no_answer_leads_us_to_another_host(interface, style):
    with paged.interface() as inner:
        inner.rows = [row(99)]
        interface.rows = [row(1)]
        body = {"data": {"list": [row(1)]}}
        link = {"Link": f'<{inner.address}/link>; rel="next"'}
        interface.broken = {
            1: (302, {"Location": f"{inner.address}/page"}, {}) if style == "page" else (200, link, body)
        }
        with pytest.raises(ConnectorError, match=r"redirects|another host"):
            rest(interface, style).read(None)
        assert inner.calls == []


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"<html>", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"data": {"list": {"a": 1}}}', "no list of objects"),
        (b'{"data": {"list": [1, 2]}}', "no list of objects"),
        (b'{"data": {"list": [{"at": "1", "a": {"b": 1}}]}}', "single value"),
        (b'{"data": {"list": [{"at": null}]}}', "at"),
        (b'{"data": []}', "data.list"),
        (b"\xff\xfe", "not JSON"),
    ],
)
def test_an_answer_that_is_not_as_agreed_is_told(interface, answer, reason):
    interface.broken = {1: (200, {}, answer)}
    with pytest.raises(ConnectorError, match=reason):
        rest(interface).read(None)


def test_a_number_with_an_exponent_beyond_any_decimal_is_a_cell_as_it_was_written(interface):
    written = json.dumps({"data": {"list": [row(1)], "total": 1}}).replace(": 1,", ": 1e99999999999999999999999,", 1)
    interface.broken = {1: (200, {}, written.encode())}
    read = rest(interface).read(None)
    assert "1e99999999999999999999999" in next(iter(content(read)))


def test_an_answer_without_end_is_cut_off(interface, monkeypatch):
    monkeypatch.setattr(caller, "LARGEST_BODY", 10_000)
    interface.broken = {1: (200, {}, json.dumps({"data": {"list": [row(n) for n in range(1000)]}}).encode())}
    with pytest.raises(ConnectorError, match="too long"):
        rest(interface).read(None)


def test_an_answer_that_drips_is_cut_off(interface, monkeypatch):
    monkeypatch.setattr(caller, "CALL_SECONDS", -1.0)
    interface.rows = [row(1)]
    with pytest.raises(ConnectorError, match="too long to come"):
        rest(interface).read(None)


@pytest.mark.parametrize("style", paged.PAGINGS)
def test_an_interface_that_gives_the_same_page_for_ever_is_found_out(interface, style):
    same = {"data": {"list": [row(1), row(2)], "next": "again"}}
    link = {"Link": '</link?cursor=1>; rel="next"'}
    interface.broken = dict.fromkeys(range(1, 50), (200, link, same))
    with pytest.raises(ConnectorError, match="two pages are the same"):
        rest(interface, style).read(None)
    assert len(interface.calls) <= 3


@pytest.mark.parametrize("watermark", [True, False], ids=["watermark", "none"])
@pytest.mark.parametrize("counts", [True, False], ids=["told", "untold"])
@pytest.mark.parametrize("rows", [1, 2, 3, 4, 6])
def test_the_last_page_given_once_more_is_the_end(interface, rows, counts, watermark):
    """PageHelper's "reasonable" answers any page beyond the last with the last."""
    interface.reasonable, interface.counts = True, counts
    interface.rows = [row(number, f"{number:02}") for number in range(rows)]
    for slice_rows in (1, 3, 100):
        ids, after = walk(interface, watermark=watermark, slice_rows=slice_rows)
        assert ids == list(range(rows))
        assert rest(interface, watermark=watermark, slice_rows=slice_rows).read(after) is None
    interface.rows.append(row(rows, "99"))
    assert walk(interface, after, watermark=watermark)[0] == [rows]


@pytest.mark.parametrize("told", [{"total": 0}, {"pages": 0}, {"total": 1, "pages": 1}])
def test_a_count_that_is_too_small_ends_no_walk(interface, told):
    """Some interfaces fill these members with something else."""
    pages = [[row(1), row(2)], [row(3)], []]
    interface.broken = {call: (200, {}, {"data": {"list": page, **told}}) for call, page in enumerate(pages, start=1)}
    assert len(content(rest(interface, slice_rows=10).read(None))) == 3


@pytest.mark.parametrize(("told", "reason"), [
    ({"total": 5}, "total 5"), ({"total": "5"}, "total 5"), ({"totalElements": 5}, "total 5"),
    ({"pages": 3}, "pages 3"),
])  # fmt: skip
def test_a_read_that_is_short_of_what_the_interface_says_is_told_and_takes_nothing(interface, told, reason):
    """Its parameters have other names: it gives the first page, whatever is asked for."""
    same = (200, {}, {"data": {"list": [row(1), row(2)], **told}})
    interface.broken = dict.fromkeys(range(1, 50), same)
    with pytest.raises(ConnectorError, match=reason):
        rest(interface).read(None)


def test_a_count_can_be_named_or_left_alone(interface):
    sums = {"data": {"list": [row(1)], "total": 12_000}, "page": {"rows": 2}}
    interface.broken = {call: (200, {}, sums if call % 2 else {"data": {"list": []}}) for call in range(1, 9)}
    with pytest.raises(ConnectorError, match="total 12000"):
        rest(interface).read(None)
    assert rest(interface, total="").read(None)
    with pytest.raises(ConnectorError, match="total 2"):
        rest(interface, total="page.rows").read(None)
    with pytest.raises(ConnectorError, match=r"no member page\.none"):
        rest(interface, total="page.none").read(None)


def instant(at):
    """Read an ISO instant, as an interface that compares rightly does."""
    return datetime.fromisoformat(at)


GROWING = {
    "numbers as text": (["998", "999"], ["1000", "1001"], int),
    "numbers with a point": (["9", "9.5"], ["10.25"], float),
    "instants": (["2026-10-01T00:00:01Z"], ["2026-10-01T00:00:01.500Z"], instant),
    "instants of two zones": (["2026-10-01T07:59:00Z"], ["2026-10-01T16:00:00+08:00"], instant),
    "days": (["2026-9-29", "2026-9-30"], ["2026-10-1"], lambda at: [int(part) for part in at.split("-")]),
    "text": (["a9"], ["b10"], str),
}


@pytest.mark.parametrize("kind", GROWING)
def test_a_mark_that_is_greater_by_what_it_is_and_less_as_text_is_taken(interface, kind):
    first, later, interface.order = GROWING[kind]
    interface.rows = [row(number, at) for number, at in enumerate(first)]
    ids, after = walk(interface)
    assert ids == list(range(len(first)))
    interface.rows += [row(number, at) for number, at in enumerate(later, start=len(first))]
    ids, after = walk(interface, after)
    assert ids == list(range(len(first), len(first) + len(later)))
    assert json.loads(after)["since"] == later[-1]


def test_a_mark_of_another_kind_is_refused_unless_the_kind_is_declared(interface):
    interface.order = lambda at: at.zfill(10)
    interface.rows = [row(1, "998"), row(2, "n/a")]
    with pytest.raises(ConnectorError, match="declare the watermark's type"):
        rest(interface).read(None)
    text = {"param": "since", "member": "at", "type": "text"}
    assert walk(interface, watermark=text)[0] == [1, 2]
    with pytest.raises(ConnectorError, match="integer"):
        rest(interface, watermark={**text, "type": "integer"}).read(None)


def test_a_walk_of_an_earlier_version_is_gone_on_with(interface):
    """It compared text, and kept neither the kind nor the count of rows."""
    interface.order, interface.counts = int, True
    interface.rows = [row(number, str(number)) for number in range(995, 1005)]
    ids, _ = walk(interface, json.dumps({"since": "999", "seen": [], "at": None, "high": None, "top": []}))
    assert ids == list(range(1000, 1005))
    begun = {"since": None, "seen": [], "at": [3, 0], "high": "998", "top": []}
    assert walk(interface, json.dumps(begun))[0] == list(range(999, 1005))


def test_rows_below_the_watermark_are_counted_whether_anything_is_new_or_not(interface):
    interface.heeds_since = False
    interface.rows = [row(1, "1"), row(2, "2"), row(3, "3")]
    _, after = walk(interface)
    for added, dropped in (([], 2), ([row(4, "4")], 2)):
        interface.rows += added
        connector = rest(interface)
        assert bool(connector.read(after)) == bool(added)
        assert connector.dropped().rows == dropped
        assert "older than the watermark" in connector.dropped().reason
    interface.heeds_since = True
    connector = rest(interface)
    connector.read(after)
    assert connector.dropped() is None


def test_an_interface_that_allows_only_small_pages_is_read_whole(interface):
    interface.rows = [row(number, str(number)) for number in range(7)]
    interface.size = 2
    assert walk(interface, paging={"style": "page", "size": 500})[0] == list(range(7))
    assert walk(interface, style="offset", paging={"style": "offset", "size": 500})[0] == list(range(7))


def test_marks_that_are_numbers_are_compared_as_numbers(interface):
    answer = (200, {}, {"data": {"list": [row(1, at=9), row(2, at=10)]}})
    interface.broken = {
        1: answer,
        2: (200, {}, {"data": {"list": []}}),
        3: answer,
        4: (200, {}, {"data": {"list": []}}),
    }
    ids, after = walk(interface, slice_rows=10)
    assert ids == [1, 2]
    assert json.loads(after)["since"] == 10
