"""What a WhatsApp door needs in the configuration, and what is said where it lacks."""

from collections.abc import Callable

import pytest

from sapa.bootstrap.whatsapp import whatsapp_section
from sapa.settings import Settings

Complaint = Callable[..., list[str]]
OLD = "  telegram: {name: Telegram, enabled: false}\n"
ENVIRON = {"UJI_TOKEN": "token", "UJI_KUNCI": "kunci"}
SID, HX = "AC" + "0" * 32, "HX" + "a" * 32
TWILIO = f"  twilio: {{account_sid: {SID}, auth_token: env:UJI_TOKEN, webhook_key: env:UJI_KUNCI}}\n"
NUMBER = 'number: "+62 811-0000-0000"'


def whatsapp(rest: str, twilio: str = TWILIO) -> str:
    return f"  whatsapp: ¦{{name: WhatsApp, enabled: true, {rest}}}\n{twilio}"


def within(rest: str) -> str:
    """The same, where the fault stands inside."""
    return whatsapp(rest).replace("¦{name", "{name")


WRONG = {
    "no account": (whatsapp(NUMBER, ""), "channels.whatsapp: WhatsApp memerlukan bagian channels.twilio"),
    "no number": (
        whatsapp("timeout: 5.0"),
        "channels.whatsapp: isi salah satu: number atau messaging_service",
    ),
    "a number and a service": (
        whatsapp(f"{NUMBER}, messaging_service: MG{'1' * 32}"),
        "channels.whatsapp: isi salah satu: number atau messaging_service",
    ),
    "a number without its country": (
        within('number: ¦"0811-0000-0000"'),
        'channels.whatsapp.number: harus dimulai dengan kode negara, misalnya "+62811…"',
    ),
    "a token that is not set": (
        whatsapp(NUMBER, f"  twilio: {{account_sid: {SID}, auth_token: ¦env:UJI_TIDAK}}\n").replace(
            "¦{name", "{name"
        ),
        "channels.twilio.auth_token: variabel lingkungan UJI_TIDAK belum diisi",
    ),
    "a template that is filled by nothing we know": (
        within(f"{NUMBER}, templates: {{any: {{sid: {HX}, variables: [¦text]}}}}"),
        "channels.whatsapp.templates.any.variables.0: \"text\" bukan pilihan; pilih: 'ref', 'link', 'path',"
        " 'brand'",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_each_fault_is_said_at_its_place(complaint: Complaint, name: str) -> None:
    written, said = WRONG[name]
    assert complaint(OLD, OLD + written, ENVIRON) == [said]


@pytest.mark.parametrize(
    "fault",
    [f"templates: {{¦resolve: {{sid: {HX}}}}}", "templates: {any: {sid: ¦HX1}}", "templates: {any: ¦{}}"],
)
def test_a_template_nobody_can_send_is_refused(complaint: Complaint, fault: str) -> None:
    (said,) = complaint(OLD, OLD + within(f"{NUMBER}, {fault}"), ENVIRON)
    assert said.startswith("channels.whatsapp.templates")


def test_a_closed_door_may_be_half_written(city: Callable[..., Settings]) -> None:
    settings = city(OLD, OLD + "  whatsapp: {name: WhatsApp}\n")
    assert settings.channels.by_name()["whatsapp"].enabled is False


def test_an_open_door_is_read_whole(city: Callable[..., Settings]) -> None:
    written = within(f"{NUMBER}, templates: {{any: {{sid: {HX}, variables: [ref, link]}}}}").replace("¦", "")
    settings = city(OLD, OLD + written, ENVIRON)
    section = whatsapp_section(settings)
    assert section["number"] == "+6281100000000"
    assert section["templates"] == {"any": {"sid": HX, "variables": ("ref", "link")}}
    assert (section["twilio"]["auth_token"], section["twilio"]["webhook_key"]) == ("token", "kunci")
    assert "token" not in repr(settings.channels.twilio).replace("auth_token", "").replace("UJI_TOKEN", "")
