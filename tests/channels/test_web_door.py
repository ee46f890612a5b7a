"""The web form and its JSON twin: what is read, what is refused and with which words."""

import base64
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels._place import NO_POINT
from channels.base import Payload, Rejected
from channels.message import Address, Attachment, InboundMessage, Place
from channels.web import MAX_BODY, MAX_PHOTO, MAX_TEXT, Invalid, WebDoor

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
KEY = "0192f7a0-0000-7000-8000-000000000001"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=batas"


def payload(body: bytes, media_type: str, delivery_id: str = "") -> Payload:
    return Payload(
        channel="web",
        account="web",
        body=body,
        media_type=media_type,
        received_at=NOW,
        delivery_id=delivery_id,
    )


def message(fields: Any = None, **more: Any) -> InboundMessage:
    body = json.dumps({"text": "Lampu mati", "key": KEY, **(fields or {}), **more}).encode()
    (got,) = WebDoor().parse(payload(body, JSON))
    assert isinstance(got, InboundMessage)
    return got


def errors(body: Any, media_type: str = JSON) -> dict[str, str]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(Invalid) as caught:
        WebDoor().parse(payload(raw, media_type))
    assert caught.value.status in (400, 413, 422)
    assert str(caught.value)
    return dict(caught.value.errors)


def part(name: str, content: bytes, filename: str | None = None, kind: str = "") -> bytes:
    head = f'Content-Disposition: form-data; name="{name}"'
    head += f'; filename="{filename}"' if filename is not None else ""
    head += f"\r\nContent-Type: {kind}" if kind else ""
    return b"--batas\r\n" + head.encode() + b"\r\n\r\n" + content + b"\r\n"


def multipart(*parts: bytes) -> Payload:
    return payload(b"".join(parts) + b"--batas--\r\n", MULTIPART)


def test_all_fields_of_the_json_twin() -> None:
    got = message(
        kelurahan="Mentikan",
        address="depan pasar",
        lat=-7.47,
        lon="112,43",
        accuracy=12,
        name="Bu Sri",
        email="Sri@Contoh.example",
        phone="0812-3456-7890",
        privacy="anonymous",
        token="Tok-1",
        photos=[{"name": "a.jpg", "base64": base64.b64encode(b"xyz").decode(), "type": "image/jpeg"}],
    )
    assert got == InboundMessage(
        channel="web",
        account="web",
        sender=Address(channel="email", value="sri@contoh.example", name="Bu Sri"),
        external_id=KEY,
        text="Lampu mati",
        sent_at=NOW,
        reply_token="Tok-1",
        attachments=(Attachment(name="a.jpg", media_type="image/jpeg", content=b"xyz"),),
        place=Place(lat=-7.47, lon=112.43, label="depan pasar", kelurahan="Mentikan", accuracy_m=12.0),
        privacy="anonymous",
        contacts=(Address(channel="phone", value="+6281234567890", name="Bu Sri"),),
    )


def test_a_form_and_its_twin_give_the_same_message() -> None:
    fields = {"text": "Lampu mati", "key": KEY, "email": "a@b.example", "privacy": "normal", "kelurahan": ""}
    form = WebDoor().parse(payload(urlencode(fields).encode(), FORM))
    parts = WebDoor().parse(multipart(*(part(name, value.encode()) for name, value in fields.items())))
    assert list(form) == list(parts) == [message(fields)]


def test_photos_of_a_form_come_with_safe_names_and_empty_inputs_do_not() -> None:
    (got,) = WebDoor().parse(
        multipart(
            part("text", b""),
            part("photos", b"\xff\xd8x\r\n--bata", "C:\\foto\\jalan.jpg", "image/jpeg"),
            part("photos[]", b"y", "", "bukan jenis"),
            part("photos", b"", "", "application/octet-stream"),
        )
    )
    assert isinstance(got, InboundMessage)
    assert got.text == ""
    assert [(one.name, one.media_type, one.content) for one in got.attachments] == [
        ("jalan.jpg", "image/jpeg", b"\xff\xd8x\r\n--bata"),
        ("foto", "application/octet-stream", b"y"),
    ]


