"""Checkpoints: the specification's published key, and every malformed note refused."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.errors import NoteError
from audit.note import Checkpoint, key_id, public_bytes, sign_checkpoint, verifier_key, verify_checkpoint

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ORIGIN = "credit.example/audit"
VKEY = verifier_key(ORIGIN, public_bytes(KEY))
HEAD = Checkpoint(ORIGIN, 7, bytes(32))
NOTE = sign_checkpoint(HEAD, KEY)
ROOT = base64.b64encode(bytes(32)).decode()


def test_the_key_id_is_that_of_the_published_example():
    # golang.org/x/mod/sumdb/note, the example of its documentation
    name, _, rest = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW".partition("+")
    identifier, _, encoded = rest.partition("+")
    assert key_id(name, base64.b64decode(encoded)[1:]).hex() == identifier


def test_a_signed_checkpoint_reads_back():
    assert verify_checkpoint(NOTE, VKEY) == HEAD


def test_lines_of_unknown_signers_are_passed_over():
    assert verify_checkpoint(NOTE + f"— witness.example {base64.b64encode(bytes(76)).decode()}\n", VKEY) == HEAD


@pytest.mark.parametrize(
    "note",
    [
        "",
        NOTE.replace("7\n", "8\n", 1),
        NOTE.replace("7\n", "07\n", 1),
        NOTE.replace("7\n", "-7\n", 1),
        NOTE.replace("7\n", f"{1 << 63}\n", 1),
        NOTE.replace("\n", "\r\n"),
        NOTE.replace(ROOT, base64.b64encode(bytes(31)).decode()),
        NOTE.replace(ROOT, "*" * 44),
        NOTE.replace("— ", "- "),
        NOTE[:-1],
        NOTE.partition("\n\n")[0] + "\n",
        NOTE.partition("\n\n")[0] + "\n\n",
        NOTE.replace(f"{ROOT}\n", f"{ROOT}\nextension\n"),
        NOTE + f"— other {ROOT}\n" * 16,
        NOTE + "x" * 70_000,
        sign_checkpoint(HEAD, Ed25519PrivateKey.generate()),
        sign_checkpoint(Checkpoint("other.example/audit", 7, bytes(32)), KEY),
    ],
)
def test_a_note_that_is_not_exactly_right_is_refused(note):
    with pytest.raises(NoteError):
        verify_checkpoint(note, VKEY)


@pytest.mark.parametrize("vkey", ["", "a+b+c", VKEY.replace("+", "-"), VKEY[:-4] + "AAA=", VKEY.replace(".", "-", 1)])
def test_a_malformed_verifier_key_is_refused(vkey):
    with pytest.raises(NoteError):
        verify_checkpoint(NOTE, vkey)
