"""`sapa lapor`: an export taken in from the terminal, and our answers written to a file."""

from pathlib import Path

from channels.lapor import table

HEADINGS = ("Tracking ID", "Isi Laporan", "Status")


def export(folder: Path, count: int, kind: str = "xlsx") -> str:
    rows = [[f"L{number}", f"Lampu jalan mati nomor {number}", "Proses"] for number in range(count)]
    file = folder / f"ekspor.{kind}"
    file.write_bytes(table(HEADINGS, [*rows, ["", "tanpa nomor", ""]], kind))
    return str(file)


def test_an_export_is_looked_at_taken_in_and_known_the_next_time(sapa, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = export(tmp_path, 25)
    looked = sapa("lapor", "import", file, "--dry-run")
    assert looked.exit_code == 0, looked.output
    assert "baris 27: Nomor tracking kosong." in looked.stdout
    assert "26 baris: baru 25, berubah 0, sudah ada 0, salah 1." in looked.stdout
    assert "Selesai: 26 baris, 1 salah." in sapa("lapor", "import", file).stdout
    assert "baru 0, berubah 0, sudah ada 25, salah 1" in sapa("lapor", "import", file).stdout
    out = tmp_path / "tindak-lanjut.csv"
    assert "25 laporan ditulis" in sapa("lapor", "export", str(out)).stdout
    assert out.read_text("utf-8-sig").count("\n") == 26
    assert "0 laporan" in sapa("lapor", "export", str(out), "--since", "2099-01-01", "--as", "xlsx").stdout


def test_a_file_that_is_no_export_is_refused_in_words(sapa, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    wrong = tmp_path / "a.csv"
    wrong.write_bytes(b"Nama;Umur\nSri;40\n")
    for word in (str(wrong), str(tmp_path / "tidak-ada.csv"), str(tmp_path)):
        told = sapa("lapor", "import", word)
        assert told.exit_code == 1
        assert told.stderr
    assert sapa("lapor", "export", str(tmp_path / "tidak" / "ada.csv")).exit_code == 1
