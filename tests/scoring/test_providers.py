"""Asking outside providers: the example program as a process, and servers that misbehave."""

import asyncio
import json
import threading

import orjson
import pytest

from scoring_adapter.errors import ProviderAnswerError, ProviderUnavailableError
from scoring_adapter.providers.asking import Providers
from scoring_adapter.providers.breaker import MOST_SAVED
from scoring_adapter.providers.keeping import MOST_KEPT, Kept
from scoring_adapter.providers.mapping import RelayAnswer, read_answer
from scoring_adapter.providers.terms import Provider, Terms
from scoring_adapter.providers.trying import LARGEST_ANSWER
from signing.detached import verify_detached
from tests.enterprises import uscc
from tests.processes import free_port
from tests.providers import a_call, asked, good, provider, question, serving
from xinqiao_client import create_key


@pytest.fixture
async def providers():
    opened = Providers()
    yield opened
    await opened.close()


def at(url, version=1, **terms):
    return Provider("example", version, Terms(url, **terms))


def in_turn(*answers):
    left = iter(answers)
    return lambda _headers, _body: next(left)


async def test_the_score_depends_on_the_subject(providers):
    with provider() as url:
        scores = {(await providers.ask(at(url), asked(number), a_call())).score for number in range(1, 6)}
    assert len(scores) > 1


@pytest.mark.parametrize(
    ("fault", "expected", "kind"),
    [
        ("hang", ProviderUnavailableError, "timeout"),
        ("slow", ProviderUnavailableError, "timeout"),
        ("status500", ProviderUnavailableError, "status"),
        ("status503", ProviderUnavailableError, "status"),
        ("truncated", ProviderUnavailableError, "unreachable"),
        ("shape", ProviderAnswerError, "shape"),
        ("boolean", ProviderAnswerError, "shape"),
        ("subject", ProviderAnswerError, "subject"),
        ("inquiry", ProviderAnswerError, "subject"),
        ("range", ProviderAnswerError, "range"),
    ],
)
async def test_a_provider_that_misbehaves_is_not_believed(providers, fault, expected, kind):
    call = a_call()
    with provider("--break", fault) as url:
        with pytest.raises(expected) as refused:
            await providers.ask(at(url, time_ms=800), asked(), call)
        assert uscc(1) not in str(refused.value)
    assert call.outcome == kind


async def test_a_provider_that_is_not_there_is_unavailable(providers):
    call = a_call()
    with pytest.raises(ProviderUnavailableError):
        await providers.ask(at(f"http://127.0.0.1:{free_port()}/"), asked(), call)
    assert (call.outcome, call.attempts) == ("unreachable", 3)


async def test_a_stumble_is_tried_again_within_the_same_time(providers):
    call = a_call()
    with serving(in_turn((503, b""), (502, b""), (200, good()))) as url:
        assert (await providers.ask(at(url), asked(), call)).score == 500
    assert call.attempts == 3


@pytest.mark.parametrize(("attempts", "answered"), [(1, False), (2, False), (3, True)])
async def test_no_more_is_tried_than_agreed(providers, attempts, answered):
    call = a_call()
    with serving(in_turn((503, b""), (503, b""), (200, good()))) as url:
        try:
            await providers.ask(at(url, attempts=attempts), asked(), call)
        except ProviderUnavailableError:
            assert not answered
        else:
            assert answered
    assert call.attempts == attempts


@pytest.mark.parametrize(("percent", "tries"), [(0, 1), (100, 2)])
async def test_without_a_budget_nothing_is_tried_again(providers, percent, tries):
    call = a_call()
    with serving(in_turn((503, b""), (503, b""))) as url, pytest.raises(ProviderUnavailableError):
        await providers.ask(at(url, attempts=2, retry_percent=percent), asked(), call)
    assert call.attempts == tries


async def test_a_provider_that_is_down_is_asked_no_oftener_than_its_budget_lasts(providers):
    seen = []
    with serving(lambda *_: (seen.append(1), (503, b""))[1]) as url:
        one = at(url, attempts=2, retry_percent=10, open_after=20)
        for _ in range(19):
            with pytest.raises(ProviderUnavailableError):
                await providers.ask(one, asked(), a_call())
    assert len(seen) == 19 + int(MOST_SAVED) + 1  # what was saved up, and one of a tenth each


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", good(score=True), good(score=5.5), good(score="5"), good(score=-1), good(extra=1),
     good(inquiry="other"), good(score=1001), b"\xff", b"[" * LARGEST_ANSWER, good(band="b" * 201),
     good(reasons=["r"] * 21), good(reasons=["r" * 501])],
)  # fmt: skip
async def test_any_other_shape_is_refused(providers, body):
    with serving(in_turn((200, body))) as url, pytest.raises(ProviderAnswerError):
        await providers.ask(at(url), asked(), a_call())


