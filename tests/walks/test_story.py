"""The whole story over the running service: two complaints, an agency that says no, and Wednesday's sheet.

About 15 seconds.
"""

import email
import email.policy
import re
import signal
import smtplib
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from walk_check import rows
from walk_world import ADDRESS, Office, eventually

LAMP = "Lampu jalan di depan SD mati sudah tiga hari, gelap sekali kalau malam. Mohon diperbaiki."
WASTE = (
    "Sampah menumpuk di TPS Kelurahan Wates dan belum diangkut sejak seminggu, baunya menyengat, "
    "jalan di depannya rusak."
)


def post(office: Office, path: str, fields: dict[str, str]) -> str:
    """A filled-in form, followed to the page it leads to."""
    body = urllib.parse.urlencode(fields).encode()
    with urllib.request.urlopen(f"http://127.0.0.1:{office.http}{path}", body, timeout=30) as answer:
        return str(answer.url) + "\n" + answer.read().decode()


def form_of(html: str, act: str = "") -> dict[str, str]:
    """The hidden fields of a form on a page: the one of an act, or the first."""
    forms = re.findall(r'<form[^>]*method="post".*?</form>', html, re.DOTALL)
    (chosen, *_) = [form for form in forms if f'value="{act}"' in form]
    inputs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', chosen)
    return {name: unescape(value) for name, value in inputs}


def mails(office: Office, to: str) -> list[Any]:
    """What the post room dropped for an address."""
    found = []
    for path in sorted((office.var / "outbox-mail").glob("*.eml")):
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        if to in str(mail["To"]):
            found.append(mail)
    return found


def words(mail: Any) -> str:
    return str(mail.get_body(("plain",)).get_content())


def ticket(office: Office, text: str) -> Any:
    """(ref, token, opd, status, version, because) of the ticket that holds this text."""
    ledger = office.ledger()
    try:
        with ledger.reading() as tx:
            (row,) = tx.run(
                "SELECT t.ref, t.token, t.opd, t.status, t.version, d.because FROM ticket t"
                " JOIN message m ON m.ticket_id = t.id JOIN disposition d ON d.ticket_id = t.id"
                " WHERE m.text = :text ORDER BY d.id DESC LIMIT 1",
                text=text,
            )
    finally:
        ledger.close()
    return row


@pytest.fixture
def here(office: Callable[..., Office]) -> Office:
    one = office()
    one.start()
    one.ready()
    return one


def test_a_form_and_a_mail_reach_their_agencies_one_says_no_the_other_is_visited(
    here: Office, tmp_path: Path
) -> None:
    by_form(here)
    by_mail(here)
    says_no(here)
    sheet(here, tmp_path)
    assert here.stop(signal.SIGINT) == 0


def by_form(here: Office) -> None:
    """A citizen fills in the form and finds, on the page it leads to, who has the complaint and why."""
    fields = form_of(here.page("/"))
    place = {"lat": "-7.4812", "lon": "112.4470", "kelurahan": "Meri"}
    page = post(here, "/", fields | place | {"text": LAMP, "email": "warga.satu@contoh.example"})
    ref, token, opd, status, _, because = ticket(here, LAMP)
    assert (opd, status) == ("DISHUB", "assigned")
    assert because
    assert ref in page
    assert "Dinas Perhubungan" in unescape(here.page(f"/lacak/{ref}?k={token}"))
    assert eventually(lambda: mails(here, "warga.satu@contoh.example"))
    (thanks,) = mails(here, "warga.satu@contoh.example")
    assert f"/lacak/{ref}?k={token}" in words(thanks)
    assert eventually(lambda: mails(here, "dishub@"))


def by_mail(here: Office) -> None:
    """An ordinary mail program."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Warga Dua <warga.dua@contoh.example>", ADDRESS, "Sampah"
    mail.set_content(WASTE)
    with smtplib.SMTP("127.0.0.1", here.smtp, timeout=30) as line:
        line.send_message(mail)
    assert 'sapa_intake_messages_total{channel="email",outcome="accepted"} 1.0' in here.page("/metrics")
    ref, _, opd, status, _, because = ticket(here, WASTE)
    assert (opd, status) == ("DLH", "assigned")
    assert because
    assert eventually(lambda: mails(here, "warga.dua@contoh.example"))
    (thanks,) = mails(here, "warga.dua@contoh.example")
    assert ref in thanks["Subject"]
    assert eventually(lambda: mails(here, "dlh@"))


def says_no(here: Office) -> None:
    """The agency's mail holds why and a link; looking changes nothing; "bukan kewenangan" moves it on."""
    ref, token, _, _, version, because = ticket(here, WASTE)
    (notice,) = mails(here, "dlh@")
    assert because in " ".join(words(notice).split())
    assert "warga.dua" not in words(notice)
    link = re.search(r"http://\S+(/aksi/\S+)", words(notice))
    assert link
    for _ in range(2):
        page = here.page(link[1])
    assert ticket(here, WASTE)[3:5] == ("assigned", version)
    answer = post(here, link[1], form_of(page, "tolak") | {"reason": "Bukan wilayah layanan kami."})
    assert "bukan kewenangan" in answer
    _, _, opd, status, _, _ = ticket(here, WASTE)
    assert (opd, status) == ("DPUPRPRKP", "assigned")
    assert eventually(lambda: [mail for mail in mails(here, "dpuprprkp@") if ref in mail["Subject"]])
    story = unescape(here.page(f"/lacak/{ref}?k={token}"))
    assert "Diteruskan ke Dinas Lingkungan Hidup" in story
    assert "bukan kewenangan" in story
    with pytest.raises(urllib.error.HTTPError) as used:
        here.page(link[1])
    assert used.value.code == 410


def sheet(here: Office, tmp_path: Path) -> None:
    """`sapa agenda draft` beside the running service; the sheet holds what stands somewhere."""
    ref = ticket(here, LAMP)[0]
    drafted = here.command("agenda", "draft")
    assert drafted.returncode == 0, drafted.stderr
    assert ref in drafted.stdout
    out = tmp_path / "lembar.html"
    assert here.command("agenda", "show", "--as", "html", "--out", str(out)).returncode == 0
    assert ref in out.read_text()
    again = here.command("agenda", "draft")
    assert again.stdout == drafted.stdout
    ledger = here.ledger()
    assert rows(ledger, "SELECT COUNT(*) FROM agenda") == [(1,)]
    ledger.close()
