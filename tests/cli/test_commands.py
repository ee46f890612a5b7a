"""Commands of the person who owns the machine, on an installation nobody has started yet."""

import re
from pathlib import Path

from click.testing import Result
from typer.testing import CliRunner

from sapa.cli import app
from store import arrivals
from store.db import Ledger
from store.tables import Outbox


def first_password(result: Result) -> str:
    found = re.search(r"kata sandi sekali pakai ([a-z0-9-]{19})", result.stderr)
    return found[1] if found else ""


def test_the_first_command_of_all_tells_the_first_administrators_password(sapa) -> None:  # type: ignore[no-untyped-def]
    first = sapa("officers", "list")
    assert first.exit_code == 0
    assert "administrator" in first.stdout
    assert first_password(first)
    assert not first_password(sapa("officers", "list"))


def test_officers_come_go_and_get_new_passwords(sapa) -> None:  # type: ignore[no-untyped-def]
    made = sapa("officers", "add", "rina", "--name", "Rina", "--role", "opd", "--opd", "DISHUB")
    again = sapa("officers", "reset", "rina")
    assert made.stdout != again.stdout
    assert "Kata sandi sekali pakai untuk rina" in again.stdout
    assert sapa("officers", "deactivate", "rina").exit_code == 0
    assert "(nonaktif)" in sapa("officers", "list").stdout
    assert "Administrator terakhir" in sapa("officers", "deactivate", "admin").stderr
    for wrong in (("reset", "siapa"), ("deactivate", "siapa"), ("add", "x", "--name", "X")):
        assert sapa("officers", *wrong).exit_code == 1


def test_where_a_report_goes_is_explained_in_words_people_know(sapa) -> None:  # type: ignore[no-untyped-def]
    told = sapa("rules", "explain", "Lampu jalan mati, lampu jalan padam").stdout
    assert "Jenis       Pengaduan\n" in told
    assert "complaint" not in told
    (line,) = [line for line in told.splitlines() if " lampu-jalan " in line]
    assert line.split("lampu-jalan")[1].split(", ") == [f"{' ' * 22}lampu", "jalan"]
    bribe = sapa("rules", "explain", "pegawai dinas terima suap").stdout
    assert "Jenis       Pengaduan berkadar pengawasan, peka: Pengaduan berkadar pengawasan" in bribe
    outside = sapa("rules", "explain", "listrik padam sak kampung").stdout
    assert "Tujuan      triase Diskominfo; mungkin di luar kota: PT PLN (Persero)" in outside


def test_a_dead_notice_is_sent_again_and_a_living_one_is_not(sapa, tmp_path: Path, now) -> None:  # type: ignore[no-untyped-def]
    assert sapa("officers", "list").exit_code == 0
    ledger = Ledger(f"sqlite:///{tmp_path / 'var' / 'sapa.db'}")
    row = Outbox(
        key="triage:1", lane="diskominfo", notice="triage", channel="email", state="dead",
        error="Kotak surat penuh", created_at=now, next_at=now,
    )  # fmt: skip
    ledger.write(lambda tx: tx.session.add(row))
    ledger.close()
    assert "Kotak surat penuh" in sapa("outbox", "list").stdout
    assert sapa("outbox", "retry", "1").exit_code == 0
    refused = sapa("outbox", "retry", "1")
    assert refused.exit_code == 1
    assert "tidak sedang gagal" in refused.stderr


def test_who_opens_a_payload_from_the_terminal_is_written_down_as_in_the_console(  # type: ignore[no-untyped-def]
    sapa, tmp_path: Path, now
) -> None:
    assert (
        sapa("officers", "add", "rina", "--name", "Rina", "--role", "opd", "--opd", "DISHUB").exit_code == 0
    )
    ledger = Ledger(f"sqlite:///{tmp_path / 'var' / 'sapa.db'}")
    body = {"delivery_id": "", "digest": "d", "media_type": "message/rfc822", "raw": b"surat", "blob": None}
    number = ledger.write(
        lambda tx: arrivals.add_arrival(tx, channel="email", account="a", now=now, state="parked", **body)
    )

    def show(*words: str) -> Result:
        return sapa("arrivals", "show", str(number), *words)

    def looks() -> list[tuple[object, ...]]:
        with ledger.reading() as tx:
            return tx.run(
                "SELECT login, what, reason FROM identity_look JOIN officer ON officer.id = officer_id"
            )

    for refused in ((), ("--login", "admin"), ("--reason", "ingin tahu")):
        assert show(*refused).exit_code == 2
    for login, reason in (("siapa", "ingin tahu"), ("rina", "ingin tahu"), ("admin", " ")):
        answer = show("--login", login, "--reason", reason)
        assert (answer.exit_code, answer.stdout) == (1, "")
    assert looks() == []
    assert show("--login", "admin", "--reason", "surat rusak").stdout == "surat"
    assert looks() == [("admin", f"arrival:{number}", "surat rusak")]
    ledger.close()


def test_what_the_ledger_holds_is_for_its_owner_alone(sapa, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert sapa("officers", "list").exit_code == 0
    kept = [tmp_path / "var", *(tmp_path / "var").rglob("*")]
    assert kept
    assert [path.name for path in kept if path.stat().st_mode & 0o077] == []


def test_a_folder_or_number_that_cannot_be_is_told_in_words(sapa, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "berkas").write_text("x")
    for words in (("backup", "berkas"), ("backup", "berkas/di-dalam")):
        refused = sapa(words[0], str(tmp_path / words[1]))
        assert refused.exit_code == 1
        assert "tidak dapat dipakai" in refused.stderr
    for_whom = ("--login", "admin", "--reason", "mencari sebabnya")
    assert sapa("arrivals", "show", "9" * 30, *for_whom).exit_code == 2
    made = CliRunner().invoke(app, ["init", str(tmp_path / "berkas" / "di-dalam")])
    assert (made.exit_code, "tidak dapat dipakai" in made.stderr) == (1, True)
