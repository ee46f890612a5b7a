"""Make docs/img/*.png again: start the product in an empty folder, live a morning in it, take pictures.

Needs Chromium (`SAPA_CHROMIUM`, else /usr/bin/chromium). Run: .venv/bin/python docs/screenshots.py
"""

import email.policy
import io
import json
import os
import re
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "img"
CHROMIUM = os.environ.get("SAPA_CHROMIUM", "/usr/bin/chromium")
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--lang=id"]
PHONE, DESK = (360, 740), (1100, 860)
DESK_ADDRESS = "lapor@kota-mojokerto.example"
PASSWORD = "tiga ikan di sungai"  # noqa: S105 (of an office that lives for a minute)
LAMP = "Lampu jalan mati sejak Senin. Anak-anak pulang mengaji lewat jalan gelap."
DRAIN = "Saluran air di gang kami mampet penuh sampah. Setiap hujan airnya naik ke jalan."
ROAD = "Dalan ngarep pasar bolong jero, wingi wis ana sing tiba numpak sepeda montor. Tulung didandani."
#: (kelurahan, place, lat, lon, what is said)
BY_PROGRAM = (
    ("Pulorejo", "Gang buntu dekat langgar", -7.4654, 112.4190, DRAIN),
    ("Mentikan", "Depan pasar", -7.4686, 112.4290, ROAD),
    ("Kranggan", "Jl. Majapahit", None, None, "Pedagang menutup trotoar, orang terpaksa turun ke jalan."),
    ("Wates", "", None, None, "Banyune PDAM mati wis telung dina, arep masak lan adus angel."),
    ("Kedundung", "Tepi jalan raya", None, None, "Pohon besar miring, takut roboh kalau hujan angin."),
    ("Balongsari", "Perempatan", None, None, "Lampu lalu lintas mati, tadi pagi hampir terjadi tabrakan."),
    ("", "", None, None, "Bagaimana syarat mengurus kartu identitas anak untuk anak umur tiga tahun?"),
    ("Meri", "", None, None, "Pohon di tepi jalan menutupi lampu jalan, malam hari gelap."),
    ("", "", None, None, "Mohon kampung kami dilihat, sudah lama tidak ada perhatian."),
    ("Pulorejo", "Ujung gang dekat langgar", -7.4655, 112.4190, "Saluran meluap, air masuk ke teras rumah."),
)
BY_MAIL = (
    ("Sampah menumpuk", "TPS di Kelurahan Wates menumpuk sudah seminggu, baunya sampai ke rumah."),
    ("Nyamuk", "Nyamuk banyak sekali di Kelurahan Surodinawan, mohon penyemprotan."),
)


