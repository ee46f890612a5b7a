"""Who works here."""

import pytest
from argon2 import PasswordHasher
from desk_world import ADMIN, COORDINATOR, World

from sapa.desk import logins, officers
from sapa.desk.errors import Forbidden, Invalid, NotFound
from sapa.desk.logins import Limits, LoginFailed
from sapa.desk.passwords import Passwords, fit, one_time
from store import officers as rows

CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def log_in(world: World, login: str, password: str) -> str:
    return logins.log_in(
        world.ledger,
        login=login,
        password=password,
        address="192.0.2.1",
        now=world.now,
        passwords=CHEAP,
        limits=Limits(),
    )


def create(world: World, login: str, role: str = "opd", opd: str = "DLH") -> tuple[int, str]:
    return officers.create_officer(
        world.ledger,
        ADMIN,
        login=login,
        name="Petugas",
        role=role,
        opd=opd,
        now=world.now,
        city=world.city,
        passwords=CHEAP,
    )


def test_the_first_administrator_gets_a_one_time_password_once(world: World) -> None:
    password = world.ledger.write(lambda tx: officers.create_first_administrator(tx, world.now, CHEAP))
    assert password is not None
    assert world.ledger.write(lambda tx: officers.create_first_administrator(tx, world.now)) is None
    log_in(world, "admin", password)
    with world.ledger.reading() as tx:
        officer = rows.by_login(tx, "admin")
    assert officer is not None
    assert (officer.role, officer.must_change) == ("administrator", True)
    assert officer.password_hash.startswith("$argon2id$")


def test_an_administrator_creates_officers(world: World) -> None:
    officer_id, password = create(world, " Budi.DLH ")
    create(world, "rina", role="coordinator", opd="")
    log_in(world, "BUDI.dlh", password)
    with world.ledger.reading() as tx:
        assert rows.names(tx, [officer_id, 99]) == {officer_id: "Petugas"}
        assert [row.login for row in rows.everybody(tx)] == ["budi.dlh", "rina"]
    for what in (
        ("budi.dlh",),
        ("x",),
        ("dua kata",),
        ("ani", "boss"),
        ("ani", "opd", ""),
        ("ani", "opd", "PLN"),
    ):
        with pytest.raises(Invalid):
            create(world, *what)
    with pytest.raises(Invalid):
        create(world, "ani", "coordinator", "DLH")
    with pytest.raises(Forbidden):
        officers.create_officer(
            world.ledger,
            COORDINATOR,
            login="ani",
            name="Ani",
            role="opd",
            opd="DLH",
            now=world.now,
            city=world.city,
            passwords=CHEAP,
        )


def test_a_password_is_changed_by_its_owner_and_other_logins_end(world: World) -> None:
    officer_id, old = create(world, "budi")
    here, there = log_in(world, "budi", old), log_in(world, "budi", old)
    for wrong, new in (("salah", "cukup panjang 1"), (old, old), (old, "pendek"), (old, "aaaaaaaaaaaa")):
        with pytest.raises(Invalid):
            officers.change_password(world.ledger, officer_id, old=wrong, new=new, passwords=CHEAP)
    officers.change_password(
        world.ledger,
        officer_id,
        old=old,
        new="kata sandi baru",
        passwords=CHEAP,
        but=logins.session_id(here),
    )
    with world.ledger.reading() as tx:
        who = logins.who(tx, here, world.now, Limits())
        assert logins.who(tx, there, world.now, Limits()) is None
    assert who is not None
    assert not who.must_change
    with pytest.raises(LoginFailed):
        log_in(world, "budi", old)
    log_in(world, "budi", "kata sandi baru")


def test_a_change_under_way_loses_against_a_reset(world: World) -> None:
    officer_id, old = create(world, "budi")

    class Slow(Passwords):
        def check(self, kept: str, password: str) -> bool:
            officers.reset_password(world.ledger, ADMIN, officer_id, passwords=CHEAP)
            return CHEAP.check(kept, password)

    with pytest.raises(Invalid, match="baru saja"):
        officers.change_password(
            world.ledger,
            officer_id,
            old=old,
            new="kata sandi baru",
            passwords=Slow(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)),
        )


def test_a_reset_logs_out_everywhere_and_asks_for_a_new_password(world: World) -> None:
    officer_id, old = create(world, "budi")
    cookie = log_in(world, "budi", old)
    new = officers.reset_password(world.ledger, ADMIN, officer_id, passwords=CHEAP)
    with world.ledger.reading() as tx:
        assert logins.who(tx, cookie, world.now, Limits()) is None
    log_in(world, "budi", new)
    with pytest.raises(Forbidden):
        officers.reset_password(world.ledger, COORDINATOR, officer_id, passwords=CHEAP)
    with pytest.raises(NotFound):
        officers.reset_password(world.ledger, ADMIN, 99, passwords=CHEAP)


def test_who_leaves_is_logged_out_and_the_last_administrator_cannot_leave(world: World) -> None:
    admin, _ = create(world, "admin", role="administrator", opd="")
    officer_id, password = create(world, "budi")
    cookie = log_in(world, "budi", password)
    for _ in range(2):
        world.ledger.write(lambda tx: officers.deactivate(tx, ADMIN, officer_id))
    with world.ledger.reading() as tx:
        assert logins.who(tx, cookie, world.now, Limits()) is None
    with pytest.raises(LoginFailed):
        log_in(world, "budi", password)
    world.ledger.write(lambda tx: officers.activate(tx, ADMIN, officer_id))
    log_in(world, "budi", password)
    with pytest.raises(Invalid):
        world.ledger.write(lambda tx: officers.deactivate(tx, ADMIN, admin))
    for act in (officers.activate, officers.deactivate):
        with pytest.raises(Forbidden):
            world.ledger.write(lambda tx, act=act: act(tx, COORDINATOR, officer_id))  # type: ignore[misc]


def test_one_time_passwords_are_fit_and_never_the_same() -> None:
    words = {one_time() for _ in range(50)}
    assert len(words) == 50
    assert all(fit(word, "budi") == word for word in words)
    with pytest.raises(Invalid):
        fit("budi.hartono", "budi.hartono")


def test_a_broken_hash_opens_nothing() -> None:
    assert not CHEAP.check("not a hash", "x")
    assert not CHEAP.check("", "x")
