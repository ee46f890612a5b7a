"""Who works here."""

from dataclasses import replace

import pytest
from argon2 import PasswordHasher
from desk_world import ADMIN, COORDINATOR, DLH, World

from sapa.desk import logins, officers
from sapa.desk.actor import Actor
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
            officers.reset_password(world.ledger, ADMIN, officer_id, passwords=CHEAP, now=world.now)
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
    new = officers.reset_password(world.ledger, ADMIN, officer_id, passwords=CHEAP, now=world.now)
    with world.ledger.reading() as tx:
        assert logins.who(tx, cookie, world.now, Limits()) is None
    log_in(world, "budi", new)
    with pytest.raises(Forbidden):
        officers.reset_password(world.ledger, COORDINATOR, officer_id, passwords=CHEAP, now=world.now)
    with pytest.raises(NotFound):
        officers.reset_password(world.ledger, ADMIN, 99, passwords=CHEAP, now=world.now)


def test_another_role_holds_at_once_and_the_last_administrator_stays_one(world: World) -> None:
    first, _ = create(world, "admin", role="administrator", opd="")
    officer_id, password = create(world, "budi")
    cookie = log_in(world, "budi", password)

    def change(by: Actor, id: int, role: str, opd: str = "") -> None:
        city, now = world.city, world.now
        world.ledger.write(
            lambda tx: officers.change_role(tx, by, id, role=role, opd=opd, now=now, city=city)
        )

    change(ADMIN, officer_id, "auditor")
    with world.ledger.reading() as tx:
        who = logins.who(tx, cookie, world.now, Limits())
    assert who is not None
    assert (who.role, who.opd, who.may("read_desk"), who.may("work")) == ("auditor", "", True, False)
    for what in (("opd", ""), ("auditor", "DLH"), ("boss", "")):
        with pytest.raises(Invalid):
            change(ADMIN, officer_id, *what)
    with pytest.raises(Invalid, match="terakhir"):
        change(ADMIN, first, "coordinator")
    for by in (COORDINATOR, replace(DLH, role="head"), replace(ADMIN, officer_id=officer_id)):
        with pytest.raises(Forbidden):
            change(by, officer_id, "administrator")


def test_a_head_has_a_say_over_the_officers_of_their_own_agency_alone(world: World) -> None:
    head = replace(DLH, role="head")
    own, _ = create(world, "budi")
    other, _ = create(world, "cici", opd="DISHUB")
    chief, _ = create(world, "dedi", role="head")

    def hire(login: str, role: str, opd: str) -> None:
        officers.create_officer(
            world.ledger,
            head,
            login=login,
            name="Baru",
            role=role,
            opd=opd,
            now=world.now,
            city=world.city,
            passwords=CHEAP,
        )

    hire("fani", "opd", "DLH")
    for role, opd in (("opd", "DISHUB"), ("head", "DLH"), ("coordinator", "")):
        with pytest.raises(Forbidden):
            hire("gani", role, opd)
    officers.reset_password(world.ledger, head, own, passwords=CHEAP, now=world.now)
    for foreign in (other, chief):
        with pytest.raises(Forbidden):
            officers.reset_password(world.ledger, head, foreign, passwords=CHEAP, now=world.now)


def test_one_time_passwords_are_fit_and_never_the_same() -> None:
    words = {one_time() for _ in range(50)}
    assert len(words) == 50
    assert all(fit(word, "budi") == word for word in words)
    with pytest.raises(Invalid):
        fit("budi.hartono", "budi.hartono")


def test_a_broken_hash_opens_nothing() -> None:
    assert not CHEAP.check("not a hash", "x")
    assert not CHEAP.check("", "x")
