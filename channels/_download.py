"""Fetches one file from a provider: only from its hosts, within bytes and seconds, wherever it is led.

The API's own address is the configured one and trusted as such. Every other address, also each one of a
redirect, has to be https on a host of the provider, and all that its name stands for has to be public; the
connection goes to the address that was looked at, as a name may change between two looks.
"""

import asyncio
import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Lock, Timer
from urllib.parse import SplitResult, urljoin, urlsplit

from channels.base import Unavailable, Undeliverable

_HOPS = 4
_HANDS = 2
_CHUNK = 64 * 1024
_MOVED = (301, 302, 303, 307, 308)
#: IPv6 addresses that lead to IPv4 ones of which we cannot tell whose they are: NAT64, 6to4.
_DISGUISED = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("2002::/16"))
FOREIGN = "Berkas ini ditunjukkan di alamat yang bukan milik penyedia."
PRIVATE = "Berkas ini ditunjukkan di alamat yang bukan milik umum."
UNSAFE = "Berkas ini ditunjukkan di alamat yang tidak aman."
ROUND = "Penyedia menunjukkan terlalu banyak alamat untuk berkas ini."
SLOW = "Berkas ini terlalu lambat datangnya."
LARGE = "Berkas ini terlalu besar untuk diambil."
CUT = "Berkas ini terputus di tengah jalan."

Lookup = Callable[[str, int], Sequence[str]]


