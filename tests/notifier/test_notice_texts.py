"""What each notice says."""

from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from typing import Any
from uuid import UUID

import pytest
from post_world import HEAD, LINK, PLACE, WORDS, World, busy, track

from channels.message import Choice
from notifier import choices
from notifier.facts import NotTellable
from notifier.links import sign
from notifier.notices import NOTICES, agency
from store.tables import ActionLink, Contact, Conversation, Identity, Message, Ticket, TicketReporter

LOGIN = "https://sapa.example.id/petugas/laporan/SMP-2611-0042"
ACT = f"https://sapa.example.id/aksi/{sign(HEAD.secret, LINK)}"


@pytest.fixture
def database() -> str:
    """Words do not depend on the database; `test_notice_secrets` renders every kind on both."""
    return "sqlite"


def test_the_acknowledgement_tells_number_agency_day_and_private_link(world: World) -> None:
    message = world.render("ack")
    assert (message.to.channel, message.to.value) == ("fake", "warga-77")
    assert message.subject == "Laporan Anda kami terima: SMP-2611-0042"
    assert message.text == (
        "Terima kasih, laporan Anda sudah kami terima.\n"
        "Nomor: SMP-2611-0042\n"
        "Diteruskan kepada: Dinas Perhubungan\n"
        "Perkiraan selesai: paling lambat Selasa, 8 Desember 2026\n"
        "\n"
        f"Pantau atau lengkapi laporan: {track(world)}\n"
        "\n"
        "Hormat kami,\nSapa Warga, Kota Contoh\n"
    )
    assert message.actions == (("Lihat laporan", track(world)),)
    assert message.template == "ack"


def test_the_acknowledgement_of_a_ticket_in_triage_says_who_looks_at_it_until_when(world: World) -> None:
    world.change(Ticket, world.ticket_id, opd="", status="triage")
    assert "untuk diteruskan kepada dinas yang tepat.\n" in world.render("ack", "a").text
    world.promise("verify", 3)
    assert "dinas yang tepat, paling lambat Jumat, 27 November 2026." in world.render("ack", "b").text


def test_an_urgent_matter_is_answered_with_the_numbers_to_call(world: World) -> None:
    world.change(Ticket, world.ticket_id, urgent=True)
    text = world.render("ack").text
    assert "mohon segera telepon:\n- 112 (darurat)\n- 110 (polisi)\n" in text


def test_an_answer_finds_the_thread_of_the_citizen(world: World) -> None:
    world.tell("ack", "ack")
    world.insert(
        Message(
            uuid=LINK,
            direction="out",
            channel="fake",
            account="desk",
            external_id="out-1",
            ticket_id=world.ticket_id,
            conversation_id=world.conversation_id,
            sent_at=world.now,
            received_at=world.now,
        )
    )
    world.change(Ticket, world.ticket_id, token="token-1")
    world.change(Ticket, world.ticket_id, status="accepted")
    world.ledger.write(lambda tx: tx.run("update outbox set state = 'sent' where key = 'ack'"))
    message = world.render("accepted")
    assert (message.in_reply_to, message.references) == ("in-1", ("out-1", "in-1"))
    assert message.reply_token == "token-1"
    assert message.text.startswith(
        "Laporan SMP-2611-0042 sudah diterima Dinas Perhubungan dan mulai dikerjakan."
    )


def test_a_web_citizen_who_left_an_address_is_written_to_there(world: World) -> None:
    contact = world.insert(Contact(channel="email", created_at=world.now))
    world.insert(Identity(contact_id=contact, channel="email", value="w@example.org", name=""))
    world.change(Conversation, world.conversation_id, contact_id=contact)
    world.contact_id, world.channel = contact, "email"
    message = world.render("ack")
    assert (message.to.channel, message.to.value) == ("email", "w@example.org")
    assert (message.in_reply_to, message.references) == ("", ())


def test_a_question_is_asked_in_its_own_words_with_a_day_to_answer(world: World) -> None:
    event = world.event("asked", "Di depan nomor berapa?\r\nTerima\x07 kasih.")
    world.promise("complete", 10)
    text = world.render("question", data={"event_id": event}).text
    assert "\n\nDi depan nomor berapa?\nTerima kasih.\n\nMohon balas pesan ini, atau jawab di: " in text
    assert "Mohon dijawab paling lambat Jumat, 4 Desember 2026. Tanpa jawaban, laporan kami arsipkan." in text


