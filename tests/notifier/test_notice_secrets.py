"""No notice tells what its reader may not know, whatever its kind (on both databases)."""

import pytest
from post_world import WORDS, World, busy, track

from channels.message import OutboundMessage
from notifier.facts import Withheld
from notifier.notices import NOTICES
from store.ids import uuid7
from store.tables import Message, MessageRevision, Ticket, TicketReporter

LOGIN = "https://sapa.example.id/petugas/laporan/SMP-2611-0042"
CITIZEN = [kind for kind, notice in NOTICES.items() if notice.audience == "citizen"]
OFFICE = [kind for kind, notice in NOTICES.items() if notice.audience in ("agency", "diskominfo", "officer")]


def _everything(message: OutboundMessage) -> str:
    files = " ".join(file.name for file in message.attachments)
    return " ".join([message.subject, message.text, files, repr(message.actions), repr(message.choices)])


@pytest.mark.parametrize("seal", [{"privacy": "secret"}, {"sensitive": "kekerasan"}])
def test_of_a_sealed_ticket_no_notice_tells_more_than_its_number(world: World, seal: dict[str, str]) -> None:
    secret_words = "Tetangga memukul anaknya tiap malam"
    reply = "Kami sudah mengunjungi rumahnya"
    data = busy(world, reply) | {"tickets": [world.ticket_id]}
    world.change(Ticket, world.ticket_id, summary=secret_words, **seal)
    for kind, notice in NOTICES.items():
        if notice.audience == "chat":
            with pytest.raises(Withheld):
                world.render(kind, data=data)
            world.ledger.write(lambda tx: tx.run("UPDATE outbox SET state = 'canceled'"))
            continue
        message = world.render(kind, data=data)
        everything = _everything(message)
        for word in ("memukul", "Tetangga", "mengunjungi", "Mawar", "Kranggan", "112.43", "Penerangan"):
            assert word not in everything, kind
        assert "warga-77" not in everything
        assert "Nama Pelapor" not in everything
        assert message.attachments == ()
        if kind in OFFICE:
            assert "/aksi/" not in everything, kind
            assert "/lacak/" not in everything, kind
            assert "PLN" not in everything, kind
        else:
            assert "Perhubungan" not in everything, kind


def test_the_sealed_mail_is_number_and_login_link(world: World) -> None:
    world.change(Ticket, world.ticket_id, privacy="secret")
    message = world.render("assigned")
    assert message.text == (
        "Yth. Dinas Perhubungan,\n\nDisposisi SMP-2611-0042.\n"
        f"Isinya hanya dapat dibaca setelah masuk: {LOGIN}\n\nHormat kami,\nSapa Warga, Kota Contoh\n"
    )
    question = world.render("question", data={"event_id": world.event("asked", "Siapa namanya?")})
    assert "Mohon baca dan jawab di: https://" in question.text
    assert "Kami menjaga kerahasiaan laporan ini." in world.render("ack").text


def test_no_agency_ever_learns_who_complained(world: World) -> None:
    data = busy(world)
    for kind in OFFICE:
        message = world.render(kind, data=data)
        everything = _everything(message)
        assert "warga-77" not in everything, kind
        assert "Pelapor" not in everything, kind
        assert message.reply_token == "", kind


def test_every_citizen_notice_has_number_link_brand_and_fits_a_phone(world: World) -> None:
    data = busy(world)
    for kind in CITIZEN:
        text = world.render(kind, data=data).text
        assert "SMP-2611-0042" in text, kind
        assert track(world) in text, kind
        assert text.endswith("\n\nHormat kami,\nSapa Warga, Kota Contoh\n"), kind
        assert len(text) < 600, kind
        assert WORDS not in text, kind


@pytest.mark.parametrize("kind", CITIZEN)
def test_who_only_added_to_a_report_gets_neither_its_private_link_nor_what_its_reporter_is_told(
    world: World, kind: str
) -> None:
    world.change(TicketReporter, 1, role="supporter")
    message = world.render(kind, data=busy(world, "Bu Siti, mohon foto rumah Ibu."))
    assert "SMP-2611-0042" in message.text
    assert track(world).partition("?")[0] in message.text
    assert track(world).partition("=")[2] not in _everything(message)
    assert "Siti" not in message.text
    assert message.reply_token == ""


