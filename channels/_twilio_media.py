"""Files of messages that Twilio keeps for us: named in the form, fetched later.

Source: twilio.com/docs/messaging/api/media-resource: …/Messages/{sid}/Media/{sid} redirects to the bytes.
"""

import asyncio
import base64
import http.client
import ipaddress
import mimetypes
import re
import socket
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from urllib.parse import SplitResult, urljoin, urlsplit

from channels._text import one_line
from channels._twilio import TwilioSettings
from channels._twilio_form import Fields
from channels.base import Unavailable, Undeliverable
from channels.message import Attachment

#: How a file that Twilio still has is named in `Attachment.remote`: the message and the file.
HANDLE = "twilio:"
_MEDIA = re.compile(r"/2010-04-01/Accounts/\w{2,64}/Messages/(\w{2,64})/Media/(\w{2,64})", re.ASCII)
_HANDLE = re.compile(r"twilio:(\w{2,64})/(\w{2,64})", re.ASCII)
#: A recording of a call, which Twilio gives as MP3 when asked for that.
_RECORDING = re.compile(r"twilio:(RE\w{1,62})", re.ASCII)
_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,80}", re.ASCII)
_MOST = 10
_HOPS = 4
_HANDS = 2
#: Seconds for all of one file, however slowly it drips.
_PATIENCE = 50.0
_CHUNK = 64 * 1024
_NAMES = {"image": "foto", "video": "video", "audio": "suara"}
UNKNOWN = "Bukan berkas Twilio."


def media(fields: Fields) -> tuple[tuple[Attachment, ...], int]:
    """The files a form names (at most 10), and how many it announces without a way to fetch them."""
    written = fields.get("NumMedia", "")
    count = int(written) if written.isascii() and written.isdigit() and len(written) < 4 else 0
    found = [_file(fields, number) for number in range(min(max(count, _named(fields)), _MOST))]
    files = tuple(file for file in found if file is not None)
    return files, max(count, len(found)) - len(files)


def _named(fields: Fields) -> int:
    return sum(f"MediaUrl{number}" in fields for number in range(_MOST))


def _file(fields: Fields, number: int) -> Attachment | None:
    found = _MEDIA.fullmatch(_path(fields.get(f"MediaUrl{number}", "")))
    if found is None:
        return None
    told = one_line(fields.get(f"MediaContentType{number}", "").partition(";")[0], 150).lower()
    kind = told if _TYPE.fullmatch(told) else "application/octet-stream"
    stem = _NAMES.get(kind.partition("/")[0], "berkas")
    name = f"{stem}-{number + 1}{mimetypes.guess_extension(kind) or ''}"
    return Attachment(name=name, media_type=kind, remote=f"{HANDLE}{found[1]}/{found[2]}")


def _path(url: str) -> str:
    """The path of a URL, "" for what is none."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


class Media:
    """Fetches an account's files: its login goes to the API's own address and nowhere else."""

    def __init__(self, account: TwilioSettings, timeout: float = 10.0) -> None:
        self._hands = ThreadPoolExecutor(_HANDS, thread_name_prefix="twilio-media")
        self._timeout = timeout
        self._home = account.api_url.rstrip("/")
        self._files = f"{self._home}/2010-04-01/Accounts/{account.account_sid}"
        login = f"{account.account_sid}:{account.auth_token}".encode()
        self._login = {"Authorization": "Basic " + base64.b64encode(login).decode()}

    async def fetch(self, remote: str, limit: int) -> bytes:
        """The bytes behind a handle, at most `limit`; raises `Unavailable` or `Undeliverable`."""
        act = partial(self._fetch, f"{self._files}/{_path_of(remote)}", limit)
        return await asyncio.get_running_loop().run_in_executor(self._hands, act)

    def _fetch(self, url: str, limit: int) -> bytes:
        until, headers = time.monotonic() + _PATIENCE, self._login
        for _ in range(_HOPS):
            try:
                given = self._get(url, headers, limit, until)
                if isinstance(given, bytes):
                    return given
                url, headers = urljoin(url, given), {}  # where it leads is not Twilio: no login
            except (OSError, http.client.HTTPException, ValueError) as error:
                raise Unavailable(f"Berkas belum dapat diambil ({type(error).__name__}).") from error
        raise Unavailable("Twilio menunjukkan terlalu banyak alamat untuk berkas ini.")

    def _get(self, url: str, headers: dict[str, str], limit: int, until: float) -> bytes | str:
        """The bytes, or where they are said to be."""
        parts = urlsplit(url)
        line = self._line(parts)
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            line.request("GET", target, headers={"Accept": "*/*", **headers})
            with line.getresponse() as answer:
                return _taken(answer, limit, until)
        finally:
            line.close()

    def _line(self, parts: SplitResult) -> http.client.HTTPConnection:
        """A connection to the API's own address, or by https to a public one; `Unavailable` for others."""
        host, home = parts.hostname or "", urlsplit(self._home)
        at_home = (parts.scheme, parts.netloc) == (home.scheme, home.netloc)
        if at_home and parts.scheme == "http":
            return http.client.HTTPConnection(host, parts.port, timeout=self._timeout)
        if parts.scheme != "https" or not host:
            raise Unavailable("Berkas ini ditunjukkan di alamat yang tidak aman.")
        context = ssl.create_default_context()
        line = http.client.HTTPSConnection(host, parts.port, timeout=self._timeout, context=context)
        if not at_home:
            # connected to the address that was looked at: a name may change between two looks
            plain = socket.create_connection(
                (_public(host, parts.port or 443), parts.port or 443), self._timeout
            )
            line.sock = context.wrap_socket(plain, server_hostname=host)
        return line


def _path_of(remote: str) -> str:
    """Where an account keeps what a handle names; `Undeliverable` for a handle of somebody else's."""
    if found := _HANDLE.fullmatch(remote):
        return f"Messages/{found[1]}/Media/{found[2]}"
    if found := _RECORDING.fullmatch(remote):
        return f"Recordings/{found[1]}.mp3"
    raise Undeliverable(UNKNOWN)


def _public(host: str, port: int) -> str:
    """The first address of a host, if all of them are public; `Unavailable` otherwise."""
    found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found or not all(ipaddress.ip_address(one.partition("%")[0]).is_global for one in found):
        raise Unavailable("Berkas ini ditunjukkan di alamat yang bukan milik umum.")
    return found[0]


def _taken(answer: http.client.HTTPResponse, limit: int, until: float) -> bytes | str:
    """The bytes of an answer, or where it says they are."""
    if answer.status in (301, 302, 303, 307, 308):
        return answer.getheader("Location") or ""
    if answer.status == 410:
        raise Undeliverable("Berkas ini sudah dihapus di Twilio.")
    if answer.status != 200:
        raise Unavailable(f"Berkas belum tersedia di Twilio ({answer.status}).")
    return _read(answer, limit, until)


def _read(answer: http.client.HTTPResponse, limit: int, until: float) -> bytes:
    content = bytearray()
    while chunk := answer.read1(_CHUNK):
        content += chunk
        if len(content) > limit:
            raise Undeliverable("Berkas ini terlalu besar untuk diambil.")
        if time.monotonic() > until:
            raise Unavailable("Berkas ini terlalu lambat datangnya.")
    if answer.length:  # cut off before its end
        raise Unavailable("Berkas ini terputus di tengah jalan.")
    return bytes(content)
