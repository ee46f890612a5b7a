"""Route × role × foreign ticket: nobody sees or does what is not theirs."""

import base64
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from matrix import ROLES, TABLE, Row, Scene
from starlette.routing import Mount, Route
from starlette.testclient import TestClient
from web_world import Clock, Desk, make_office, photo

from sapa.web.app import create_app
from store.db import Ledger

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)

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


@dataclass(frozen=True)
class World:
    """An installation with the scene in it, of which every test gets a copy: its folder, and who is who.

    `visitors` are the cookies and the form token of each role's browser.
    """

    folder: Path
    scene: Mapping[str, str]
    visitors: Mapping[str, tuple[Mapping[str, str], str]]


@contextmanager
def opened(folder: Path, now: datetime) -> Iterator[Desk]:
    """The office over the ledger in a folder."""
    clock, ledger = Clock(now), Ledger(f"sqlite:///{folder / 'ledger.db'}")
    office = make_office(ledger, folder, clock)
    with TestClient(create_app(office), follow_redirects=False) as client:
        yield Desk(office=office, clock=clock, door=office.doors["fake"], bell=office.relay, client=client)
    ledger.close()


@pytest.fixture(scope="module")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("matrix")
    shutil.copy(sqlite_template, folder / "ledger.db")
    with opened(folder, NOW) as desk:
        picture = base64.b64encode(photo()).decode()
        ref, key = desk.send("Lampu jalan mati", photos=[{"name": "a.jpg", "base64": picture}])
        _, foreign = desk.send("Sampah menumpuk di depan pasar")
        scene = {
            "ref": ref,
            "key": key,
            "foreign_key": foreign,
            "link": desk.link(ref),
            "photo": str(desk.pictures(ref)[0].uuid),
        }
        visitors = {}
        for role, who in STAFF.items():
            browser = desk.officer(role.replace(" ", "-"), *who)
            visitors[role] = (dict(browser.cookies), desk.csrf(browser))
    return World(folder, scene, visitors)


@pytest.fixture
def scene(world: World, tmp_path: Path) -> Iterator[Scene]:
    folder = shutil.copytree(world.folder, tmp_path / "kota")
    with opened(folder, NOW) as desk:
        yield Scene(desk=desk, **world.scene)


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
def test_a_role_gets_what_the_table_says(world: World, scene: Scene, row: Row, role: str) -> None:
    cookies, scene.csrf = world.visitors.get(role, ({}, ""))
    if row.arrange:
        row.arrange(scene)
    browser = scene.desk.browser(cookies=dict(cookies))
    answer = browser.request(
        row.method,
        row.path.format(ref=scene.ref, token=scene.link, uuid=scene.photo, channel="fake", **scene.values),
        params=row.query(scene, role) if row.query else None,
        data=row.data(scene, role) if row.data else None,
        json=row.json(scene, role) if row.json else None,
    )
    assert answer.status_code == row.statuses[ROLES.index(role)], answer.text[:2000]
