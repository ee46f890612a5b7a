"""Who may connect to the SMTP door: counts of connections, trusted proxies, a login, a certificate."""

import hmac
import ssl
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import AuthResult, LoginPassword

#: A connection may fail this often to log in; all together this often in a minute.
MAX_FAILURES = 3
MAX_FAILURES_A_MINUTE = 30


@dataclass(frozen=True, slots=True)
class Client:
    """Who hands a mail over: address ("" unknown) and the name it greets with."""

    address: str = ""
    name: str = ""


@dataclass(slots=True)
class Guests:
    """How many connections each address holds; `most` of one."""

    most: int
    held: Counter[str] = field(default_factory=Counter)

    def enter(self, address: str) -> bool:
        """Whether there is room for one more of this address (which then counts)."""
        if self.held[address] >= self.most:
            return False
        self.held[address] += 1
        return True

    def leave(self, address: str) -> None:
        """One less."""
        self.held[address] -= 1
        if self.held[address] <= 0:
            del self.held[address]


class Proxies:
    """The networks whose connections begin with a PROXY line (HAProxy's protocol, version 1 or 2)."""

    def __init__(self, listed: Sequence[str]) -> None:
        self._networks = [ip_network(one, strict=False) for one in listed]

    def trusted(self, peer: str) -> bool:
        """Whether this peer tells whom it connects for."""
        address = address_of(peer)
        return address is not None and any(address in one for one in self._networks)


def address_of(written: str) -> IPv4Address | IPv6Address | None:
    """An address; an IPv4 one in IPv6's clothes as IPv4."""
    try:
        address = ip_address(written.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def peer_of(session_peer: Any) -> str:
    """The address of a socket's peer, "" when it has none."""
    return str(session_peer[0]) if isinstance(session_peer, tuple) and session_peer else ""


class Login:
    """One user and password; compared in constant time, failures counted. `time` in seconds, ever growing."""

    def __init__(self, user: str, password: str, time: Callable[[], float]) -> None:
        self._user, self._password = user.encode(), password.encode()
        self._time = time
        self._failed: deque[float] = deque(maxlen=MAX_FAILURES_A_MINUTE)

    @property
    def tired(self) -> bool:
        """Whether there were too many failures within the last minute."""
        full = len(self._failed) == MAX_FAILURES_A_MINUTE
        return full and self._time() - self._failed[0] < 60

    def check(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        """aiosmtpd's authenticator."""
        assert isinstance(given, LoginPassword)
        user = hmac.compare_digest(given.login, self._user)
        password = hmac.compare_digest(given.password, self._password)
        if user and password and not self.tired:
            return AuthResult(success=True)
        self._failed.append(self._time())
        return AuthResult(success=False, handled=False)


def tls_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.2 or newer with this certificate; raises `ValueError` in words for who runs the city's Sapa."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise ValueError(
            f"channels.email.listen.tls: sertifikat {certificate} dan kuncinya {key} tidak dapat dipakai "
            f"({error.strerror or error.__class__.__name__})"
        ) from error
    return context
