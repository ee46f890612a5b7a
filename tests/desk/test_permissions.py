"""The table of rights: readable, complete, the same in docs and code."""

import re
from pathlib import Path

from sapa.desk.actor import Actor
from sapa.desk.lifecycle import WHO
from sapa.desk.permissions import ROLES, TABLE, may
from store.tables.office import OFFICER_ROLES

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "permissions.md"


def test_the_page_shows_the_table_as_it_is() -> None:
    rows = [line.strip("| \n").split("|") for line in PAGE.read_text("utf-8").splitlines() if "|" in line]
    head = [cell.strip(" `") for cell in rows[0]][2:]
    assert tuple(head) == ROLES
    shown = {}
    for cells in rows[2:]:
        right, words, *ticks = (cell.strip(" `") for cell in cells)
        assert words
        shown[right] = {role for role, tick in zip(head, ticks, strict=True) if tick == "ya"}
    assert shown == {right: set(roles) for right, roles in TABLE.items()}


def test_every_role_can_stand_in_the_ledger_and_every_right_has_somebody() -> None:
    assert " ".join(ROLES) == OFFICER_ROLES
    assert all(roles and roles <= set(ROLES) for roles in TABLE.values())


def test_an_auditor_and_a_viewer_change_no_ticket_and_a_clerk_takes_back_alone() -> None:
    for role in ("auditor", "viewer"):
        assert not any(role in part for part in WHO.values())
    assert {act for act, part in WHO.items() if "clerk" in part} == {"withdraw"}


def test_who_is_no_officer_has_only_what_an_action_link_gives() -> None:
    link = {right for right in TABLE if may(Actor(kind="opd", opd="DLH"), right)}
    assert link == {"see_own_opd", "work"}
    for by in (Actor(kind="citizen", role="administrator"), Actor(kind="system", role="administrator")):
        assert not any(may(by, right) for right in TABLE)


def test_no_role_is_named_outside_the_table() -> None:
    """Checks ask for rights; the names of Diskominfo's roles stand nowhere else in an act or a page."""
    rooms = Path(__file__).parents[2] / "sapa"
    pattern = r"""role (?:not )?in \(["'][a-z]|role [!=]= ["'](?:administrator|coordinator)"""
    named = {
        path.relative_to(rooms).as_posix()
        for path in (*rooms.rglob("*.py"), *rooms.rglob("*.html"))
        if re.search(pattern, path.read_text("utf-8"))
    }
    assert named == {"desk/officers.py"}  # the last administrator
