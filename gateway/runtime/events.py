"""The catalogue of events: every action the log may hold, with its payload, in one table.

One row per type. Leaves hold ids only; payloads are sealed under the subject's key and can be erased with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from audit.errors import EventError
from audit.events import Event


@dataclass(frozen=True)
class EventType:
    """What an event of this type says beside who, when and about whom.

    `by`: the kinds of actor that can cause it (gateway/runtime/actor.py). `payload`: members that must be there,
    `maybe` those that may. `personal`: which of them may tell something about a person.
    """

    by: frozenset[str]
    payload: frozenset[str]
    maybe: frozenset[str]
    personal: frozenset[str]


def _type(by: str, payload: str = "", *, maybe: str = "", personal: str = "") -> EventType:
    return EventType(*(frozenset(words.split()) for words in (by, payload, maybe, personal)))


_ASKED = "inquiry subject institution account intermediary product purpose provider consent"
_PEOPLE = "person agency office signatory operator system auditor"  # whoever signs in (gateway/people/acting.py)
_DELIVERY = "delivery peer kind receipt onward"
_ACT = "record dataset agency key version number effective_on reason document hides lasting act_batch"
_ACTS = "act_batch agency dataset count acts effective_on reason document"  # of many at once: a digest over them
_CHANGING = "change action act person before reason decided"
_PROVIDER = "provider version status terms reason approved_by"
_VIEW = "view version purpose title admission limit from reason approved_by"
_CONSENT = "consent subject version terms receipt approval"
# Of an answer that a person gave at the console; of an approval on paper, that two officers took up.
_CONSOLE = "channel factor statement"
_PAPER = "scan entered_by checked_by change"
_SUBMITTING = "agency system machine program"
_DECIDING = "agency system machine"
_OVERSEEING = "agency system auditor machine"
_CLIENTS = "account agency office signatory operator system auditor platform"
EVENTS: Mapping[str, EventType] = {
    "instance.initialised": _type("operator", "keys publics"),
    "console.exported": _type(_PEOPLE, "table rows form filters"),
    "instance.backed_up": _type("machine", "release"),
    "instance.restored": _type("machine", "entries digest made_at"),
    "key.next": _type("operator machine", "purpose kid public"),
    "key.active": _type("operator machine program", "purpose kid"),
    "key.retiring": _type("operator machine program", "purpose kid"),
    "key.retired": _type("operator machine program", "purpose kid"),
    "institution.added": _type("operator machine", "name class from until"),
    "institution.agreement": _type("operator machine", "from until"),
    "institution.suspended": _type("operator machine", "institution reason"),
    "institution.resumed": _type("operator machine", "institution reason"),
    "institution.closed": _type("operator machine", "institution reason"),
    "client.added": _type("operator machine", "client kind subject person kid key not_before"),
    "client.bound": _type("operator machine", "client person"),
    "client.suspended": _type("operator machine", "client reason"),
    "client.resumed": _type("operator machine", "client reason"),
    "client.closed": _type("operator machine", "client reason"),
    "client.held": _type("program", "case client rule counted limit since until sample"),
    "client.hold_lifted": _type("operator machine", "case client reason"),
    "client.hold_suspended": _type("operator machine", "case client reason"),
    "client.limited": _type("operator machine", "client scopes products networks redirect_uris"),
    "client.signing": _type("operator machine", "client required"),
    "client.for_people": _type("operator machine", "client allowed"),
    "client.key_added": _type("operator machine", "client kid key others_until not_before"),
    "client.key_retired": _type("operator machine", "client kid"),
    "signatory.key_confirmed": _type("signatory", "client kid not_before"),
    "signatory.mandate": _type("operator machine", "signatory version role reference until holder"),
    "owner.confirmed": _type("signatory", "person acts_from"),
    "owner.objected": _type("signatory", "person"),
    "signatory.key_objected": _type("signatory", "client kid not_before"),
    "token.issued": _type(_CLIENTS, "jti scope", maybe="on_behalf_of"),
    "token.refused": _type(_CLIENTS, "reason"),
    "token.revoked": _type(_CLIENTS, "jti"),
    "request.refused": _type(f"{_CLIENTS} person", "method route left_out"),
    "person.invited": _type("operator machine", "person role institution agency office enterprise acts_from sso"),
    "person.enrolled": _type("person"),
    "person.enrolment_refused": _type("person"),
    "person.signed_in": _type("person"),
    "person.sign_in_refused": _type("person"),
    "person.signed_out": _type(_PEOPLE),
    "person.recovery_code_used": _type("person", "left"),
    "person.recovery_codes_renewed": _type("person", "count"),
    "person.proof_refused": _type("person", "for"),
    "person.password_changed": _type("person", "ended"),
    "person.sessions_ended": _type(f"{_PEOPLE} machine", "person count"),
    "person.notice_read": _type(_PEOPLE, "notice"),
    "person.enrolling_again": _type("person"),
    "person.factor_reset": _type("operator machine", "person"),
    "person.view_saved": _type(_PEOPLE, "table"),
    "person.view_removed": _type(_PEOPLE, "table"),
    "person.suspended": _type("operator machine", "person"),
    "person.resumed": _type("operator machine", "person"),
    "authorization.permitted": _type(_PEOPLE, "client scope"),
    "authorization.refused": _type(_PEOPLE, "client scope"),
    "change.asked": _type("operator", _CHANGING, personal="action reason"),
    "change.made": _type("operator machine", _CHANGING, personal="action reason"),
    "change.approved": _type("operator auditor", _CHANGING, personal="action reason"),
    "change.handed_over": _type("operator auditor", "change person"),
    "change.rejected": _type("operator auditor", _CHANGING, personal="action reason"),
    "delegation.granted": _type("operator machine", "delegation account intermediary"),
    "delegation.ended": _type("operator machine", "delegation account intermediary reason", personal="reason"),
    "institution.exit": _type("operator machine", "exit_via"),
    "inquiry.admitted": _type("account", "inquiry provider consent", maybe="person legal_basis"),
    "inquiry.answered": _type(
        "account", f"{_ASKED} answer score model units day", maybe="person scope withheld legal_basis parts"
    ),
    "inquiry.denied": _type("account", f"{_ASKED} named", maybe="person scope legal_basis duty"),
    "inquiry.expired": _type("program"),
    "inquiry.explained": _type("account", "subject product purpose", maybe="person scope"),
    "inquiry.replayed": _type("account", "inquiry"),
    "inquiry.recomputed": _type("auditor machine", "inquiry differences"),
    "question.listed": _type("signatory", "found"),
    "question.proved": _type("signatory", "question entry"),
    "inquiry.listed": _type("machine", "found asked", personal="asked"),
    "inquiry.batched": _type("account", "batch total partial digest person"),
    "duty.registered": _type(
        "operator machine",
        "duty law article purposes products categories sources datasets from until approved_by",
    ),
    "duty.ended": _type("operator machine", "duty reason", personal="reason"),
    "output.policy_set": _type("operator machine", "product version form threshold left_out from"),
    "view.set": _type("operator machine", _VIEW),
    "view.ended": _type("operator machine", _VIEW, personal="reason"),
    "quota.reached": _type("program", "scope id product unit period starts threshold used limit"),
    "quota.reconciled": _type("operator machine", "differences first"),
    "quota.ledger_read": _type("account", "rows"),
    "quota.set": _type("operator machine", "scope id per_day per_month"),
    "joint.registered": _type("operator machine", _PROVIDER),
    "joint.suspended": _type("operator machine", _PROVIDER),
    "joint.resumed": _type("operator machine", _PROVIDER),
    "provider.signed": _type("account", "inquiry provider version body signature"),
    "provider.statement_read": _type("auditor machine", "inquiry found"),
    "scores.drawn": _type("machine", "days outcome window rows bad"),
    "scores.compared": _type("machine program", "champion challenger as_of enterprises"),
    "scores.not_compared": _type("program", "champion challenger as_of"),
    "card.released": _type("operator machine", "number model digest card report from before reason approved_by"),
    "provider.registered": _type("operator machine", _PROVIDER),
    "provider.suspended": _type("operator machine", _PROVIDER),
    "provider.resumed": _type("operator machine", _PROVIDER),
    "quota.cost_set": _type("operator machine", "product version units from reason approved_by"),
    "quota.granted": _type(
        "operator machine", "grant scope id product units from until priority reason approved_by"
    ),
    "quota.rate_set": _type("operator machine", "scope id measure limit reason"),
    "quota.limited": _type("operator machine", "scope id from product unit period limit overdraft_pct alerts"),
    "usage.reported": _type(
        "account", "result version inquiry subject institution product entry outcome decided_on",
        maybe="amount balance first_time defaulted",
    ),
    "usage.read": _type("account", "result"),
    "usage.counted": _type("operator auditor machine", "since until of"),
    "consent.requested": _type("account", _CONSENT),
    "consent.approved": _type(
        "signatory operator", _CONSENT, maybe=f"gathered reason {_CONSOLE} {_PAPER}", personal="reason"
    ),
    "consent.rejected": _type("signatory", _CONSENT, maybe=f"gathered reason {_CONSOLE}", personal="reason"),
    "consent.paused": _type("signatory", _CONSENT, maybe="gathered reason", personal="reason"),
    "consent.resumed": _type("signatory", _CONSENT, maybe="gathered reason", personal="reason"),
    "consent.revoked": _type("signatory account", _CONSENT, maybe="gathered reason", personal="reason"),
    "consent.superseded": _type("signatory operator", f"{_CONSENT} successor", maybe="gathered"),
    "consent.invalidated": _type("operator machine", _CONSENT, maybe="gathered reason", personal="reason"),
    "consent.lapsed": _type("program", _CONSENT, maybe="gathered"),
    "consent.expired": _type("program", _CONSENT, maybe="gathered"),
    "consent.exhausted": _type("program", _CONSENT, maybe="gathered"),
    "consent.evidenced": _type("account signatory operator", f"{_CONSENT} gathered sha256 kind size sealed"),
    "consent.separately_given": _type("signatory", f"{_CONSENT} gathered"),
    "consent.separately_taken_back": _type("signatory", _CONSENT, maybe="gathered"),
    "consent.evidence_read": _type("account signatory operator person", "consent sha256"),
    "consent.imported": _type("account", "import kind digest total person"),
    "consent.template_set": _type("operator machine", "template version content effective_from"),
    "consent.approval_refused": _type("signatory", "consent action"),
    "batch.sealed": _type(
        _SUBMITTING, "batch agency dataset sender_batch way digest root shown statement signature subjects "
        "identifiers names resolved_earlier counting rows accepted unresolved corrections duplicates natural_persons "
        "rejected delivery ended returned not_ended", maybe="corrects",
    ),
    "batch.refused": _type(_SUBMITTING, "dataset sender_batch digest"),
    "batch.held": _type(
        _SUBMITTING, "agency dataset sender held digest way signature file findings told until"
    ),
    "batch.read": _type(_OVERSEEING, "count", maybe="batch"),
    "rejected_rows.read": _type(_OVERSEEING, "batch agency count"),
    "preview.opened": _type(_DECIDING, "preview agency dataset sender_batch digest bytes"),
    "preview.read": _type(_DECIDING, "preview"),
    "preview.answered": _type(_DECIDING, "preview column use"),
    "preview.ended": _type(f"{_DECIDING} program", "preview"),
    "held.accepted": _type(_DECIDING, "held batch"),
    "held.discarded": _type(_DECIDING, "held batch"),
    "held.expired": _type("program", "held batch"),
    "held.read": _type(_OVERSEEING, "count"),
    "upload.opened": _type("agency", "upload dataset sender_batch length"),
    "upload.ended": _type("agency program", "upload"),
    "sample.checked": _type(
        "agency machine", "dataset digest rows accepted unresolved corrections duplicates natural_persons rejected"
    ),
    "source.added": _type("machine", "source dataset connector"),
    "source.paused": _type("system machine", "source watermark", personal="watermark"),
    "source.resumed": _type("system machine", "source watermark", personal="watermark"),
    "source.removed": _type("system machine", "source watermark", personal="watermark"),
    "source.watermark_reset": _type("system machine", "source watermark", personal="watermark"),
    "source.secret_renewed": _type("program", "secret version"),
    "quality.read": _type(_OVERSEEING, "agency count"),
    "alert.opened": _type("program", "agency dataset kind seen"),
    "alert.closed": _type("program", "agency dataset kind seen"),
    "delivery.received": _type("platform", "sender delivery kind message receipt items"),
    "delivery.queued": _type("account platform auditor", "delivery peer kind message items"),
    "delivery.acknowledged": _type("program", _DELIVERY),
    "delivery.confirmed": _type("program", _DELIVERY),
    "delivery.refused": _type("program", _DELIVERY),
    "delivery.retried": _type("system machine", "delivery peer kind"),
    "received.read": _type("system auditor machine", "kind found", maybe="enterprise"),
    "peer.set": _type("machine", "peer role url kid key client status"),
    "credential.issued": _type("signatory", "members digest until", maybe="credential institution"),
    "credential.taken_back": _type("signatory", "credential institution"),
    "statement.made": _type("signatory program", "enterprise month questions digest signature"),
    "quota.reversed": _type(
        "operator machine",
        "entry charge inquiry account institution person product units day reason approved_by", personal="reason",
    ),
    "quota.closed": _type("program", "month scope id charges reversals units products signature"),
    "deletion.attested": _type("account", "inquiry due", maybe="person"),
    "deletion.advanced": _type("program", "consent answers due"),
    "deletion.reminded": _type("program", "due overdue oldest"),
    "recall.noticed": _type("program", "kind answers inquiries"),
    "webhook.added": _type("account person machine", "webhook institution url topics"),
    "webhook.disabled": _type("account person machine program", "webhook reason"),
    "webhook.enabled": _type("account person machine", "webhook reason"),
    "webhook.removed": _type("account person machine", "webhook reason"),
    "webhook.tested": _type("account person machine", "webhook"),
    "webhook.replayed": _type("account person machine", "webhook delivery"),
    "record.withdrawn": _type("agency", _ACT, personal="reason key"),
    "record.reinstated": _type("agency", _ACT, personal="reason key"),
    "record.repaired": _type("agency operator", _ACT, personal="reason key"),
    "record.objected": _type("agency signatory", _ACT, maybe="term", personal="reason key"),
    "record.annulled": _type("agency", _ACT, personal="reason key"),
    "record.confirmed": _type("agency", _ACT, personal="reason key"),
    "record.list_acted": _type(
        "agency", "act_batch agency dataset kind sender_batch digest rows done already unknown refused",
        maybe="signature",
    ),
    "records.ended": _type(_SUBMITTING, _ACTS, personal="reason"),
    "records.returned": _type(_SUBMITTING, _ACTS, personal="reason"),
    "record.listed": _type("signatory auditor machine", "found"),
    "objection.listed": _type("signatory agency operator auditor machine", "found"),
    "record.history_read": _type("agency signatory auditor machine", "record versions"),
    "record.proved": _type("agency signatory auditor machine", "record form"),
    "record.resolved": _type("program", "records", maybe="released"),
    "record.expunged": _type("program machine", "datasets records"),
    "columns.appended": _type("program machine", "digests rows gone"),
    "columns.rebuilt": _type("program machine", "dataset declaration digests rows"),
    "columns.compacted": _type("program machine", "dataset day digest before after"),
    "columns.verified": _type("machine", "datasets rows differences"),
    "quarantine.emptied": _type("program machine", "batches"),
    "scan.started": _type("machine program", "run kind as_of engine model catalogue blocked files pieces since"),
    "scan.finished": _type("machine program", "run digest subjects changed rose fell distribution"),
    "scan.failed": _type("machine program", "run fault"),
    "scores.read": _type("auditor machine signatory", "view found"),
    "network.computed": _type("machine program", "as_of digest parties edges components circles groups"),
    "network.read": _type("auditor machine", "as_of parties"),
    "risk.judged": _type(
        "machine program",
        "as_of version watch digest subjects notice warning restriction opened raised lowered ended",
        maybe="model foretold",
    ),
    "risk.read": _type("auditor machine", "view found"),
    "risk.trial_asked": _type("auditor machine", "trial watch"),
    "risk.trial_ended": _type("program", "trial watch state"),
    "case.opened": _type("auditor", "case subject type level score version points found_on office due_on"),
    "case.stepped": _type(
        "auditor office", "case number step words files details office state due_on ended asks", personal="words"
    ),
    "case.evidenced": _type("auditor office", "case sha256 media_type size sealed"),
    "case.evidence_read": _type("auditor office machine", "case sha256"),
    "case.read": _type("auditor office machine", "view found"),
    "case.replayed": _type("auditor machine", "case steps differences"),
    "site.judged": _type(
        "machine program", "day version rules digest sites unplaced reported silent opened ended standing"
    ),
    "site.read": _type("auditor machine", "view found"),
    "risk.released": _type(
        "operator machine", "number kind version digest source report before reason approved_by"
    ),
    "warning.subscribed": _type("account", "subscription consent inquiry person told"),
    "warning.told": _type("program", "warning subscription inquiry consent before after judged_on"),
    "warning.ended": _type("account program", "subscription reason"),
    "warning.read": _type("account person", "found"),
    "warning.seen": _type("account person", "warning"),
    "subject.read": _type("operator machine", "identifiers"),
    "subject.linked": _type("operator machine", "kind value reason", personal="reason"),
    "crosscheck.listed": _type("auditor machine", "list supervisor digest rows sound faulty"),
    "crosscheck.proposed": _type(
        "auditor machine", "check way purpose type level counterpart learner person lists", personal="purpose"
    ),
    "crosscheck.rejected": _type("auditor machine", "check reason", personal="reason"),
    "crosscheck.compared": _type(
        "auditor machine", "check reason day as_of suspects found result", personal="reason"
    ),
    "crosscheck.approved": _type(
        "auditor machine", "check reason day as_of suspects cap commitment statement", personal="reason"
    ),
    "crosscheck.committed": _type("platform", "check size commitment statement message"),
    "crosscheck.done": _type("platform", "check message found result"),
    "crosscheck.read": _type("auditor machine", "view found"),
    "crosscheck.audited": _type("auditor machine", "check sides"),
    "match.compared": _type("operator machine program", "run digest names opened subjects proposals found versions"),
    "match.read": _type("agency operator auditor machine", "found"),
    "match.accepted": _type("agency operator", "proposal reason", personal="reason"),
    "match.confirmed": _type("agency operator", "proposal kind value reason records", personal="reason"),
    "match.rejected": _type("agency operator", "proposals reason", personal="reason"),
    "match.reopened": _type("agency operator", "proposals reason", personal="reason"),
    "match.taken_back": _type("agency operator", "proposal link reason records", personal="reason"),
    "subject.erased": _type("operator machine", "reason references", personal="reason"),
    "search.made": _type(_PEOPLE, "said found", personal="said"),
    "overview.read": _type("auditor machine", "view"),
    "audit.read": _type("auditor machine", "filter found", personal="filter"),
    "audit.proved": _type("auditor machine", "entry"),
    "audit.exported": _type("auditor machine", "entries"),
    "questions.read": _type("auditor machine", "filter found", personal="filter"),
    "questions.proved": _type("auditor machine", "filter found entries statement", personal="filter"),
    "questions.counted": _type("auditor machine", "since until parts"),
    "audit.checked": _type("auditor machine program", "entries differences"),
    "audit.reconciled": _type("machine", "differences"),
    "audit.loss_accepted": _type("machine", "entries lost root note reason", personal="reason"),
    "audit.stopped": _type("auditor machine program", "stop differences first"),
    "audit.stop_lifted": _type("operator auditor machine", "stop reason", personal="reason"),
}  # fmt: skip


def check_cause(event_type: str, kind: str) -> None:
    """Pass where this kind of actor can cause an event. Raises EventError."""
    if kind not in _known(event_type).by:
        raise EventError(f"{event_type} 不由 {kind} 引起 the catalogue does not list {kind} among those who cause it")


def event_of(event_type: str, actor: str, payload: Mapping[str, object], **members: str | None) -> Event:
    """Make an event of the catalogue. Raises EventError where the type is unknown or the payload differs from it."""
    known = _known(event_type)
    missing, extra = known.payload - payload.keys(), payload.keys() - known.payload - known.maybe
    if missing or extra:
        raise EventError(
            f"{event_type} 的内容与目录不符 missing {sorted(missing)}, not in the catalogue {sorted(extra)}"
        )
    return Event(event_type, actor, payload=payload, **members)


def _known(event_type: str) -> EventType:
    known = EVENTS.get(event_type)
    if known is None:
        raise EventError(f"事件目录中没有 {event_type} is not in the catalogue of events")
    return known
