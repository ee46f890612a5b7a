"""The second factor: each code once, a little drift, few tries, recovery codes for a lost telephone."""

from dataclasses import replace
from datetime import datetime, timedelta

import pyotp
import pytest
from desk_world import ADMIN, COORDINATOR, World
from people_world import Staff

from sapa.desk import factors, logins
from sapa.desk.errors import Forbidden, Invalid, NotFound
from sapa.desk.logins import Limits
from store import credentials, positions


@pytest.fixture
def staff(world: World) -> Staff:
    staff = Staff(world=world)
    staff.hire("budi")
    return staff


def set_up(staff: Staff, cookie: str) -> tuple[pyotp.TOTP, list[str]]:
    """Codes are on; what the telephone knows, and the recovery codes."""
    world, budi = staff.world, staff.id("budi")
    secret = world.ledger.write(lambda tx: factors.begin(tx, budi))
    assert world.ledger.write(lambda tx: factors.begin(tx, budi)) == secret
    phone = pyotp.TOTP(secret)
    session = logins.session_id(cookie)
    codes = world.ledger.write(
        lambda tx: factors.confirm(tx, budi, phone.at(world.now), session_id=session, now=world.now)
    )
    return phone, codes


def give(staff: Staff, cookie: str, code: str, at: datetime) -> None:
    budi = staff.id("budi")
    staff.world.ledger.write(lambda tx: factors.give(tx, budi, logins.session_id(cookie), code, at))


def test_a_login_waits_for_the_code_and_other_logins_end_at_the_set_up(staff: Staff) -> None:
    here, there = staff.log_in("budi"), staff.log_in("budi")
    phone, _ = set_up(staff, here)
    assert staff.who(there) is None
    assert staff.who(here) is not None
    cookie, at = staff.log_in("budi"), staff.world.now + timedelta(seconds=60)
    who = staff.who(cookie, at)
    assert who is not None
    assert (who.code_due, who.ready) == (True, False)
    for wrong in (
        "000000" if phone.at(at) != "000000" else "111111",
        "",
        phone.at(at + timedelta(minutes=5)),
    ):
        with pytest.raises(Invalid):
            give(staff, cookie, wrong, at)
    spaced = f" {phone.at(at)[:3]} {phone.at(at)[3:]} "
    give(staff, cookie, spaced, at)
    who = staff.who(cookie, at)
    assert who is not None
    assert not who.code_due


def test_a_code_serves_once_also_at_the_set_up_and_clocks_may_differ_by_a_step(staff: Staff) -> None:
    phone, _ = set_up(staff, staff.log_in("budi"))
    now = staff.world.now
    with pytest.raises(Invalid):
        give(staff, staff.log_in("budi"), phone.at(now), now)
    behind, at = phone.at(now + timedelta(seconds=60)), now + timedelta(seconds=90)
    give(staff, staff.log_in("budi"), behind, at)
    with pytest.raises(Invalid):
        give(staff, staff.log_in("budi"), behind, at)
    give(staff, staff.log_in("budi"), phone.at(at + timedelta(seconds=30)), at)
    with pytest.raises(Invalid):  # a step before one that was used
        give(staff, staff.log_in("budi"), phone.at(at), at)


def test_a_recovery_code_serves_once_and_the_ledger_does_not_know_it(staff: Staff) -> None:
    phone, codes = set_up(staff, staff.log_in("budi"))
    assert len(set(codes)) == factors.RECOVERY_CODES
    with staff.world.ledger.reading() as tx:
        kept = {row[0] for row in tx.run("SELECT digest FROM recovery_code")}
    assert not kept & set(codes)
    give(staff, staff.log_in("budi"), codes[0].upper(), staff.world.now)
    with pytest.raises(Invalid):
        give(staff, staff.log_in("budi"), codes[0], staff.world.now)
    budi, at = staff.id("budi"), staff.world.now + timedelta(minutes=1)
    fresh = staff.world.ledger.write(lambda tx: factors.renew_recovery_codes(tx, budi, phone.at(at), at))
    with pytest.raises(Invalid):
        give(staff, staff.log_in("budi"), codes[1], at)
    give(staff, staff.log_in("budi"), fresh[1], at)


def test_tries_are_few(staff: Staff) -> None:
    limits, now = Limits(), staff.world.now

    def attempt(at: datetime) -> None:
        logins.admit(staff.world.ledger, "code", "1", tries=limits.code_tries, seconds=60, now=at)

    for _ in range(limits.code_tries):
        attempt(now)
    with pytest.raises(logins.TooOften):
        attempt(now)
    attempt(now + timedelta(seconds=60))


def test_off_by_a_code_or_by_who_manages_them_and_written_down(staff: Staff) -> None:
    world, budi = staff.world, staff.id("budi")
    phone, _ = set_up(staff, staff.log_in("budi"))
    with pytest.raises(Invalid):
        world.ledger.write(lambda tx: factors.switch_off(tx, budi, "000", now=world.now))
    at = world.now + timedelta(minutes=1)
    world.ledger.write(lambda tx: factors.switch_off(tx, budi, phone.at(at), now=at))
    cookie = staff.log_in("budi")
    who = staff.who(cookie)
    assert who is not None
    assert not who.code_due
    set_up(staff, cookie)
    with pytest.raises(Forbidden):
        world.ledger.write(lambda tx: factors.take_off(tx, COORDINATOR, budi, now=world.now))
    world.ledger.write(lambda tx: factors.take_off(tx, ADMIN, budi, now=world.now))
    assert staff.who(cookie) is None
    with world.ledger.reading() as tx:
        kinds = [note.kind for note, _ in positions.notes(tx, budi)]
        assert credentials.recovery_codes_left(tx, budi) == 0
    assert kinds == ["factor_off", "factor_on", "factor_off", "factor_on", "added"]


def test_roles_that_must_use_codes_are_asked_and_after_the_grace_led_to_the_set_up(staff: Staff) -> None:
    world = staff.world
    staff.limits = Limits(second_factor=frozenset({"auditor"}), grace=timedelta(days=7))
    staff.hire("audi", "auditor", "")
    who = staff.who(staff.log_in("audi"))
    assert who is not None
    assert (who.set_up_by, who.overdue) == (world.now + timedelta(days=7), False)
    later = world.now + timedelta(days=7)
    who = staff.who(staff.log_in("audi", at=later), later)
    assert who is not None
    assert (who.overdue, who.ready) == (True, False)
    free = staff.who(staff.log_in("budi", at=later), later)
    assert free is not None
    assert free.set_up_by is None


def test_what_makes_no_sense_is_refused(staff: Staff) -> None:
    world, budi = staff.world, staff.id("budi")
    now = world.now
    world.ledger.write(lambda tx: factors.take_off(tx, ADMIN, budi, now=now))  # nothing is on
    for act in (
        lambda tx: factors.switch_off(tx, budi, "000000", now=now),
        lambda tx: factors.confirm(tx, budi, "000000", session_id="", now=now),
    ):
        with pytest.raises(Invalid):
            world.ledger.write(act)
    set_up(staff, staff.log_in("budi"))
    with pytest.raises(Invalid):
        world.ledger.write(lambda tx: factors.begin(tx, budi))
    with pytest.raises(NotFound):
        world.ledger.write(lambda tx: factors.take_off(tx, ADMIN, 999_999, now=now))
    own = replace(ADMIN, officer_id=budi)
    with pytest.raises(Forbidden):
        world.ledger.write(lambda tx: factors.take_off(tx, own, budi, now=now))
    assert "issuer=Sapa" in factors.uri("A" * 32, "budi", "Sapa")
