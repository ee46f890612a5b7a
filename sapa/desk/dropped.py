"""The watched folder: exports that are put there are taken in and moved to `done` or `failed`."""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import structlog

from channels.lapor import MAX_FILE, LaporDoor, Unfit
from sapa.desk import lapor as desk
from store.db import Ledger
from store.files import Files

#: Names of files that somebody still writes, and of our own notes.
_UNDER_WAY = (".part", ".tmp", ".crdownload", ".filepart", ".partial", ".txt", "~")
#: Files of one look; the rest come with the next.
_MOST = 20
_log = structlog.get_logger()


class Dropped:
    """One folder; a file is taken when two looks in a row find it the same in size and time."""

    def __init__(
        self, folder: Path, *, ledger: Ledger, files: Files, door: LaporDoor, clock: Callable[[], datetime]
    ) -> None:
        self._folder = folder
        self._ledger = ledger
        self._files = files
        self._door = door
        self._clock = clock
        self._before: dict[str, tuple[int, int]] = {}

    def look(self) -> int:
        """Take what is whole; returns how many imports began. Raises OSError where the folder fails."""
        if not self._folder.is_dir():
            return 0
        found = {
            entry.name: (state.st_size, state.st_mtime_ns)
            for entry in sorted(os.scandir(self._folder), key=lambda one: one.name)
            if entry.is_file(follow_symlinks=False)
            and not entry.name.startswith((".", "~"))
            and not entry.name.lower().endswith(_UNDER_WAY)
            and (state := entry.stat(follow_symlinks=False))
        }
        whole = [name for name, mark in found.items() if self._before.get(name) == mark][:_MOST]
        self._before = found
        return sum(self._take(self._folder / name) for name in whole)

    def _take(self, path: Path) -> bool:
        """One file; what it is moved to says what became of it."""
        try:
            if path.stat().st_size > MAX_FILE:
                raise Unfit(f"Berkas terlalu besar; paling besar {MAX_FILE // 1024 // 1024} MB.")
            content, now = path.read_bytes(), self._clock()
            found = desk.survey(self._ledger, self._door, content, now)
        except Unfit as error:
            moved = self._move(path, "failed")
            moved.with_name(f"{moved.name}.txt").write_text(f"{error}\n", encoding="utf-8")
            _log.warning("folder_file_refused")
            return False
        name = path.name[:200]
        how = {"name": name, "came": "folder", "officer_id": None, "state": "running", "now": now}
        desk.keep(self._ledger, self._files, found, content, **how)  # type: ignore[arg-type]
        self._move(path, "done")  # a kill before this: the file comes again, and all of it is known
        return True

    def _move(self, path: Path, where: str) -> Path:
        """Into the folder beside, under a name that is free."""
        folder = self._folder / where
        folder.mkdir(exist_ok=True)
        target = folder / path.name
        if target.exists():
            target = folder / f"{self._clock():%Y%m%d-%H%M%S-%f}-{path.name}"
        path.rename(target)
        return target
