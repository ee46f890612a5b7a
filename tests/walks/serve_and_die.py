"""`sapa serve` that kills itself (SIGKILL) where no signal from outside could be timed.

serve_and_die.py CONFIG commit N MARK    between a commit and its answers, once N messages came in;
                                         MARK then names the messages that were committed unanswered
serve_and_die.py CONFIG press N MARK     the same, but it is buttons pressed in a chat that count
serve_and_die.py CONFIG migrate N MARK   before statement N of the migration
serve_and_die.py CONFIG later N MARK     not at all, but N seconds later by its clock
"""

import json
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn

import sqlalchemy as sa

from sapa.bootstrap import Service, open_service
from sapa.cli._office import clock
from sapa.cli.serve import log_to_stderr, run
from sapa.settings import load


def die(mark: Path, words: Any) -> NoReturn:
    """Leave a note, durably, and be gone before anybody can clean up."""
    with mark.open("w") as file:
        json.dump(words, file)
        file.flush()
        os.fsync(file.fileno())
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


#: What is counted, by how it shall die: (id, name) of what came after the id `:last`.
COUNTED = {
    "commit": "SELECT id, external_id FROM message WHERE id > :last AND direction = 'in' ORDER BY id",
    "press": "SELECT id, key FROM outbox WHERE id > :last AND notice = 'chat_tapped' ORDER BY id",
}


class Executioner:
    """The ledger's hook: after each commit it looks what came in."""

    def __init__(self, how: str, after: int, mark: Path) -> None:
        self.counted, self.after, self.mark = COUNTED.get(how, COUNTED["commit"]), after, mark
        self.service: Service | None = None
        self.last = self.seen = 0

    def begin(self, service: Service) -> None:
        self.last = self._newest(service)[0]
        self.service = service

    def __call__(self) -> None:
        if self.service is None:
            return
        self.last, came = self._newest(self.service)
        self.seen += len(came)
        if came and self.seen >= self.after:
            die(self.mark, came)

    def _newest(self, service: Service) -> tuple[int, list[str]]:
        with service.ledger.reading() as tx:
            rows = tx.run(self.counted, last=self.last)
        return (rows[-1][0], [row[1] for row in rows]) if rows else (self.last, [])


def die_migrating(statement: int, mark: Path) -> None:
    """Count what any engine executes, and die before that statement."""
    count = 0

    @sa.event.listens_for(sa.engine.Engine, "before_cursor_execute")
    def _count(*arguments: Any) -> None:
        nonlocal count
        count += 1
        if count >= statement:
            die(mark, str(arguments[2])[:60])


def main() -> None:
    config, how, number, mark = sys.argv[1:]
    log_to_stderr()
    if how == "migrate":
        die_migrating(int(number), Path(mark))
    if how == "later":
        ahead = timedelta(seconds=int(number))
        run(open_service(load(config, os.environ), clock=lambda: clock() + ahead), Path(config))
        return
    executioner = Executioner(how, int(number), Path(mark))
    service = open_service(load(config, os.environ), clock=clock, after_commit=executioner)
    executioner.begin(service)
    run(service, Path(config))


if __name__ == "__main__":
    main()
