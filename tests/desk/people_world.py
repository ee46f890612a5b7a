"""Officers of the small city, and ways to log them in and out of positions."""

from dataclasses import dataclass, field
from datetime import datetime

from argon2 import PasswordHasher
from desk_world import ADMIN, World

from sapa.desk import logins, officers
from sapa.desk.logins import Limits, LoggedIn
from sapa.desk.passwords import Passwords
from store import officers as rows

CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@dataclass(kw_only=True)
class Staff:
    """Who works in the world: logins, their passwords and cookies."""

    world: World
    limits: Limits = field(default_factory=Limits)
    passwords: dict[str, str] = field(default_factory=dict)

    def hire(self, login: str, role: str = "opd", opd: str = "DLH", *, at: datetime | None = None) -> int:
        """A new officer; returns the id."""
        world = self.world
        officer_id, self.passwords[login] = officers.create_officer(
            world.ledger,
            ADMIN,
            login=login,
            name=login.title(),
            role=role,
            opd=opd,
            now=at or world.now,
            city=world.city,
            passwords=CHEAP,
        )
        return officer_id

    def log_in(self, login: str, password: str = "", *, at: datetime | None = None) -> str:
        """A cookie."""
        return logins.log_in(
            self.world.ledger,
            login=login,
            password=password or self.passwords.get(login, "no password yet"),
            address="192.0.2.1",
            now=at or self.world.now,
            passwords=CHEAP,
            limits=self.limits,
        )

    def who(self, cookie: str, at: datetime | None = None) -> LoggedIn | None:
        """Who holds a cookie."""
        with self.world.ledger.reading() as tx:
            return logins.who(tx, cookie, at or self.world.now, self.limits)

    def id(self, login: str) -> int:
        """The id of a login."""
        with self.world.ledger.reading() as tx:
            found = rows.by_login(tx, login)
        assert found is not None
        assert found.id is not None
        return found.id
