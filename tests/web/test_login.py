"""The officers' door: sign in, sign out, a first password of one's own."""

import pytest
from web_world import PASSWORD, Desk

NEW = "angin-laut-selatan"


def log_in(desk: Desk, login: str = "budi", password: str = PASSWORD, **more: str) -> object:
    return desk.browser().post("/petugas/masuk", data={"login": login, "password": password, **more})


def test_a_visitor_is_sent_to_the_login_and_comes_back_where_they_wanted(desk: Desk) -> None:
    desk.hire("budi", "coordinator")
    browser = desk.browser()
    answer = browser.get("/petugas/sandi?x=1")
    assert answer.headers["location"] == "/petugas/masuk?lanjut=%2Fpetugas%2Fsandi%3Fx%3D1"
    page = browser.get(answer.headers["location"])
    assert 'name="lanjut" value="/petugas/sandi?x=1"' in page.text
    form = {"login": " Budi ", "password": PASSWORD, "lanjut": "/petugas/sandi?x=1"}
    answer = browser.post("/petugas/masuk", data=form)
    assert answer.headers["location"] == "/petugas/sandi?x=1"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert browser.get("/petugas/masuk").status_code == 303


@pytest.mark.parametrize(
    "onward",
    ["https://evil.example", "//evil.example", "/\\evil", "/petugas//evil", "/petugasx", "", "/petugas\n"],
)
def test_nobody_is_sent_to_another_place(desk: Desk, onward: str) -> None:
    desk.hire("budi", "coordinator")
    assert log_in(desk, lanjut=onward).headers["location"] == "/petugas"  # type: ignore[attr-defined]


def test_a_wrong_password_says_nothing_about_which_was_wrong(desk: Desk) -> None:
    desk.hire("budi", "coordinator")
    texts = []
    for login in ("budi", "siapa"):
        answer = log_in(desk, login, "salah")
        assert answer.status_code == 401  # type: ignore[attr-defined]
        texts.append(answer.text.replace(login, ""))  # type: ignore[attr-defined]
    assert texts[0] == texts[1]


def test_too_many_tries_must_wait(desk: Desk) -> None:
    desk.hire("budi", "coordinator")
    answers = [log_in(desk, password="salah") for _ in range(10)]
    assert answers[-1].status_code == 429  # type: ignore[attr-defined]
    assert int(answers[-1].headers["retry-after"]) >= 1  # type: ignore[attr-defined]
    assert log_in(desk).status_code == 429  # type: ignore[attr-defined]
    desk.clock.pass_(minutes=5)
    assert log_in(desk).status_code == 303  # type: ignore[attr-defined]


def test_signing_out_ends_the_session_in_the_ledger(desk: Desk) -> None:
    browser = desk.officer("budi", "coordinator")
    cookie = browser.cookies["sapa"]
    answer = browser.post("/petugas/keluar", data={"csrf": desk.csrf(browser)})
    assert answer.headers["location"] == "/petugas/masuk"
    assert "sapa" not in browser.cookies
    thief = desk.browser(cookies={"sapa": cookie})
    assert thief.get("/petugas/sandi").status_code == 303


def test_a_form_without_the_sessions_token_changes_nothing(desk: Desk) -> None:
    browser = desk.officer("budi", "coordinator")
    for token in ("", "x", desk.csrf(desk.officer("ani", "coordinator"))):
        assert browser.post("/petugas/keluar", data={"csrf": token}).status_code == 403
    assert browser.get("/petugas/sandi").status_code == 200


def test_a_session_ends_by_itself_but_not_under_somebody_at_work(desk: Desk) -> None:
    browser = desk.officer("budi", "coordinator")
    for _ in range(3):
        desk.clock.pass_(minutes=50)
        assert browser.get("/petugas/sandi").status_code == 200
    desk.clock.pass_(minutes=61)
    assert browser.get("/petugas/sandi").status_code == 303


def test_an_own_password_ends_the_other_logins(desk: Desk) -> None:
    browser = desk.officer("budi", "coordinator", first=True)
    elsewhere = desk.browser()
    elsewhere.post("/petugas/masuk", data={"login": "budi", "password": PASSWORD})
    assert "sekali pakai" in browser.get("/petugas/sandi").text
    form = {"csrf": desk.csrf(browser), "old": PASSWORD, "new": NEW, "again": NEW}
    answer = browser.post("/petugas/sandi", data=form)
    assert answer.headers["location"] == "/petugas"
    assert "sekali pakai" not in browser.get("/petugas/sandi").text
    assert elsewhere.get("/petugas/sandi").status_code == 303
    assert log_in(desk).status_code == 401  # type: ignore[attr-defined]
    assert log_in(desk, password=NEW).status_code == 303  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [
        (PASSWORD, NEW, NEW + "x"),
        ("salah", NEW, NEW),
        (PASSWORD, "pendek", "pendek"),
        (PASSWORD, PASSWORD, PASSWORD),
    ],
)
def test_a_password_that_does_not_fit_is_told(desk: Desk, old: str, new: str, again: str) -> None:
    browser = desk.officer("budi", "coordinator")
    form = {"csrf": desk.csrf(browser), "old": old, "new": new, "again": again}
    answer = browser.post("/petugas/sandi", data=form)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
