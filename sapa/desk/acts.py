"""The acts of those who work on a ticket: accept, decline, ask, answer, resolve, hand over, note."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from notifier import notices
from router.decide import ENOUGH
from sapa.desk import promises
from sapa.desk.actor import Actor, Done
from sapa.desk.assign import Decision, assign, promise
from sapa.desk.city import City
from sapa.desk.deed import Deed, begin
from sapa.desk.errors import Invalid
from sapa.desk.wording import clean
from store import tickets
from store.db import Tx
from store.tables import Disposition

OUTCOMES = ("fixed", "made_safe", "conditional", "external", "unfounded", "duplicate")

#: After so many refusals only Diskominfo decides.
REFUSALS = 2


def accept(tx: Tx, ticket_id: int, by: Actor, *, version: int, key: str, now: datetime, city: City) -> Done:
    """The OPD takes the ticket on; reporters are told that it is being worked on."""
    deed = begin(tx, "accept", ticket_id, by, version=version, key=key, now=now, city=city)
    if isinstance(deed, Done):
        return deed
    promises.meet(tx, ticket_id, now, "first_response")
    deed.record("accepted", public=True)
    deed.move("accepted")
    deed.tell_reporters("accepted")
    return deed.done()


def decline(
    tx: Tx,
    ticket_id: int,
    by: Actor,
    *,
    version: int,
    key: str,
    now: datetime,
    city: City,
    reason: str,
    proof: int | None = None,
) -> Done:
    """The OPD says "bukan kewenangan kami": the next candidate OPD gets the ticket.

    Where there is none that the judge thought enough, after the second refusal, or when the matter
    is sealed, Diskominfo decides. `proof` is the message that shows why.
    """
    reason = clean(reason, what="Alasan")
    deed = begin(tx, "decline", ticket_id, by, version=version, key=key, now=now, city=city)
    if isinstance(deed, Done):
        return deed
    deed.ticket.refusals += 1
    history = tickets.dispositions(tx, ticket_id)
    candidates = history[0].candidates if history else []
    heir = "" if deed.ticket.refusals >= REFUSALS else _next(deed, candidates, history)
    shown: dict[str, Any] = {} if proof is None else {"proof": proof}
    deed.record("declined", reason, of=deed.ticket.opd, next=heir, **shown)
    _pass_on(deed, heir, candidates)
    return deed.done()


def _pass_on(deed: Deed, heir: str, candidates: Sequence[str]) -> None:
    """The refused ticket goes to the next candidate, or without one to Diskominfo."""
    ticket_id, by = deed.ticket.id or 0, deed.by
    decision = Decision(
        lead=heir,
        because=_because(deed, heir),
        actor=by.kind,
        candidates=candidates,
        officer_id=by.officer_id,
    )
    disposition = assign(deed.tx, ticket_id, decision, now=deed.now, city=deed.city)
    deed.refresh()
    deed.move("assigned" if heir else "triage")
    if heir:
        deed.tell_reporters("moved")
    else:
        notices.withdraw(deed.tx, f"triage:{disposition}", ticket_id=ticket_id)
        deed.tell_diskominfo("declined", disposition_id=disposition)


def _next(deed: Deed, candidates: Sequence[str], history: Sequence[Disposition]) -> str:
    """The best guess that is an OPD of the city, was not tried and is not accused; "" if none.

    Its rule must have been enough for the judge: an agency that was merely named ("Kelurahan Meri")
    is evidence, no decision. A sealed matter never wanders from agency to agency by itself.
    """
    if deed.ticket.sensitive or deed.ticket.privacy == "secret":
        return ""
    tried = {row.opd for row in history}
    enough = {match["opd"] for row in history for match in row.matches if match["strength"] >= ENOUGH}
    for code in candidates:
        info = deed.city.opds.get(code)
        able = code in enough and code not in tried and code != deed.ticket.accused
        if able and info and info.kind == "opd":
            return code
    return ""


def _because(deed: Deed, heir: str) -> str:
    former = deed.city.opd_name(str(deed.before["opd"]))
    if heir:
        return f"{former} menyatakan bukan kewenangannya; {deed.city.opd_name(heir)} dugaan berikutnya."
    return f"{former} menyatakan bukan kewenangannya; Diskominfo yang menentukan."


def ask(
    tx: Tx, ticket_id: int, by: Actor, *, version: int, key: str, now: datetime, city: City, text: str
) -> Done:
    """Ask the reporter something; the office's clocks stand still until the answer."""
    text = clean(text, what="Pertanyaan")
    deed = begin(tx, "ask", ticket_id, by, version=version, key=key, now=now, city=city)
    if isinstance(deed, Done):
        return deed
    promises.meet(tx, ticket_id, now, "first_response")
    paused = promises.pause(tx, ticket_id, now)
    deed.record("asked", text, public=True, paused=paused)
    promise(tx, ticket_id, "complete", deed.ticket.type, now, city)
    deed.move("waiting")
    deed.tell_reporters("question")
    return deed.done()


