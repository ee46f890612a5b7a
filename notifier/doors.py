"""What Diskominfo is told of a door: it fails, it is silent, it is well again."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from channels.message import Address, OutboundMessage
from notifier.compose import letter
from notifier.letterhead import Letterhead
from notifier.words import day
from store import doors
from store.db import Tx
from store.outbox import Claimed

DOORS = frozenset({"door_failing", "door_silent", "door_well"})
#: What to do about a door that fails, by its name; "" for any other.
ADVICE: Mapping[str, str] = {
    "email": "Periksa peladen surel keluar (channels.email.relay): alamat, kata sandi, dan kuota.",
    "telegram": "Periksa token bot dan sambungan server ke api.telegram.org.",
    "sms": "Periksa saldo, kata sandi, dan status akun penyedia SMS.",
    "whatsapp": "Periksa status nomor dan saldo pada akun penyedia WhatsApp.",
    "": "Periksa akun penyedia dan sambungan server.",
}
#: What to do about a door that is silent.
TRY = "Kirim pesan percobaan lewat kanal ini. Bila tidak sampai, periksa alamat webhook atau penerusannya."


def advice(channel: str) -> str:
    """What to do about a failing door."""
    return ADVICE.get(channel, ADVICE[""])


def of_door(tx: Tx, row: Claimed, head: Letterhead, to: Address) -> OutboundMessage:
    """The mail about a door, with what is known of it now."""
    channel = str(row.data.get("channel", ""))
    state = doors.state(tx, channel)
    name = head.channel_names.get(channel, channel)
    link = f"{head.public_url.rstrip('/')}/petugas/kanal"
    context = {
        "about": f": {name}",
        "channel": name,
        "since": moment(row.data.get("since"), head.tz),
        "error": state.error if state else "",
        "advice": TRY if row.notice == "door_silent" else advice(channel),
        "login": link,
    }
    return letter(row, to, context, head, ("Lihat kanal", link))


def moment(written: object, tz: ZoneInfo) -> str:
    """A moment as `data` holds it, in the city's time; "" without one."""
    if not isinstance(written, str):
        return ""
    at = datetime.fromisoformat(written)
    return f"{day(at, tz)} pukul {at.astimezone(tz):%H.%M %Z}"