def test_who_did_not_answer_reads_how_the_report_is_opened_again(world: World) -> None:
    event = world.event("archived", "Pertanyaan belum dijawab.", data={"unanswered": True})
    text = world.render("archived", data={"event_id": event}).text
    assert (
        "Alasan: Pertanyaan belum dijawab.\n\nJawaban Anda tetap kami tunggu. Mohon balas pesan ini "
        f"dengan menyebut nomor laporan, atau jawab di: {track(world)}\n"
        "Setelah dijawab, laporan kami buka kembali.\n"
    ) in text
    world.change(Ticket, world.ticket_id, privacy="secret")
    text = world.render("archived", "sealed", data={"event_id": event}).text
    assert f"arsipkan.\n\nJawaban Anda tetap kami tunggu. Mohon jawab di: {track(world)}\n" in text
    world.change(Ticket, world.ticket_id, privacy="normal")
    world.change(TicketReporter, 1, role="supporter")
    assert "Jawaban Anda" not in world.render("archived", "other", data={"event_id": event}).text


#: A kind of notice and what its text holds.
SAID = [
    ("answer", "Ada jawaban atas laporan SMP-2611-0042.\n\nSudah kami periksa.\n"),
    (
        "resolved",
        "Hasil: sudah ditangani\nNomor surat: 500/12/2026\n\nSudah kami periksa.\n\nApakah sudah sesuai?",
    ),
    ("resolved", "Tanpa kabar sampai Jumat, 4 Desember 2026, laporan kami tutup."),
    ("reopened", "kami buka kembali dan ditangani lagi oleh Dinas Perhubungan."),
    ("closed", 'mohon pilih "Belum selesai" di: https://sapa.example.id/lacak/'),
    ("archived", "Alasan: Sudah kami periksa."),
    (
        "handed_over",
        "kami teruskan kepada PLN.\nNomor surat: 500/12/2026\n"
        "Anda juga dapat menghubungi: PLN 123\n\nSudah kami periksa.\n",
    ),
    ("moved", "sekarang ditangani oleh Dinas Perhubungan.\nPerkiraan selesai: paling lambat Selasa"),
    (
        "assigned",
        "Isi: Lampu jalan padam tiga malam, kami khawatir.\nTempat: Jalan Mawar depan pos ronda",
    ),
    ("assigned", "DARURAT: mohon segera ditangani."),
    ("help", "Selamat datang di Sapa Warga, Kota Contoh.\n\nTulis saja keluhan Anda di sini"),
    ("help", "/status untuk melihat laporan Anda; tambahkan nomornya untuk satu laporan\n"),
    ("help", "segera telepon:\n- 112 (darurat)\n"),
    (
        "status",
        "Laporan SMP-2611-0042 sudah diteruskan kepada Dinas Perhubungan.\nPerkiraan selesai: paling",
    ),
    ("status_limit", "Mohon tanyakan lagi satu jam lagi.\n"),
    ("status_list", "- SMP-2611-0042 sudah diteruskan kepada dinas\n- SMP-2611-0043 sudah diteruskan"),
    ("report_asked", "Lokasi sudah kami terima. Silakan tulis laporan Anda: apa yang terjadi dan di mana."),
    (
        "which_asked",
        "Lokasi ini untuk laporan apa? Mohon balas dengan angkanya.\n"
        "1. SMP-2611-0042: Lampu jalan padam tiga malam, kami khaw…\n2. SMP-2611-0043: Lampu jalan",
    ),
    ("which_asked", "3. Laporan baru\n\nBukan untuk laporan? Balas: Batal.\n"),
    ("part_kept", "Terima kasih. Lokasi Anda kami tambahkan pada laporan SMP-2611-0042."),
    ("question_over", "Pertanyaan itu sudah berakhir, jadi jawaban ini tidak mengubah apa pun."),
    ("canceled", "Baik, tidak ada lagi yang kami tanyakan."),
    ("status_none", "Kami tidak menemukan laporan itu di antara laporan Anda. Mohon periksa"),
    ("taken_away", "tidak lagi ditugaskan kepada Dinas Perhubungan.\nTautan tindakan yang lama"),
    ("reopened_opd", "Laporan ini dibuka kembali karena dinyatakan belum selesai."),
    (
        "citizen_wrote",
        "Ada keterangan baru dari warga pada laporan SMP-2611-0042.\n\nTanggapi tanpa masuk akun (sampai",
    ),
    ("citizen_wrote", f"{ACT}\nBuka laporan: {LOGIN}\n"),
    ("reminder", "Laporan ini mendekati tenggat."),
    ("triage", "Dugaan terbaik: Dinas Perhubungan; PLN\nAlasan: Penerangan jalan adalah urusan"),
    ("triage", "Tenggat triase: Jumat, 4 Desember 2026\nTenggat selesai: Selasa, 8 Desember 2026\n"),
    ("declined", "Dinas Perhubungan menyatakan laporan berikut bukan kewenangannya (penolakan ke-2)."),
    ("declined", "Alasan: Sudah kami periksa.\nSekarang pada: Dinas Perhubungan\n"),
    (
        "agenda_draft",
        "minggu 2026-W48 sudah siap.\nHari kunjungan: Rabu, 25 November 2026\nTitik kunjungan: 1\n",
    ),
    ("door_failing", "Yang perlu dilakukan: Periksa akun penyedia dan sambungan server."),
    ("door_silent", "Kirim pesan percobaan lewat kanal ini."),
    ("door_well", "bekerja lagi.\n\nKeadaan semua kanal: https://sapa.example.id/petugas/kanal\n"),
    (
        "invitation",
        "Nama masuk Anda: ani.dlh\n\nBuat kata sandi Anda di sini: https://sapa.example.id/petugas/kunci/",
    ),
    ("lost_password", "meminta kata sandi baru untuk nama masuk ani.dlh."),
    ("chat_assigned", "Laporan baru untuk Dinas Perhubungan: SMP-2611-0042"),
    ("chat_taken_away", "Laporan SMP-2611-0042 tidak lagi ditugaskan kepada Dinas Perhubungan."),
    ("chat_reopened_opd", "Dibuka kembali untuk Dinas Perhubungan: SMP-2611-0042"),
    ("chat_citizen_wrote", "Ada keterangan baru dari warga pada laporan SMP-2611-0042."),
    ("chat_reminder", "tenggat: SMP-2611-0042"),
    ("chat_asks", "Ani, apa hasil penanganan laporan SMP-2611-0042?"),
    ("chat_said", "Terlalu sering mencoba."),
    ("chat_tapped", "Terlalu sering mencoba."),
    ("agenda_draft", "Mohon diperiksa dan disetujui: https://sapa.example.id/petugas/agenda/2026-W48"),
]


