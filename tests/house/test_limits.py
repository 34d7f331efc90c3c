"""Every limit, one below, at and one above it; and no limit that nobody thought of."""

import inspect
import pkgutil
from datetime import timedelta
from importlib import import_module

import pytest

from tests.house.limits import LIMITS, ON_DISK

ROOMS = (
    "signing", "consent", "audit", "gateway.identity", "gateway.consents", "gateway.inquiries", "gateway.intake",
    "gateway.platforms", "gateway.quota", "gateway.web",
)  # fmt: skip
# Limits that need more than a function: a running service, a database, many connections.
ELSEWHERE = {
    "gateway.consents.holders.SHORTEST_NUMBER": (6, "tests/consents/test_paper.py"),
    "gateway.consents.holders.LONGEST_NUMBER": (64, "tests/consents/test_paper.py"),
    "signing.selective.LONGEST": (20_000, "tests/sharing/test_giving.py"),
    "consent.life.LAPSES_AFTER": (timedelta(hours=72), "tests/house/test_limits_over_http.py"),
    "signing.detached.LONGEST_SIGNATURE": (2048, "tests/signing/test_detached.py"),
    "gateway.consents.files.LONGEST_FILE": (5 * 1024**2, "tests/consents/test_files.py"),
    "gateway.consents.files.MOST_FILES": (10, "tests/consents/test_files.py"),
    "gateway.consents.imports.archive.LARGEST_SHEET": (1024**2, "tests/consents/test_imports.py"),
    "gateway.consents.imports.archive.MOST_UNPACKED": (64 * 1024**2, "tests/consents/test_imports.py"),
    "gateway.consents.imports.archive.MOST_ROWS": (200, "tests/consents/test_imports.py"),
    "gateway.consents.imports.signed.MOST_APPROVALS": (5, "tests/consents/test_imports.py"),
    "gateway.consents.imports.taking.LARGEST_IMPORT": (32 * 1024**2, "tests/consents/test_imports.py"),
    "gateway.consents.templates.MOST_TEMPLATES": (500, "tests/consents/test_templates.py"),
    "gateway.inquiries.bases.setting.LONGEST_LAW": (200, "tests/inquiries/test_duties_registered.py"),
    "gateway.inquiries.bases.setting.LONGEST_ARTICLE": (100, "tests/inquiries/test_duties_registered.py"),
    "gateway.inquiries.obligations.GRACE": (timedelta(days=15), "tests/inquiries/test_obligations.py"),
    "gateway.inquiries.deletions.MOST_AT_ONCE": (500, "tests/inquiries/test_deletions.py"),
    "gateway.inquiries.lives.REVOKED_WITHIN": (timedelta(days=15), "tests/inquiries/test_deletions.py"),
    "gateway.inquiries.lives.REMINDED_BEFORE": (timedelta(days=7), "tests/inquiries/test_deletions.py"),
    "gateway.inquiries.records.listing.MOST_RECORDS": (200, "tests/inquiries/test_records.py"),
    "gateway.inquiries.results.protection.FEWEST": (5, "tests/inquiries/test_usage_report.py"),
    "gateway.inquiries.results.report.LONGEST_DAYS": (366, "tests/inquiries/test_usage_report.py"),
    "gateway.inquiries.results.report.MOST_ANSWERS": (200_000, "tests/inquiries/test_usage_report.py"),
    "gateway.inquiries.views.setting.LONGEST_TITLE": (100, "tests/inquiries/test_data_views.py"),
    "gateway.inquiries.views.view.MOST_COLUMNS": (100, "tests/inquiries/test_data_views.py"),
    "gateway.inquiries.recalls.RECALLED_WITHIN": (timedelta(days=365), "tests/inquiries/test_recalls.py"),
    "gateway.inquiries.obligations.REPORT_WITHIN": (timedelta(days=30), "tests/inquiries/test_obligations.py"),
    "gateway.identity.clients.access.BOUND_SECONDS": (0.5, "tests/identity/test_two_workers.py"),
    "gateway.identity.tokens.codes.LIFE_SECONDS": (60, "tests/identity/test_codes.py"),
    "gateway.identity.tokens.dpop.LARGEST_ID": (256, "tests/identity/test_proof_limits.py"),
    "gateway.identity.tokens.dpop.LARGEST_HEADER": (2048, "tests/identity/test_proof_limits.py"),
    "gateway.identity.tokens.dpop.LARGEST_PROOF": (8192, "tests/identity/test_proof_limits.py"),
    "gateway.identity.tokens.dpop.LONGEST_AGE_SECONDS": (60, "tests/identity/test_proof_limits.py"),
    "gateway.identity.tokens.dpop.SKEW_SECONDS": (30, "tests/identity/test_proof_limits.py"),
    "gateway.identity.refusals.MOST_IN_A_MINUTE": (10, "tests/identity/test_refusals.py"),
    "gateway.identity.tokens.pushed_requests.LIFE_SECONDS": (90, "tests/identity/test_codes.py"),
    "gateway.identity.tokens.pushed_requests.LONGEST_STATE": (1024, "tests/identity/test_codes.py"),
    "gateway.identity.clients.ending_keys.DAYS": (30, "tests/overview/test_waiting.py"),
    "gateway.consents.waiting.DAYS": (14, "tests/overview/test_waiting.py"),
    "gateway.consents.acquaintances.FEWEST_LETTERS": (2, "tests/consents/test_own.py"),
    "gateway.inquiries.ask_pages.LONGEST_TOKEN": (64, "tests/inquiries/test_pages.py"),
    "gateway.inquiries.batches.batch.TURN": (timedelta(minutes=5), "tests/inquiries/test_batches.py"),
    "gateway.inquiries.batches.batch.MOST_QUESTIONS": (500, "tests/inquiries/test_batches.py"),
    "gateway.inquiries.batches.routes.LARGEST_BATCH": (512 * 1024, "tests/inquiries/test_batches.py"),
    "gateway.inquiries.batches.sheet.LARGEST_SHEET": (2 * 1024**2, "tests/inquiries/test_pages.py"),
    "gateway.quota.costs.MOST_COST": (10_000, "tests/quota/test_costs.py"),
    "gateway.quota.forecast.PACE_DAYS": (14, "tests/quota/test_forecast.py"),
    "gateway.quota.grants.LAST_PRIORITY": (100, "tests/quota/test_limits.py"),
    "gateway.quota.plans.LAST_ALERT": (100, "tests/quota/test_limits.py"),
    "gateway.quota.plans.MOST_OVERDRAFT": (100, "tests/quota/test_limits.py"),
    "gateway.quota.plans.MOST_UNITS": (2**40, "tests/house/test_limits_over_http.py"),
    "gateway.inquiries.training.LONGEST_WINDOW": (1826, "tests/inquiries/test_training.py"),
    "gateway.intake.full_lists.FEW": (10, "tests/intake/test_full_lists.py"),
    "gateway.intake.judging.FEWEST_ROWS": (50, "tests/quality/test_drift.py"),
    "gateway.intake.held.KEPT_DAYS": (30, "tests/intake/test_held.py"),
    "gateway.intake.preview_rows.LIFE_HOURS": (24, "tests/intake/test_previews.py"),
    "gateway.intake.preview_rows.MOST_OPEN": (10, "tests/intake/test_previews.py"),
    "gateway.intake.signatures.MOST_AGE_SECONDS": (300, "LIMITS, the age of a signature"),
    "gateway.intake.uploads.LIFE_HOURS": (24, "tests/house/test_limits_over_http.py"),
    "gateway.intake.uploads.MOST_OPEN": (10, "tests/house/test_limits_over_http.py"),
    "gateway.platforms.routes.LARGEST_MESSAGE": (8 * 1024**2, "tests/web/test_bodies.py"),
    "gateway.web.http_protocol.SLOWEST_BODY": (1024, "tests/faults/test_connections.py"),
    "gateway.web.http_protocol.LARGEST_HEAD": (65_536, "tests/house/test_bounds.py"),
    "gateway.web.http_protocol.MOST_HEADERS": (100, "tests/house/test_bounds.py"),
}
FORMAT = "a format fixes it"
PACE = "how much at a time, or how often: nothing is refused beyond it"
PAGE = "how much a page shows"
NO_LIMIT = {
    "consent.durations._LAST_YEAR": FORMAT,
    "gateway.consents.of_enterprise.MOST": PAGE,
    "gateway.consents.ending.MOST_AT_ONCE": PACE,
    "gateway.inquiries.duties.MOST_AT_ONCE": PACE,
    "gateway.inquiries.recalls.PAGE": PACE,
    "gateway.inquiries.results.report.DEFAULT_DAYS": "which days are read unless others are named",
    "gateway.inquiries.results.report._PART": PACE,
    "gateway.inquiries.training.BITE": PACE,
    "gateway.consents.of_enterprise.MOST_USES": PAGE,
    "gateway.inquiries.batches.batch.HELD": "how long units are held for questions that follow",
    "gateway.inquiries.batches.batch.LIFE": "how long questions that nobody asked are tried again",
    "gateway.inquiries.batches.pages.LISTED": PAGE,
    "gateway.inquiries.batches.pages.TOKEN_BYTES": "how random a form's token is",
    "gateway.inquiries.enterprise_pages.MOST": PAGE,
    "gateway.inquiries.own_questions.MOST_LATELY": PAGE,
    "gateway.inquiries.own_questions.RECENT": "what counts as lately on the enterprise's page",
    "gateway.inquiries.unusual.MANY_INSTITUTIONS": "from how many on the enterprise is told: tests/inquiries",
    "gateway.inquiries.unusual.RECENT": "what counts as lately on the enterprise's page",
    "gateway.platforms.pages.MOST_PLATFORMS": PAGE,
    "gateway.identity.tokens.known_tokens.MOST": "tests/identity/test_known_tokens.py: the oldest goes first",
    "gateway.identity.clients.peer.CERTIFICATES_KEPT": "what is forgotten is worked out anew",
    "gateway.quota.reconciling.MOST_NAMED": PAGE,
    "gateway.quota.month_routes.MOST": PAGE,
    "gateway.quota.months.CLOCKS": "added for clocks that differ",
    "gateway.quota.pages.MOST_SHOWN": PAGE,
    "gateway.intake.list_foresight.SHOWN_KEYS": PAGE,
    "signing.compact._HALF": FORMAT,
    "audit.browsing.LATE": "added for an event written later than its time",
    "audit.browsing.LOOKED_AT": PACE,
    "audit.events.LEAF_VERSION": FORMAT,
    "audit.note.KEY_ID_BYTES": FORMAT,
    "audit.search.AFTER": "how far is looked for what an inquiry became; its key is forgotten before",
    "audit.search.CLOCKS": "added for clocks that differ",
    "audit.sequencer.LOCK": "a name, written as a number",
    "audit.sequencer.MOST_AT_ONCE": PACE,
    "audit.stored.AT_ONCE": PACE,
    "audit.subject_keys.KEY_BYTES": FORMAT,
    "audit.tiles.WIDTH": FORMAT,
    "audit.tree_check.MOST_NAMED": PAGE,
    "gateway.inquiries.figures.NEWEST_SCORES": PAGE,
    "gateway.identity.key_rotation.MARGIN_SECONDS": "added to what settings promise, for clocks that differ",
    "gateway.identity.routes.JWKS_CACHE_SECONDS": "how long others may keep the keys",
    "gateway.identity.log_age.RETRY_SECONDS": PACE,
    "gateway.identity.tokens.token_endpoint._USED_EVERY": PACE,
    "gateway.inquiries.answers.GOOD_FOR": "written into the answer; whoever reads it decides",
    "gateway.inquiries.permits.GOOD_FOR": "tests/inquiries/test_permits.py",
    "gateway.inquiries.ask_pages.LONGEST_SAID": "of what a form is filled in with; what is sent is checked in full",
    "gateway.inquiries.relaying.SETTLING": "added to the provider's time, for a database that waits",
    "gateway.intake.gate.LARGE_AT_ONCE": PACE,
    "gateway.intake.gate.LARGE_BYTES": PACE,
    "gateway.intake.gate.SMALL_AT_ONCE": PACE,
    "gateway.intake.held.ORPHAN_SECONDS": PACE,
    "gateway.intake.held_loss.LONGEST_LOOKED_AT": PAGE,
    "gateway.intake.held_preview.MOST_LOOKED_AT": PAGE,
    "gateway.intake.held_files.PIECE": FORMAT,
    "gateway.intake.held_files._SEALED": FORMAT,
    "gateway.intake.pages.FIRST_REJECTED": PAGE,
    "gateway.identity.clients.signatories.MOST_SHOWN": PAGE,
    "gateway.identity.key_commands.LISTED": PAGE,
    "gateway.consents.acquaintances.MOST_FOUND": PAGE,
    "gateway.consents.acquaintances._CANDIDATES": PAGE,
    "gateway.consents.own.USES_SHOWN": PAGE,
    "gateway.consents.pages.EXPIRING_DAYS": PAGE,
    "gateway.consents.request_pages.USUAL_DAYS": "filled in before, to be changed",
    "gateway.consents.request_pages.TOKEN_BYTES": "more than can be guessed",
    "gateway.inquiries.answer_sheet.HIGHEST": "the end of the card's scale",
    "gateway.inquiries.answers.STATEMENT_VERSION": "the form of answers",
    "gateway.inquiries.comparison.EARLIER": PAGE,
    "gateway.inquiries.portrait.banding.CONTROL": "how shares are told: tests/inquiries/test_portrait_bounds.py",
    "gateway.inquiries.portrait.banding.PPM": FORMAT,
    "gateway.inquiries.portrait.network.HOPS": "how far a network goes: tests/network/test_hand_worked.py",
    "gateway.inquiries.portrait.words.RIM": "how a chart is drawn: tests/inquiries/test_portrait_pages.py",
    "gateway.inquiries.sheet_pdf.RIM": "how a chart is drawn: tests/inquiries/test_sheet_pdf.py",
    "gateway.inquiries.forms.WITH_SHEETS": "the form of answers",
    "gateway.inquiries.forms.WITH_IMPROVEMENTS": "the form of answers",
    "gateway.inquiries.desk_pages.ANSWERED_DAYS": PAGE,
    "gateway.inquiries.desk_pages.SHOWN": PAGE,
    "gateway.consents.routes.SHORTEST": "tests/consents: a reason of one character",
    "gateway.consents.routes.LONGEST": "tests/consents: a reason of 501 characters",
    "gateway.intake.pieces.SYNCED_EVERY": PACE,
    "gateway.intake.held_preview.FIRST_ROWS": PAGE,
    "gateway.intake.preview_rows.LONGEST_NAME": PAGE,
    "gateway.intake.preview_judging.TOLD_SECONDS": PACE,
    "gateway.intake.trial_documents.FIRST_NUMBERS": PAGE,
    "gateway.intake.trial_documents.MOST_SENTENCES": PAGE,
    "gateway.intake.trial_documents.SHOWN_ROWS": PAGE,
    "gateway.intake.trials.FIRST_ROWS": PAGE,
    "gateway.intake.trials.MOST_LOOKED_AT": PAGE,
    "gateway.intake.quarantine.MOST_IN_WORKBOOK": "a file of a million rows; CSV has no end",
    "gateway.intake.rejected_rows_routes.CHUNK": PACE,
    "gateway.intake.take_in.MOST_ATTEMPTS": PACE,
    "gateway.intake.uploads.SPARE_BYTES": "needs a disk that is nearly full",
    "gateway.platforms.queue.LONGEST_WAIT_SECONDS": PACE,
    "gateway.platforms.queue.STALLED_AFTER_SECONDS": PACE,
    "gateway.platforms.queue.STALLED_SECONDS": PACE,
    "gateway.platforms.sender.TIMEOUT_SECONDS": "a wait for a foreign service",
    "gateway.web.body.IDLE_SECONDS": "a wait of a minute for a silent sender",
    "gateway.web.body.PIECE_BYTES": PACE,
    "gateway.web.body.SLICE_BYTES": PACE,
    "gateway.web.checksum.MISMATCH": FORMAT,
    "gateway.web.metrics_port.ANSWER_SECONDS": "a wait for a database that may be down",
    "gateway.web.metrics_port.MOST_CONNECTIONS": "the monitor's own connections",
    "gateway.web.metrics_port.RETRY_SECONDS": PACE,
    "gateway.web.router.OWN_LIMIT": "the route counts the body itself",
    "gateway.quota.books.OVERDRAFT": "what the first unit beyond a limit is called among shares of it",
    "gateway.web.connections.LOOK_SECONDS": PACE,
    "gateway.web.connections.TOLD_EVERY_SECONDS": PACE,
    "gateway.web.http_protocol.STALLED_SECONDS": "a wait of a minute for a silent reader",
    "gateway.web.http_protocol.UNREAD_BYTES": (1 << 20, "tests/faults/test_connections.py"),
    "gateway.web.http_protocol.UNREAD_SECONDS": "a wait for what nobody reads",
    "consent.reading.TERMS_KEPT": "a cache: beyond it the oldest are read anew",
    "gateway.inquiries.computing.ASSESSED": "a cache: beyond it the oldest are worked out anew",
    "consent.statements.RECEIPTS_KEPT": "a cache: beyond it the oldest is verified anew",
    "signing.jws.KEYS_KEPT": "a cache: beyond it the oldest is read anew",
    "signing.merkle.HASH_BYTES": FORMAT,
    "signing.packed.SAMPLE": FORMAT,
    "signing.packed._LEVEL": FORMAT,
    "signing.packed._MEMORY": FORMAT,
    "signing.packed._WINDOW": FORMAT,
    "signing.message_signatures._RAW_P256": FORMAT,
    "signing.sealing.NONCE_BYTES": FORMAT,
    "signing.selective.SALT_BYTES": FORMAT,
}


