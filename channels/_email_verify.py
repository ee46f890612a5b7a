"""Checks DKIM, SPF and DMARC ourselves (extra `mailauth`); in a thread, as it asks the DNS."""

import asyncio
import importlib.util
import logging
import re
from collections.abc import Callable
from typing import Any

from channels._email_guard import Client, address_of
from channels._email_mime import MAX_HEADER_BYTES
from channels._email_proof import OURSELVES

log = logging.getLogger("sapa.channels.email")
# dkimpy logs domains of senders: nothing of that belongs in our log.
logging.getLogger("dkimpy").setLevel(logging.CRITICAL + 1)
MAX_SIGNATURES = 5
MAX_AT_ONCE = 8
#: Seconds a mail waits for it, and one question to the DNS.
PATIENCE = 10.0
_QUESTION = 3
_ODD = re.compile(r"[^A-Za-z0-9.@_+-]")
_END = re.compile(rb"\r?\n\r?\n")

#: The TXT records of a name, each as one string; for tests in place of the DNS.
Txt = Callable[[str], list[str]]


class Verifier:
    """Raises `ValueError` where the extra is not installed."""

    def __init__(self, txt: Txt | None = None, patience: float = PATIENCE) -> None:
        missing = [one for one in ("dkim", "spf", "authheaders") if importlib.util.find_spec(one) is None]
        if missing:
            raise ValueError(
                "channels.email.proof.verify: pasang dahulu tambahannya dengan pip install 'sapa[mailauth]'"
            )
        self._txt = txt
        self._patience = patience
        self._running = 0

    async def results(self, mail: bytes, mail_from: str, client: Client) -> str:
        """An Authentication-Results value under our own name; "" when nothing could be found out in time."""
        if self._running >= MAX_AT_ONCE:
            return ""
        self._running += 1
        looked = asyncio.ensure_future(asyncio.to_thread(self._look, mail, mail_from, client))
        looked.add_done_callback(self._done)
        try:
            return await asyncio.wait_for(asyncio.shield(looked), self._patience)
        except Exception as error:  # whatever a hostile mail brings about: it is kept, unproven
            log.warning("mail_not_verified error=%s", type(error).__name__)
            return ""

    def _done(self, looked: "asyncio.Future[str]") -> None:
        self._running -= 1
        if not looked.cancelled():
            looked.exception()

    def _look(self, mail: bytes, mail_from: str, client: Client) -> str:
        end = _END.search(mail)
        if (end.start() if end else len(mail)) > MAX_HEADER_BYTES:
            return ""
        signed = self._dkim(mail)
        told = [f"dkim={result} header.d={_plain(domain)}" for result, domain in signed] or ["dkim=none"]
        spf = self._spf(mail_from, client)
        if spf:
            told.append(f"spf={spf} smtp.mailfrom={_plain(mail_from or client.name)}")
        dmarc = self._dmarc(mail, mail_from, signed, spf)
        return "; ".join([OURSELVES, *told, *([dmarc] if dmarc else [])])

    def _dmarc(self, mail: bytes, mail_from: str, signed: list[tuple[str, str]], spf: str) -> str:
        """DMARC's word; none of a domain without a policy, and no "fail" while the DNS is in trouble."""
        import authheaders
        import authres

        passed = [one for one in signed if one[0] == "pass"] or [("none", "")]
        for result, domain in passed:
            found = authheaders.check_dmarc(
                mail,
                authres.SPFAuthenticationResult(result=spf or "none", smtp_mailfrom=mail_from),
                authres.DKIMAuthenticationResult(result=result, header_d=domain),
                dnsfunc=self._one if self._txt else None,
            )
            if found.result == "pass":
                break
        if not found.result or not found.header_from:
            return ""
        trouble = spf == "temperror" or any(one[0] == "temperror" for one in signed)
        told = "temperror" if trouble and found.result == "fail" else _plain(found.result)
        return f"dmarc={told} header.from={_plain(found.header_from)}"

    def _dkim(self, mail: bytes) -> list[tuple[str, str]]:
        """(result, domain) of its signatures; one over only the beginning of the body proves nothing."""
        import dkim

        checker = dkim.DKIM(mail, timeout=_QUESTION)
        count = sum(name.lower() == b"dkim-signature" for name, _ in checker.headers)
        found = []
        for index in range(min(count, MAX_SIGNATURES)):
            try:
                asked = _Keys(self._one if self._txt else None)
                good = checker.verify(index, dnsfunc=asked.key)
                whole = b"l" not in checker.signature_fields
                result = "temperror" if asked.trouble else "pass" if good and whole else "fail"
            except dkim.DKIMException:
                result = "permerror"
            domain = checker.signature_fields.get(b"d", b"") if checker.signature_fields else b""
            found.append((result, domain.decode("ascii", "replace").lower()))
        return found

    def _spf(self, mail_from: str, client: Client) -> str:
        """SPF's word on whoever hands the mail over; "" when that is a server of our own network."""
        address = address_of(client.address)
        if address is None or not address.is_global:
            return ""
        import spf

        sender = mail_from or f"postmaster@{client.name}"
        query = spf.query(str(address), sender, client.name, timeout=_QUESTION, querytime=int(PATIENCE) - 2)
        if self._txt is not None:
            query.dns = self._record
        return str(query.check()[0])

    def _one(self, name: str) -> str:
        assert self._txt is not None
        return next(iter(self._txt(name.rstrip("."))), "")

    def _record(self, name: str, kind: str, *_more: Any, **_named: Any) -> list[Any]:
        assert self._txt is not None
        return [(one.encode(),) for one in self._txt(name)] if kind == "TXT" else []


class _Keys:
    """Looks a key up for dkimpy, which does not tell a DNS in trouble from a key that does not fit."""

    def __init__(self, one: Callable[[str], str] | None) -> None:
        self._one = one
        self.trouble = False

    def key(self, name: bytes | str, timeout: int = _QUESTION) -> bytes | None:
        import dkim

        try:
            if self._one is None:
                found: bytes | None = dkim.get_txt(name, timeout=timeout)
                return found
            return self._one(name.decode() if isinstance(name, bytes) else name).encode() or None
        except dkim.DnsTimeoutError:
            self.trouble = True
            raise


def _plain(value: str) -> str:
    return _ODD.sub("", value)[:255] or "-"