def test_each_notice_says_what_it_is_for(world: World) -> None:
    data = busy(world) | {"tickets": [1, 2], "part": "place", "say": "code_often", "name": "Ani"}
    texts = {kind: world.render(kind, data=data).text for kind in NOTICES}
    assert {notice for notice, _ in SAID} | {"ack", "accepted", "question"} == set(NOTICES)
    for notice, said in SAID:
        assert said in texts[notice], notice


def asked_for(world: World, **what: bool) -> None:
    state = {"asked": {str(world.ticket_id): {"at": world.now.isoformat(), **what}}}
    world.change(Conversation, world.conversation_id, dialogue_state=state)


def nowhere(world: World) -> None:
    world.change(Ticket, world.ticket_id, kelurahan="", lat=None, lon=None, place="")


def test_the_acknowledgement_asks_for_the_place_and_offers_a_button(world: World) -> None:
    nowhere(world)
    asked_for(world, place=True, photo=True)
    message = world.render("ack")
    assert (
        "\n\nDi mana tempatnya? Mohon kirim lokasinya, atau tulis alamat atau patokannya. "
        "Foto boleh dikirim menyusul.\n\nPantau"
    ) in message.text
    assert message.choices == (Choice(label="Kirim lokasi", place=True),)


def test_what_came_before_the_acknowledgement_left_is_not_asked_for(world: World) -> None:
    asked_for(world, place=True, photo=True)
    message = world.render("ack")
    assert "\n\nFoto boleh dikirim menyusul.\n\n" in message.text
    assert ("Di mana" in message.text, message.choices) == (False, None)


