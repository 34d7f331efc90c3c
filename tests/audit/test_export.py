"""An exported log verifies offline, and nothing that was done to it goes unseen."""

import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.errors import AuditError, ForkError, NoteError, ProofError
from audit.layout import read_bundle, write_bundle
from audit.note import Checkpoint, public_bytes, sign_checkpoint, verifier_key
from audit.verifier import verify_log
from signing.merkle import EMPTY_ROOT
from tests import database_server
from tests.audit.hand_log import KEY, ORIGIN, VKEY, Log, published, verify


async def test_an_export_verifies_and_extends_what_was_kept(log):
    kept = []
    for count in (2, 255, 300):
        await published(log, count)
        kept.append(log.store.find().note)
    report = verify(await log.export("good"), *kept)
    assert (report.checkpoint.size, len(report.kept)) == (557, 3)
    with pytest.raises(ProofError, match="not empty"):
        await log.export("good")


@pytest.fixture(scope="module")
async def exported(socket_folder, tmp_path_factory):
    """The export of 300 entries; whoever changes it takes a copy."""
    with database_server.fresh_database(socket_folder) as urls:
        log = await Log(urls, tmp_path_factory.mktemp("exported")).open()
        await published(log, 300)
        yield await log.export("good")
        await log.database.close()


def _flip(path: Path, at: int):
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(bytes(content))


@pytest.mark.parametrize(
    "mutate",
    [
        lambda f: _flip(f / "tile/entries/000", 40),
        lambda f: _flip(f / "tile/entries/000", 0),
        lambda f: _flip(f / "tile/entries/001.p/44", 100),
        lambda f: _flip(f / "tile/0/000", 5),
        lambda f: _flip(f / "tile/1/000.p/1", 5),
        lambda f: _flip(f / "checkpoint", 30),
        lambda f: _flip(f / "checkpoint", len((f / "checkpoint").read_bytes()) - 20),
        lambda f: (f / "tile/entries/001.p/44").unlink(),
        lambda f: (f / "tile/entries/000").write_bytes((f / "tile/entries/000").read_bytes()[:-10]),
        lambda f: (f / "tile/0/000").unlink(),
        lambda f: (f / "checkpoint").unlink(),
    ],
)
def test_one_changed_byte_or_missing_file_is_detected_offline(exported, tmp_path, mutate):
    folder = shutil.copytree(exported, tmp_path / "bad")
    assert verify(folder).checkpoint.size == 300
    mutate(folder)
    with pytest.raises(AuditError):
        verify(folder)


def test_a_checkpoint_kept_of_the_empty_log_is_compared_too(exported):
    empty = Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    assert verify(exported, sign_checkpoint(empty, KEY)).kept == [empty]
    with pytest.raises(ForkError, match="first 0 entries"):
        verify(exported, sign_checkpoint(Checkpoint(ORIGIN, 0, bytes(32)), KEY))


def test_an_entry_that_is_no_event_is_named_by_its_place(exported, tmp_path):
    folder = shutil.copytree(exported, tmp_path / "bad")
    bundle = folder / "tile/entries/001.p/44"
    leaves = read_bundle(bundle.read_bytes(), 44)
    bundle.write_bytes(write_bundle([leaves[0], b"{}", *leaves[2:]]))
    with pytest.raises(AuditError, match="entry 257 is not an event"):
        verify(folder)


def test_who_waits_is_told_how_far_it_is(exported):
    told = []
    verify_log(exported, VKEY, [], lambda done, size: told.append((done, size)))
    assert told == [(256, 300), (300, 300)]


async def test_a_tail_cut_off_is_detected_against_a_checkpoint_kept_earlier(log):
    await published(log, 3)
    short = await log.export("short")
    await published(log, 3)
    with pytest.raises(ForkError, match="shrank"):
        verify(short, log.store.find().note)


async def test_a_log_rebuilt_and_signed_anew_is_detected_against_a_checkpoint_kept_earlier(
    log, socket_folder, tmp_path
):
    await published(log, 3)
    kept = log.store.find().note
    with database_server.fresh_database(socket_folder) as urls:
        rebuilt = await Log(urls, tmp_path / "rebuilt").open()
        await published(rebuilt, 5)
        folder = await rebuilt.export("log")
        await rebuilt.database.close()
    assert verify(folder).checkpoint.size == 5  # consistent in itself, and signed by the real key
    with pytest.raises(ForkError, match="rewritten"):
        verify(folder, kept)


async def test_another_key_is_not_this_logs(log):
    await published(log, 1)
    folder = await log.export("log")
    other = Ed25519PrivateKey.generate()
    with pytest.raises(AuditError):
        verify(folder, vkey=verifier_key(ORIGIN, public_bytes(other)))
    head = verify(folder).checkpoint
    shutil.copy(folder / "checkpoint", folder / "kept")
    (folder / "checkpoint").write_text(sign_checkpoint(head, other))
    with pytest.raises(AuditError, match="not signed"):
        verify(folder)


@pytest.mark.parametrize("where", ["its origin", "another signer"])
async def test_a_checkpoint_that_is_no_text_is_refused_wherever_it_comes_from(log, where):
    await published(log, 1)
    folder = await log.export("log")
    note = (folder / "checkpoint").read_bytes()
    named = {
        "its origin": note.replace(b"credit.example", b"credit\xffexample"),
        "another signer": note + b"\xe2\x80\x94 o\xff AAAA\n",
    }
    spoiled = named[where]
    with pytest.raises(NoteError, match="UTF-8"):
        verify(folder, spoiled)
    (folder / "checkpoint").write_bytes(spoiled)
    with pytest.raises(NoteError, match="UTF-8"):
        verify(folder)
