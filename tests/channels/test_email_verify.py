"""DKIM, SPF and DMARC looked at by ourselves, with real keys and a DNS of the test (extra `mailauth`)."""

import asyncio
import base64
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from mail_counter import NOW, OURS, Office, Running, running

from channels._email_guard import Client
from channels._email_verify import Verifier
from channels.email import EmailDoor, EmailSettings

dkim = pytest.importorskip("dkim", reason="the extra mailauth is not installed")
pytest.importorskip("spf", reason="the extra mailauth is not installed")
pytest.importorskip("authheaders", reason="the extra mailauth is not installed")

MAIL = (
    b"From: Warga <warga@contoh.id>\r\nTo: lapor@kota.example\r\nSubject: Lampu\r\n"
    b"Date: Tue, 24 Nov 2026 09:00:00 +0700\r\nMessage-ID: <a@contoh.id>\r\n\r\nLampu mati.\r\n"
)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, str]:
    """A private key, and the TXT record of its public one."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here to make a key")
    path: Path = tmp_path_factory.mktemp("dkim") / "key.pem"
    subprocess.run(
        ["openssl", "genrsa", "-traditional", "-out", str(path), "2048"], check=True, capture_output=True
    )
    asked = ["openssl", "rsa", "-in", str(path), "-pubout", "-outform", "DER"]
    public = subprocess.run(asked, check=True, capture_output=True).stdout
    return path.read_bytes(), "v=DKIM1; k=rsa; p=" + base64.b64encode(public).decode()


def signed(key: bytes, domain: bytes = b"contoh.id", **more: object) -> bytes:
    return bytes(dkim.sign(MAIL, b"s1", domain, key, **more)) + MAIL


class Trouble:
    """A DNS that knows policies, but whose keys time out."""

    def __init__(self, known: dict[str, list[str]]) -> None:
        self.known = known

    def txt(self, name: str) -> list[str]:
        if "_domainkey" in name:
            raise dkim.DnsTimeoutError(name)
        return self.known.get(name, [])


@pytest.fixture
def dns(keys: tuple[bytes, str]) -> dict[str, list[str]]:
    return {
        "s1._domainkey.contoh.id": [keys[1]],
        "s1._domainkey.jahat.id": [keys[1]],
        "_dmarc.contoh.id": ["v=DMARC1; p=reject"],
        "contoh.id": ["v=spf1 ip4:203.0.113.9 ip4:8.8.8.8 -all"],
    }


@pytest.fixture
def here(dns: dict[str, list[str]]) -> Iterator[Running]:
    settings = {"address": OURS, "verify": True, "hostname": "kota.example", "port": 0}
    door = EmailDoor(EmailSettings(**settings), lambda: NOW, txt=lambda name: dns.get(name, []))  # type: ignore[arg-type]
    with running(Office(), door=door, verify=True) as open_door:
        yield open_door


def proof(here: Running, mail: bytes) -> str:
    with here.line() as line:
        assert line.mail(mail + b".\r\n").startswith("250")
    return here.office.messages[-1].proof


def test_a_signed_mail_is_proven_and_one_that_was_changed_is_not(
    here: Running, keys: tuple[bytes, str]
) -> None:
    mail = signed(keys[0])
    assert proof(here, mail) == "dkim:contoh.id"
    assert proof(here, mail.replace(b"mati", b"nyala")) == "fail"
    assert proof(here, MAIL) == "fail"


def test_another_domains_signature_is_no_proof(here: Running, keys: tuple[bytes, str]) -> None:
    assert proof(here, signed(keys[0], b"jahat.id")) == "fail"


def test_without_a_policy_it_is_only_unproven(
    here: Running, keys: tuple[bytes, str], dns: dict[str, list[str]]
) -> None:
    del dns["_dmarc.contoh.id"]
    assert proof(here, signed(keys[0], b"jahat.id")) == "none"
    assert proof(here, MAIL) == "none"


def test_a_signature_over_the_beginning_only_is_no_proof(here: Running, keys: tuple[bytes, str]) -> None:
    assert proof(here, signed(keys[0], length=True) + b"ditambahkan\r\n") == "fail"


def test_a_key_that_is_gone_is_no_proof(
    here: Running, keys: tuple[bytes, str], dns: dict[str, list[str]]
) -> None:
    dns["s1._domainkey.contoh.id"] = []
    assert proof(here, signed(keys[0])) == "fail"


def test_one_good_signature_among_others_is_enough(here: Running, keys: tuple[bytes, str]) -> None:
    mail = signed(keys[0])
    other = signed(keys[0], b"jahat.id")[: -len(MAIL)]
    assert proof(here, other + mail) == "dkim:contoh.id"


def test_a_dns_in_trouble_makes_nobody_a_forger(
    here: Running, keys: tuple[bytes, str], dns: dict[str, list[str]]
) -> None:
    mail = signed(keys[0])
    trouble = Trouble(dns)
    verifier = Verifier(trouble.txt)
    told = asyncio.run(verifier.results(mail, "warga@contoh.id", Client()))
    assert "dkim=temperror" in told
    assert "dmarc=temperror" in told


@pytest.mark.parametrize(
    ("address", "found"), [("8.8.8.8", "spf=pass"), ("8.8.4.4", "spf=fail"), ("10.0.0.1", ""), ("", "")]
)
def test_spf_is_asked_of_public_addresses_only(dns: dict[str, list[str]], address: str, found: str) -> None:
    verifier = Verifier(lambda name: dns.get(name, []))
    told = asyncio.run(verifier.results(MAIL, "warga@contoh.id", Client(address, "mx.contoh.id")))
    assert found in told
    assert ("spf=" in told) == bool(found)
    assert ("dmarc=pass" in told) == (found == "spf=pass")


def test_a_dns_that_does_not_answer_holds_no_mail_up(
    keys: tuple[bytes, str], caplog: pytest.LogCaptureFixture
) -> None:
    def silent(name: str) -> list[str]:
        time.sleep(0.5)
        return []

    async def timed() -> tuple[str, float]:
        before = time.monotonic()
        told = await Verifier(silent, patience=0.1).results(signed(keys[0]), "a@contoh.id", Client())
        return told, time.monotonic() - before

    told, seconds = asyncio.run(timed())
    assert (told, seconds < 0.4) == ("", True)
    assert "mail_not_verified error=TimeoutError" in caplog.text


def test_a_mail_of_headers_without_end_or_a_fault_is_left_unverified(dns: dict[str, list[str]]) -> None:
    def broken(name: str) -> list[str]:
        raise RuntimeError(name)

    many = b"DKIM-Signature: v=1\r\n" * 100_000 + MAIL
    assert asyncio.run(Verifier(lambda name: []).results(many, "a@contoh.id", Client())) == ""
    assert asyncio.run(Verifier(broken).results(MAIL, "a@contoh.id", Client())) == ""
    few = b"DKIM-Signature: v=1\r\n" * 100 + MAIL
    told = asyncio.run(Verifier(lambda name: dns.get(name, [])).results(few, "", Client()))
    assert told.count("dkim=") == 5
