"""A request that the enterprise signed on paper, in the hands of two officers: one enters it, another checks it.

What the paper says is the text that the console shows, of the same terms; the scan is a file of the consent. That the
second officer is another person is the rule of changes (gateway/admin/changes.py). One paper is one signatory's
approval: where the terms ask for several, each signs, on paper or with a key.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from connectors.model.calendar import day_of
from consent.decision import Consent
from consent.gathered import EvidenceFile
from consent.paper import METHOD, PaperApproval, sign_paper_approval, signer_of
from consent.parts import Approval
from consent.store import find_consent
from gateway.consents.approving import approve, judge_given
from gateway.consents.at_console import show_terms
from gateway.consents.files import SCAN, SCAN_SUFFIXES, File, check_file, open_file, take_up
from gateway.consents.sheet import LANGUAGE
from gateway.consents.shown import Lines, digest_of, statement_text
from gateway.consents.versions import OpenChange, open_change
from gateway.runtime.clock import database_now
from gateway.runtime.denial import Denial, DeniedError
from gateway.runtime.work import UnitOfWork
from signing.canonical import sha256_hex

SCAN_TYPES = frozenset(SCAN_SUFFIXES.values())


@dataclass(frozen=True)
class Paper:
    """A signed paper: of which request, its scan, who signed as what and when, and the digest of the text it says.

    `holder` is a hash that names who signed; `until` the end of an agent's mandate.
    """

    consent: UUID
    scan: str
    shown: str
    holder: str
    role: str
    signed_on: date
    reference: str | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Request:
    """A request as an officer sees it: how it stands, the text that the paper has to say, and the scans there are."""

    consent: Consent
    lines: Lines
    scans: tuple[EvidenceFile, ...]

    @property
    def shown(self) -> str:
        """The digest of the text."""
        return digest_of(self.lines)


async def find_request(work: UnitOfWork, consent_id: UUID) -> Request:
    """Return a request of whomever, for an officer. Raises DeniedError for others, and where there is none."""
    _demand_officer(work)
    consent = await find_consent(
        work.session, consent_id, work.keys.publics("consent"), await database_now(work.session)
    )
    if consent is None:
        raise DeniedError("consent-not-found")
    lines = await show_terms(work, consent.terms, LANGUAGE)
    return Request(consent, lines, tuple(one for one in consent.gathered.files if one.kind == SCAN))


async def take_scan(work: UnitOfWork, consent_id: UUID, media_type: str, content: bytes) -> str:
    """Take up an officer's scan of the paper that answers a request; return its digest. Raises DeniedError."""
    _demand_officer(work)
    if media_type not in SCAN_TYPES:
        raise DeniedError("evidence-refused", f"扫描件须为 A scan is one of: {', '.join(sorted(SCAN_TYPES))}")
    file = File(SCAN, media_type, content)
    check_file(file)
    change = await hold_request(work, consent_id)
    digest = sha256_hex(content)
    there = next((one for one in change.consent.gathered.files if one.sha256 == digest), None)
    if there is None:
        await take_up(work, change.consent, file, change.now)
    elif there.kind != SCAN:
        raise DeniedError("evidence-refused", "此文件已作为另一种证明交来 it was handed in as something else")
    return digest


async def read_scan(work: UnitOfWork, consent_id: UUID, sha256: str) -> tuple[EvidenceFile, bytes]:
    """Return a scan to an officer, and record that it was read. Raises DeniedError."""
    found = await find_request(work, consent_id)
    if all(one.sha256 != sha256 for one in found.scans):
        raise DeniedError("evidence-not-found")
    return await open_file(work, found.consent, sha256)


async def judge_paper(work: UnitOfWork, paper: Paper) -> tuple[OpenChange, Approval]:
    """Hold the request, and return it with the approval that the paper gives. Raises DeniedError for one it cannot."""
    change = await hold_request(work, paper.consent)
    if all((one.kind, one.sha256) != (SCAN, paper.scan) for one in change.consent.gathered.files):
        raise DeniedError("evidence-not-found")
    if paper.signed_on > day_of(change.now):
        raise DeniedError("invalid-request", "signed_on: 不得晚于今天 not after today")
    agent = paper.role == "agent"
    if agent != bool(paper.reference) or (paper.until is not None and not agent):
        raise DeniedError(
            "invalid-request", "reference: 代理人须写委托书号，法定代表人不写 an agent's mandate, and only that"
        )
    if digest_of(await show_terms(work, change.consent.terms, LANGUAGE)) != paper.shown:
        raise DeniedError("consent-shown-otherwise")
    approval = Approval(
        signer_of(paper.holder), change.now, METHOD, paper.role, paper.reference, paper.until, paper.holder
    )
    judged = await judge_given(work, change, approval)
    if isinstance(judged, Denial):
        raise DeniedError(judged.reason, judged.detail, headers=None, **judged.members)
    return change, judged


async def approve_on_paper(work: UnitOfWork, paper: Paper, checked_by: str, asked: UUID) -> Consent:
    """Approve, entered by who acts and checked by another; `asked` is the change it was. Raises DeniedError."""
    change, judged = await judge_paper(work, paper)
    terms, entered_by = change.consent.terms, work.actor.name
    statement = statement_text(await show_terms(work, terms, LANGUAGE))
    made = PaperApproval(
        judged.who, paper.signed_on, paper.scan, entered_by, checked_by, LANGUAGE, statement
    )  # fmt: skip
    signed = sign_paper_approval(terms.consent_id, terms.digest(), made, change.now, work.keys.signing("consent"))
    told: dict[str, object] = {
        "channel": METHOD, "statement": sha256_hex(statement.encode()), "scan": paper.scan, "entered_by": entered_by,
        "checked_by": checked_by, "change": str(asked),
    }  # fmt: skip
    return await approve(work, change, judged, signed, told)


async def hold_request(work: UnitOfWork, consent_id: UUID) -> OpenChange:
    """Hold a request that waits for an answer, for an officer. Raises DeniedError for others, and another consent."""
    change = await open_change(work, consent_id, "approve-on-paper")
    if isinstance(change, Denial):
        raise DeniedError(change.reason, change.detail)
    if change.after is None:
        raise DeniedError("unchangeable-active")
    return change


def _demand_officer(work: UnitOfWork) -> None:
    if work.actor.kind != "operator":
        raise DeniedError("insufficient-scope", "纸质授权由安全管理员办理 Security administrators see to paper.")
