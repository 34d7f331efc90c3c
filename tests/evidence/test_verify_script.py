"""What a browser checks of the log, by code of its own: sound proofs hold, and each kind of forged one is refused."""

import base64
import hashlib
import json
import re

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.events import commitment
from audit.note import Checkpoint, public_bytes, sign_checkpoint, verifier_key
from gateway.evidence.browser_check import FAULTS, STEPS
from signing.merkle import consistency_path, inclusion_path, leaf_hash, root_of
from tests.audit.hand_log import KEY, ORIGIN, VKEY
from tests.verifying import MODULE, fault_of, run_checks

SALT, PAYLOAD = bytes(range(32)), '{"答":"一","n":1}'
LEAVES = [
    json.dumps({"c": commitment(SALT, PAYLOAD.encode()), "id": f"entry-{n}", "名": "信桥"}, ensure_ascii=False)
    for n in range(70)
]
HASHES = [leaf_hash(leaf.encode()) for leaf in LEAVES]


def note(size, key=KEY, origin=ORIGIN):
    return sign_checkpoint(Checkpoint(origin, size, root_of(HASHES[:size])), key)


def entry(at, size, **changes):
    proof = {
        "index": at,
        "leaf": LEAVES[at],
        "path": [step.hex() for step in inclusion_path(HASHES[:size], at)],
        "checkpoint": note(size),
        "opened": {"salt": SALT.hex(), "payload": PAYLOAD},
    }
    return {**proof, **changes}


def growth(old, new, **changes):
    path = [step.hex() for step in consistency_path(HASHES[:new], old)]
    return {"before": note(old), "after": note(new), "path": path, **changes}


def checked(folder, *calls):
    return [fault_of(steps) for steps in run_checks(folder, *calls)]


def test_every_entry_and_every_growth_of_small_trees_holds(tmp_path):
    sizes = (1, 2, 3, 4, 5, 7, 8, 9, 16, 31, 33, 64, 65, 70)
    entries = [["verifyEntry", entry(at, size), VKEY, f"entry-{at}"] for size in sizes for at in range(size)]
    grown = [["verifyGrowth", growth(old, new), VKEY] for new in sizes for old in sizes if old <= new]
    assert set(checked(tmp_path, *entries, *grown)) == {""}


def test_the_steps_say_what_was_found_and_what_was_not_looked_at(tmp_path):
    whole, closed = run_checks(
        tmp_path, ["verifyEntry", entry(5, 70), VKEY], ["verifyEntry", entry(5, 70, opened=None), VKEY]
    )
    assert [(one["step"], one["result"]) for one in whole] == [
        ("signature", "holds"), ("leaf", "holds"), ("path", "holds"), ("payload", "holds"), ("witnesses", "absent"),
    ]  # fmt: skip
    assert (whole[2]["size"], whole[2]["root"]) == (70, root_of(HASHES).hex())
    assert closed[3] == {"step": "payload", "result": "absent"}


def flipped(text, at=-10):
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]


STRANGER = Ed25519PrivateKey.generate()
PROOF = entry(5, 70)
PATH = PROOF["path"]
FORGED = {
    "tampered leaf": (entry(5, 70, leaf=LEAVES[5].replace("信桥", "信乔")), "path other-root"),
    "leaf of another entry": (entry(5, 70, leaf=LEAVES[6]), "path other-root"),
    "wrong index": (entry(5, 70, index=4), "path other-root"),
    "index beyond": (entry(5, 70, index=70), "path index"),
    "negative index": (entry(5, 70, index=-1), "path index"),
    "index as text": (entry(5, 70, index="5"), "path index"),
    "short path": (entry(5, 70, path=PATH[:-1]), "path short"),
    "no path": (entry(5, 70, path=[]), "path short"),
    "long path": (entry(5, 70, path=[*PATH, PATH[0]]), "path long"),
    "path in capitals": (entry(5, 70, path=[step.upper() for step in PATH]), "path malformed"),
    "half a step": (entry(5, 70, path=[PATH[0][:32], *PATH[1:]]), "path malformed"),
    "changed step": (entry(5, 70, path=["00" * 32, *PATH[1:]]), "path other-root"),
    "flipped signature": (entry(5, 70, checkpoint=flipped(note(70))), "signature wrong"),
    "another key of the name": (entry(5, 70, checkpoint=note(70, STRANGER)), "signature not-by-key"),
    "another log": (entry(5, 70, checkpoint=note(70, KEY, "other.example/audit")), "signature other-log"),
    "size changed": (entry(5, 70, checkpoint=note(70).replace("\n70\n", "\n71\n")), "signature wrong"),
    "size with a zero before": (entry(5, 70, checkpoint=note(70).replace("\n70\n", "\n070\n")), "checkpoint malformed"),
    "carriage returns": (entry(5, 70, checkpoint=note(70).replace("\n", "\r\n")), "checkpoint malformed"),
    "no signature": (entry(5, 70, checkpoint=note(70).partition("\n\n")[0] + "\n"), "checkpoint malformed"),
    "root of another size": (entry(5, 70, checkpoint=note(69)), "path other-root"),
    "no checkpoint": (entry(5, 70, checkpoint=None), "checkpoint malformed"),
    "changed payload": (entry(5, 70, opened={"salt": SALT.hex(), "payload": PAYLOAD + " "}), "payload changed"),
    "another salt": (entry(5, 70, opened={"salt": "00" * 32, "payload": PAYLOAD}), "payload changed"),
    "short salt": (entry(5, 70, opened={"salt": "00", "payload": PAYLOAD}), "payload malformed"),
    "payload without its salt": (entry(5, 70, opened={"salt": None, "payload": PAYLOAD}), "payload malformed"),
    "no JSON": (entry(5, 70, leaf="{"), "format malformed"),
}


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    folder = tmp_path_factory.mktemp("forged")
    return dict(
        zip(FORGED, checked(folder, *(["verifyEntry", proof, VKEY] for proof, _ in FORGED.values())), strict=True)
    )


