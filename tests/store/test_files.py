"""Files are kept whole, once, and only orphans are swept."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from store.files import Files


def test_what_is_put_can_be_read_again(tmp_path: Path) -> None:
    files = Files(tmp_path)
    stored = files.put(b"lampu mati")
    assert files.read(stored.digest) == b"lampu mati"
    assert stored.size == 10


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    files = Files(tmp_path)
    assert files.put(b"x") == files.put(b"x")
    assert len(list(tmp_path.glob("??/*"))) == 1


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = Files(tmp_path)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError):
        files.put(b"y")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_digest_cannot_leave_the_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        Files(tmp_path).path("../" * 21 + "x")


def test_the_sweep_takes_old_orphans_only(tmp_path: Path, now: datetime) -> None:
    files = Files(tmp_path)
    kept, orphan, fresh = files.put(b"kept"), files.put(b"orphan"), files.put(b"fresh")
    old = (now - timedelta(days=2)).timestamp()
    for stored in (kept, orphan):
        os.utime(files.path(stored.digest), (old, old))
    os.utime(files.path(fresh.digest), (now.timestamp(), now.timestamp()))
    assert files.sweep({kept.digest}, now - timedelta(days=1)) == 1
    assert not files.path(orphan.digest).exists()
    assert files.path(kept.digest).exists()
    assert files.path(fresh.digest).exists()
