"""Notices by SMS: in two pieces whatever is quoted, with a short link, and nothing of what is sealed."""

from datetime import timedelta
from importlib.resources import files
from typing import Any

import pytest
from post_world import World, busy

from channels._sms_text import fit, segments
from channels.message import OutboundMessage
from notifier.notices import NOTICES
from store.tables import Conversation, Ticket, TicketReporter

CITIZEN = [kind for kind, notice in NOTICES.items() if notice.audience == "citizen"]
LONG_NAME = "Dinas Pekerjaan Umum, Penataan Ruang, Perumahan Rakyat dan Kawasan Permukiman"
ASKED = [kind for kind, notice in NOTICES.items() if notice.audience == "asker"]


@pytest.fixture
def sms(world: World) -> World:
    """The citizen is answered by SMS, and the agency has the longest name there is."""
    from dataclasses import replace

    world.channel = "sms"
    names = {"DISHUB": LONG_NAME, "PLN": "PLN Unit Layanan Pelanggan Kota Contoh"}
    world.head = replace(world.head, opd_names=names, public_url="https://sapa.kota-mojokerto.example")
    return world


def link(world: World) -> str:
    with world.ledger.reading() as tx:
        token = tx.run("select token from ticket where id = :id", id=world.ticket_id)[0][0]
    return f"https://sapa.kota-mojokerto.example/l/{token}"


def as_sent(message: OutboundMessage) -> str:
    return fit(message.text, message.actions[0][1])


@pytest.mark.parametrize("kind", CITIZEN)
@pytest.mark.parametrize("quoted", ["Sudah.", "Mohon “foto” rumah Ibu {1} dan sebutkan nomornya. " * 30])
def test_every_notice_fits_with_its_link_number_and_brand(sms: World, kind: str, quoted: str) -> None:
    message = sms.render(kind, data=busy(sms, quoted))
    assert segments(as_sent(message)) <= 2
    assert message.actions[0][1] == link(sms)
    for part in ("SMP-2611-0042", link(sms), "Sapa Warga: "):
        assert part in as_sent(message), part
    assert "\n" not in message.text.strip()


@pytest.mark.parametrize("kind", ["question", "answer"])
def test_what_is_asked_and_answered_is_quoted_as_far_as_there_is_room(sms: World, kind: str) -> None:
    sms.promise("complete", 10)
    data = {"event_id": sms.event("asked", "Di depan nomor berapa tiangnya?")}
    assert "Di depan nomor berapa tiangnya?" in as_sent(sms.render(kind, "a", data=data))
    long = {"event_id": sms.event("asked", "kata " * 200)}
    text = as_sent(sms.render(kind, "b", data=long))
    assert "kata kata" in text
    assert len(text) > 280
    if kind == "question":
        assert "paling lambat" in text


@pytest.mark.parametrize("seal", [{"privacy": "secret"}, {"sensitive": "kekerasan"}])
@pytest.mark.parametrize("kind", [*CITIZEN, *ASKED])
def test_of_a_sealed_ticket_only_the_number_is_sent(sms: World, kind: str, seal: dict[str, str]) -> None:
    data = busy(sms, "Kami sudah mengunjungi rumahnya")
    sms.change(Ticket, sms.ticket_id, summary="Tetangga memukul anaknya", status="accepted", **seal)
    text = sms.render(kind, data=data).text
    for word in ("mengunjungi", "memukul", "Mawar", "Kranggan", "Dinas", "PLN"):
        assert word not in text, word


@pytest.mark.parametrize("kind", [*CITIZEN, *ASKED])
def test_a_supporter_gets_no_private_link(sms: World, kind: str) -> None:
    sms.change(TicketReporter, 1, role="supporter")
    message = sms.render(kind, data=busy(sms, "Bu Siti, mohon foto rumah Ibu."))
    everything = message.text + repr(message.actions) + message.reply_token
    assert link(sms).rpartition("/")[2] not in everything
    assert "Siti" not in everything


