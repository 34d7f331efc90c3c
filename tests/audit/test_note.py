"""Checkpoints: the specification's published key, and every malformed note refused."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.errors import NoteError
from audit.note import Checkpoint, key_id, own_lines, public_bytes, sign_checkpoint, verifier_key, verify_checkpoint

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


def test_the_note_and_its_key_have_exactly_these_bytes():
    assert verifier_key(ORIGIN, public_bytes(KEY)) == (
        "credit.example/audit+298a72bc+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
    )
    assert sign_checkpoint(HEAD, KEY) == (
        "credit.example/audit\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— credit.example/audit "
        "KYpyvBRmzni8nLPIHKqI89QPTyb0K69fbFgmwxJGsvAJC1Xh3pnLSHjSfHC/jxJ/+LL6noLx2dMK7TF/6PzJ9+mP3ws=\n"
    )


def signed(head):
    """Sign whatever stands where a checkpoint does."""
    line = base64.b64encode(key_id(ORIGIN, public_bytes(KEY)) + KEY.sign(f"{head}\n".encode())).decode()
    return f"{head}\n\n— {ORIGIN} {line}\n"


@pytest.mark.parametrize(
    ("note", "told"),
    [
        (NOTE.replace("\n", "\r\n"), "carriage returns"),
        (NOTE.partition("\n\n")[0], "no signature part"),
        (NOTE[:-1], "no signature part"),
        (NOTE.replace("— ", "- "), "line is malformed"),
        (NOTE.replace("\n\n", "\n\n— nobody\n"), "line is malformed"),
        (signed(f"{ORIGIN}\n07\n{ROOT}"), "three lines"),
        (signed(f"{ORIGIN}\n1\u0667\n{ROOT}"), "three lines"),
        (signed(f"{ORIGIN}\n1７\n{ROOT}"), "three lines"),
        (signed(f"\n7\n{ROOT}"), "three lines"),
        (signed(f"{ORIGIN} 7 {ROOT}"), "three lines"),
        (signed(f"{ORIGIN} 7\n{ROOT}"), "three lines"),
        (signed(f"{ORIGIN}\n7\n{ROOT}\nmore"), "three lines"),
        (signed(f"{ORIGIN}\n7\n{base64.b64encode(bytes(31)).decode()}"), "32 bytes"),
        (signed(f"{ORIGIN}\n{1 << 63}\n{ROOT}"), "63 bits"),
        (signed(f"{ORIGIN}\n7\n*{ROOT}"), "not base64"),
        (signed(f"{ORIGIN}\n7\n{ROOT[:-2]}B="), "not spelled"),
        (sign_checkpoint(Checkpoint("other.example", 7, bytes(32)), KEY), "another origin"),
        (sign_checkpoint(HEAD, Ed25519PrivateKey.generate()), "not signed by"),
        (NOTE.replace("7\n", "8\n", 1), "does not verify"),
    ],
)
def test_what_is_wrong_with_a_note_is_said(note, told):
    with pytest.raises(NoteError, match=told):
        verify_checkpoint(note, VKEY)


def test_a_name_with_a_blank_is_one_name_and_two_gaps_are_no_end_of_the_body():
    witness = f"— a witness {base64.b64encode(bytes(68)).decode()}\n"
    assert verify_checkpoint(NOTE.replace("\n\n", f"\n\n{witness}"), VKEY) == HEAD
    with pytest.raises(NoteError, match="malformed"):
        verify_checkpoint(NOTE.replace("\n\n", f"\n\n{witness}\n"), VKEY)


def test_an_unknown_signers_line_may_hold_anything():
    assert verify_checkpoint(NOTE.replace("\n\n", "\n\n— witness.example !\n"), VKEY) == HEAD


@pytest.mark.parametrize("kind", [b"\x02", b"\x01\x01", b""])
def test_a_key_of_another_kind_or_length_is_refused_though_its_id_fits(kind):
    public = public_bytes(KEY)
    identifier = hashlib.sha256(ORIGIN.encode() + b"\n\x01" + (kind + public)[1:]).hexdigest()[:8]
    with pytest.raises(NoteError, match="malformed"):
        verify_checkpoint(NOTE, f"{ORIGIN}+{identifier}+{base64.b64encode(kind + public).decode()}")


def test_lines_of_others_are_left_out_of_what_one_verifier_can_check():
    witness = f"— witness.example {base64.b64encode(bytes(68)).decode()}\n"
    again = sign_checkpoint(HEAD, Ed25519PrivateKey.generate()).partition("\n\n")[2]
    assert own_lines(NOTE + witness + again, VKEY) == NOTE
    assert own_lines(NOTE.replace("\n\n", f"\n\n{witness}"), VKEY) == NOTE


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
