"""Logs are JSON and hold no personal data."""

import io
import json
import logging
from uuid import UUID

import pytest
import structlog

from gateway.telemetry.logs import configure_logs
from gateway.telemetry.redaction import REDACTED, SECRET_KEYS, redact, redact_text


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch):
    """What was logged so far, parsed."""
    stream = io.StringIO()
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    monkeypatch.setattr("sys.stderr", stream)
    configure_logs("INFO", "gateway")
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:], root.level = before, level
    structlog.reset_defaults()


@pytest.mark.parametrize(
    "secret",
    [
        "91330300MA2ABCDE1X",
        "91330300ma2abcde1x",
        "330302199001011234",
        "33030219900101123X",
        "330203000030639",
        "13800138000",
        "温州市瓯海永强阀门有限公司",
        "温州（鹿城）小王烧饼店",
        "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJiYW5rIn0.c2lnbmF0dXJl",
        "xinqiao:geheim",
    ],
)
def test_no_shape_of_an_identifier_passes(secret: str):
    text = redact_text(
        f"row 7: postgresql://{secret}@host refused ({secret})" if ":" in secret else f"row 7 ({secret})"
    )
    assert REDACTED in text
    assert f"({secret})" not in text or ":" in secret
    assert f"//{secret}@" not in text


@pytest.mark.parametrize(
    "plain",
    [
        "019ab2c4-7d1e-7c3a-9f10-123456789012",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "2026-11-23T08:00:00Z",
        "POST /v1/inquiries 200 in 12.5 ms",
        "xinqiao_gateway",
    ],
)
def test_ids_digests_and_times_stay_readable(plain: str):
    assert redact_text(plain) == plain


# What stands under these names in what callers send and in our own log lines; a value alone would not give itself away.
NEVER_LOGGED = (
    "access_token", "address", "approval", "assertion", "authorization", "client_assertion", "cookie", "identifier",
    "kek", "legal_representative", "message_jws", "name", "password", "phone", "secret", "subject_name", "token",
    "uscc",
)  # fmt: skip


@pytest.mark.parametrize("key", NEVER_LOGGED)
def test_a_value_under_each_secret_key_is_never_shown(key: str):
    assert redact({key: "plain", key.title(): ["plain"], "count": 3}) == {
        key: REDACTED,
        key.title(): REDACTED,
        "count": 3,
    }


def test_every_key_that_is_secret_is_tried():
    assert set(NEVER_LOGGED) == SECRET_KEYS


def test_values_under_a_secret_key_are_never_shown_however_deep():
    assert redact({"subject": {"name": "王五", "rows": [{"uscc": "x"}]}, "count": 3}) == {
        "subject": {"name": REDACTED, "rows": [{"uscc": REDACTED}]},
        "count": 3,
    }


def test_an_identifier_stored_as_a_number_is_redacted():
    assert redact({"row": 330203000030639, "n": 12}) == {"row": REDACTED, "n": 12}


def test_other_types_are_redacted_by_their_text():
    assert redact([UUID(int=1), b"abc"]) == ["00000000-0000-0000-0000-000000000001", "<3 bytes>"]


def test_our_own_log_line_is_json_and_redacted(lines):
    structlog.get_logger("gateway.x").info("batch accepted", rows=3, uscc="91330300MA2ABCDE1X")
    (line,) = lines()
    assert line["event"] == "batch accepted"
    assert line["uscc"] == REDACTED
    assert line["instance"] == "gateway"
    assert {"level", "time"} <= line.keys()


def test_a_library_log_line_passes_the_same_redaction(lines):
    logging.getLogger("some.library").warning("duplicate key (%s)", "91330300MA2ABCDE1X")
    (line,) = lines()
    assert line["event"] == f"duplicate key ({REDACTED})"
    assert line["logger"] == "some.library"


def test_an_exception_is_logged_by_type_and_place_not_by_message(lines):
    def fails():
        raise ValueError("the row of 王五")

    try:
        fails()
    except ValueError:
        logging.getLogger("x").exception("ingest failed")
    (line,) = lines()
    assert line["fault"] == "ValueError"
    assert line["places"][-1].endswith(" fails")
    assert "王五" not in json.dumps(line, ensure_ascii=False)


@pytest.mark.parametrize("library", ["authlib.oauth2.rfc6749.grants", "httpx", "httpcore.http11"])
def test_what_a_library_says_of_tokens_is_not_heard(lines, library):
    configure_logs("DEBUG", "gateway")
    logging.getLogger(library).debug("Issue token %r", {"access_token": "eyJ.secret"})
    logging.getLogger(library).info("POST /oauth/token")
    assert lines() == []
