"""The acts on a ticket as forms: what is asked for, and what is done with the answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sapa.desk import acts, citizen, late, split, transcripts, triage, undo
from sapa.desk.actor import Done
from sapa.desk.errors import Invalid
from sapa.web.fields import Fields, whole, year

What = Callable[[Fields], dict[str, Any]]
SURE = "Centang dahulu bahwa Anda yakin; tindakan ini berdampak besar."


@dataclass(frozen=True, slots=True)
class Act:
    """An act by its word in the address: its name in the tables, the desk's function, its fields."""

    name: str
    do: Callable[..., Done]
    what: What = field(default=lambda form: {})
    sure: bool = False


def _texts(**names: str) -> What:
    """Fields handed on as they are: argument = name in the form."""
    return lambda form: {argument: form[name] for argument, name in names.items()}


def _reassigned(form: Fields) -> dict[str, Any]:
    return {"opd": form["opd"], "supporting": form.all("pendukung"), "reason": form["alasan"]}


def _answered(form: Fields) -> dict[str, Any]:
    return {"text": form["teks"], "finish": form["tuntas"] == "1"}


def _resolved(form: Fields) -> dict[str, Any]:
    return {
        "outcome": form["hasil"],
        "text": form["teks"],
        "budget_year": year(form["tahun"]),
        "owner": form["pihak"],
        "letter": form["surat"],
    }


def _split(form: Fields) -> dict[str, Any]:
    chosen = ",".join(form.all("pesan")).split(",")  # the pictures of an album go together
    ids = [id for one in chosen if (id := whole(one)) is not None]
    if not ids:
        raise Invalid("Pilih pesan yang dipisahkan.")
    return {"message_ids": ids}


def _file(form: Fields) -> dict[str, Any]:
    try:
        return {"file": UUID(form["berkas"])}
    except ValueError:
        raise Invalid("Berkas tidak ditemukan pada laporan ini.") from None


def _heard(form: Fields) -> dict[str, Any]:
    return {**_file(form), "text": form["teks"]}


ACTS: Mapping[str, Act] = {
    "terima": Act("accept", acts.accept),
    "tolak": Act("decline", acts.decline, _texts(reason="alasan")),
    "alihkan": Act("reassign", triage.reassign, _reassigned),
    "tanya": Act("ask", acts.ask, _texts(text="teks")),
    "jawab": Act("answer", acts.answer, _answered),
    "selesai": Act("resolve", acts.resolve, _resolved),
    "arsipkan": Act("archive", triage.archive, _texts(reason="alasan"), sure=True),
    "serahkan": Act(
        "hand_over", acts.hand_over, _texts(owner="pihak", letter="surat", text="teks"), sure=True
    ),
    "catatan": Act("note", acts.note, _texts(text="teks")),
    "ambil": Act("fetch_again", late.fetch_again, _file),
    "tulis": Act("write_down", transcripts.write_down, _heard),
    "pisahkan": Act("split", split.split, _split, sure=True),
    "cabut": Act("revoke", triage.revoke, sure=True),
    "buka": Act("reopen", citizen.reopen, _texts(text="teks")),
    "urungkan": Act("undo", undo.undo, lambda form: {"event_id": form.number("event")}),
}
#: From the name in the tables to the word in the address.
WORDS: Mapping[str, str] = {act.name: word for word, act in ACTS.items()}


def arguments(act: Act, form: Fields) -> dict[str, Any]:
    """What the form says, as the desk's function wants it; Invalid when something is missing."""
    if act.sure and form["yakin"] != "1":
        raise Invalid(SURE)
    return act.what(form)