def answer(
    tx: Tx,
    ticket_id: int,
    by: Actor,
    *,
    version: int,
    key: str,
    now: datetime,
    city: City,
    text: str,
    finish: bool = False,
) -> Done:
    """Tell the reporters something; with `finish` it answers a request for information for good."""
    text = clean(text, what="Jawaban")
    deed = begin(tx, "answer", ticket_id, by, version=version, key=key, now=now, city=city)
    if isinstance(deed, Done):
        return deed
    if finish:
        if deed.ticket.type != "information" or deed.ticket.status == "resolved":
            raise Invalid("Hanya permintaan informasi yang selesai dengan jawaban.")
        return _resolved(deed, "fixed", text)
    promises.meet(tx, ticket_id, now, "first_response")
    deed.record("answered", text, public=True)
    deed.tell_reporters("answer")
    return deed.done()


def resolve(
    tx: Tx,
    ticket_id: int,
    by: Actor,
    *,
    version: int,
    key: str,
    now: datetime,
    city: City,
    outcome: str,
    text: str,
    budget_year: int | None = None,
    owner: str = "",
    letter: str = "",
    proof: int | None = None,
) -> Done:
    """Say that it is done, and how; the reporters are asked whether it is.

    `outcome` is one of OUTCOMES; conditional needs the budget year, external the owner's code and,
    where they want one, the number of the letter to them. `proof` is the message that shows it.
    """
    text = clean(text, what="Hasil")
    if outcome not in OUTCOMES:
        raise Invalid("Pilih hasil penanganan.")
    data: dict[str, Any] = {}
    if outcome == "conditional":
        this_year = now.astimezone(city.tz).year
        if budget_year is None or not this_year <= budget_year <= this_year + 5:
            raise Invalid(f"Isi tahun anggaran antara {this_year} dan {this_year + 5}.")
        data["budget_year"] = budget_year
    if proof is not None:
        data["proof"] = proof
    if outcome == "external":
        data |= {"owner": owner, "letter": outside(city, owner, letter)}
    deed = begin(tx, "resolve", ticket_id, by, version=version, key=key, now=now, city=city)
    if isinstance(deed, Done):
        return deed
    if outcome == "external":
        deed.ticket.owner = owner
    return _resolved(deed, outcome, text, **data)


def _resolved(deed: Deed, outcome: str, text: str, **data: Any) -> Done:
    promises.meet(deed.tx, deed.id, deed.now, *promises.OURS)
    promises.drop(deed.tx, deed.id, deed.now)
    promise(deed.tx, deed.id, "confirm", deed.ticket.type, deed.now, deed.city)
    deed.record("resolved", text, public=True, outcome=outcome, **data)
    deed.move("resolved")
    deed.ticket.outcome = outcome
    deed.ticket.resolved_at = deed.now
    deed.tell_reporters("resolved")
    return deed.done()


def hand_over(
    tx: Tx,
    ticket_id: int,
    by: Actor,
    *,
    version: int,
    key: str,
    now: datetime,
    city: City,
    owner: str,
    letter: str,
    text: str,
) -> Done:
    """Hand the ticket to an owner outside the city, by a letter; the reporters are told to whom."""
    letter = outside(city, owner, letter)
    text = clean(text)
    deed = begin(tx, "hand_over", ticket_id, by, version=version, key=key, now=now, city=city)
    if isinstance(deed, Done):
        return deed
    promises.meet(tx, ticket_id, now, "verify", "first_response")
    promises.drop(tx, ticket_id, now)
    deed.record("handed_over", text, public=True, owner=owner, letter=letter)
    deed.move("external")
    deed.ticket.owner = owner
    deed.tell_owners_gone()
    deed.tell_reporters("handed_over")
    return deed.done()


def note(
    tx: Tx, ticket_id: int, by: Actor, *, version: int, key: str, now: datetime, city: City, text: str
) -> Done:
    """Keep something for colleagues; reporters never see it."""
    text = clean(text, what="Catatan")
    deed = begin(tx, "note", ticket_id, by, version=version, key=key, now=now, city=city)
    if isinstance(deed, Done):
        return deed
    deed.record("noted", text)
    return deed.done()


def outside(city: City, owner: str, letter: str) -> str:
    """The number of the letter to an owner outside the city; `Invalid` for others, or where one is needed."""
    info = city.opds.get(owner)
    if info is None or info.kind != "external":
        raise Invalid("Pilih pemilik di luar pemerintah kota.")
    if not letter.strip() and not info.letter:
        return ""
    return clean(letter, most=200, what="Nomor surat")
