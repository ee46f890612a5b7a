"""What everybody must know of an installation stands on every page, in its title and on paper."""

import re
from dataclasses import replace

import pytest
from matrix import TABLE, Row, Scene
from starlette.testclient import TestClient
from test_matrix import World, scene, world
from web_world import BRAND, Desk

from sapa.agenda.rules import AgendaRules, Letterhead
from sapa.web.app import create_app

NOTICE = "Kota contoh — data buatan, bukan laporan warga"
GETS = [row for row in TABLE if row.method == "GET"]
__all__ = ["scene", "world"]


def noticed(desk: Desk) -> Desk:
    """The same office, with something to be known of it."""
    head = Letterhead(notice=NOTICE)
    rules = AgendaRules(start_name="Balai Kota", start_lat=-7.47, start_lon=112.44, letterhead=head)
    office = replace(desk.office, brand=lambda: replace(BRAND, notice=NOTICE), agenda=lambda: rules)
    client = TestClient(create_app(office), follow_redirects=False)
    return replace(desk, office=office, client=client)


@pytest.mark.parametrize("row", GETS, ids=lambda row: row.path)
def test_every_page_says_so(world: World, scene: Scene, row: Row) -> None:
    scene.desk = noticed(scene.desk)
    if row.arrange:
        row.arrange(scene)
    for role in ("anonymous", "citizen", "administrator"):
        cookies, _ = world.visitors.get(role, ({}, ""))
        browser = scene.desk.browser(cookies=dict(cookies))
        path = row.path.format(
            ref=scene.ref, token=scene.link, uuid=scene.photo, channel="fake", **scene.values
        )
        answer = browser.get(path, params=row.query(scene, role) if row.query else None)
        if answer.headers.get("content-type", "").startswith("text/html") and answer.text:
            title = re.search(r"<title>(.*?)</title>", answer.text, re.S)
            assert title, path
            assert NOTICE in title[1], path
            assert f'<p class="notice">{NOTICE}</p>' in answer.text, path


def test_without_one_nothing_is_there(desk: Desk) -> None:
    plain = TestClient(create_app(replace(desk.office, brand=lambda: BRAND)))
    assert 'class="notice"' not in plain.get("/").text