def constants():
    """Return the numbers and spans of time that the rooms' modules name in capitals, by module and name."""
    found = {}
    for room in ROOMS:
        package = import_module(room)
        names = [room, *(one.name for one in pkgutil.walk_packages(package.__path__, f"{room}."))]
        for module in names:
            for name, value in vars(import_module(module)).items():
                if name.isupper() and type(value) in {int, float, timedelta}:
                    found[f"{module}.{name}"] = value
    return found


def test_every_constant_has_a_row_and_every_row_its_value():
    listed = {name: limit.value for name, limit in (LIMITS | ON_DISK).items() if "." in name}
    listed |= {name: value for name, (value, _) in ELSEWHERE.items()}
    found = constants()
    assert {name: found.get(name) for name in listed} == listed
    assert set(NO_LIMIT) <= set(found)
    known = {(name.rpartition(".")[2], found[name]) for name in {*listed, *NO_LIMIT}}  # imported ones go by their name
    assert {name for name, value in found.items() if (name.rpartition(".")[2], value) not in known} == set()


@pytest.mark.parametrize("side", [-1, 0, 1], ids=["one less", "equal", "one more"])
@pytest.mark.parametrize("name", {**LIMITS, **ON_DISK})
async def test_a_limit_is_where_it_says(name, side, tmp_path):
    limit = LIMITS.get(name) or ON_DISK[name]
    value = limit.value + side * limit.step
    try:
        reached = limit.reach(tmp_path / "file", value) if name in ON_DISK else limit.reach(value)
        if inspect.isawaitable(reached):
            await reached
    except limit.fault as fault:
        refused = limit.told in (getattr(fault, "detail", None) or getattr(fault, "description", None) or str(fault))
    else:
        refused = False
    assert refused is not limit.taken[side + 1]