@pytest.mark.parametrize(
    ("status", "role", "said"),
    [
        ("accepted", "reporter", f"0042 sedang ditangani {LONG_NAME}. Perkiraan selesai Selasa, "),
        ("accepted", "supporter", "Laporan SMP-2611-0042 sedang ditangani."),
        ("waiting", "reporter", "Laporan SMP-2611-0042 menunggu jawaban Anda."),
        ("waiting", "supporter", "Laporan SMP-2611-0042 menunggu keterangan pelapor."),
    ],
)  # fmt: skip
def test_where_a_report_stands_is_said_without_a_link(sms: World, status: str, role: str, said: str) -> None:
    sms.change(Ticket, sms.ticket_id, status=status)
    sms.change(TicketReporter, 1, role=role)
    text = sms.render("status").text
    assert said in text
    assert "http" not in text
    assert ("Dinas" in text, "Perkiraan" in text) == (
        role == "reporter" and status == "accepted",
        role == "reporter",
    )


def test_who_is_nothing_to_a_report_reads_the_public_word_only(sms: World) -> None:
    sms.ledger.write(lambda tx: tx.run("delete from ticket_reporter"))
    sms.change(Ticket, sms.ticket_id, status="accepted")
    message = sms.render("status")
    assert "sedang ditangani." in message.text
    assert link(sms).rpartition("/")[2] not in repr(message)


def test_an_unknown_ref_and_a_sealed_one_are_answered_alike(sms: World) -> None:
    unknown = sms.render("status_none", "a", data={"ref": "SMP-2611-0042"})
    sms.change(Ticket, sms.ticket_id, privacy="secret")
    sealed = sms.render("status", "b", data={"ref": "SMP-2611-0042"})
    assert unknown.text == sealed.text
    assert "SMP-2611-0042 tidak dapat kami sampaikan" in unknown.text


@pytest.mark.parametrize("kind", ASKED)
def test_an_answer_is_two_sms_at_the_most_and_has_no_link(sms: World, kind: str) -> None:
    text = sms.render(kind).text
    assert segments(fit(text, "")) <= 2
    assert fit(text, "") == text
    assert "http" not in text


def test_a_list_of_reports_and_the_question_which_one_fit_two_sms(sms: World) -> None:
    busy(sms)
    for ticket_id, status in ((1, "external"), (2, "triage")):
        sms.change(Ticket, ticket_id, status=status)
    data = {"tickets": [1, 2, 1, 2, 1], "part": "photo"}
    for kind in ("status_list", "which_asked"):
        assert segments(fit(sms.render(kind, data=data).text, "")) <= 2, kind
    assert "Yang lain: STATUS dan nomornya." in sms.render("status_list", "again", data=data).text


@pytest.mark.parametrize("urgent", [True, False])
def test_the_place_is_asked_for_within_two_sms(sms: World, urgent: bool) -> None:
    sms.change(Ticket, sms.ticket_id, kelurahan="", lat=None, lon=None, place="", urgent=urgent)
    asked = {"asked": {"1": {"at": sms.now.isoformat(), "place": True, "photo": True}}}
    sms.change(Conversation, sms.conversation_id, channel="sms", dialogue_state=asked)
    text = sms.render("ack").text
    assert ("Di mana tempatnya? Mohon balas alamatnya." in text, "Telepon 112" in text) == (True, urgent)
    assert segments(fit(text, link(sms))) <= 2


def test_the_help_says_the_words_of_this_door_and_the_numbers_to_call(sms: World) -> None:
    text = sms.render("help").text
    for part in ("STATUS", "STOP", "112"):
        assert part in text
    assert "/status" not in text


def test_a_passed_promise_or_none_still_reads_well(sms: World) -> None:
    sms.now += timedelta(days=100)
    sms.ledger.write(lambda tx: tx.run("delete from deadline"))
    sms.change(Ticket, sms.ticket_id, opd="", status="triage")
    for kind in (*CITIZEN, *ASKED):
        text = sms.render(kind, data={}).text
        assert "None" not in text, kind
        assert "  " not in text, kind
        assert " ." not in text, kind


def test_every_citizens_notice_has_a_short_text_and_every_short_text_a_notice() -> None:
    folder: Any = files("notifier") / "templates" / "sms"
    assert {path.name for path in folder.iterdir()} == {f"{kind}.txt" for kind in (*CITIZEN, *ASKED)}
