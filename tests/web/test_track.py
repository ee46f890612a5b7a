"""The citizen's page: where it stands, what was answered, and how to answer back."""

import json
from dataclasses import replace

import pytest
from starlette.testclient import TestClient
from web_world import Desk, Down, photo

from sapa.desk import acts, citizen, triage
from sapa.desk.actor import Actor
from sapa.web.app import create_app

DISHUB = Actor(kind="opd", opd="DISHUB")
DESK = Actor(kind="officer", role="coordinator")


@pytest.fixture
def sent(desk: Desk) -> tuple[str, str]:
    return desk.send("Lampu jalan mati di depan rumah Bu Ani", address="Gang Melati")


def private(desk: Desk, sent: tuple[str, str]) -> str:
    return desk.client.get(f"/lacak/{sent[0]}", params={"k": sent[1]}).text


def reply(desk: Desk, sent: tuple[str, str], **fields: str) -> int:
    ref, token = sent
    form = {"token": token, "key": "balasan-0001", **fields}
    return desk.client.post(f"/lacak/{ref}", params={"k": token}, data=form).status_code


def test_an_answer_that_meets_a_full_disk_is_received_and_comes_in_once(
    desk: Desk, sent: tuple[str, str]
) -> None:
    more = {"text": "Tiang nomor tujuh. " * 2000}
    for _ in range(2):
        desk.disk.fill()
        assert reply(desk, sent, **more) == 202
    desk.make_room()
    assert reply(desk, sent, **more) == 303
    assert (desk.count("ticket"), desk.count("message")) == (1, 2)
    assert "Tiang nomor tujuh" in private(desk, sent)


def test_a_ref_in_the_box_leads_to_its_page(desk: Desk, sent: tuple[str, str]) -> None:
    assert desk.client.get("/lacak").status_code == 200
    answer = desk.client.get("/lacak", params={"ref": f" {sent[0].lower()} "})
    assert answer.headers["location"] == f"/lacak/{sent[0]}"


def test_the_box_never_leads_to_another_site(desk: Desk) -> None:
    answer = desk.client.get("/lacak", params={"ref": "//evil.example/x?y"})
    assert answer.headers["location"] == "/lacak/%2F%2FEVIL.EXAMPLE%2FX%3FY"


def test_without_the_token_only_the_status_is_told(desk: Desk, sent: tuple[str, str]) -> None:
    for params in ({}, {"k": "0" * 32}, {"k": "\u00e9"}):
        page = desk.client.get(f"/lacak/{sent[0]}", params=params)
        assert page.status_code == 200
        assert "Diteruskan ke OPD" in page.text
        for secret in ("Bu Ani", "Melati", "Dinas Perhubungan", sent[1]):
            assert secret not in page.text


def test_an_unknown_ref_is_told_kindly(desk: Desk) -> None:
    for ref in ("SMP-2611-9999", "x" * 300, "a%00b", "..%2F..%2Fetc"):
        assert desk.client.get(f"/lacak/{ref}").status_code in (400, 404)
    assert "tidak kami temukan" in desk.client.get("/lacak/SMP-2611-9999").text


def test_guessing_refs_is_slowed_down_but_the_own_link_always_opens(
    desk: Desk, sent: tuple[str, str]
) -> None:
    answers = [desk.client.get(f"/lacak/SMP-2611-{n:04d}").status_code for n in range(100, 125)]
    assert answers[0] == 404
    assert answers[-1] == 429
    assert desk.client.get(f"/lacak/{sent[0]}", params={"k": sent[1]}).status_code == 200
    desk.clock.pass_(minutes=1)
    assert desk.client.get("/lacak/SMP-2611-0100").status_code == 404


def test_the_private_page_tells_the_story_in_order(desk: Desk, sent: tuple[str, str]) -> None:
    ref = sent[0]
    desk.clock.pass_(hours=1)
    desk.do(acts.accept, ref, DISHUB)
    desk.clock.pass_(hours=1)
    desk.do(acts.note, ref, DISHUB, text="hanya untuk rekan")
    desk.do(acts.answer, ref, DISHUB, text="Suku cadang dipesan <b>besok</b>.")
    desk.clock.pass_(hours=1)
    desk.do(acts.resolve, ref, DISHUB, outcome="conditional", text="Masuk anggaran.", budget_year=2027)
    html = private(desk, sent)
    told = [
        "Laporan diterima",
        "Lampu jalan mati di depan rumah Bu Ani",
        "Diteruskan ke Dinas Perhubungan",
        "Mulai ditangani Dinas Perhubungan",
        "Jawaban dari Dinas Perhubungan",
        "Dinyatakan selesai oleh Dinas Perhubungan",
        "tahun anggaran 2027",
    ]
    places = [html.index(words, html.index("Perjalanan laporan")) for words in told]
    assert places == sorted(places)
    assert "hanya untuk rekan" not in html
    assert "Suku cadang dipesan &lt;b&gt;besok&lt;/b&gt;." in html


