"""What Twilio says of our account, and where it takes what people write to our number.

Source: twilio.com/docs/iam/api/account and …/phone-numbers/api/incomingphonenumber-resource.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from channels._twilio import Rest
from channels.base import Finding, Unavailable

_KEYS = "Periksa channels.twilio: account_sid, auth_token, dan api_url."


async def account(rest: Rest) -> Finding:
    """Whether our login holds and the account is active."""
    try:
        status = (await rest.read(rest.path(""))).get("status")
    except Unavailable as error:
        return Finding(False, str(error), _KEYS)
    if status == "active":
        return Finding(True, "Akun Twilio dikenal dan aktif.")
    return Finding(False, f"Akun Twilio tidak aktif ({status}).", "Buka konsol Twilio dan aktifkan akunnya.")


async def number(rest: Rest, ours: str, hook: str, *, calls: bool = False) -> Finding:
    """Whether what is written to our number (or its `calls`) is brought to `hook` by POST."""
    try:
        told = await rest.read(f"{rest.path('IncomingPhoneNumbers')}?{urlencode({'PhoneNumber': ours})}")
    except Unavailable as error:
        return Finding(False, str(error), _KEYS)
    listed = told.get("incoming_phone_numbers")
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict) and one.get("phone_number") == ours:
            return _webhook(one, ours, hook, calls=calls)
    key = "channels.phone.number" if calls else "channels.sms.number"
    return Finding(False, f"Akun Twilio ini tidak memiliki nomor {ours}.", f"Periksa {key}.")


def _webhook(one: Mapping[str, Any], ours: str, hook: str, *, calls: bool) -> Finding:
    kind, what = ("voice", "panggilan") if calls else ("sms", "pesan")
    if one.get(f"{kind}_application_sid"):
        return Finding(
            True,
            f"Nomor {ours} memakai aplikasi TwiML; webhook aplikasi itu tidak diperiksa.",
            f"Pastikan aplikasi itu mengantar ke {hook}, cara POST.",
        )
    if one.get(f"{kind}_url") == hook and one.get(f"{kind}_method", "POST") == "POST":
        return Finding(True, f"Webhook nomor {ours} menuju {hook}.")
    return Finding(
        False,
        f"Webhook nomor {ours} di Twilio tidak menuju {hook} dengan cara POST.",
        f"Di konsol Twilio, pada nomor itu, isi webhook {what} masuk: {hook}, cara POST.",
    )


def reachable(hook: str) -> Finding:
    """Whether Twilio can reach an address of ours at all."""
    if hook.startswith("https://"):
        return Finding(True, f"Alamat untuk Twilio memakai https: {hook}")
    return Finding(
        False,
        f"Twilio tidak dapat mengantar ke {hook}.",
        "Isi city.public_url dengan alamat https layanan ini.",
    )
