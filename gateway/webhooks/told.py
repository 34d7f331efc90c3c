"""What institutions are told of, and in which words: CloudEvents 1.0 made of the log's entries. Pure.

A message holds ids and states alone, no person and no enterprise: the receiver reads the rest with its token.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from signing.canonical import canonical_bytes

CONTENT_TYPE = "application/cloudevents+json"
TEST_TYPE = "xinqiao.webhook.tested"
# What an institution can ask to be told of, by the first word of the events' types; and what it is called.
TOPICS: Mapping[str, tuple[str, str]] = {
    "consent": ("授权的每次变化", "every change of a consent"),
    "deletion": ("到期应删除的应答", "answers to be deleted"),
    "quota": ("配额提醒与变更", "quota alerts and changes"),
    "recall": ("应答所依据的记录被修复、更正或撤回", "a record behind an answer repaired, annulled or withdrawn"),
    "institution": ("本机构停用、恢复、协议变更", "the institution suspended, resumed, its agreement changed"),
    "client": (
        "账户停用、恢复、因异常使用暂停、限制与密钥变更",
        "accounts suspended, resumed, held for abnormal use, limited; their keys",
    ),
    "key": ("平台签名密钥变更", "the platform's signing keys"),
    "warning": ("风险预警，以及订阅的开始和结束", "warnings, and subscriptions that begin and end"),
    "webhook": ("推送地址本身的变化与测试", "endpoints of webhooks, and tests"),
}
TO_ALL = frozenset({"key"})  # what concerns every institution: its entries name none
# What stays inside: somebody's failed try is no change of a consent; what is sent by itself is not told of.
NOT_TOLD = frozenset(
    {
        "consent.approval_refused",
        "consent.evidence_read",
        "consent.imported",
        "consent.template_set",
        "deletion.attested",
        "warning.read",
        "warning.seen",
        "webhook.removed",
        "webhook.replayed",
        "webhook.tested",
    }
)


def topic_of(event_type: str) -> str | None:
    """Return the topic that an event belongs to, None for one that institutions are not told of."""
    topic = event_type.partition(".")[0]
    return topic if topic in TOPICS and event_type not in NOT_TOLD else None


def is_told(event_type: str, topics: list[str]) -> bool:
    """Tell whether an endpoint of these topics is told of an event; no topic is every topic."""
    topic = topic_of(event_type)
    return topic is not None and (not topics or topic in topics)


def message_of(leaf: Mapping[str, Any], issuer: str) -> bytes:
    """Return the message that tells of an entry, by what the entry's leaf shows."""
    topic, about = leaf["type"].partition(".")[0], {"status": leaf.get("outcome"), "entry": leaf["id"]}
    subject = {
        "consent": f"consents/{leaf.get('exch')}", "client": f"accounts/{leaf.get('account')}",
        "key": "keys", "webhook": f"webhooks/{leaf.get('exch')}", "warning": f"{_of_warning(leaf)}s/{leaf.get('exch')}",
    }.get(topic, f"{topic}/{leaf.get('institution')}")  # fmt: skip
    if topic in {"consent", "webhook"}:
        about[topic] = leaf.get("exch")
    if topic == "warning":
        about[_of_warning(leaf)] = leaf.get("exch")
    known = {name: leaf[name] for name in ("institution", "account") if leaf.get(name) is not None}
    return _event(leaf["id"], f"xinqiao.{leaf['type']}", subject, leaf["ts"], issuer, {**known, **about})


def _of_warning(leaf: Mapping[str, Any]) -> str:
    """Return what an entry about warnings is of: a warning, or a subscription to them."""
    return "warning" if leaf["type"] == "warning.told" else "warning-subscription"


def test_message(entry: UUID, endpoint: UUID, institution: str, at: str, issuer: str) -> bytes:
    """Return the message of a test."""
    about = {"institution": institution, "webhook": str(endpoint), "status": "tested", "entry": str(entry)}
    return _event(str(entry), TEST_TYPE, f"webhooks/{endpoint}", at, issuer, about)


def _event(id_: str, type_: str, subject: str, at: str, source: str, about: Mapping[str, Any]) -> bytes:
    """Return an event in structured form (CloudEvents 1.0 JSON format)."""
    return canonical_bytes(
        {
            "specversion": "1.0", "id": id_, "type": type_, "source": source, "subject": subject, "time": at,
            "datacontenttype": "application/json", "data": dict(about),
        }
    )  # fmt: skip
