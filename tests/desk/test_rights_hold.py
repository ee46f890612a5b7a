"""Whatever happens to officers, nobody may do what the table does not say, and who left has no login."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from desk_world import ADMIN, World
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from people_world import Staff

from sapa.desk import acting, leaving, logins, officers
from sapa.desk.errors import ActError
from sapa.desk.permissions import ROLES, TABLE

POSITIONS = [(role, "") for role in ROLES if role not in ("head", "opd")]
POSITIONS += [(role, opd) for role in ("head", "opd") for opd in ("DLH", "DISHUB")]
LOGINS = ("budi", "cici", "dedi")
STEPS = st.one_of(
    st.tuples(st.just("role"), st.sampled_from(LOGINS), st.sampled_from(POSITIONS)),
    st.tuples(
        st.just("acting"),
        st.sampled_from(LOGINS),
        st.tuples(st.sampled_from(POSITIONS), st.integers(0, 2), st.integers(0, 2)),
    ),
    st.tuples(st.just("leave"), st.sampled_from(LOGINS), st.none()),
    st.tuples(st.just("return"), st.sampled_from(LOGINS), st.none()),
    st.tuples(st.just("login"), st.sampled_from(LOGINS), st.none()),
    st.tuples(st.just("hours"), st.none(), st.integers(1, 30)),
)


class Model:
    """What should be: roles, who is in, and from when until when each acting position holds."""

    def __init__(self, staff: Staff) -> None:
        self.staff, self.now = staff, staff.world.now
        self.position = {"budi": ("opd", "DLH"), "cici": ("coordinator", ""), "dedi": ("head", "DISHUB")}
        self.active = dict.fromkeys(LOGINS, True)
        self.cookies: list[tuple[str, str, int | None]] = []
        self.acting: dict[int, tuple[str, tuple[str, str], datetime, datetime]] = {}
        self.taken: dict[str, list[int]] = {}
        self.left: dict[str, datetime] = {}

    def step(self, what: str, login: Any, more: Any) -> None:
        world, now = self.staff.world, self.now
        if what == "hours":
            self.now += timedelta(hours=more)
            return
        id = self.staff.id(login)
        try:
            if what == "role":
                role, opd = more
                world.ledger.write(
                    lambda tx: officers.change_role(
                        tx, ADMIN, id, role=role, opd=opd, now=now, city=world.city
                    )
                )
                if self.position[login] != more:
                    self.end(login)
                self.position[login] = more
            elif what == "acting":
                self.fill(login, id, *more)
            elif what == "leave":
                world.ledger.write(lambda tx: leaving.leave(tx, ADMIN, id, successor_id=None, now=now))
                self.active[login], self.left[login] = False, now
                self.taken[login] = self.end(login)
                self.cookies = [one for one in self.cookies if one[0] != login]
            elif what == "return":
                world.ledger.write(lambda tx: leaving.take_back(tx, ADMIN, id, now=now))
                assert now - self.left[login] < timedelta(days=1)
                self.active[login] = True
                self.acting |= {one: self.ended[one] for one in self.taken[login]}
            else:
                cookie = self.staff.log_in(login, at=now)
                assert self.active[login]
                self.cookies.append((login, cookie, self.choose(login, cookie, id)))
        except ActError:
            pass

    def fill(self, login: str, id: int, position: tuple[str, str], first: int, days: int) -> None:
        world = self.staff.world
        since = self.now.astimezone(world.city.tz).date() + timedelta(days=first)
        until = since + timedelta(days=days)
        number = world.ledger.write(
            lambda tx: acting.name(
                tx,
                ADMIN,
                id,
                role=position[0],
                opd=position[1],
                since=since,
                until=until,
                now=self.now,
                city=world.city,
            )
        )
        begin, end = (
            datetime.combine(day, time(), world.city.tz) for day in (since, until + timedelta(days=1))
        )
        assert self.active[login]
        self.acting[number] = (login, position, begin, end)

    def choose(self, login: str, cookie: str, id: int) -> int | None:
        """Try every position there is; the last one that lets them in."""
        got = None
        for number, (whose, _, begin, end) in {**self.acting, **self.ended}.items():
            holds = number in self.acting and whose == login and begin <= self.now < end
            try:
                self.staff.world.ledger.write(
                    lambda tx, number=number: acting.choose(  # type: ignore[misc]
                        tx, logins.session_id(cookie), id, number, self.now
                    )
                )
                assert holds
                got = number
            except ActError:
                assert not holds
        return got

    ended: dict[int, tuple[str, tuple[str, str], datetime, datetime]]

    def end(self, login: str) -> list[int]:
        """The officer's positions that are not over by themselves end."""
        gone = [n for n, (whose, _, _, end) in self.acting.items() if whose == login and end > self.now]
        for number in gone:
            self.ended[number] = self.acting.pop(number)
        return gone

    def check(self) -> None:
        for login, cookie, number in self.cookies:
            who = self.staff.who(cookie, self.now)
            if who is None:
                continue  # idle or over by time
            assert self.active[login]
            role, opd = self.position[login]
            filled = self.acting.get(number) if number is not None else None
            if filled and filled[2] <= self.now < filled[3]:
                role, opd = filled[1]
            assert (who.role, who.opd) == (role, opd)
            assert {right for right in TABLE if who.may(right)} == {
                right for right, roles in TABLE.items() if role in roles
            }


@pytest.mark.parametrize("database", ["sqlite"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=14))
def test_rights_are_the_tables_whatever_happens(world: World, steps: list[tuple[str, Any, Any]]) -> None:
    staff = Staff(world=world)
    world.ledger.write(clear)
    staff.hire("boss", "administrator", "")
    model = Model(staff)
    model.ended = {}
    for login, (role, opd) in model.position.items():
        staff.hire(login, role, opd)
    for what, login, more in steps:
        model.step(what, login, more)
        model.check()
    gone = [login for login, active in model.active.items() if not active]
    with world.ledger.reading() as tx:
        for login in gone:
            assert tx.run("SELECT 1 FROM session WHERE officer_id = :id", id=staff.id(login)) == []


def clear(tx: Any) -> None:
    """An empty house before each example."""
    for table in ("officer_event", "session", "acting", "login_limit", "officer"):
        tx.run(f"DELETE FROM {table}")
