"""What the demo city's officers and reporters do to a ticket next."""

import random
from collections.abc import Mapping
from datetime import datetime

from sapa.desk import acts, citizen, triage
from sapa.desk.actor import Actor
from sapa.desk.city import City
from store.db import Tx
from store.tables import Ticket

#: By status: what may come next and how often; "" is nothing any more.
_NEXT: Mapping[str, Mapping[str, int]] = {
    "triage": {"reassign": 7, "archive": 2, "hand_over": 1},
    "assigned": {"accept": 8, "decline": 1, "ask": 1},
    "accepted": {"resolve": 6, "ask": 1, "": 2},
    "external": {"resolve": 1, "": 2},
    "resolved": {"confirm": 4, "reopen": 1, "": 4},
}


def chosen(status: str, rng: random.Random) -> str:
    """The next act on a ticket of this status, "" = none."""
    ways = _NEXT.get(status, {"": 1})
    return rng.choices(tuple(ways), tuple(ways.values()))[0]


def play(
    tx: Tx, act: str, ticket: Ticket, by: Actor, *, key: str, now: datetime, city: City, rng: random.Random
) -> None:
    """Do it as people would, by the desk's own acts; raises their `ActError`."""
    assert ticket.id is not None
    at, version = ticket.id, ticket.version
    me = Actor(kind="citizen", token=ticket.token)
    inside = [code for code, info in city.opds.items() if info.kind == "opd"]
    if act == "accept":
        acts.accept(tx, at, by, version=version, key=key, now=now, city=city)
    elif act == "decline":
        reason = "Setelah dicek, bukan kewenangan kami."
        acts.decline(tx, at, by, version=version, key=key, now=now, city=city, reason=reason)
    elif act == "ask":
        text = "Mohon sebutkan letak persisnya, dekat bangunan apa?"
        acts.ask(tx, at, by, version=version, key=key, now=now, city=city, text=text)
    elif act == "resolve":
        text = "Sudah ditangani petugas di lapangan."
        acts.resolve(tx, at, by, version=version, key=key, now=now, city=city, outcome="fixed", text=text)
    elif act == "confirm":
        citizen.confirm(tx, at, me, version=version, key=key, now=now, city=city)
    elif act == "reopen":
        text = "Ternyata belum selesai, masih sama seperti semula."
        citizen.reopen(tx, at, me, version=version, key=key, now=now, city=city, text=text)
    else:
        _by_desk(tx, act, ticket, by, key=key, now=now, city=city, opd=rng.choice(inside))


def _by_desk(
    tx: Tx, act: str, ticket: Ticket, by: Actor, *, key: str, now: datetime, city: City, opd: str
) -> None:
    assert ticket.id is not None
    at, version = ticket.id, ticket.version
    if act == "reassign":
        reason = "Sesuai bidang tugasnya."
        triage.reassign(tx, at, by, version=version, key=key, now=now, city=city, opd=opd, reason=reason)
    elif act == "archive":
        reason = "Laporan tidak memuat hal yang dapat ditangani."
        triage.archive(tx, at, by, version=version, key=key, now=now, city=city, reason=reason)
    elif act == "hand_over":
        owner = next(code for code, info in city.opds.items() if info.kind == "external")
        acts.hand_over(
            tx,
            at,
            by,
            version=version,
            key=key,
            now=now,
            city=city,
            owner=owner,
            letter="CONTOH/001",
            text="Kami teruskan kepada yang berwenang.",
        )