@pytest.mark.parametrize(("more", "answered"), [(-1, True), (0, True), (1, False)])
async def test_an_answer_is_as_large_as_agreed_at_most(providers, more, answered):
    body = good() + b" " * (LARGEST_ANSWER - len(good()) + more)
    with serving(in_turn((200, body))) as url:
        try:
            await providers.ask(at(url), asked(), a_call())
        except ProviderAnswerError:
            assert not answered
        else:
            assert answered


@pytest.mark.parametrize("changes", [{"band": "b" * 200}, {"reasons": ["r" * 500] * 20}, {"score": 0}, {"score": 1000}])
def test_what_just_fits_is_taken(changes):
    read_answer("example", Terms("http://x"), question(), good(**changes))


def held_back(release):
    def answer(_headers, body):
        release.wait(10)
        return 200, good(subject=orjson.loads(body)["subject"])

    return answer


@pytest.mark.parametrize(("most", "refused"), [(2, 1), (3, 0)])
async def test_as_many_as_agreed_are_under_way_and_one_more_is_refused_at_once(providers, most, refused):
    release = threading.Event()
    with serving(held_back(release)) as url:
        one = at(url, most_at_once=most, time_ms=9000)
        waiting = [asyncio.create_task(providers.ask(one, asked(number), a_call())) for number in (1, 2, 3)]
        done, _ = await asyncio.wait(waiting, timeout=0.3)
        assert [type(task.exception()) for task in done] == [ProviderUnavailableError] * refused
        release.set()
        ended = await asyncio.gather(*waiting, return_exceptions=True)
        assert sum(isinstance(one, ProviderUnavailableError) for one in ended) == refused
        assert (await providers.ask(one, asked(4), a_call())).score == 500  # the places are free again


async def test_a_provider_that_hangs_takes_no_place_of_another(providers):
    release = threading.Event()
    with serving(held_back(release)) as hung, serving(in_turn((200, good()))) as url:
        one = at(hung, most_at_once=1, time_ms=9000)
        waiting = asyncio.create_task(providers.ask(one, asked(), a_call()))
        await asyncio.sleep(0.1)
        other = Provider("other", 1, Terms(url, most_at_once=1))
        assert (await providers.ask(other, asked(), a_call())).score == 500
        release.set()
        await waiting


async def test_a_provider_that_failed_too_often_is_left_alone_until_one_question_sees_it_back(providers):
    seen, down = [], threading.Event()
    down.set()

    def answer(_headers, _body):
        seen.append(1)
        return (500, b"") if down.is_set() else (200, good())

    with serving(answer) as url:
        one = at(url, open_after=3, open_seconds=1)
        for _ in range(3):
            with pytest.raises(ProviderUnavailableError):
                await providers.ask(one, asked(), a_call())
        call = a_call()
        with pytest.raises(ProviderUnavailableError) as refused:
            await providers.ask(one, asked(), call)
        assert (call.outcome, call.attempts, len(seen)) == ("open", 0, 3)
        assert refused.value.wait >= 1
        down.clear()
        await asyncio.sleep(1.1)
        assert (await providers.ask(one, asked(), a_call())).score == 500
        assert (await providers.ask(one, asked(), a_call())).score == 500


async def test_other_terms_begin_with_a_closed_breaker(providers):
    with serving(in_turn((500, b""), (200, good()))) as url:
        with pytest.raises(ProviderUnavailableError):
            await providers.ask(at(url, open_after=1), asked(), a_call())
        with pytest.raises(ProviderUnavailableError):
            await providers.ask(at(url, open_after=1), asked(), a_call())
        assert (await providers.ask(at(url, version=2, open_after=1), asked(), a_call())).score == 500


@pytest.mark.parametrize(("status", "asked_again"), [(404, True), (401, True), (429, False), (408, False)])
async def test_a_no_to_one_question_says_nothing_of_the_provider(providers, status, asked_again):
    with serving(in_turn((status, b""), (200, good()))) as url:
        one = at(url, open_after=1)
        with pytest.raises(ProviderUnavailableError):
            await providers.ask(one, asked(), a_call())
        call = a_call()
        if asked_again:
            await providers.ask(one, asked(), call)
        else:
            with pytest.raises(ProviderUnavailableError):
                await providers.ask(one, asked(), call)
            assert call.outcome == "open"