def addresses(host: str, port: int) -> Sequence[str]:
    """What a name stands for now; raises OSError."""
    return [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class Download:
    """The downloads of one provider, two at a time.

    `home` is its API's configured address; `hosts` are further ones that its files lie on, with all below
    them; `gone` the statuses that mean "never". Of one file each step has `timeout` seconds and the whole
    `patience`.
    """

    def __init__(
        self,
        provider: str,
        home: str,
        hosts: Sequence[str] = (),
        *,
        gone: Sequence[int] = (410,),
        timeout: float = 10.0,
        patience: float = 50.0,
        lookup: Lookup = addresses,
    ) -> None:
        self._provider = provider
        self._home = urlsplit(home)
        self._hosts = tuple(hosts)
        self._gone = tuple(gone)
        self._timeout = timeout
        self._patience = patience
        self._lookup = lookup
        self._hands = ThreadPoolExecutor(_HANDS, thread_name_prefix=f"{provider}-files")

    async def get(self, url: str, limit: int, headers: Mapping[str, str] | None = None) -> bytes:
        """The file at `url`, at most `limit` bytes; `headers` (a login) go to the API's own address alone,
        and not on when it leads elsewhere.

        Raises `Unavailable` (later) or `Undeliverable` (never), neither with an address in its words.
        """
        act = partial(self._follow, url, limit, dict(headers or {}))
        return await asyncio.get_running_loop().run_in_executor(self._hands, act)

    def _follow(self, url: str, limit: int, headers: dict[str, str]) -> bytes:
        with _Alarm(self._patience) as alarm:
            try:
                for _ in range(_HOPS):
                    given = self._get(url, limit, headers, alarm)
                    if isinstance(given, bytes):
                        return given
                    url, headers = urljoin(url, given), {}  # a login is for the first address alone
            except (OSError, http.client.HTTPException, ValueError) as error:
                told = SLOW if alarm.rung else f"Berkas belum dapat diambil ({type(error).__name__})."
                raise Unavailable(told) from error
        raise Unavailable(ROUND)

    def _get(self, url: str, limit: int, headers: dict[str, str], alarm: "_Alarm") -> bytes | str:
        """The bytes, or where they are said to be."""
        parts = urlsplit(url)
        at_home = (parts.scheme, parts.netloc) == (self._home.scheme, self._home.netloc)
        line = self._line(parts, at_home, alarm)
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            line.request("GET", target, headers={"Accept": "*/*"} | (headers if at_home else {}))
            with line.getresponse() as answer:
                return self._taken(answer, limit, alarm)
        finally:
            line.close()

    def _line(self, parts: SplitResult, at_home: bool, alarm: "_Alarm") -> http.client.HTTPConnection:
        host = (parts.hostname or "").rstrip(".")
        safe = parts.scheme == "https"
        if not host or not (safe or at_home):
            raise Unavailable(UNSAFE)
        if not at_home and not (self._ours(host) and parts.port in (None, 443)):
            raise Unavailable(FOREIGN)
        port = parts.port or (443 if safe else 80)
        found = self._lookup(host, port)
        if not (at_home and (not safe or _written_out(host))) and not (found and all(map(_public, found))):
            raise Unavailable(PRIVATE)
        line = http.client.HTTPConnection(host, port, timeout=self._timeout)
        line.auto_open = 0  # never again to an address nobody looked at
        line.sock = alarm.watch(_connected(found, port, self._timeout))
        if safe:
            line.sock = alarm.watch(ssl.create_default_context().wrap_socket(line.sock, server_hostname=host))
        return line

    def _ours(self, host: str) -> bool:
        known = (*self._hosts, self._home.hostname or "")
        return any(host == one or host.endswith(f".{one}") for one in known)

    def _taken(self, answer: http.client.HTTPResponse, limit: int, alarm: "_Alarm") -> bytes | str:
        if answer.status in _MOVED:
            where = answer.getheader("Location")
            if not where:
                raise Unavailable(ROUND)
            return where
        if answer.status in self._gone:
            raise Undeliverable(f"Berkas ini sudah tidak ada di {self._provider}.")
        if answer.status != 200:
            raise Unavailable(f"Berkas belum tersedia di {self._provider} ({answer.status}).")
        return _read(answer, limit, alarm)


def _read(answer: http.client.HTTPResponse, limit: int, alarm: "_Alarm") -> bytes:
    if answer.length is not None and answer.length > limit:
        raise Undeliverable(LARGE)
    content = bytearray()
    while chunk := answer.read1(_CHUNK):
        content += chunk
        if len(content) > limit:
            raise Undeliverable(LARGE)
    if alarm.rung:
        raise Unavailable(SLOW)
    if answer.length:  # cut off before its end
        raise Unavailable(CUT)
    return bytes(content)


def _connected(found: Sequence[str], port: int, timeout: float) -> socket.socket:
    """A connection to the first address that answers; raises OSError."""
    error: OSError = OSError("no address")
    for one in found:
        try:
            return socket.create_connection((one, port), timeout)
        except OSError as failed:
            error = failed
    raise error


def _written_out(host: str) -> bool:
    """Whether the configured host is an address itself, or this machine: then it is meant so."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return True


def _public(address: str) -> bool:
    one = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(one, ipaddress.IPv6Address):
        if any(one in net for net in _DISGUISED) or one.teredo is not None:
            return False
        one = one.ipv4_mapped or one
    return one.is_global and not one.is_multicast


class _Alarm:
    """Rings once after so many seconds and hangs up whatever is watched: nothing drips on for ever."""

    def __init__(self, patience: float) -> None:
        self.rung = False
        self._lock = Lock()
        self._socket: socket.socket | None = None
        self._timer = Timer(patience, self._ring)
        self._timer.daemon = True

    def __enter__(self) -> "_Alarm":
        self._timer.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._timer.cancel()

    def watch(self, one: socket.socket) -> socket.socket:
        """Hang this up when it rings; raises TimeoutError when it has rung."""
        with self._lock:
            self._socket = one
            if self.rung:
                raise TimeoutError
        return one

    def _ring(self) -> None:
        with self._lock:
            self.rung = True
            if self._socket is not None:
                _hang_up(self._socket)


def _hang_up(one: socket.socket) -> None:
    try:
        # of a TLS connection, too, only the line below: its own farewell would wait for an answer
        socket.socket.shutdown(one, socket.SHUT_RDWR)
    except OSError:  # it is closed already
        return