@pytest.mark.parametrize("seal", [{"privacy": "secret"}, {"sensitive": "kekerasan"}])
def test_for_a_sealed_report_nothing_is_asked_for(world: World, seal: dict[str, str]) -> None:
    nowhere(world)
    asked_for(world, place=True, photo=True)
    world.change(Ticket, world.ticket_id, **seal)
    message = world.render("ack")
    assert ("Di mana" in message.text, "Foto" in message.text, message.choices) == (False, False, None)


def test_what_is_asked_in_a_chat_is_not_asked_where_the_notice_had_to_go_instead(world: World) -> None:
    nowhere(world)
    asked_for(world, place=True, photo=True)
    world.change(Conversation, world.conversation_id, channel="other")
    assert "Di mana" not in world.render("ack").text


def test_other_notices_ask_for_nothing(world: World) -> None:
    nowhere(world)
    asked_for(world, place=True, photo=True)
    message = world.render("accepted")
    assert ("Di mana" in message.text, message.choices) == (False, None)


def test_the_question_which_report_is_meant_offers_each_and_a_way_out(world: World) -> None:
    busy(world)
    world.change(Ticket, 2, privacy="secret")
    message = world.render("which_asked", data={"tickets": [2, 1], "part": "photo"})
    assert message.text.startswith("Foto ini untuk laporan apa?")
    labels = [one.label for one in message.choices or ()]
    assert labels == ["1. SMP-2611-0043", f"2. SMP-2611-0042: {WORDS[:39]}…", "3. Laporan baru", "Batal"]
    assert all(label in message.text for label in labels)


@pytest.mark.parametrize(("asks", "offered"), [(True, choices.PLACE), (False, ())])
def test_the_button_goes_away_when_the_place_came(world: World, asks: bool, offered: Any) -> None:
    assert world.render("part_kept", data={"part": "photo", "asks": asks}).choices == offered


def test_an_ended_question_takes_its_buttons_away(world: World) -> None:
    assert world.render("canceled").choices == ()
    assert world.render("question_over").choices == ()
    assert world.render("help").choices is None


def test_a_list_names_no_sealed_report_and_an_empty_one_is_none(world: World) -> None:
    busy(world)
    world.change(Ticket, 2, sensitive="kekerasan")
    assert "0043" not in world.render("status_list", "a", data={"tickets": [1, 2]}).text
    empty = world.render("status_list", "b", data={"tickets": [2]}).text
    assert empty == world.render("status_none", "c").text


def test_an_assignment_carries_place_deadlines_reason_photos_and_both_links(world: World) -> None:
    for number in range(5):
        world.photo(number)
    message = world.render("assigned", data={"disposition_id": world.disposition_id})
    assert (message.to.channel, message.to.value, message.to.name) == (
        "email",
        "dishub@example.id",
        "Dinas Perhubungan",
    )
    assert message.subject == f"Disposisi SMP-2611-0042: {WORDS}"
    assert message.text == (
        "Yth. Dinas Perhubungan,\n"
        "\n"
        "Mohon ditindaklanjuti laporan berikut.\n"
        "\n"
        "Nomor: SMP-2611-0042\n"
        f"Isi: {WORDS}\n"
        f"Tempat: {PLACE}, Kelurahan Kranggan\n"
        "Peta: https://www.openstreetmap.org/?mlat=-7.480000&mlon=112.430000#map=18/-7.480000/112.430000\n"
        "Tenggat tanggapan: Selasa, 1 Desember 2026\n"
        "Tenggat selesai: Selasa, 8 Desember 2026\n"
        "Mengapa ke sini: Penerangan jalan adalah urusan Dinas Perhubungan.\n"
        "Foto: 3 terlampir, 2 lagi di halaman laporan\n"
        "\n"
        "Tanggapi tanpa masuk akun (sampai Selasa, 1 Desember 2026):\n"
        f"{ACT}\n"
        f"Buka laporan: {LOGIN}\n"
        "\n"
        "Hormat kami,\nSapa Warga, Kota Contoh\n"
    )
    assert [(file.name, file.media_type) for file in message.attachments] == [
        ("foto-1.jpeg", "image/jpeg"),
        ("foto-2.jpeg", "image/jpeg"),
        ("foto-3.jpeg", "image/jpeg"),
    ]
    assert message.reply_token == ""


