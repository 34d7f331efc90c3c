"""The file that proves who asked about an enterprise: its name for itself, its members, how it is written. Pure.

  statement   signed by the gateway: about whom, by which filter, the questions found, the checkpoint they are proved
              against, a digest of everything else in the file, and what the file does and does not prove
  checkpoint  the log's signed head
  entries     leaf, path to the checkpoint, and what opens the leaf's commitment, of each entry the statement names
  consents    what was signed of each consent that the questions name: terms, approvals with keys, receipts

`examples/verify_evidence.py` checks it by itself, `gateway/questions/check.py` for `xinqiao verify`.
"""

from typing import Any

from signing.canonical import canonical_bytes, sha256_hex

TYPE = "xinqiao-questions/1"
STATEMENT_TYPE = "xinqiao-questions+jws"
MEMBERS = frozenset({"type", "statement", "checkpoint", "entries", "consents"})
ENTRY_MEMBERS = frozenset({"index", "leaf", "path", "salt", "payload"})
CONSENT_MEMBERS = frozenset({"terms", "versions"})
VERSION_MEMBERS = frozenset({"entry", "status", "approval", "key", "receipt"})
PROVES = (
    "证明所列查询确有其事、内容未改；不证明没有别的查询：与全部日志对照（`xinqiao verify --export`），才证明没有遗漏。"
    "Proves that these questions were put and are unchanged. It does not prove that there are no others: that is "
    "proved against the whole exported log, by `xinqiao verify --export`."
)


def contents_digest(file: dict[str, Any]) -> str:
    """Return the digest of all that stands beside the statement, which the statement names (SHA-256, hex)."""
    return sha256_hex(canonical_bytes({name: file[name] for name in ("checkpoint", "entries", "consents")}))


def file_bytes(file: dict[str, Any]) -> bytes:
    """Return the file as it is written: canonical, so that no byte of it can be another."""
    return canonical_bytes(file) + b"\n"


def is_questions_file(given: object) -> bool:
    """Tell whether a file means to prove questions, whatever it calls itself."""
    return isinstance(given, dict) and bool({"entries", "consents"} & set(given))
