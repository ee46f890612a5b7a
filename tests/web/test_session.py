"""What the console stands on: the signed-in officer, roles, and the form token."""

from typing import Any

import pytest
from starlette.testclient import TestClient
from web_world import Desk

from sapa.desk.errors import Conflict, Forbidden, Invalid, NotAllowed, NotFound
from sapa.web.session import Administrator, Diskominfo, Me, Posted


@pytest.fixture
def desk_with_pages(desk: Desk) -> Desk:
    """The office with a few small pages of the kind the console has."""
    app = desk.client.app

    def mine(signed: Me) -> dict[str, Any]:
        return {"login": signed.login, "opd": signed.actor.opd, "role": signed.actor.role}

    def diskominfo(signed: Diskominfo) -> str:
        return signed.name

    def administrator(signed: Administrator) -> str:
        return signed.name

    def kept(form: Posted) -> dict[str, Any]:
        return {"words": form["words"], "all": form.all("tick"), "none": form["nothing"]}

    def failing(kind: str) -> None:
        raise {
            "missing": NotFound(),
            "forbidden": Forbidden(),
            "conflict": Conflict(3),
            "status": NotAllowed("accept", "closed"),
            "invalid": Invalid("Isi alasan."),
        }[kind]

    app.add_api_route("/petugas/uji", mine)  # type: ignore[attr-defined]
    app.add_api_route("/petugas/uji/diskominfo", diskominfo)  # type: ignore[attr-defined]
    app.add_api_route("/petugas/uji/administrator", administrator)  # type: ignore[attr-defined]
    app.add_api_route("/petugas/uji/isi", kept, methods=["POST"])  # type: ignore[attr-defined]
    app.add_api_route("/petugas/uji/gagal/{kind}", failing)  # type: ignore[attr-defined]
    return desk


def statuses(browser: TestClient) -> list[int]:
    paths = ("/petugas/uji", "/petugas/uji/diskominfo", "/petugas/uji/administrator")
    return [browser.get(path).status_code for path in paths]


def test_each_role_opens_its_own_pages(desk_with_pages: Desk) -> None:
    desk = desk_with_pages
    assert statuses(desk.browser()) == [303, 303, 303]
    assert statuses(desk.officer("ani", "opd", "DISHUB")) == [200, 403, 403]
    assert statuses(desk.officer("budi", "coordinator")) == [200, 200, 403]
    assert statuses(desk.officer("cici", "administrator")) == [200, 200, 200]


def test_the_officer_is_known_to_the_acts(desk_with_pages: Desk) -> None:
    browser = desk_with_pages.officer("ani", "opd", "DISHUB")
    assert browser.get("/petugas/uji").json() == {"login": "ani", "opd": "DISHUB", "role": "opd"}


def test_a_one_time_password_opens_nothing_but_the_change(desk_with_pages: Desk) -> None:
    browser = desk_with_pages.officer("ani", "opd", "DISHUB", first=True)
    answer = browser.get("/petugas/uji")
    assert (answer.status_code, answer.headers["location"]) == (303, "/petugas/sandi")


def test_a_form_needs_the_sessions_token_and_gives_clean_fields(desk_with_pages: Desk) -> None:
    browser = desk_with_pages.officer("ani", "opd", "DISHUB")
    form = {"words": " dua\r\nbaris\x00 ", "tick": ["a", "", "b"]}
    assert browser.post("/petugas/uji/isi", data=form).status_code == 403
    answer = browser.post("/petugas/uji/isi", data={**form, "csrf": desk_with_pages.csrf(browser)})
    assert answer.json() == {"words": "dua\nbaris", "all": ["a", "b"], "none": ""}


@pytest.mark.parametrize(
    ("kind", "status"),
    [("missing", 404), ("forbidden", 403), ("conflict", 409), ("status", 409), ("invalid", 422)],
)
def test_what_an_act_refuses_is_a_page_with_its_reason(desk_with_pages: Desk, kind: str, status: int) -> None:
    answer = desk_with_pages.client.get(f"/petugas/uji/gagal/{kind}")
    assert answer.status_code == status
    assert "lead" in answer.text


def test_a_post_without_login_goes_to_the_login_alone(desk_with_pages: Desk) -> None:
    answer = desk_with_pages.client.post("/petugas/uji/isi", data={})
    assert answer.headers["location"] == "/petugas/masuk"
    assert desk_with_pages.client.get("/petugas/uji").headers["location"].endswith("%2Fpetugas%2Fuji")
