"""The demo city: lively, apart, mute, and gone when it is taken away."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from sapa.demo import city
from sapa.demo.load import load
from sapa.settings import load as read
from store import tickets
from store.db import Ledger

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)


def test_a_city_is_loaded_apart_and_taken_away(tmp_path: Path) -> None:
    settings = read(Path("config.yaml"), {})
    settings = settings.model_copy(update={"storage": settings.storage.model_copy(update={"var": tmp_path})})
    city.part(settings).mkdir()
    (city.part(settings) / "sapa.db").write_text("a killed load")
    asyncio.run(load(settings, NOW, lambda done, of: None))
    assert city.loaded(settings)
    assert not city.part(settings).exists()
    assert not (tmp_path / "sapa.db").exists()
    ledger = Ledger(f"sqlite:///{city.folder(settings) / 'sapa.db'}")
    with ledger.reading() as tx:
        found = list(tickets.by_ids(tx, range(1, 400)).values())
    ledger.close()
    assert len(found) >= 300
    assert {one.status for one in found} >= {
        "accepted",
        "archived",
        "assigned",
        "closed",
        "external",
        "waiting",
    }
    assert (city.folder(settings) / "outbox-telegram").is_dir()
    city.remove(settings)
    assert not list(tmp_path.iterdir())