def says(world: World, text: str, external_id: str, **place: object) -> int:
    """The citizen writes once more; returns the message's id."""
    return int(
        world.insert(
            Message(
                uuid=uuid7(world.now),
                direction="in",
                channel="fake",
                account="desk",
                external_id=external_id,
                ticket_id=world.ticket_id,
                conversation_id=world.conversation_id,
                text=text,
                sent_at=world.now,
                received_at=world.now,
                **place,
            )
        )
    )


@pytest.mark.parametrize("kind", ["citizen_wrote", "reopened_opd"])
def test_an_agency_reads_the_masked_answer_with_its_photos_and_a_link(world: World, kind: str) -> None:
    world.event("asked", "Pertanyaan yang lebih dulu?")
    world.event("asked", "Di tiang nomor berapa?")
    first = says(world, "Tiang nomor 5, hub 0812", "in-2")
    edited = says(world, "salah ketik", "in-3", place="depan pos", lat=-7.5, lon=112.4)
    world.insert(MessageRevision(message_id=edited, digest="d", text="maksud saya tiang 7", at=world.now))
    world.photo(1, message=first)
    world.event("replied", key=f"replied:{first}")
    message = world.render(kind, data={"message_id": first})
    answer = (
        "\n\nPertanyaan: Di tiang nomor berapa?\n\n"
        "Jawaban: Tiang nomor 5, hub ••••\nmaksud saya tiang 7\ndepan pos\n"
        "https://www.openstreetmap.org/?mlat=-7.500000&mlon=112.400000#map=18/-7.500000/112.400000\n\n"
        "Foto: 1 terlampir\n\n"
    )
    assert answer in message.text
    assert "/aksi/" in message.text
    assert len(message.attachments) == 1
    assert WORDS not in message.text.replace(f"Isi: {WORDS}", "")


def test_what_answers_no_question_is_told_without_one(world: World) -> None:
    world.photo(1)
    world.event("asked", "Di tiang nomor berapa?")
    message = world.render("citizen_wrote", data={"message_id": says(world, "Masih mati.", "in-2")})
    assert "laporan SMP-2611-0042.\n\nTulisannya: Masih mati.\n\nTanggapi" in message.text
    assert message.attachments == ()


@pytest.mark.parametrize("seal", [{"privacy": "secret"}, {"sensitive": "kekerasan"}])
@pytest.mark.parametrize("kind", ["citizen_wrote", "reopened_opd"])
def test_the_answer_on_a_sealed_ticket_stays_behind_the_login(
    world: World, kind: str, seal: dict[str, str]
) -> None:
    world.change(Ticket, world.ticket_id, **seal)
    first = says(world, "Tiang nomor 5", "in-2", place="depan pos")
    world.photo(1, message=first)
    world.event("asked", "Di tiang nomor berapa?")
    world.event("replied", key=f"replied:{first}")
    message = world.render(kind, data={"message_id": first})
    assert message.attachments == ()
    for word in ("iang", "pos", "/aksi/"):
        assert word not in message.text
    assert LOGIN in message.text


@pytest.mark.parametrize("seal", [{"privacy": "secret"}, {"sensitive": "kekerasan"}])
def test_a_status_asked_before_a_ticket_was_sealed_tells_nothing_afterwards(
    world: World, seal: dict[str, str]
) -> None:
    assert "SMP-2611-0042" in world.render("status", "before").text
    world.change(Ticket, world.ticket_id, **seal)
    message = world.render("status", "after")
    assert message.text == world.render("status_none").text
    assert "SMP-2611-0042" not in _everything(message)
    assert message.reply_token == ""


def test_a_supporter_is_told_the_public_word_of_a_status_only(world: World) -> None:
    reporter = world.render("status", "a")
    world.change(TicketReporter, 1, role="supporter")
    supporter = world.render("status", "b")
    assert supporter.text.startswith("Laporan SMP-2611-0042 sudah diteruskan kepada dinas.\n\nSelengkapnya")
    assert reporter.reply_token
    assert reporter.reply_token not in _everything(supporter)
    assert (supporter.reply_token, "Perhubungan" in supporter.text) == ("", False)