async def test_a_second_try_is_sent_beside_a_slow_one_where_it_is_allowed(providers):
    release, first = threading.Event(), threading.Event()

    def answer(_headers, _body):
        if not first.is_set():
            first.set()
            release.wait(10)
        return 200, good()

    for hedge, expected in ((50, 2), (0, 1)):
        first.clear()
        release.clear()
        call = a_call()
        with serving(answer) as url:
            one = Provider(f"hedge-{hedge}", 1, Terms(url, hedge_ms=hedge, time_ms=1000))
            if hedge:
                assert (await providers.ask(one, asked(), call)).score == 500
            else:
                with pytest.raises(ProviderUnavailableError):
                    await providers.ask(one, asked(), call)
            release.set()
        assert call.attempts == expected


async def test_every_try_shows_a_permit_of_its_own(providers):
    shown, left = [], iter("abc")

    def answer(headers, _body):
        shown.append(headers["Authorization"])
        return (503, b"") if len(shown) < 3 else (200, good())

    one = asked()
    with serving(answer) as url:
        await providers.ask(at(url), type(one)(one.question, lambda: next(left), ""), a_call())
    assert shown == ["Bearer a", "Bearer b", "Bearer c"]


async def test_an_answer_is_kept_only_where_it_may_be_and_for_whom_it_was_given(providers):
    seen = []

    def answer(_headers, body):
        seen.append(1)
        return 200, good(subject=orjson.loads(body)["subject"])

    with serving(answer) as url:
        kept, not_kept = at(url, keep_seconds=60), Provider("other", 1, Terms(url))
        call = a_call()
        await providers.ask(kept, asked(), a_call())
        await providers.ask(kept, asked(), call)
        assert (call.outcome, call.attempts, len(seen)) == ("kept", 0, 1)
        await providers.ask(kept, asked(asked_for="another bank"), a_call())
        await providers.ask(kept, asked(2), a_call())
        assert len(seen) == 3
        for _ in range(2):
            await providers.ask(not_kept, asked(), a_call())
        assert len(seen) == 5


def test_what_is_kept_ends_with_its_time_and_makes_room():
    answer, kept = read_answer("example", Terms("http://x"), question(), good()), Kept(10)
    kept.keep(asked(), answer, 100.0)
    assert [kept.find(asked(), now) is None for now in (109.9, 110.0)] == [False, True]
    for number in range(2, MOST_KEPT + 1):
        kept.keep(asked(number), answer, 100.0)
    assert kept.find(asked(), 101.0) is not None
    kept.keep(asked(MOST_KEPT + 1), answer, 100.0)
    assert kept.find(asked(), 101.0) is None


@pytest.fixture(scope="module")
def key_file(tmp_path_factory):
    """A provider's key pair."""
    return create_key(tmp_path_factory.mktemp("keys") / "provider.json").with_suffix("")


def key_of(file):
    return json.loads(file.with_name(f"{file.name}.pub").read_text())


async def test_an_answer_that_is_signed_as_agreed_is_taken_with_its_statement(providers, key_file):
    with provider("--sign", str(key_file)) as url:
        answer = await providers.ask(at(url, signing=key_of(key_file)), asked(), a_call())
        unasked = await providers.ask(Provider("other", 1, Terms(url)), asked(), a_call())
    verify_detached(answer.statement.signature, answer.statement.body, key_of(key_file))
    assert json.loads(answer.statement.body)["score"] == answer.score
    assert (answer.statement.version, type(unasked)) == (1, RelayAnswer)


@pytest.mark.parametrize("fault", ["unsigned", "forged", ""])
async def test_an_answer_that_is_not_signed_as_agreed_is_a_fault_of_its_own(providers, key_file, tmp_path, fault):
    other = key_of(create_key(tmp_path / "other.json").with_suffix("")) if not fault else key_of(key_file)
    call = a_call()
    broken = ("--break", fault) if fault else ()
    with provider("--sign", str(key_file), *broken) as url, pytest.raises(ProviderAnswerError) as refused:
        await providers.ask(at(url, signing=other), asked(), call)
    assert (refused.value.kind, call.outcome, call.attempts) == ("signature", "signature", 1)