def test_no_more_photos_are_taken_than_the_city_wants() -> None:
    door = WebDoor.build({"max_photos": 1}, lambda: NOW)
    one = part("photos", b"x", "a.jpg", "image/jpeg")
    (got,) = door.parse(multipart(one))
    assert isinstance(got, InboundMessage)
    with pytest.raises(Invalid, match="Paling banyak 1 foto"):
        door.parse(multipart(one, one))


def test_photos_of_the_twin_may_be_bare_base64_or_data_urls() -> None:
    data = base64.b64encode(b"xyz").decode()
    got = message(photos=[data, f"data:image/png;base64,{data}"])
    assert [(one.media_type, one.content) for one in got.attachments] == [
        ("application/octet-stream", b"xyz"),
        ("image/png", b"xyz"),
    ]


def test_nothing_at_all_is_refused_but_a_photo_alone_is_fine() -> None:
    assert "tuliskan laporan" in errors({"text": " \n "})["text"]
    assert "text" in errors({})
    assert message(text="", photos=["eHl6"]).text == ""


def test_a_hundred_kilobytes_are_taken_and_more_is_refused_with_a_reason() -> None:
    assert message(text="é" * (MAX_TEXT // 2)).text == "é" * (MAX_TEXT // 2)
    assert "100 KB" in errors({"text": "x" * (MAX_TEXT + 1)})["text"]


def test_everything_wrong_is_told_at_once_beside_its_field() -> None:
    told = errors(
        {
            "text": "x" * (MAX_TEXT + 1),
            "address": "x" * 501,
            "email": "sri@contoh",
            "phone": "12",
            "privacy": "rahasia",
            "key": "../..",
            "token": "a b",
            "name": ["Sri"],
            "photos": ["eHl6"] * 6,
        }
    )
    assert set(told) == {"text", "address", "email", "phone", "privacy", "key", "token", "name", "photos"}


def test_a_photo_too_large_and_a_body_too_large_are_refused() -> None:
    large = base64.b64encode(bytes(MAX_PHOTO + 1)).decode()
    assert "10 MB" in errors({"text": "x", "photos": [large]})["photos"]
    assert "30 MB" in errors(b" " * (MAX_BODY + 1))["photos"]


@pytest.mark.parametrize(
    ("lat", "lon"),
    [(0, 0), ("0", "0.0"), (91, 0), (0, 181), ("x", 1), (1, None), ("nan", 1), (True, 1), (1e999, 1)],
)
def test_a_point_that_cannot_be_is_dropped_with_a_note(lat: Any, lon: Any) -> None:
    got = message(lat=lat, lon=lon, accuracy=5, address="Jl. Majapahit").place
    assert got == Place(label=f"Jl. Majapahit {NO_POINT}")


def test_a_place_that_is_not_given_is_none() -> None:
    assert message(lat="", lon=None, kelurahan="", address="").place is None
    assert message(lat="-7.4", lon="112.4", accuracy=-1).place == Place(lat=-7.4, lon=112.4)


@pytest.mark.parametrize(
    ("written", "e164"),
    [
        ("0812 3456 7890", "+6281234567890"),
        ("+62 812-3456-7890", "+6281234567890"),
        ("62812.3456.7890", "+6281234567890"),
        ("(0321) 321654", "+62321321654"),
        ("+65 6123 4567", "+6561234567"),
        ("٠٨١٢٣٤٥٦٧٨٩٠", "+6281234567890"),
        (81234567890, "+6281234567890"),
    ],
)
def test_telephone_numbers_become_e164(written: Any, e164: str) -> None:
    got = message(phone=written)
    assert got.sender == Address(channel="phone", value=e164)
    assert got.contacts == ()


@pytest.mark.parametrize("written", ["nomor", "0" * 41, "+62"])
def test_what_is_no_number_is_told(written: str) -> None:
    assert "phone" in errors({"text": "x", "phone": written})


@pytest.mark.parametrize(
    "written", ["sri", "@b.example", "a@b", "a b@c.example", "a@b.example\u202e", "a" * 255 + "@b.example"]
)
def test_what_is_no_address_is_told(written: str) -> None:
    assert "email" in errors({"text": "x", "email": written})


def test_who_gives_nothing_is_one_of_a_kind() -> None:
    assert message().sender.value == f"anon:{KEY}"
    assert message(name=None).contacts == ()


def test_the_key_makes_a_sending_itself_and_without_it_the_delivery_or_the_bytes_do() -> None:
    body = b'{"text": "x"}'
    by_delivery = WebDoor().parse(payload(body, JSON, delivery_id="dari-halaman"))[0]
    by_bytes = WebDoor().parse(payload(body, JSON))[0]
    assert by_delivery.external_id == "dari-halaman"
    assert by_bytes.external_id.startswith("sha256:")
    assert by_bytes == WebDoor().parse(payload(body, JSON))[0]


def test_words_are_made_safe() -> None:
    got = message(text="a\x00b\r\nc \ud800 e\u0301", name="Bu\nSri\x07", address="Jl.\n\nX")
    assert got.text == "a�b\nc � é"
    assert got.sender.name == "Bu Sri"
    assert got.place == Place(label="Jl. X")


@pytest.mark.parametrize(
    "words", ["'; DROP TABLE ticket; --", "<script>alert(1)</script>", "مرحبا \u202e zalgo a\u0335\u0321"]
)
def test_sql_html_and_odd_writing_are_only_words(words: str) -> None:
    got = message(text=words, name=words, kelurahan=words, address=words)
    assert got.text == words
    assert got.place is not None
    assert got.place.kelurahan == got.sender.name == words


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"", JSON),
        (b"[]", JSON),
        (b"{", JSON),
        (b"\xff\xfe", JSON),
        (b"[" * 100_000, JSON),
        (b'{"lat": ' + b"9" * 5_000 + b"}", JSON),
        (b'{"text": "x", "photos": 5}', JSON),
        (b'{"text": "x", "photos": [5]}', JSON),
        (b'{"text": "x", "photos": [{"base64": "%%"}]}', JSON),
        (b"a=1&" * 61, FORM),
        (b"text=x", "text/plain"),
        (b"text=x", ""),
        (b"x", "multipart/form-data"),
        (b"x", MULTIPART),
        (b"--batas\r\nContent", MULTIPART),
        (part("x", b"y") * 61 + b"--batas--", MULTIPART),
    ],
)
def test_a_body_that_is_not_what_it_says_is_refused(body: bytes, media_type: str) -> None:
    assert "tidak terbaca" in errors(body, media_type)[""]


def test_any_bytes_in_a_form_are_read_as_text() -> None:
    (got,) = WebDoor().parse(payload(b"text=%ff%00lampu\xff&key=", FORM))
    assert isinstance(got, InboundMessage)
    assert got.text == "��lampu�"


@settings(max_examples=80, deadline=None)
@given(
    st.binary(max_size=300)
    | st.dictionaries(
        st.sampled_from(
            ["text", "lat", "lon", "name", "email", "phone", "privacy", "key", "token", "photos"]
        ),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists, max_leaves=3
        ),
    ).map(lambda fields: json.dumps(fields).encode()),
    st.sampled_from([JSON, FORM, MULTIPART, "", "multipart/form-data; boundary="]),
)
def test_no_bytes_break_the_reading(body: bytes, media_type: str) -> None:
    try:
        (got,) = WebDoor().parse(payload(body, media_type))
    except Rejected:
        return
    assert isinstance(got, InboundMessage)
    for text in (got.text, got.sender.value, got.sender.name, got.external_id, got.reply_token):
        text.encode()
