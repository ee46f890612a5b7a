"""The action link: an agency answers one disposition without a login."""

import re

import pytest
from sqlmodel import select
from web_world import Desk, photo

from sapa.desk import triage
from sapa.desk.actor import Actor
from store.tables import ActionLink


@pytest.fixture
def ref(desk: Desk) -> str:
    return desk.send("Lampu jalan mati", kelurahan="Meri", lat=-7.481, lon=112.4475)[0]


def form(desk: Desk, ref: str, act: str, **fields: str) -> dict[str, str]:
    return {
        "act": act,
        "page": desk.page_token(desk.link(ref)),
        "version": str(desk.ticket(ref).version),
        "key": f"tautan-{act}",
        **fields,
    }


def test_looking_shows_the_ticket_and_changes_nothing(desk: Desk, ref: str) -> None:
    before = desk.ticket(ref)
    for _ in range(2):
        page = desk.client.get(f"/aksi/{desk.link(ref)}")
        assert page.status_code == 200
    assert desk.client.head(f"/aksi/{desk.link(ref)}").status_code == 200
    for words in (
        "Lampu jalan mati",
        "Kel. Meri",
        "Senin, 14 Desember 2026",
        "penerangan jalan umum",
        "peta",
    ):
        assert words in page.text
    after = desk.ticket(ref)
    assert (after.version, after.status) == (before.version, before.status)
    assert desk.count("event") == 2


def test_the_photo_is_shown_to_whoever_holds_the_link(desk: Desk) -> None:
    answer = desk.client.post(
        "/", data={"text": "Lampu jalan mati"}, files={"photos": ("a.jpg", photo(), "image/jpeg")}
    )
    ref = answer.headers["location"].split("?")[0].rsplit("/")[-1]
    page = desk.client.get(f"/aksi/{desk.link(ref)}")
    found = re.search(r'<img src="(/berkas/[^"]+)"', page.text)
    assert found
    assert desk.client.get(found[1]).status_code == 200


@pytest.mark.parametrize(
    ("act", "fields", "status"),
    [
        ("terima", {}, "accepted"),
        ("tolak", {"reason": "Ini jalan provinsi."}, "triage"),
        ("tanya", {"question": "Tiang nomor berapa?"}, "waiting"),
        ("selesai", {"outcome": "fixed", "result": "Lampu diganti."}, "resolved"),
        (
            "selesai",
            {"outcome": "conditional", "result": "Tahun depan.", "budget_year": "2027"},
            "resolved",
        ),
    ],
)
def test_an_answer_is_recorded_and_the_last_one_uses_the_link_up(
    desk: Desk, ref: str, act: str, fields: dict[str, str], status: str
) -> None:
    link, filled = desk.link(ref), form(desk, ref, act, **fields)
    for _ in range(2):  # the same press twice is one act
        answer = desk.client.post(f"/aksi/{link}", data=filled)
        assert answer.status_code == 200
        assert "sudah tercatat" in answer.text
        last = act in ("tolak", "selesai")
        assert ("sudah terpakai" in answer.text) == last
        assert (f'href="/aksi/{link}"' in answer.text) == (not last)
    assert desk.ticket(ref).status == status
    assert desk.client.get(f"/aksi/{link}").status_code == (410 if last else 200)
    other = form(desk, ref, "terima") | {"page": desk.page_token(link), "key": "lain"}
    assert desk.client.post(f"/aksi/{link}", data=other).status_code == (410 if last else 409)
    assert desk.bell.rung >= 1


def test_an_agency_accepts_and_later_finishes_by_the_same_link(desk: Desk, ref: str) -> None:
    link = desk.link(ref)
    assert desk.client.post(f"/aksi/{link}", data=form(desk, ref, "terima")).status_code == 200
    page = desk.client.get(f"/aksi/{link}").text
    assert 'value="terima"' not in page
    assert 'value="selesai"' in page
    filled = form(desk, ref, "selesai", outcome="fixed", result="Lampu diganti.")
    assert desk.client.post(f"/aksi/{link}", data=filled).status_code == 200
    assert desk.ticket(ref).status == "resolved"
    assert desk.client.get(f"/aksi/{link}").status_code == 410


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("tolak", {"reason": " "}),
        ("tanya", {"question": ""}),
        ("selesai", {"outcome": "", "result": "Sudah."}),
        ("selesai", {"outcome": "external", "result": "Sudah."}),
        ("selesai", {"outcome": "conditional", "result": "Sudah.", "budget_year": "besok"}),
        ("lainnya", {}),
    ],
)
def test_what_cannot_be_done_shows_the_form_again_with_what_was_typed(
    desk: Desk, ref: str, act: str, fields: dict[str, str]
) -> None:
    answer = desk.client.post(f"/aksi/{desk.link(ref)}", data=form(desk, ref, act, **fields))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    if "result" in fields:
        assert "Sudah.</textarea>" in answer.text
    assert desk.ticket(ref).status == "assigned"