@pytest.mark.parametrize("kind", FORGED)
def test_a_forged_proof_is_refused(refused, kind):
    assert refused[kind] == FORGED[kind][1]


def test_a_proof_of_another_entry_than_was_asked_for_is_refused(tmp_path):
    assert checked(tmp_path, ["verifyEntry", PROOF, VKEY, "entry-6"]) == ["asked other-entry"]


def test_a_key_that_is_none_is_refused(tmp_path):
    name, identifier, key = VKEY.split("+", 2)
    wrong = [f"{name}+{'0' * 8}+{key}", f"{name}+{identifier}", f"{name}+{identifier}+{key[:-4]}", "", "key"]
    assert set(checked(tmp_path, *(["verifyEntry", PROOF, one] for one in wrong))) <= {"key id", "key malformed"}
    stranger = verifier_key(ORIGIN, public_bytes(STRANGER))
    assert checked(tmp_path, ["verifyEntry", PROOF, stranger]) == ["signature not-by-key"]


def test_a_log_that_was_rewritten_or_has_shrunk_is_refused(tmp_path):
    other = [leaf_hash(b"rewritten"), *HASHES[1:]]
    rewritten = sign_checkpoint(Checkpoint(ORIGIN, 70, root_of(other)), KEY)
    path = [step.hex() for step in consistency_path(other, 33)]
    same_size = sign_checkpoint(Checkpoint(ORIGIN, 33, root_of(other[:33])), KEY)
    proof = growth(33, 70)
    cases = {
        "rewritten": (growth(33, 70, after=rewritten, path=path), "growth other-root"),
        "another root of the same size": (growth(33, 33, after=same_size), "growth other-root"),
        "shrunk": ({**proof, "before": proof["after"], "after": proof["before"]}, "growth smaller"),
        "short": ({**proof, "path": proof["path"][:-1]}, "growth short"),
        "empty": ({**proof, "path": []}, "growth short"),
        "long": ({**proof, "path": [*proof["path"], proof["path"][0]]}, "growth long"),
        "a path where none is needed": ({**growth(33, 33), "path": proof["path"]}, "growth long"),
        "unsigned": ({**proof, "before": flipped(proof["before"])}, "signature wrong"),
    }
    found = checked(tmp_path, *(["verifyGrowth", given, VKEY] for given, _ in cases.values()))
    assert dict(zip(cases, found, strict=True)) == {kind: why for kind, (_, why) in cases.items()}


def witnessed(text, name="witness.example/audit-office", *, at=1_795_000_000):
    """Return a note with a cosignature (c2sp.org/tlog-cosignature), and the witness's key."""
    key = Ed25519PrivateKey.generate()
    encoded = b"\x04" + public_bytes(key)
    identifier = hashlib.sha256(name.encode() + b"\n" + encoded).digest()[:4]
    body = text.partition("\n\n")[0] + "\n"
    signature = key.sign(f"cosignature/v1\ntime {at}\n{body}".encode())
    line = base64.b64encode(identifier + at.to_bytes(8, "big") + signature).decode()
    vkey = f"{name}+{identifier.hex()}+{base64.b64encode(encoded).decode()}"
    return f"{text}— {name} {line}\n", vkey


def test_a_witness_is_named_and_checked_where_its_key_is_known(tmp_path):
    cosigned, vkey = witnessed(note(70))
    forged = cosigned.replace(cosigned[-12:-8], "AAAA")
    proof = entry(5, 70, checkpoint=cosigned)
    unknown, known, refused = run_checks(
        tmp_path, ["verifyEntry", proof, VKEY], ["verifyEntry", proof, VKEY, None, [vkey]],
        ["verifyEntry", entry(5, 70, checkpoint=forged), VKEY, None, [vkey]],
    )  # fmt: skip
    name = "witness.example/audit-office"
    assert unknown[-1] == {"step": "witnesses", "result": "unchecked", "checked": [], "unchecked": [name]}
    assert known[-1] == {"step": "witnesses", "result": "holds", "checked": [name], "unchecked": []}
    assert fault_of(refused) == "witnesses wrong"


def test_every_step_and_every_fault_of_the_module_has_its_words():
    source = MODULE.read_text("utf-8")
    steps = set(re.findall(r'note\("([a-z-]+)"', source)) | set(re.findall(r'need\("([a-z-]+)"', source))
    faults = set(re.findall(r'need\((?:"[a-z-]+"|step), "([a-z-]+)"', source)) | {"malformed"}
    assert steps | {"checkpoint", "growth"} == set(STEPS)
    assert faults == set(FAULTS)
