"""Files of messages that Twilio keeps for us: named in the form, fetched later.

Source: twilio.com/docs/messaging/api/media-resource: …/Messages/{sid}/Media/{sid} redirects to the bytes.
"""

import base64
import mimetypes
import re
from urllib.parse import urlsplit

from channels._download import Download
from channels._text import one_line
from channels._twilio import TwilioSettings
from channels._twilio_form import Fields
from channels.base import Undeliverable
from channels.message import Attachment

#: How a file that Twilio still has is named in `Attachment.remote`: the message and the file.
HANDLE = "twilio:"
_MEDIA = re.compile(r"/2010-04-01/Accounts/\w{2,64}/Messages/(\w{2,64})/Media/(\w{2,64})", re.ASCII)
_HANDLE = re.compile(r"twilio:(\w{2,64})/(\w{2,64})", re.ASCII)
#: A recording of a call, which Twilio gives as MP3 when asked for that.
_RECORDING = re.compile(r"twilio:(RE\w{1,62})", re.ASCII)
_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,80}", re.ASCII)
_MOST = 10
#: Where the API leads to, besides itself.
_HOSTS = ("twilio.com", "twiliocdn.com", "s3-external-1.amazonaws.com")
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
        home = account.api_url.rstrip("/")
        self._download = Download("Twilio", home, _HOSTS, timeout=timeout)
        self._files = f"{home}/2010-04-01/Accounts/{account.account_sid}"
        login = f"{account.account_sid}:{account.auth_token}".encode()
        self._login = {"Authorization": "Basic " + base64.b64encode(login).decode()}

    async def fetch(self, remote: str, limit: int) -> bytes:
        """The bytes behind a handle, at most `limit`; raises `Unavailable` or `Undeliverable`."""
        return await self._download.get(f"{self._files}/{_path_of(remote)}", limit, self._login)


def _path_of(remote: str) -> str:
    """Where an account keeps what a handle names; `Undeliverable` for a handle of somebody else's."""
    if found := _HANDLE.fullmatch(remote):
        return f"Messages/{found[1]}/Media/{found[2]}"
    if found := _RECORDING.fullmatch(remote):
        return f"Recordings/{found[1]}.mp3"
    raise Undeliverable(UNKNOWN)
