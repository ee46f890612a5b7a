"""What is said in a recording, in writing: by an officer who listened, or by a machine until one did."""

from datetime import datetime
from uuid import UUID

from sapa.desk import join
from sapa.desk.actor import Actor, Done
from sapa.desk.city import City
from sapa.desk.deed import begin
from sapa.desk.errors import Invalid, NotFound
from sapa.desk.wording import clean
from store import assignments, remote, targets
from store.db import Tx
from store.remote import Wanted

#: Bytes of a transcript that are kept.
LONGEST = 20_000


def write_down(
    tx: Tx,
    ticket_id: int,
    by: Actor,
    *,
    version: int,
    key: str,
    now: datetime,
    city: City,
    file: UUID,
    text: str,
) -> Done:
    """An officer writes down what a recording says; writing again replaces it.

    The words count as the reporter's: an untouched ticket is judged again. Raises Invalid for a file
    that is no recording, or not here.
    """
    text = clean(text, what="Isi rekaman")
    deed = begin(tx, "write_down", ticket_id, by, version=version, key=key, now=now, city=city)
    if isinstance(deed, Done):
        return deed
    found = remote.find(tx, ticket_id, file)
    if found is None or found.id is None:
        raise NotFound("Berkas tidak ditemukan pada laporan ini.")
    if found.blob is None or not is_recording(found.media_type):
        raise Invalid("Yang dapat ditulis hanya isi rekaman suara atau video yang sudah ada.")
    found.transcript, found.transcribed_by = text, by.officer_id
    tx.flush()
    deed.record("written_down", text, message=found.message_id, file=found.id)
    touched_at = deed.ticket.touched_at
    done = deed.done()
    deed.ticket.touched_at = touched_at  # what it is about is decided by who hands it on
    tx.flush()
    _judge(tx, ticket_id, deed.ticket.channel, now, city)
    return done


def heard(tx: Tx, wanted: Wanted, text: str, now: datetime, city: City) -> None:
    """A machine heard these words in a file that came just now."""
    ticket_id = remote.ticket_of(tx, wanted.message_id)
    if not text.strip() or not remote.write_down(tx, wanted.id, text) or ticket_id is None:
        return
    about = {"message": wanted.message_id, "file": wanted.id}
    assignments.add_event(tx, ticket_id, "transcribed", actor="system", now=now, data=about)
    _judge(tx, ticket_id, wanted.channel, now, city)


def bounded(text: str) -> str:
    """A program's words as they can be kept: whole characters, at most `LONGEST` bytes."""
    return text.replace("\x00", "").encode("utf-8", "ignore")[:LONGEST].decode("utf-8", "ignore")


def is_recording(media_type: str) -> bool:
    """Whether somebody may be heard in a file of this type."""
    return media_type.startswith(("audio/", "video/"))


def _judge(tx: Tx, ticket_id: int, channel: str, now: datetime, city: City) -> None:
    state = targets.state_of(tx, ticket_id)
    if not state.touched:
        join.judge_again(tx, ticket_id, state, channel, now, city)
