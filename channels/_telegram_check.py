"""What Telegram says of our bot, and of where its updates go."""

import re
from collections.abc import Mapping
from typing import Any

from channels._telegram_bot import BadToken, Line
from channels._telegram_poll import BAD_TOKEN, WEBHOOK
from channels._text import one_line
from channels.base import Finding, Unavailable, Undeliverable

#: Updates that wait at Telegram: more than this is a sign that nobody takes them.
_MANY = 100
_NAME = re.compile(r"[A-Za-z0-9_]{3,40}")


async def look(line: Line, hook: str) -> tuple[Finding, ...]:
    """The bot, and its webhook: `hook`, or none where it is "" (we poll). Hangs up at the end."""
    try:
        me = _mapping(await line.call("getMe"))
        told = _mapping(await line.call("getWebhookInfo"))
    except BadToken:
        return (Finding(False, "Telegram menolak token bot.", BAD_TOKEN),)
    except (Unavailable, Undeliverable) as error:
        return (Finding(False, str(error), "Periksa sambungan internet dan channels.telegram.api_url."),)
    finally:
        await line.close()
    bot = Finding(True, f"Bot @{one_line(str(me.get('username', '')), 40)} dikenal Telegram.")
    return (bot, _route(told, hook), *_waiting(told))


def _route(told: Mapping[str, Any], hook: str) -> Finding:
    url = str(told.get("url", ""))
    if url == hook:
        said = f"Webhook terpasang: {hook}" if hook else "Tidak ada webhook: pembaruan diambil (mode: poll)."
        return Finding(True, said)
    if not hook:
        return Finding(False, "Webhook masih terpasang, padahal mode: poll.", WEBHOOK)
    return Finding(
        False,
        f"Webhook bot ini bukan {hook}.",
        "Jalankan kembali layanan: webhook didaftarkan sendiri. Periksa juga city.public_url.",
    )


def _waiting(told: Mapping[str, Any]) -> tuple[Finding, ...]:
    """What Telegram could not bring, and why."""
    waits, why = told.get("pending_update_count"), told.get("last_error_message")
    if not isinstance(waits, int) or not waits:
        return ()
    fine = not why and waits <= _MANY
    reason = f": {one_line(str(why), 200)}" if why else ""
    advice = "" if fine else "Pastikan layanan berjalan dan dapat dicapai Telegram; lihat log layanan."
    return (Finding(fine, f"{waits} pembaruan menunggu di Telegram{reason}.", advice),)


def username(me: Any) -> str:
    """What a bot is called, as a t.me link names it; "" if Telegram does not say."""
    told = _mapping(me).get("username")
    return told if isinstance(told, str) and _NAME.fullmatch(told) else ""


def _mapping(told: Any) -> Mapping[str, Any]:
    return told if isinstance(told, dict) else {}
