"""What an SMS door needs in the configuration, and what is said where it lacks."""

from collections.abc import Callable
from typing import Any

import pytest

from sapa.settings import Settings

Complaint = Callable[..., list[str]]
OLD = "  telegram: {name: Telegram, enabled: false}\n"
ENVIRON = {"UJI_SMS": "rahasia", "UJI_TOKEN": "token"}
OUT = "outbound: {url: https://gw.example/kirim}"
PROOF = "secret: env:UJI_SMS, secret_header: X-Key"
SID = "AC" + "0" * 32


def sms(rest: str, twilio: str = "") -> str:
    return f"  sms: {{name: SMS, enabled: true, {rest}}}\n{twilio}"


def gateway(parts: str) -> str:
    return sms(f"provider: gateway, gateway: {parts}")


WRONG = {
    "no provider": (
        "  sms: ¦{name: SMS, enabled: true}\n",
        "channels.sms: provider wajib diisi bila SMS dibuka: twilio atau gateway",
    ),
    "an unknown provider": (
        sms("provider: ¦nexmo"),
        'channels.sms.provider: "nexmo" bukan pilihan; pilih: \'twilio\', \'gateway\'',
    ),
    "a gateway without its part": (
        "  sms: ¦{name: SMS, enabled: true, provider: gateway}\n",
        "channels.sms: provider gateway memerlukan bagian gateway",
    ),
    "a gateway anybody may use": (
        gateway(f"¦{{inbound: {{id: id}}, {OUT}}}"),
        "channels.sms.gateway: isi secret dengan secret_header atau secret_query, atau signature_key dengan"
        " signature_header; tanpa itu siapa pun dapat mengirim",
    ),
    "a secret without its place": (
        gateway(f"¦{{secret: env:UJI_SMS, inbound: {{id: id}}, {OUT}}}"),
        "channels.sms.gateway: isi secret dengan secret_header atau secret_query, atau signature_key dengan"
        " signature_header; tanpa itu siapa pun dapat mengirim",
    ),
    "a secret written down": (
        gateway(f"{{secret: ¦hunter2, secret_header: X, inbound: {{id: id}}, {OUT}}}"),
        "channels.sms.gateway.secret: rahasia tidak boleh ditulis di sini; tulis env:NAMA_VARIABEL",
    ),
    "a secret that is not set": (
        gateway(f"{{secret: ¦env:UJI_TIDAK, secret_header: X, inbound: {{id: id}}, {OUT}}}"),
        "channels.sms.gateway.secret: variabel lingkungan UJI_TIDAK belum diisi",
    ),
    "a header's secret that is not set": (
        gateway(
            f"{{{PROOF}, inbound: {{id: id}}, outbound: {{url: https://g.example,"
            " headers: {A: ¦env:UJI_TIDAK}}}"
        ),
        "channels.sms.gateway.outbound.headers.A: variabel lingkungan UJI_TIDAK belum diisi",
    ),
    "neither id nor time": (
        gateway(f"¦{{{PROOF}, {OUT}}}"),
        "channels.sms.gateway: inbound: isi id atau time; tanpa itu SMS yang sama dua kali tidak dapat"
        " dibedakan",
    ),
    "a part of how many": (
        gateway(f"¦{{{PROOF}, inbound: {{id: id, part: p}}, {OUT}}}"),
        "channels.sms.gateway: inbound: part dan parts harus diisi keduanya, atau dikosongkan keduanya",
    ),
    "success without words": (
        gateway(f"¦{{{PROOF}, inbound: {{id: id}}, outbound: {{url: https://gw.example, success: status}}}}"),
        "channels.sms.gateway: outbound: success memerlukan success_words",
    ),
    "no address to send to": (
        gateway(f"¦{{{PROOF}, inbound: {{id: id}}, outbound: {{}}}}").replace("¦", "").replace("{}}", "¦{}}"),
        "channels.sms.gateway.outbound.url: wajib diisi",
    ),
    "Twilio without an account": (
        '  sms: ¦{name: SMS, enabled: true, provider: twilio, number: "+15005550006"}\n',
        "channels.sms: provider twilio memerlukan bagian channels.twilio",
    ),
    "Twilio without a number": (
        "  sms: ¦{name: SMS, enabled: true, provider: twilio}\n"
        f"  twilio: {{account_sid: {SID}, auth_token: env:UJI_TOKEN}}\n",
        "channels.sms: isi salah satu: number atau messaging_service",
    ),
    "a token that is not set": (
        sms(
            'provider: twilio, number: "+15005550006"',
            f"  twilio: {{account_sid: {SID}, auth_token: ¦env:UJI_TIDAK}}\n",
        ),
        "channels.twilio.auth_token: variabel lingkungan UJI_TIDAK belum diisi",
    ),
    "three SMS": (sms("provider: gateway, segments: ¦3").replace("enabled: true", "enabled: false"),
                  "channels.sms.segments: paling banyak 2"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_each_fault_is_said_at_its_place(complaint: Complaint, name: str) -> None:
    written, said = WRONG[name]
    assert complaint(OLD, OLD + written, ENVIRON) == [said]


def test_a_closed_door_may_be_half_written(city: Callable[..., Settings]) -> None:
    closed = "  sms: {name: SMS, provider: twilio}\n"
    assert city(OLD, OLD + closed).channels.by_name()["sms"].enabled is False


def test_a_whole_gateway_is_read_and_no_secret_is_shown(city: Callable[..., Settings]) -> None:
    written = gateway(
        f"{{{PROOF}, answer: OK, inbound: {{id: id, delivered: [Sampai]}}, outbound: {{url: https://gw.example/kirim,"
        " headers: {Authorization: env:UJI_TOKEN}, extra: {sender: SAPA}}}"
    )
    settings = city(OLD, OLD + written, ENVIRON)
    found: Any = settings.channels.sms
    assert found.gateway.outbound.plain()["headers"] == {"Authorization": "token"}
    assert found.gateway.outbound.plain()["extra"] == {"sender": "SAPA"}
    assert "rahasia" not in repr(settings)
    assert "token" not in repr(found.gateway.outbound.headers)


def test_an_account_is_no_channel(city: Callable[..., Settings]) -> None:
    settings = city(OLD, OLD + f"  twilio: {{account_sid: {SID}, auth_token: env:UJI_TOKEN}}\n", ENVIRON)
    assert list(settings.channels.by_name()) == ["web", "email", "telegram"]
