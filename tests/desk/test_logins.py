"""Log in, stay, and leave; how often anybody may try."""

from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher
from desk_world import World

from sapa.desk import logins
from sapa.desk.logins import Limits, LoginFailed, TooOften
from sapa.desk.passwords import Passwords
from store import officers
from store.tables import LoginLimit, Officer, Session

LIMITS = Limits(login_tries=3, address_tries=5, strangers_tries=7)


class Counting(Passwords):
    """Counts its checks, which are what costs."""

    def __init__(self) -> None:
        super().__init__(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        self.checks = 0

    def check(self, kept: str, password: str) -> bool:
        self.checks += 1
        return super().check(kept, password)


@pytest.fixture
def passwords(world: World) -> Counting:
    passwords = Counting()
    officer = Officer(
        login="budi",
        name="Budi",
        role="opd",
        opd="DLH",
        password_hash=passwords.hash("kata sandi"),
        created_at=world.now,
    )
    world.ledger.write(lambda tx: officers.add(tx, Officer(**officer.model_dump())))
    return passwords


def log_in(
    world: World,
    passwords: Passwords,
    password: str = "kata sandi",
    *,
    login: str = "budi",
    address: str = "192.0.2.1",
    now: datetime | None = None,
) -> str:
    return logins.log_in(
        world.ledger,
        login=login,
        password=password,
        address=address,
        now=now or world.now,
        passwords=passwords,
        limits=LIMITS,
    )


def who(world: World, cookie: str, **later: float) -> logins.LoggedIn | None:
    with world.ledger.reading() as tx:
        return logins.who(tx, cookie, world.now + timedelta(**later), LIMITS)


def test_the_cookie_names_the_officer_and_the_ledger_keeps_only_its_digest(
    world: World, passwords: Counting
) -> None:
    cookie = log_in(world, passwords)
    found = who(world, cookie)
    assert found is not None
    assert (found.login, found.role, found.opd, found.must_change) == ("budi", "opd", "DLH", True)
    assert (found.actor.part, found.actor.opd, found.actor.officer_id) == ("opd", "DLH", found.officer_id)
    assert len(found.csrf) >= 43
    assert len(cookie) >= 43
    assert cookie != found.session_id == logins.session_id(cookie)
    assert who(world, "other") is None


def test_a_login_ends_by_idleness_by_age_and_by_hand(world: World, passwords: Counting) -> None:
    cookie = log_in(world, passwords)
    assert who(world, cookie, minutes=59)
    assert who(world, cookie, minutes=60) is None
    for hour in range(1, 24):
        at = world.now + timedelta(minutes=30 * hour)
        with world.ledger.reading() as tx:
            assert logins.stale(tx, cookie, at)
        world.ledger.write(lambda tx, at=at: logins.seen(tx, cookie, at))  # type: ignore[misc]
        assert who(world, cookie, minutes=30 * hour + 1)
    with world.ledger.reading() as tx:
        assert not logins.stale(tx, cookie, at)
        assert not logins.stale(tx, "other", at)
    world.ledger.write(lambda tx: logins.seen(tx, "other", world.now))
    world.ledger.write(lambda tx: logins.seen(tx, cookie, world.now))
    assert who(world, cookie, minutes=30 * 23 + 59 - 30)
    assert who(world, cookie, hours=12) is None
    world.ledger.write(lambda tx: logins.log_out(tx, cookie))
    assert who(world, cookie) is None


def test_wrong_and_unknown_sound_and_cost_the_same(world: World, passwords: Counting) -> None:
    with pytest.raises(LoginFailed):
        log_in(world, passwords, "salah")
    with pytest.raises(LoginFailed):
        log_in(world, passwords, login="siapa")
    assert passwords.checks == 2


def fail(world: World, passwords: Passwords, times: int, address: str = "", login: str = "budi") -> None:
    """So many wrong passwords, each from another address unless one is given."""
    for number in range(times):
        with pytest.raises(LoginFailed):
            log_in(world, passwords, "salah", login=login, address=address or f"198.51.100.{number}")


def test_too_many_tries_for_a_name_cost_nothing_and_pass_with_time(world: World, passwords: Counting) -> None:
    fail(world, passwords, 3, "192.0.2.1")
    with pytest.raises(TooOften) as error:
        log_in(world, passwords)
    assert (error.value.seconds, passwords.checks) == (60, 3)
    assert log_in(world, passwords, now=world.now + timedelta(minutes=1))


def test_who_tries_anothers_name_locks_only_themselves_out(world: World, passwords: Counting) -> None:
    fail(world, passwords, 3, "203.0.113.7")
    with pytest.raises(TooOften):
        log_in(world, passwords, "salah", address="203.0.113.7")
    assert log_in(world, passwords)


def test_a_name_tried_from_everywhere_waits_a_little_but_not_where_its_officer_works(
    world: World, passwords: Counting
) -> None:
    assert log_in(world, passwords)
    later = world.now + timedelta(days=30)
    world.ledger.write(lambda tx: logins.sweep(tx, later, LIMITS))
    world.now = later
    fail(world, passwords, 7)
    with pytest.raises(TooOften) as error:
        log_in(world, passwords, address="192.0.2.9")
    assert error.value.seconds == 10
    assert log_in(world, passwords)
    assert log_in(world, passwords, address="192.0.2.9", now=later + timedelta(seconds=10))


def test_refused_tries_of_one_address_do_not_use_up_what_others_have(
    world: World, passwords: Counting
) -> None:
    fail(world, passwords, 3, "203.0.113.7")
    for _ in range(20):
        with pytest.raises(TooOften):
            log_in(world, passwords, "salah", address="203.0.113.7")
    assert log_in(world, passwords, address="192.0.2.9")


def test_too_many_tries_from_an_address_are_refused_for_every_name(world: World, passwords: Counting) -> None:
    for number in range(5):
        with pytest.raises(LoginFailed):
            log_in(world, passwords, "salah", login=f"nama{number}")
    with pytest.raises(TooOften):
        log_in(world, passwords)
    assert log_in(world, passwords, address="192.0.2.9")


def test_who_knows_the_password_is_never_held_up(world: World, passwords: Counting) -> None:
    cookies = {log_in(world, passwords) for _ in range(8)}
    assert len(cookies) == 8


def test_an_officer_who_changes_while_the_password_is_checked_does_not_get_in(
    world: World, passwords: Counting
) -> None:
    class Slow(Counting):
        def check(self, kept: str, password: str) -> bool:
            def leave(tx) -> None:  # type: ignore[no-untyped-def]
                tx.session.get_one(Officer, 1).active = False

            world.ledger.write(leave)
            return super().check(kept, password)

    with pytest.raises(LoginFailed):
        log_in(world, Slow())


def test_what_is_over_is_swept(world: World, passwords: Counting) -> None:
    log_in(world, passwords)
    log_in(world, passwords, now=world.now + timedelta(days=2))
    world.ledger.write(lambda tx: logins.sweep(tx, world.now + timedelta(days=2), LIMITS))
    with world.ledger.reading() as tx:
        count = "SELECT (SELECT count(*) FROM session), (SELECT count(*) FROM login_limit)"
        assert tuple(tx.run(count)[0]) == (1, 3)
    world.ledger.write(lambda tx: logins.sweep(tx, world.now + timedelta(days=4), LIMITS))
    with world.ledger.reading() as tx:
        assert tuple(tx.run(count)[0]) == (0, 1)
    world.ledger.write(lambda tx: logins.sweep(tx, world.now + timedelta(days=63), LIMITS))
    with world.ledger.reading() as tx:
        assert tuple(tx.run(count)[0]) == (0, 0)
        assert tx.session.get(Session, "x") is tx.session.get(LoginLimit, "x")
        officers.give_token(tx, "nobody", size=1)