def test_what_goes_outside_the_city_names_owner_and_letter(desk: Desk, sent: tuple[str, str]) -> None:
    desk.do(acts.hand_over, sent[0], DESK, owner="PLN", letter="005/12/2026", text="Jaringan milik PLN.")
    html = private(desk, sent)
    assert "Diserahkan ke PLN" in html
    assert "surat nomor 005/12/2026" in html


def test_diskominfo_speaks_in_its_own_name(desk: Desk, sent: tuple[str, str]) -> None:
    desk.do(acts.answer, sent[0], DESK, text="Kami teruskan.")
    assert "Jawaban dari Diskominfo" in private(desk, sent)


def test_an_answer_joins_the_ticket_and_moves_it_on(desk: Desk, sent: tuple[str, str]) -> None:
    desk.do(acts.ask, sent[0], DISHUB, text="Tiang nomor berapa?")
    assert "Jawab pertanyaan petugas" in private(desk, sent)
    assert reply(desk, sent, text="Tiang nomor 12") == 303
    assert desk.count("ticket") == 1
    assert desk.ticket(sent[0]).status == "assigned"
    assert "Tiang nomor 12" in private(desk, sent)


def test_an_answer_that_comes_after_the_end_leads_to_the_new_report_it_became(
    desk: Desk, sent: tuple[str, str]
) -> None:
    desk.do(triage.archive, sent[0], DESK, reason="Sudah ditangani.")
    form = {"token": sent[1], "key": "balasan-0001", "text": "Lampu jalan mati lagi"}
    answer = desk.client.post(f"/lacak/{sent[0]}", params={"k": sent[1]}, data=form)
    assert sent[0] not in answer.headers["location"]
    assert "Lampu jalan mati lagi" in desk.client.get(answer.headers["location"]).text


def test_a_photo_can_be_added_and_seen(desk: Desk, sent: tuple[str, str]) -> None:
    ref, token = sent
    answer = desk.client.post(
        f"/lacak/{ref}",
        params={"k": token},
        data={"token": token, "key": "balasan-0002"},
        files={"photos": ("a.jpg", photo(), "image/jpeg")},
    )
    assert answer.status_code == 303
    (file,) = desk.pictures(ref)
    assert f"/berkas/{file.uuid}?k={token}" in private(desk, sent)


def test_an_empty_answer_comes_back_with_what_is_wrong(desk: Desk, sent: tuple[str, str]) -> None:
    ref, token = sent
    answer = desk.client.post(f"/lacak/{ref}", params={"k": token}, data={"token": token, "text": ""})
    assert answer.status_code == 422
    assert '<a href="#text">' in answer.text


def test_an_answer_with_another_tickets_token_is_refused(desk: Desk, sent: tuple[str, str]) -> None:
    _, foreign = desk.send("Sampah menumpuk")
    assert reply(desk, sent, text="Halo", token=foreign) == 403
    assert reply(desk, (sent[0], foreign), text="Halo") == 404
    assert desk.count("message") == 2


def test_an_answer_that_is_no_form_is_refused(desk: Desk, sent: tuple[str, str]) -> None:
    answer = desk.client.post(f"/lacak/{sent[0]}", params={"k": sent[1]}, json={"text": "x"})
    assert answer.status_code == 415


def test_while_nothing_can_be_kept_the_answer_stays_on_the_page(desk: Desk, sent: tuple[str, str]) -> None:
    client = TestClient(create_app(replace(desk.office, intake=Down())))
    ref, token = sent
    answer = client.post(f"/lacak/{ref}", params={"k": token}, data={"token": token, "text": "Tiang 12"})
    assert answer.status_code == 503
    assert "Tiang 12</textarea>" in answer.text


def test_what_others_wrote_is_not_shown(desk: Desk, sent: tuple[str, str]) -> None:
    body = {"from": "seseorang", "id": "m1", "text": f"Saya juga, {sent[0]}, nomor saya rahasia"}
    raw = json.dumps(body).encode()
    headers = {"x-fake-signature": desk.door.sign(raw), "content-type": "application/json"}
    assert desk.client.post("/hooks/fake", content=raw, headers=headers).status_code == 200
    assert (desk.count("ticket"), desk.count("message"), desk.count("ticket_reporter")) == (1, 2, 2)
    assert "nomor saya rahasia" not in private(desk, sent)


def act_form(desk: Desk, sent: tuple[str, str], **more: str) -> dict[str, str]:
    return {"version": str(desk.ticket(sent[0]).version), "key": "tindakan-0001", **more}


def test_the_reporter_says_that_it_is_done(desk: Desk, sent: tuple[str, str]) -> None:
    ref, token = sent
    desk.do(acts.resolve, ref, DISHUB, outcome="fixed", text="Beres.")
    assert "Apakah sudah selesai?" in private(desk, sent)
    form = act_form(desk, sent)
    for _ in range(2):  # a second press changes nothing
        answer = desk.client.post(f"/lacak/{ref}/selesai", params={"k": token}, data=form)
        assert answer.headers["location"] == f"/lacak/{ref}?k={token}"
    assert desk.ticket(ref).status == "closed"
    html = private(desk, sent)
    assert "Anda menyatakan sudah selesai" in html
    assert "Ternyata belum selesai?" in html
    assert 'id="balas"' not in html


