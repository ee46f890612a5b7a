"""The SMS door's section of the configuration as the door takes it."""

from typing import Any
from zoneinfo import ZoneInfo

from sapa.settings import Settings
from sapa.settings.kinds import Secret
from sapa.settings.sms import Gateway, Inbound, Twilio

_PROOF = (
    "secret",
    "secret_header",
    "secret_query",
    "signature_key",
    "signature_header",
    "signature_algorithm",
    "method",
    "answer",
)


def sms_section(settings: Settings) -> dict[str, Any]:
    """What `SmsDoor.build` is given; {} in a city without SMS."""
    sms, account = settings.channels.sms, settings.channels.twilio
    if sms is None:
        return {}
    return {
        "provider": sms.provider or "",
        "number": bare_number(sms.number),
        "messaging_service": sms.messaging_service or "",
        "public_url": settings.public_url,
        "segments": sms.segments,
        "timeout": sms.timeout,
        "twilio": twilio_account(account) if account else None,
        "gateway": _gateway(sms.gateway, ZoneInfo(settings.city.tz)) if sms.gateway else None,
    }


def bare_number(number: str | None) -> str:
    """Our number without spaces and hyphens."""
    return (number or "").replace(" ", "").replace("-", "")


def twilio_account(account: Twilio) -> dict[str, Any]:
    """The account as the doors that share it take it."""
    return {
        "account_sid": account.account_sid,
        "auth_token": account.auth_token.value,
        "webhook_key": account.webhook_key.value if account.webhook_key else "",
        "api_url": account.api_url,
    }


def _gateway(gateway: Gateway, tz: ZoneInfo) -> dict[str, Any]:
    chosen = {name: getattr(gateway, name) for name in _PROOF}
    told = {name: one.value if isinstance(one, Secret) else one or "" for name, one in chosen.items()}
    return told | {"inbound": _inbound(gateway.inbound, tz), "outbound": gateway.outbound.plain()}


def _inbound(inbound: Inbound, tz: ZoneInfo) -> dict[str, Any]:
    """Field names, and the gateway's words by what they mean."""
    kinds = ("sent", "delivered", "failed")
    names = [name for name in type(inbound).model_fields if name not in kinds]
    words = {word.casefold(): kind for kind in kinds for word in getattr(inbound, kind)}
    return {name: getattr(inbound, name) or "" for name in names} | {"words": words, "tz": tz}