def test_a_page_that_is_too_old_is_shown_anew(desk: Desk, ref: str) -> None:
    filled = form(desk, ref, "terima") | {"version": "7"}
    answer = desk.client.post(f"/aksi/{desk.link(ref)}", data=filled)
    assert answer.status_code == 409
    assert "baru saja berubah" in answer.text


def test_a_form_of_another_page_is_refused(desk: Desk, ref: str) -> None:
    other = desk.send("Sampah menumpuk")[0]
    filled = form(desk, ref, "terima") | {"page": desk.page_token(desk.link(other))}
    assert desk.client.post(f"/aksi/{desk.link(ref)}", data=filled).status_code == 403
    headers = {"sec-fetch-site": "cross-site"}
    answer = desk.client.post(f"/aksi/{desk.link(ref)}", data=form(desk, ref, "terima"), headers=headers)
    assert answer.status_code == 403
    assert desk.ticket(ref).status == "assigned"


def test_wrong_tokens_are_not_known(desk: Desk, ref: str) -> None:
    link = desk.link(ref)
    for token in ("x", link[:-1] + ("A" if link[-1] != "A" else "B"), "\u00e9" * 64, link + "A"):
        assert desk.client.get(f"/aksi/{token}").status_code == 404
        assert desk.client.post(f"/aksi/{token}", data={"act": "terima"}).status_code == 404


def test_an_expired_link_says_so(desk: Desk, ref: str) -> None:
    link, filled = desk.link(ref), form(desk, ref, "terima")
    desk.clock.pass_(days=8)
    page = desk.client.get(f"/aksi/{link}")
    assert page.status_code == 410
    assert "kedaluwarsa" in page.text
    assert desk.client.post(f"/aksi/{link}", data=filled).status_code == 410


def test_the_link_of_a_moved_ticket_is_dead_also_under_an_open_page(desk: Desk, ref: str) -> None:
    link, filled = desk.link(ref), form(desk, ref, "tolak", reason="")
    desk.do(
        triage.reassign,
        ref,
        Actor(kind="officer", role="coordinator"),
        opd="DLH",
        reason="Ternyata sampah.",
    )
    assert desk.client.get(f"/aksi/{link}").status_code == 410
    assert desk.client.post(f"/aksi/{link}", data=filled).status_code == 410
    with desk.office.ledger.reading() as tx:
        links = tx.session.exec(select(ActionLink)).all()
    assert sorted(link.opd for link in links if link.revoked_at is None) == ["DLH"]


@pytest.mark.parametrize(
    "fields",
    [{"privacy": "secret"}, {"text": "Ada pungli, saya dimintai uang untuk lampu"}],
    ids=["chosen", "kind"],
)
def test_a_sealed_ticket_shows_its_ref_and_the_login_only(desk: Desk, fields: dict[str, str]) -> None:
    ref, _ = desk.send(**{"text": "Lampu jalan mati dekat rumah saya", **fields})
    link = desk.link(ref)
    page = desk.client.get(f"/aksi/{link}")
    assert page.status_code == 200
    assert ref in page.text
    assert "lampu" not in page.text.lower()
    assert "<form" not in page.text
    answer = desk.client.post(f"/aksi/{link}", data=form(desk, ref, "terima"))
    assert answer.status_code == 403
    assert desk.ticket(ref).status == "assigned"


def test_the_reporter_reads_that_the_agency_said_no_and_who_decides_now(desk: Desk, ref: str) -> None:
    desk.client.post(f"/aksi/{desk.link(ref)}", data=form(desk, ref, "tolak", reason="Ini jalan provinsi."))
    assert desk.ticket(ref).status == "triage"
    page = desk.client.get(f"/lacak/{ref}", params={"k": desk.ticket(ref).token}).text
    assert "Diperiksa Diskominfo" in page
    assert "menyatakan bukan kewenangannya" in page


def test_what_the_agency_asked_is_answered_on_the_page_of_its_new_link(desk: Desk, ref: str) -> None:
    old = desk.link(ref)
    desk.client.post(f"/aksi/{old}", data=form(desk, ref, "tanya", question="Tiang nomor berapa?"))
    assert "Tulisan pelapor" not in desk.client.get(f"/aksi/{old}").text
    desk.clock.pass_(days=9)
    answer = {"text": "Tiang 7, hub 081234567890", "token": desk.ticket(ref).token}
    desk.send(**answer, kelurahan="Meri", lat=-7.5, lon=112.4)
    assert desk.client.get(f"/aksi/{old}").status_code == 410
    page = desk.client.get(f"/aksi/{desk.link(ref)}").text
    asked, answered = page.index("Tiang nomor berapa?"), page.index("Tiang 7, hub ••••••••••••")
    assert asked < answered < page.index("mlat=-7.500000")
    assert "081234567890" not in page
    filled = form(desk, ref, "selesai", outcome="fixed", result="Lampu diganti.")
    assert desk.client.post(f"/aksi/{desk.link(ref)}", data=filled).status_code == 200
    assert desk.ticket(ref).status == "resolved"