def test_the_reporter_says_that_it_is_not_done(desk: Desk, sent: tuple[str, str]) -> None:
    ref, token = sent
    desk.do(acts.resolve, ref, DISHUB, outcome="fixed", text="Beres.")
    form = act_form(desk, sent, text="Masih padam")
    rung = desk.bell.rung
    answer = desk.client.post(f"/lacak/{ref}/belum", params={"k": token}, data=form)
    assert answer.status_code == 303
    assert desk.ticket(ref).status == "assigned"
    assert desk.bell.rung > rung
    html = private(desk, sent)
    assert "Anda menyatakan belum selesai" in html
    assert "Masih padam" in html


def test_not_done_needs_words(desk: Desk, sent: tuple[str, str]) -> None:
    ref, token = sent
    desk.do(acts.resolve, ref, DISHUB, outcome="fixed", text="Beres.")
    answer = desk.client.post(f"/lacak/{ref}/belum", params={"k": token}, data=act_form(desk, sent, text=" "))
    assert answer.status_code == 422
    assert "reopen-wrong" in answer.text


def test_a_page_that_is_too_old_is_told_to_be_loaded_again(desk: Desk, sent: tuple[str, str]) -> None:
    ref, token = sent
    desk.do(acts.resolve, ref, DISHUB, outcome="fixed", text="Beres.")
    form = act_form(desk, sent) | {"version": "1"}
    assert desk.client.post(f"/lacak/{ref}/selesai", params={"k": token}, data=form).status_code == 409
    form = act_form(desk, sent) | {"version": "satu"}
    assert desk.client.post(f"/lacak/{ref}/selesai", params={"k": token}, data=form).status_code == 400
    assert desk.ticket(ref).status == "resolved"


def test_silence_is_not_told_as_satisfaction(desk: Desk, sent: tuple[str, str]) -> None:
    desk.do(acts.resolve, sent[0], DISHUB, outcome="fixed", text="Beres.")
    desk.clock.pass_(days=30)
    now, city = desk.clock.now, desk.office.city()
    desk.office.ledger.write(lambda tx: citizen.close_silent(tx, now, city))
    html = private(desk, sent)
    assert "Laporan ditutup" in html
    assert "Anda menyatakan" not in html


def test_a_question_says_until_when_and_a_late_answer_opens_the_report_again(
    desk: Desk, sent: tuple[str, str]
) -> None:
    ref, token = sent
    desk.do(acts.ask, ref, DISHUB, text="Tiang nomor berapa?")
    html = private(desk, sent)
    assert "Mohon dijawab paling lambat <strong>" in html
    assert "Tanpa jawaban, laporan diarsipkan." in html
    desk.clock.pass_(days=30)
    now, city = desk.clock.now, desk.office.city()
    desk.office.ledger.write(lambda tx: citizen.archive_unanswered(tx, now, city))
    html = private(desk, sent)
    assert "Pertanyaan petugas belum dijawab sampai batas waktunya." in html
    assert "Jawaban Anda membukanya kembali." in html
    form = {"token": token, "key": "jawaban-0001", "text": "Tiang tujuh"}
    answer = desk.client.post(f"/lacak/{ref}", params={"k": token}, data=form)
    assert answer.headers["location"] == f"/lacak/{ref}?k={token}"
    assert desk.ticket(ref).status == "assigned"
    html = private(desk, sent)
    assert "Laporan dibuka kembali" in html
    assert "Anda menyatakan" not in html
    assert "Jawaban Anda membukanya kembali." not in html


def test_a_report_that_diskominfo_archived_takes_no_answer(desk: Desk, sent: tuple[str, str]) -> None:
    desk.do(triage.archive, sent[0], DESK, reason="Bukan laporan.")
    html = private(desk, sent)
    assert "Bukan laporan." in html
    assert "<textarea" not in html


def test_private_pages_are_kept_by_nobody(desk: Desk, sent: tuple[str, str]) -> None:
    headers = desk.client.get(f"/lacak/{sent[0]}", params={"k": sent[1]}).headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "noindex" in headers["x-robots-tag"]


def test_the_short_link_of_an_sms_opens_the_private_page(desk: Desk, sent: tuple[str, str]) -> None:
    ref, token = sent
    answer = desk.client.get(f"/l/{token}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/lacak/{ref}?k={token}")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "Gang Melati" in desk.browser(follow_redirects=True).get(f"/l/{token}").text
    assert desk.client.get(f"/l/{ref}").status_code == 404
    codes = {desk.client.get(f"/l/tebakan-{number}").status_code for number in range(30)}
    assert codes == {404, 429}