def test_a_supporting_agency_is_asked_for_support_and_gets_no_action_link(world: World) -> None:
    text = world.render("assigned", to=agency("DLH")).text
    assert text.startswith("Yth. Dinas Lingkungan Hidup,\n\nMohon dukungan untuk laporan berikut.")
    assert "/aksi/" not in text


def test_a_link_that_no_longer_works_is_not_sent(world: World) -> None:
    good = {"used_at": None, "revoked_at": None, "expires_at": world.now + timedelta(days=1)}
    for how in good:
        world.change(ActionLink, LINK, **{**good, how: world.now})
        text = world.render("assigned", how).text
        assert "/aksi/" not in text, how
        assert LOGIN in text, how
    world.change(ActionLink, LINK, **good)
    assert ACT in world.render("assigned", "good").text


def test_of_two_links_that_work_the_one_that_lasts_is_sent(world: World) -> None:
    fresh = UUID("01890000-0000-7000-8000-000000000002")
    for uuid, days in ((fresh, 9), (UUID("01890000-0000-7000-8000-000000000003"), 8)):
        world.insert(
            ActionLink(
                uuid=uuid,
                ticket_id=world.ticket_id,
                disposition_id=world.disposition_id,
                opd="DISHUB",
                expires_at=world.now + timedelta(days=days),
            )
        )
    text = world.render("citizen_wrote").text
    assert f"/aksi/{sign(HEAD.secret, fresh)}" in text
    assert ACT not in text


def test_photos_that_are_gone_or_too_large_are_left_to_the_console(world: World) -> None:
    world.photo(1, b"\x89PNG" + b"x" * 4_000_000)
    world.photo(2)
    world.photo(3, b"y" * 4_000_000)
    second = next(path for path in world.files.root.glob("??/*") if path.stat().st_size < 1000)
    second.unlink()
    message = world.render("assigned")
    assert [(file.name, file.media_type) for file in message.attachments] == [("foto-1.png", "image/png")]
    assert "Foto: 1 terlampir, 2 lagi di halaman laporan" in message.text


def test_mails_about_one_ticket_stand_in_one_thread_of_the_agency(world: World) -> None:
    first = world.render("assigned", "assigned:1")
    second = world.render("reminder", "reminder:1")
    assert first.in_reply_to == ""
    assert (second.in_reply_to, second.references) == ("id-assigned:1", ("id-assigned:1",))


def test_a_place_we_are_not_sure_of_says_so_and_an_unknown_one_is_left_out(world: World) -> None:
    world.change(Ticket, world.ticket_id, place_sure=False, place="", lat=None)
    text = world.render("assigned", "a").text
    assert "Tempat: Kelurahan Kranggan (perlu dipastikan)\n" in text
    assert "Peta:" not in text
    world.change(Ticket, world.ticket_id, kelurahan="", summary="")
    message = world.render("assigned", "b")
    assert "Tempat:" not in message.text
    assert "Isi:" not in message.text
    assert message.subject == "Disposisi SMP-2611-0042"


def test_a_deadline_that_has_passed_is_called_so(world: World) -> None:
    world.promise("first_response", -1)
    text = world.render("reminder").text
    assert "Laporan ini sudah melewati tenggat." in text
    assert "Tenggat tanggapan: Senin, 23 November 2026 (sudah lewat)\n" in text


def test_who_lost_a_ticket_reads_who_has_it_now(world: World) -> None:
    text = world.render("taken_away", to=agency("DLH")).text
    assert "ditugaskan kepada Dinas Lingkungan Hidup; sekarang ditangani Dinas Perhubungan." in text


def test_a_second_refusal_leaves_the_decision_to_the_desk(world: World) -> None:
    world.change(Ticket, world.ticket_id, opd="", refusals=0)
    text = world.render("declined").text
    assert (
        "OPD menyatakan laporan berikut bukan kewenangannya.\nKeputusan selanjutnya ada pada Diskominfo."
        in text
    )


