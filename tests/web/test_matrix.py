"""Route × role × foreign ticket: nobody sees or does what is not theirs."""

import base64

import pytest
from matrix import ROLES, TABLE, Row, Scene
from starlette.routing import Mount, Route
from starlette.testclient import TestClient
from web_world import Desk, photo

STAFF = {
    "opd": ("opd", "DISHUB"),
    "foreign opd": ("opd", "DLH"),
    "coordinator": ("coordinator", ""),
    "administrator": ("administrator", ""),
    "head": ("head", "DISHUB"),
    "clerk": ("clerk", ""),
    "auditor": ("auditor", ""),
    "viewer": ("viewer", ""),
}


@pytest.fixture
def scene(desk: Desk) -> Scene:
    picture = base64.b64encode(photo()).decode()
    ref, key = desk.send("Lampu jalan mati", photos=[{"name": "a.jpg", "base64": picture}])
    _, foreign = desk.send("Sampah menumpuk di depan pasar")
    return Scene(
        desk=desk,
        ref=ref,
        key=key,
        foreign_key=foreign,
        link=desk.link(ref),
        photo=str(desk.pictures(ref)[0].uuid),
    )


def routes(desk: Desk) -> set[tuple[str, str]]:
    found = set()
    for route in desk.client.app.routes:
        assert isinstance(route, Route | Mount), f"unknown kind of route: {route}"
        if isinstance(route, Route):
            found |= {(method, route.path) for method in route.methods or () if method != "HEAD"}
    return found


def test_every_route_has_a_row_and_every_row_a_route(desk: Desk) -> None:
    assert routes(desk) == {(row.method, row.path) for row in TABLE}


def test_only_the_static_files_are_mounted(desk: Desk) -> None:
    assert [r.path for r in desk.client.app.routes if isinstance(r, Mount)] == ["/static"]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.method} {row.path}")
def test_a_role_gets_what_the_table_says(scene: Scene, row: Row, role: str) -> None:
    if row.arrange:
        row.arrange(scene)
    browser = visitor(scene, role)
    answer = browser.request(
        row.method,
        row.path.format(ref=scene.ref, token=scene.link, uuid=scene.photo, channel="fake", **scene.values),
        params=row.query(scene, role) if row.query else None,
        data=row.data(scene, role) if row.data else None,
        json=row.json(scene, role) if row.json else None,
    )
    assert answer.status_code == row.statuses[ROLES.index(role)], answer.text[:2000]


def visitor(scene: Scene, role: str) -> TestClient:
    """A browser of somebody of this role; the scene then knows its form token."""
    if role not in STAFF:
        return scene.desk.browser()
    browser = scene.desk.officer("somebody", *STAFF[role])
    scene.csrf = scene.desk.csrf(browser)
    return browser
