"""The open doors, each made of its section of the configuration."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from channels.base import Door
from channels.registry import build
from sapa.bootstrap.meta import meta_section
from sapa.bootstrap.phone import phone_section
from sapa.bootstrap.sms import sms_section
from sapa.bootstrap.whatsapp import whatsapp_section
from sapa.bootstrap.x import x_section
from sapa.settings import Settings
from sapa.settings.doors import Telegram
from sapa.settings.mail import Mail


def doors_of(
    settings: Settings, clock: Callable[[], datetime], given: Mapping[str, Door] | None = None
) -> dict[str, Door]:
    """The open doors by name, those `given` first: they are not made of the configuration."""
    given = given or {}
    sections: dict[str, dict[str, Any]] = {
        "web": {"max_photos": settings.intake.photos},
        "email": _email_section(settings),
        "sms": sms_section(settings),
        "whatsapp": whatsapp_section(settings),
        "phone": phone_section(settings, _phones(settings)),
        "facebook": meta_section(settings, settings.channels.facebook),
        "x": x_section(settings),
        "instagram": meta_section(settings, settings.channels.instagram),
        "walkin": {"max_photos": settings.intake.photos, "phones": _phones(settings)},
    }
    if settings.channels.lapor is not None:
        sections["lapor"] = {"columns": settings.channels.lapor.columns, "tz": ZoneInfo(settings.city.tz)}
    if settings.channels.telegram is not None:
        sections["telegram"] = _telegram_section(settings, settings.channels.telegram)
    made = {
        name: build(name, sections[name], clock)
        for name, channel in settings.channels.by_name().items()
        if channel.enabled and name not in given
    }
    return made | dict(given)


def _phones(settings: Settings) -> str:
    """The channel that reaches a telephone number given at the counter, or that somebody called from.

    By WhatsApp nothing but a template may be sent to who has not written there.
    """
    sms, whatsapp = settings.channels.sms, settings.channels.whatsapp
    if sms is not None and sms.enabled:
        return "sms"
    return "whatsapp" if whatsapp is not None and whatsapp.enabled and whatsapp.templates else "phone"


def _email_section(settings: Settings) -> dict[str, Any]:
    email = settings.channels.email
    relay, listen = email.relay, email.listen
    tls, login = listen.tls, listen.login
    return {
        "address": email.address,
        "aliases": email.aliases,
        "host": listen.host,
        "port": listen.port,
        "protocol": listen.protocol,
        "tls": tls and {"certificate": tls.certificate, "key": tls.key, "required": tls.required},
        "login": login and {"user": login.user, "password": login.password.value},
        "proxies": listen.proxies,
        "max_connections": listen.max_connections,
        "max_per_client": listen.max_per_client,
        "max_recipients": email.max_recipients,
        "trusted": email.proof.trusted,
        "verify": email.proof.verify,
        "hostname": email.address.partition("@")[2],
        "size_limit": email.max_mb * 1024 * 1024,
        "drop_dir": settings.storage.var / "outbox-mail",
        "imap": _imap(email),
        "relay": {
            "host": relay.host,
            "port": relay.port,
            "tls": relay.tls,
            "user": relay.user or "",
            "password": relay.password.value if relay.password else "",
        }
        if relay.host
        else None,
    }


def _imap(email: Mail) -> dict[str, Any] | None:
    chosen = email.imap
    if chosen is None:
        return None
    return chosen.model_dump(exclude={"password", "folder_after"}) | {
        "password": chosen.password.value,
        "folder_after": chosen.folder_after or "",
        "size_limit": email.max_mb * 1024 * 1024,
    }


def _telegram_section(settings: Settings, telegram: Telegram) -> dict[str, Any]:
    return {
        "token": telegram.token.value if telegram.token else "",
        "mode": telegram.mode,
        "webhook_secret": telegram.webhook_secret.value if telegram.webhook_secret else "",
        "api_url": telegram.api_url,
        "public_url": settings.public_url,
    }
