"""Two processes and one ledger: both decide by the books in force, or one says that it does not."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from sapa.bootstrap import Service, open_service
from sapa.bootstrap.follow import follow, keep_up
from sapa.settings import Settings, load

CONFIG = Path(__file__).parents[2] / "config.yaml"
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
LAMP = "Lampu jalan di depan pasar mati"


@pytest.fixture
def read(tmp_path: Path) -> Callable[[], Settings]:
    """Reads the configuration that lies in `kota`."""
    folder = tmp_path / "kota"
    for part in (CONFIG, *(CONFIG.parent / "config").rglob("*.yaml")):
        target = folder / part.relative_to(CONFIG.parent)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(part.read_text())
    return lambda: load(folder / "config.yaml", {"SAPA_VAR": str(tmp_path / "var")})


@pytest.fixture
def two(read: Callable[[], Settings]) -> Iterator[tuple[Service, Service]]:
    opened = [open_service(read(), clock=lambda: NOW) for _ in range(2)]
    yield opened[0], opened[1]
    for one in opened:
        one.ledger.close()


def change(folder: Path) -> None:
    """A sentence of a rule, so that its book is another."""
    path = folder / "kota" / "config" / "rules" / "perhubungan.yaml"
    path.write_text(path.read_text().replace("because: ", "because: Menurut aturan baru, ", 1))


def books(service: Service) -> str:
    return str(TestClient(service.app).get("/readyz").json()["books"])  # type: ignore[arg-type]


def deciding_book(service: Service) -> str:
    """The book that the newest disposition names."""
    with service.ledger.reading() as tx:
        return str(tx.run("SELECT rule_book FROM disposition ORDER BY id DESC LIMIT 1")[0][0])


def test_what_one_process_loads_the_other_takes_up(
    two: tuple[Service, Service], read: Callable[[], Settings], tmp_path: Path
) -> None:
    first, second = two
    before = first.city().book.digest
    assert follow(second, read)
    change(tmp_path)
    assert first.reload(read)
    assert first.city().book.digest != before == second.city().book.digest
    assert (books(first), books(second)) == ("ok", "not in force")
    assert follow(second, read)
    assert second.city().books == first.city().books
    assert books(second) == "ok"


def test_a_process_whose_configuration_says_otherwise_goes_on_and_says_so(
    two: tuple[Service, Service], read: Callable[[], Settings], tmp_path: Path
) -> None:
    first, second = two
    old = read()
    change(tmp_path)
    assert first.reload(read)
    assert not follow(second, lambda: old)
    assert books(second) == "not in force"
    assert books(first) == "ok"
    for service, place in ((second, "Meri"), (first, "Wates")):
        client = TestClient(service.app)  # type: ignore[arg-type]
        assert client.post("/api/v1/tickets", json={"text": f"{LAMP} {place}"}).status_code == 201
        assert deciding_book(service) == service.city().book.digest
    assert first.city().book.digest != second.city().book.digest


def test_a_broken_configuration_is_not_followed(
    two: tuple[Service, Service], read: Callable[[], Settings], tmp_path: Path
) -> None:
    first, second = two
    change(tmp_path)
    assert first.reload(read)
    (tmp_path / "kota" / "config.yaml").write_text("city: {")
    before = second.in_force
    assert not follow(second, read)
    assert second.in_force is before


def test_a_serving_process_looks_again_and_again(
    two: tuple[Service, Service], read: Callable[[], Settings], tmp_path: Path
) -> None:
    first, second = two

    async def walk() -> None:
        following = asyncio.create_task(keep_up(second, read, every=0.01))
        for _ in range(2):
            change(tmp_path)
            assert await asyncio.to_thread(first.reload, read)
            while second.city().books != first.city().books:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        following.cancel()

    asyncio.run(asyncio.wait_for(walk(), 120))
