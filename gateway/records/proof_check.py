"""Whether a file proves a record, checked offline. Pure.

1. The file is in canonical form and has these members and no others: no byte of it is there for nothing.
2. The gateway's key signed the batch's statement; the record's path leads to the root in it.
3. The agency's key signed the batch that the statement names, where it was signed.
4. The audit entry is the batch's own, and its path leads to a checkpoint that the log's key signed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audit.entry_proof import read_hex, verify_entry
from audit.errors import NoteError, ProofError
from audit.note import verify_checkpoint
from connectors.model.statements import STATEMENT_TYPE, check_batch_jws, check_kept_message
from gateway.records.proof_file import ENTRY_MEMBERS, KEY_MEMBERS, MEMBERS, TYPE, file_bytes
from gateway.runtime.errors import GatewayError
from signing.canonical import sha256_hex
from signing.errors import CanonicalError, MerkleError, SignatureError
from signing.jws import import_public, verify_jws
from signing.merkle import leaf_hash, verify_inclusion


class RecordProofError(GatewayError):
    """The file proves nothing; the text says which step failed."""


@dataclass(frozen=True)
class Proved:
    """What the file proves: the record, its batch's statement, whose key signed the batch, and the log's size."""

    record: dict[str, Any]
    statement: dict[str, Any]
    signed_by: str | None
    log: str | None


def is_proof(given: object) -> bool:
    """Tell whether a file means to be a proof, whatever it calls itself: then it is checked as one and nothing else."""
    return isinstance(given, dict) and bool({"canonical", "leaf_index", "path"} & set(given))


def verify_proof(
    content: bytes,
    batch_key: Mapping[str, Any],
    vkey: str,
    agency_key: Mapping[str, Any] | None = None,
    *,
    logged: bool = False,
) -> Proved:
    """Return what a file proves; without `agency_key`, by the agency's key in it. Raises RecordProofError.

    Who gives `agency_key` wants the batch signed with it; `logged` wants the audit entry there.
    """
    try:
        proof = _read(content)
        statement: dict[str, Any] = verify_jws(proof["statement"], [batch_key], STATEMENT_TYPE)
        _check_path(proof, statement)
        record = json.loads(proof["canonical"])
        if (record["agency"], record["dataset"]) != (statement["agency"], statement["dataset"]):
            raise RecordProofError("记录与批次不属于同一目录 the record is of another dataset than its batch")
        signed_by = _check_agency(proof, statement, agency_key)
        if logged and proof["entry"] is None:
            raise RecordProofError("没有审计条目 there is no audit entry in it: ask for the proof again later")
        return Proved(record, statement, signed_by, _check_entry(proof["entry"], proof["statement"], statement, vkey))
    except SignatureError as fault:
        raise RecordProofError(f"签名不成立 a signature does not verify: {fault}") from fault
    except MerkleError as fault:
        raise RecordProofError(f"包含证明不成立 a path does not lead to its root: {fault}") from fault
    except ProofError as fault:
        raise RecordProofError(str(fault)) from fault
    except NoteError as fault:
        raise RecordProofError(f"检查点不成立 the checkpoint does not verify: {fault}") from fault
    except (ValueError, KeyError, TypeError, AttributeError, CanonicalError) as fault:
        raise RecordProofError("文件格式不对 the file is not as a proof is written") from fault


def _read(content: bytes) -> dict[str, Any]:
    proof: dict[str, Any] = json.loads(content)
    if proof["type"] != TYPE or set(proof) != MEMBERS:
        raise RecordProofError("文件成员不对 the file has other members than a proof of a record")
    if file_bytes(proof) != content:
        raise RecordProofError("文件不是规范形式 the file is not in canonical form (RFC 8785)")
    return proof


def _check_path(proof: Mapping[str, Any], statement: Mapping[str, Any]) -> None:
    leaf, steps = leaf_hash(proof["canonical"].encode()), [read_hex(step) for step in proof["path"]]
    verify_inclusion(leaf, proof["leaf_index"], statement["records"], steps, read_hex(statement["root"]))


def _check_agency(
    proof: Mapping[str, Any], statement: Mapping[str, Any], given: Mapping[str, Any] | None
) -> str | None:
    """Return whose key holds: the one given, or the one in the file; None where the batch was not signed."""
    signature, inside = proof["agency_signature"], proof["agency_key"]
    if signature is None:
        if inside is not None:
            raise RecordProofError("有部门公钥而无签名 there is an agency's key and no signature")
        if given is not None:
            raise RecordProofError("没有部门签名 the agency did not sign this batch")
        return None
    if not set(inside) <= set(KEY_MEMBERS):
        raise RecordProofError("部门公钥有多余成员 the agency's key has other members than a key")
    exported = import_public(inside).as_dict(private=False)
    if any(exported[name] != inside[name] for name in inside if name != "kid"):
        raise RecordProofError("部门公钥不是规范形式 the agency's key is not spelled as a key is")
    if given is not None and import_public(given).thumbprint() != import_public(inside).thumbprint():
        raise RecordProofError("部门公钥与给定的不同 the agency's key is not the one given")
    named = str(statement["dataset"]), str(statement["sender_batch"]), str(statement["digest"])
    check = check_batch_jws if isinstance(signature, str) else check_kept_message
    check(signature, [inside], *named)
    return "given" if given is not None else "in the file"


def _check_entry(entry: Mapping[str, Any] | None, jws: str, statement: Mapping[str, Any], vkey: str) -> str | None:
    if entry is None:
        return None
    if set(entry) != ENTRY_MEMBERS:
        raise RecordProofError("审计条目成员不对 the entry has other members than it must")
    checkpoint = verify_checkpoint(entry["checkpoint"], vkey)
    if entry["checkpoint"].count("\n— ") != 1:
        raise RecordProofError("检查点只应有本日志的签名 the checkpoint has signatures of others")
    proved = verify_entry(entry, checkpoint)
    if (proved.leaf["type"], proved.leaf["exch"]) != ("batch.sealed", statement["batch"]):
        raise RecordProofError("审计条目不是该批次的 the entry is not that of the batch")
    if proved.payload is not None and proved.payload["statement"] != sha256_hex(jws.encode()):
        raise RecordProofError("审计条目所记的不是这份声明 the entry names another statement")
    return f"{checkpoint.origin} {proved.index}/{checkpoint.size}"