def test_without_rows_to_quote_a_notice_still_reads_well(world: World) -> None:
    def act(tx: Any) -> None:
        tx.run("delete from action_link")
        tx.run("delete from disposition")
        tx.run("delete from deadline")

    world.ledger.write(act)
    world.change(Ticket, world.ticket_id, opd="", summary="", kelurahan="", place="", lat=None)
    data = {"agenda_id": world.agenda(), "say": "code_often", "name": "Ani"}
    for kind in NOTICES:
        text = world.render(kind, data=data).text
        assert "None" not in text, kind
        assert "\n\n\n" not in text, kind
        assert " \n" not in text, kind
        assert ": \n" not in text, kind


def test_a_long_complaint_is_cut_and_a_header_stays_one_line(world: World) -> None:
    world.change(
        Ticket, world.ticket_id, summary="Lubang\r\nBcc: x@example.org\u2028 " + "sangat dalam " * 200
    )
    message = world.render("assigned")
    assert message.subject.startswith("Disposisi SMP-2611-0042: Lubang Bcc: x@example.org sangat dalam")
    assert message.subject.isprintable()
    assert len(message.subject) <= 150
    summary = message.text.split("Isi: ")[1].split("Tempat:")[0]
    assert len(summary.strip()) <= 600
    assert summary.strip().endswith("…")


def test_the_letterhead_in_force_is_the_one_used(world: World) -> None:
    world.head = replace(HEAD, brand="Curhat Kota", opd_names={})
    thanks, given = world.render("ack"), world.render("assigned")
    text = thanks.text
    assert text.endswith("Curhat Kota, Kota Contoh\n")
    assert thanks.sender_name == given.sender_name == "Curhat Kota"
    assert "Diteruskan kepada: DISHUB\n" in text


def test_who_has_no_address_cannot_be_told_and_the_reason_says_so(world: World) -> None:
    world.head = replace(HEAD, opd_emails={}, diskominfo_email="")
    with pytest.raises(NotTellable, match="Dinas Perhubungan belum punya alamat e-mail"):
        world.render("assigned")
    with pytest.raises(NotTellable, match="Diskominfo belum punya alamat e-mail"):
        world.render("triage")
    world.ledger.write(lambda tx: tx.run("delete from identity"))
    with pytest.raises(NotTellable, match="Kontak pelapor sudah dihapus"):
        world.render("ack")


def test_a_notice_about_nothing_is_not_told(world: World) -> None:
    with pytest.raises(NotTellable, match="Laporannya tidak ada lagi"):
        world.render("assigned", ticket_id=None)
    with pytest.raises(NotTellable, match="Agendanya tidak ada lagi"):
        world.render("agenda_draft", data={"agenda_id": 99})


def test_times_are_the_citys(world: World) -> None:
    late_evening = world.now.replace(hour=17, minute=30)  # half past midnight of the next day in Mojokerto
    days = (late_evening + timedelta(days=1) - world.now).total_seconds() / 86_400
    world.ledger.write(lambda tx: tx.run("delete from deadline"))
    world.promise("resolve", days)
    assert "paling lambat Kamis, 26 November 2026" in world.render("ack").text


def test_every_kind_has_a_text_and_every_text_a_kind() -> None:
    folder = files("notifier") / "templates"
    texts = {path.name for path in folder.iterdir() if path.is_file() and path.name[0] != "_"}
    assert texts == {f"{kind}.txt" for kind in (*NOTICES, "sealed")}


def test_an_outcome_names_the_budget_year_or_the_new_owner(world: World) -> None:
    world.change(Ticket, world.ticket_id, outcome="conditional")
    event = world.event("resolved", data={"budget_year": 2027})
    text = world.render("resolved", "a", data={"event_id": event}).text
    assert "Hasil: selesai bersyarat, menunggu perencanaan dan anggaran tahun 2027\n" in text
    world.change(Ticket, world.ticket_id, outcome="external", owner="PLN")
    assert "Hasil: diteruskan kepada PLN\n" in world.render("resolved", "b").text
