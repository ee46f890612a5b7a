"""A file of a message comes after it, or never; an officer may have it fetched again."""

from datetime import datetime, timedelta
from uuid import UUID

from sapa.desk import join
from sapa.desk.actor import Actor, Done
from sapa.desk.city import City
from sapa.desk.deed import begin
from sapa.desk.errors import Invalid, NotFound
from sapa.desk.pictures import KeptFile
from store import arrivals, assignments, remote, targets
from store.db import Tx
from store.remote import Wanted

#: A file that takes longer than this came late: the history says so.
LATE = timedelta(minutes=1)


def came(tx: Tx, wanted: Wanted, file: KeptFile, now: datetime, city: City) -> bool:
    """The file is here, its bytes durably kept: shown, or refused with the reason, as one sent at once.

    The place a picture tells judges an untouched ticket again. Nothing happens (False) when the
    lease has gone to somebody else meanwhile.
    """
    if not remote.end(tx, wanted):
        return False
    for digest, size in file.blobs:
        arrivals.add_blob(tx, digest, size, now)
    remote.keep(tx, wanted.id, **file.columns)
    ticket_id = remote.ticket_of(tx, wanted.message_id)
    if ticket_id is None:
        return True
    if now - wanted.received_at > LATE:
        _tell(tx, ticket_id, "file_came", wanted, file.reason, now)
    state = targets.state_of(tx, ticket_id)
    if file.gps is not None and not state.touched:
        join.judge_again(tx, ticket_id, state, wanted.channel, now, city)
    return True


def not_yet(tx: Tx, wanted: Wanted, next_at: datetime, why: str) -> None:
    """The provider does not give the file now: it is tried again at `next_at`."""
    if remote.end(tx, wanted):
        remote.postpone(tx, wanted.id, next_at, why)


def lost(tx: Tx, wanted: Wanted, why: str, now: datetime) -> None:
    """The file is given up, with the reason on the ticket and in its history."""
    if not remote.end(tx, wanted):
        return
    remote.refuse(tx, wanted.id, why)
    ticket_id = remote.ticket_of(tx, wanted.message_id)
    if ticket_id is not None:
        _tell(tx, ticket_id, "file_lost", wanted, why, now)


def fetch_again(
    tx: Tx, ticket_id: int, by: Actor, *, version: int, key: str, now: datetime, city: City, file: UUID
) -> Done:
    """An officer has a file fetched now that waits or was given up.

    Asking decides nothing: later parts of an untouched ticket still judge it again.
    """
    deed = begin(tx, "fetch_again", ticket_id, by, version=version, key=key, now=now, city=city)
    if isinstance(deed, Done):
        return deed
    found = remote.find(tx, ticket_id, file)
    if found is None or found.id is None:
        raise NotFound("Berkas tidak ditemukan pada laporan ini.")
    if found.blob is not None or not found.remote:
        raise Invalid("Berkas ini sudah ada, tidak perlu diambil lagi.")
    remote.again(tx, found.id, now)
    deed.record("file_wanted", message=found.message_id, file=found.id)
    touched_at = deed.ticket.touched_at
    done = deed.done()
    deed.ticket.touched_at = touched_at
    return done


def _tell(tx: Tx, ticket_id: int, kind: str, wanted: Wanted, text: str, now: datetime) -> None:
    data = {"message": wanted.message_id, "file": wanted.id}
    assignments.add_event(tx, ticket_id, kind, actor="system", now=now, text=text, data=data)
