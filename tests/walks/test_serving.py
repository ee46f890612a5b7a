"""Starting it wrongly is told in words, and a running one follows its configuration. About 20 seconds."""

import json
import signal
from collections.abc import Callable

import pytest
from walk_world import Office, changed, eventually


@pytest.fixture
def here(office: Callable[..., Office]) -> Office:
    one = office()
    one.start()
    one.ready()
    return one


def test_a_second_one_on_the_same_address_says_so_and_harms_nothing(here: Office) -> None:
    second = here.command("serve")
    assert second.returncode == 1
    assert "Mungkin layanan ini sudah berjalan." in second.stderr
    assert "Traceback" not in second.stderr
    assert here.page("/readyz")
    assert here.stop() == 0


@pytest.mark.parametrize(
    ("command", "environ", "words"),
    [
        (("serve", "--roles", "web"), {}, "hanya dapat dipisah pada PostgreSQL"),
        (("serve", "--roles", "web,terbang"), {}, "Peran tidak dikenal: terbang"),
        (
            ("serve",),
            {"SAPA_DATABASE_URL": "postgresql://127.0.0.1:1/tidak-ada"},
            "Buku data tidak dapat dibuka",
        ),
        (("serve",), {"SAPA_HTTP_PORT": "delapan"}, "web.port"),
        (("serve", "--config", "tidak-ada.yaml"), {}, "tidak-ada.yaml"),
    ],
)
def test_what_cannot_be_started_is_told_in_words(
    office: Callable[..., Office], command: tuple[str, ...], environ: dict[str, str], words: str
) -> None:
    refused = office().command(*command, **environ)
    assert refused.returncode == 1
    assert words in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_wrong_configuration_is_not_loaded_and_a_right_one_is(here: Office) -> None:
    """SIGHUP: the running configuration stays until the new one is whole."""
    assert here.process is not None
    good = here.config.read_text()
    here.config.write_text(changed(good, "start: .08:00.", 'start: "pagi"'))
    here.process.send_signal(signal.SIGHUP)
    assert eventually(lambda: "config_refused" in here.log.read_text())
    assert "Sapa Mas Pj" in here.page("/")
    here.config.write_text(changed(good, "prefix: SMP", "prefix: MJK"))
    here.process.send_signal(signal.SIGHUP)
    assert eventually(lambda: "config_loaded" in here.log.read_text())
    made = here.post_json({"text": "Lampu jalan mati"})
    assert json.loads(made)["ref"].startswith("MJK-")
    assert here.stop() == 0