class Town:
    """One installation in a folder of its own, and the people who use it."""

    def __init__(self, folder: Path) -> None:
        self.var = folder / "var"
        self.http, self.smtp = _free_port(), _free_port()
        self.environ = os.environ | {
            "SAPA_VAR": str(self.var),
            "SAPA_HTTP_PORT": str(self.http),
            "SAPA_SMTP_PORT": str(self.smtp),
        }
        self.said = folder / "said"

    @contextmanager
    def open(self) -> Iterator[None]:
        """The service, until the pictures are taken."""
        with self.said.open("wb") as said:
            process = subprocess.Popen(
                [sys.executable, "-c", "from sapa.cli import app; app()", "serve"],
                cwd=ROOT,
                env=self.environ,
                stdout=said,
                stderr=said,
            )
        try:
            _until(lambda: "Ctrl+C" in self.said.read_text())
            yield
        finally:
            process.terminate()
            process.wait(30)

    def sapa(self, *words: str) -> str:
        """`sapa …` beside the running service."""
        command = [sys.executable, "-c", "from sapa.cli import app; app()", *words]
        return subprocess.run(  # noqa: S603 (our own command)
            command, cwd=ROOT, env=self.environ, capture_output=True, text=True, check=True
        ).stdout

    def url(self, path: str) -> str:
        """An address of this office, also for a link that a mail holds."""
        return f"http://127.0.0.1:{self.http}/" + re.sub(r"^http://[^/]+", "", path).lstrip("/")

    def send(self, **fields: Any) -> dict[str, Any]:
        """A complaint by a program."""
        body = json.dumps({name: value for name, value in fields.items() if value}).encode()
        asked = urllib.request.Request(  # noqa: S310 (our own address)
            self.url("/api/v1/tickets"), body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
            return found

    def mail(self, subject: str, text: str) -> None:
        """A complaint by an ordinary mail program."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "Warga <warga@contoh.example>", DESK_ADDRESS, subject
        mail.set_content(text)
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=30) as line:
            line.send_message(mail)

    def link(self, agency: str, ref: str) -> str:
        """The action link in the agency's newest mail about a complaint."""
        _until(lambda: self._links(agency, ref))
        return self.url(self._links(agency, ref)[-1])

    def _links(self, agency: str, ref: str) -> list[str]:
        found = []
        for path in sorted((self.var / "outbox-mail").glob("*.eml")):
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            if agency in str(mail["To"]) and ref in str(mail["Subject"]):
                body = mail.get_body(("plain",))
                found += re.findall(r"http://\S+/aksi/\S+", body.get_content() if body else "")
        return found


def main() -> None:
    """All pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        town = Town(Path(folder))
        with town.open():
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
            phone, desk = _page(browser, PHONE), _page(browser, DESK)
            lamp = _citizen(town, phone, Path(folder))
            others = _others(town)
            _agency(town, phone, lamp, others[0])
            _login(town, desk)
            _console(town, desk, others[0])
            _counter(town, desk)
            _citizen_checks(phone, town, lamp)
            _agenda(town, desk)
            browser.close()


def _citizen(town: Town, page: Page, folder: Path) -> str:
    """The form on a phone, filled in and sent; returns the tracking link."""
    page.goto(town.url("/"))
    shoot(page, "form")
    picture = folder / "lampu.jpg"
    picture.write_bytes(_lamp_at_night())
    page.fill("#text", LAMP)
    page.set_input_files("#photos", str(picture))
    page.select_option("#kelurahan", "Meri")
    page.fill("#address", "Gang 3, depan musala")
    page.get_by_role("button", name="Kirim laporan").click()
    page.wait_for_url("**/lacak/**")
    shoot(page, "terima-kasih")
    return page.url.replace("&baru=1", "")


def _others(town: Town) -> list[str]:
    """What other people send that morning; returns the refs of those sent by a program."""
    refs = []
    for kelurahan, address, lat, lon, text in BY_PROGRAM:
        refs.append(town.send(text=text, kelurahan=kelurahan, address=address, lat=lat, lon=lon)["ref"])
    for subject, text in BY_MAIL:
        town.mail(subject, text)
    return refs


def _agency(town: Town, page: Page, lamp: str, drain: str) -> None:
    """DISHUB accepts and asks by its link; the drain is declined by the first agency."""
    ref = re.search(r"SMP-\d+-\d+", lamp)
    assert ref
    link = town.link("dishub@", ref[0])
    page.goto(link)
    shoot(page, "tautan-opd", height=1330)
    page.get_by_role("button", name="Terima dan tangani").click()
    page.goto(town.link("dpuprprkp@", drain))
    page.get_by_text("Bukan kewenangan kami").click()
    page.fill("#reason", "Saluran lingkungan yang tersumbat sampah dibersihkan petugas kebersihan.")
    page.get_by_role("button", name="Kembalikan").click()
    page.goto(link)
    page.check("input[value=fixed]")
    page.fill("#result", "Lampu dan kabelnya sudah kami ganti malam ini.")
    page.get_by_role("button", name="Kirim hasil").click()


def _login(town: Town, page: Page) -> None:
    """The first login with the password that the start printed."""
    once = re.search(r"kata sandi  (\S+)", town.said.read_text())
    assert once
    page.goto(town.url("/petugas"))
    page.fill("#login", "admin")
    page.fill("#password", once[1])
    page.get_by_role("button", name="Masuk").click()
    for field, word in (("#old", once[1]), ("#new", PASSWORD), ("#again", PASSWORD)):
        page.fill(field, word)
    page.get_by_role("button", name="Simpan").click()


def _console(town: Town, page: Page, drain: str) -> None:
    """The queue, the ticket that was declined once, and triage."""
    page.goto(town.url("/petugas?tampil=terbuka"))
    shoot(page, "antrean")
    page.goto(town.url(f"/petugas/laporan/{drain}"))
    shoot(page, "laporan", height=1150)
    page.goto(town.url("/petugas/triase"))
    shoot(page, "triase")
    page.goto(town.url("/petugas/kanal"))
    shoot(page, "kanal", height=760)
    page.goto(town.url("/petugas/petugas"))
    shoot(page, "petugas")


def _counter(town: Town, page: Page) -> None:
    """Somebody calls about what another one wrote already; and the receipt."""
    page.goto(town.url("/petugas/catat"))
    page.get_by_label("Telepon", exact=True).check()
    page.fill("#text", "Saluran mampet penuh sampah, kalau hujan airnya naik sampai jalan, dekat langgar.")
    page.select_option("#kelurahan", "Pulorejo")
    page.get_by_role("button", name="Periksa laporan serupa").click()
    page.get_by_text("Tambahkan ke laporan").first.wait_for()
    shoot(page, "catat", height=1160)
    page.get_by_role("button", name="Simpan").click()
    page.wait_for_url("**/tanda-terima**")
    shoot(page, "tanda-terima", height=760)


def _citizen_checks(page: Page, town: Town, lamp: str) -> None:
    """The reporter looks: is it done?"""
    page.goto(town.url(lamp.partition(f":{town.http}")[2]))
    shoot(page, "lacak", height=1330)
    page.fill("#reopen", "Satu lampu di ujung gang masih mati.")
    page.get_by_role("button", name="Belum selesai").click()


def _agenda(town: Town, page: Page) -> None:
    """Wednesday's round, and the sheet."""
    town.sapa("agenda", "draft")
    page.goto(town.url("/petugas/agenda"))
    page.locator("ul.queue a").first.click()
    shoot(page, "agenda")
    page.goto(town.url(page.get_by_role("link", name="Lembar cetak").get_attribute("href") or ""))
    shoot(page, "lembar", height=880)


def shoot(page: Page, name: str, *, height: int = 0) -> None:
    """One picture of the window (or of the page's top), with few colours so that it stays small."""
    size = page.viewport_size or {"width": 0, "height": 0}
    clip = {"x": 0.0, "y": 0.0, "width": float(size["width"]), "height": float(height or size["height"])}
    raw = page.screenshot(full_page=True, clip=clip)  # type: ignore[arg-type]
    picture = Image.open(io.BytesIO(raw)).convert("RGB")
    small = picture.quantize(128, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    path = IMAGES / f"{name}.png"
    small.save(path, optimize=True)
    sys.stdout.write(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} KB\n")


def _page(browser: Browser, size: tuple[int, int]) -> Page:
    return browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="id-ID").new_page()


def _lamp_at_night() -> bytes:
    """A drawn photo: a dark lane and a lamp that does not burn."""
    picture = Image.new("RGB", (1200, 900), (18, 22, 40))
    draw = ImageDraw.Draw(picture)
    draw.polygon([(430, 900), (770, 900), (640, 380), (570, 380)], fill=(40, 42, 52))
    draw.polygon([(0, 330), (330, 430), (330, 900), (0, 900)], fill=(52, 40, 38))
    draw.polygon([(1200, 300), (830, 420), (830, 900), (1200, 900)], fill=(44, 46, 40))
    for left, top in ((90, 520), (880, 560), (1020, 540)):
        draw.rectangle((left, top, left + 90, top + 110), fill=(210, 160, 70))
    draw.line([(760, 880), (760, 180), (640, 150)], fill=(120, 122, 128), width=12)
    draw.ellipse((596, 130, 660, 170), fill=(70, 72, 78))
    kept = io.BytesIO()
    picture.filter(ImageFilter.GaussianBlur(2)).save(kept, "JPEG", quality=85)
    return kept.getvalue()


def _until(true: Any, patience: float = 30) -> None:
    end = time.monotonic() + patience
    while not true():
        if time.monotonic() > end:
            raise SystemExit("what was waited for did not come")
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
