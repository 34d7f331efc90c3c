"""Which files are taken from a place, and which are left alone."""

import os
import time

import pytest

from connectors.errors import ConnectorError, MalformedError
from connectors.sources.contract import content
from connectors.sources.registry import open_connector

HEAD = "企业名称\n"


def folder(path, **more):
    return open_connector("folder", {"path": str(path), "settle_seconds": 0, **more})


def read_all(source, after=None):
    taken = []
    while found := source.read(after):
        after = found.watermark
        taken.append((found.delivery, content(found)))
    return taken, after


def test_a_file_that_is_changed_is_another_delivery_and_a_late_early_name_is_not_missed(tmp_path):
    (tmp_path / "b.csv").write_text(HEAD + "乙\n")
    taken, after = read_all(folder(tmp_path))
    assert taken == [("b.csv", [["乙"]])]
    (tmp_path / "a.csv").write_text(HEAD + "甲\n")
    os.utime(tmp_path / "a.csv", (1, 1))  # copied with its old date
    (tmp_path / "b.csv").write_text(HEAD + "乙乙\n")
    taken, after = read_all(folder(tmp_path), after)
    assert taken == [("a.csv", [["甲"]]), ("b.csv", [["乙乙"]])]
    (tmp_path / "a.csv").unlink()
    assert read_all(folder(tmp_path), after)[0] == []


def test_a_file_is_whole_once_it_was_left_alone_for_a_while(tmp_path):
    (tmp_path / "a.csv").write_text(HEAD + "甲\n")
    source = folder(tmp_path, settle_seconds=60)
    assert source.read(None) is None
    os.utime(tmp_path / "a.csv", (time.time() - 61,) * 2)
    assert len(read_all(source)[0]) == 1


def test_a_file_is_whole_once_its_done_file_is_there(tmp_path):
    (tmp_path / "a.csv").write_text(HEAD + "甲\n")
    source = folder(tmp_path, complete="done")
    assert source.read(None) is None
    (tmp_path / "a.csv.done").touch()
    assert [name for name, _ in read_all(source)[0]] == ["a.csv"]


@pytest.mark.parametrize(
    "name", [".a.csv", "a.csv.part", "a.csv.tmp", "a.csv.filepart", "a.csv.uploading", "a.csv.done"]
)
def test_a_name_that_says_unfinished_is_left_alone(tmp_path, name):
    (tmp_path / name).write_text(HEAD)
    assert folder(tmp_path).read(None) is None


def test_a_file_that_grows_while_it_is_copied_is_left_for_the_next_turn(tmp_path, monkeypatch):
    from connectors.sources.files.places import Files

    (tmp_path / "a.csv").write_text(HEAD + "甲\n")
    fetch = Files.fetch

    def slow(files, file, target):
        fetch(files, file, target)
        (tmp_path / "a.csv").write_text(HEAD + "甲\n乙\n")

    monkeypatch.setattr(Files, "fetch", slow)
    assert folder(tmp_path).read(None) is None
    monkeypatch.setattr(Files, "fetch", fetch)
    assert read_all(folder(tmp_path))[0] == [("a.csv", [["甲"], ["乙"]])]


def test_links_and_folders_are_never_followed(tmp_path):
    secret, drop = tmp_path / "secret.csv", tmp_path / "drop"
    secret.write_text(HEAD + "密\n")
    drop.mkdir()
    (drop / "sub").mkdir()
    (drop / "a.csv").symlink_to(secret)
    source = folder(drop)
    assert source.read(None) is None
    with pytest.raises(ConnectorError, match=r"a\.csv"):
        source.check()


def test_a_file_that_becomes_a_link_after_it_was_listed_is_not_opened(tmp_path, monkeypatch):
    from connectors.sources.files.places import Files

    secret, drop = tmp_path / "secret.csv", tmp_path / "drop"
    drop.mkdir()
    (drop / "a.csv").write_text(HEAD + "甲\n")
    secret.write_text(HEAD + "密\n")
    fetch = Files.fetch

    def swapped(files, file, target):
        (drop / "a.csv").unlink()
        (drop / "a.csv").symlink_to(secret)
        fetch(files, file, target)

    monkeypatch.setattr(Files, "fetch", swapped)
    with pytest.raises(ConnectorError, match="cannot be read"):
        folder(drop).read(None)


def test_a_link_on_an_sftp_server_is_not_followed(sftp):
    secret = sftp.folder / "secret.csv"
    secret.write_text(HEAD + "密\n")
    (sftp.folder / "in" / "l.csv").symlink_to("../secret.csv")
    assert read_all(open_connector("sftp", sftp.config()))[0] == []


def test_a_file_that_is_too_large_is_refused_by_name_and_the_next_is_taken(tmp_path):
    (tmp_path / "a.csv").write_text(HEAD + "甲" * 100)
    (tmp_path / "b.csv").write_text(HEAD + "乙\n")
    source = folder(tmp_path, largest_bytes=50)
    first = source.read(None)
    with pytest.raises(MalformedError, match=r"a\.csv.*50"):
        first.open()
    assert read_all(source, first.watermark)[0] == [("b.csv", [["乙"]])]


def test_more_files_than_can_be_kept_track_of_are_said(tmp_path, monkeypatch):
    monkeypatch.setattr("connectors.sources.files.places.MOST_FILES", 3)
    for number in range(4):
        (tmp_path / f"{number}.csv").touch()
    with pytest.raises(ConnectorError, match="archive"):
        folder(tmp_path).check()


def test_nothing_is_left_behind_in_our_own_folder(tmp_path, monkeypatch):
    ours, drop = tmp_path / "ours", tmp_path / "drop"
    ours.mkdir()
    drop.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(ours))
    (drop / "a.csv").write_text(HEAD + "甲\n")
    folder(drop).discover()
    read_all(folder(drop))
    assert list(ours.iterdir()) == []


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "good.csv").write_text(HEAD + "甲\n")
    (tmp_path / "torn.xlsx").write_bytes(b"PK\x03\x04torn")
    with pytest.raises(MalformedError, match=r"^torn\.xlsx: "):
        folder(tmp_path).discover()
