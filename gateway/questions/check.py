"""Whether a file proves who asked about an enterprise, checked offline. Pure.

1. The file is in canonical form and has these members and no others: no byte of it is there for nothing.
2. The gateway's key signed the statement, and the log's key the checkpoint.
3. Every entry leads to that checkpoint, and what is opened of it is what was recorded. They are the entries that the
   statement names, all of them but those it says are not proved yet, and no others.
4. Each question is what its entries say (question_check.py), each consent what was signed of it (consent_check.py).
5. All beside the statement is what the statement was signed for.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from audit.entry_proof import ProvedEntry, verify_entry
from audit.errors import NoteError, ProofError
from audit.note import Checkpoint, verify_checkpoint
from consent.errors import ApprovalError
from gateway.questions.consent_check import check_consents
from gateway.questions.errors import QuestionsProofError
from gateway.questions.file import ENTRY_MEMBERS, MEMBERS, PROVES, STATEMENT_TYPE, TYPE, contents_digest, file_bytes
from gateway.questions.question_check import check_question
from signing.errors import CanonicalError, SignatureError
from signing.jws import verify_jws


@dataclass(frozen=True)
class ProvedQuestions:
    """What a file proves: the statement, the checkpoint, the ids of its entries, and what cannot be checked by it.

    `unproved`: entries that no checkpoint covered yet. `erased`: entries whose payload was erased, which say no more
    than their leaf. `outcomes`: how many questions ended how. `vouched`: receipts signed with a key that is not among
    those given, which the log alone vouches for.
    """

    statement: dict[str, Any]
    note: str
    checkpoint: Checkpoint
    ids: frozenset[str]
    unproved: int
    erased: int
    vouched: int
    outcomes: dict[str, int]


def verify_questions(content: bytes, keys: Mapping[str, Any], vkey: str) -> ProvedQuestions:
    """Return what a file proves. `keys` are the gateway's by purpose. Raises QuestionsProofError with what is wrong."""
    try:
        return _verify(_read(content), keys, vkey)
    except SignatureError as fault:
        raise QuestionsProofError(f"签名不成立 a signature does not verify: {fault}") from fault
    except NoteError as fault:
        raise QuestionsProofError(f"检查点不成立 the checkpoint does not verify: {fault}") from fault
    except ProofError as fault:
        raise QuestionsProofError(f"条目不成立 an entry is not proved: {fault}") from fault
    except ApprovalError as fault:
        raise QuestionsProofError(f"签署不成立 an approval does not verify: {fault}") from fault
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, CanonicalError) as fault:
        raise QuestionsProofError("文件格式不对 the file is not as one is written") from fault


def _verify(file: dict[str, Any], keys: Mapping[str, Any], vkey: str) -> ProvedQuestions:
    statement: dict[str, Any] = verify_jws(file["statement"], [keys["answer"]], STATEMENT_TYPE)
    checkpoint = verify_checkpoint(file["checkpoint"], vkey)
    if file["checkpoint"].count("\n— ") != 1:
        raise QuestionsProofError("检查点只应有本日志的签名 the checkpoint has signatures of others")
    if statement["proves"] != PROVES:
        raise QuestionsProofError("声明称证明了别的 the statement says that it proves something else")
    entries = _read_entries(file["entries"], checkpoint)
    _check_names(statement, file, entries)
    vouched = check_consents(statement, file["consents"], entries, keys["consent"])
    for question in statement["questions"]:
        check_question(question, statement, entries)
    if statement["contents"] != contents_digest(file):
        raise QuestionsProofError("内容不是签名时的内容 the contents are not those that were signed for")
    return ProvedQuestions(
        statement, file["checkpoint"], checkpoint, frozenset(entries), len(statement["unproved"]),
        sum(entry.payload is None for entry in entries.values()), vouched,
        dict(Counter(str(one["outcome"]) for one in statement["questions"])),
    )  # fmt: skip


def _read(content: bytes) -> dict[str, Any]:
    file: dict[str, Any] = json.loads(content)
    if set(file) != MEMBERS or file["type"] != TYPE:
        raise QuestionsProofError("文件成员不对 the file has other members than a proof of questions")
    if file_bytes(file) != content:
        raise QuestionsProofError("文件不是规范形式 the file is not in canonical form (RFC 8785)")
    return file


def _read_entries(given: list[dict[str, Any]], checkpoint: Checkpoint) -> dict[str, ProvedEntry]:
    entries: dict[str, ProvedEntry] = {}
    last = -1
    for one in given:
        if set(one) != ENTRY_MEMBERS:
            raise QuestionsProofError("条目成员不对 an entry has other members than it must")
        entry = verify_entry(one, checkpoint)
        if entry.index <= last:
            raise QuestionsProofError("条目未按序号排列 the entries are not in the order of the tree")
        last = entry.index
        entries[entry.leaf["id"]] = entry
    return entries


def _check_names(statement: dict[str, Any], file: dict[str, Any], entries: Mapping[str, ProvedEntry]) -> None:
    named, unproved = set(_named(statement, file)), set(statement["unproved"])
    if missing := sorted(named - unproved - entries.keys()):
        raise QuestionsProofError(f"缺少条目 an entry is missing: {', '.join(missing)}")
    if strange := sorted(entries.keys() - named | unproved & entries.keys() | unproved - named):
        raise QuestionsProofError(f"有声明未提及的条目 the statement does not name an entry: {', '.join(strange)}")


def _named(statement: dict[str, Any], file: dict[str, Any]) -> Iterator[str]:
    for question in statement["questions"]:
        yield from (one["entry"] for one in question["entries"])
        yield from (one["entry"] for one in question["usage"])
    for consent in file["consents"]:
        yield from (version["entry"] for version in consent["versions"])
