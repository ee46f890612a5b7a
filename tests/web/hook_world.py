"""An office with one door that is told by a hook: what its tests have in common."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from starlette.testclient import TestClient
from web_world import Clock, make_city, make_office

from notifier.letterhead import Letterhead
from notifier.relay import Relay
from notifier.render import Renderer
from sapa.desk.city import City
from sapa.desk.fetching import Fetching
from sapa.desk.intake import Intake
from sapa.desk.spool import Spool
from sapa.web.app import create_app
from store.db import Ledger
from store.files import Files

BASE = "http://testserver"


@dataclass(kw_only=True)
class HookTown:
    """The office, its door, and short ways to look at what became of a delivery."""

    ledger: Ledger
    clock: Clock
    door: Any
    client: TestClient
    intake: Intake
    city: City
    files: Files

    @classmethod
    def of(cls, ledger: Ledger, folder: Path, now: datetime, build: Callable[[Clock], Any]) -> Self:
        """The office of a door that is built with a clock."""
        clock, plain = Clock(now), make_city()
        door = build(clock)
        city = replace(plain, channels={**plain.channels, door.name: door.traits}, public_url=BASE)
        files, doors = Files(folder / "files"), {door.name: door}
        intake = Intake(
            ledger=ledger, files=files, spool=Spool(folder / "spool"), doors=doors, city=lambda: city
        )
        office = make_office(ledger, folder, clock, built_city=city, doors=doors, intake=intake)
        client = TestClient(create_app(office), follow_redirects=False)
        return cls(
            ledger=ledger, clock=clock, door=door, client=client, intake=intake, city=city, files=files
        )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.ledger.reading() as tx:
            return tx.run(sql)

    def count(self, table: str, where: str = "1 = 1") -> int:
        return int(self.rows(f"select count(*) from {table} where {where}")[0][0])

    def relay(self) -> None:
        """Send everything that is due."""
        head = Letterhead(
            brand="Sapa", city="Kota Contoh", public_url=BASE, tz=self.city.tz, secret=b"s" * 32
        )
        renderer = Renderer(lambda: head, self.files, mask=lambda text: text)
        asyncio.run(Relay(self.ledger, {self.door.name: self.door}, renderer, self.clock).once())

    def fetch(self) -> int:
        """Fetch every file that is due; how many were tried."""
        work = Fetching(
            ledger=self.ledger,
            files=self.files,
            doors={self.door.name: self.door},
            city=lambda: self.city,
            clock=self.clock,
        )
        return asyncio.run(work.once())
