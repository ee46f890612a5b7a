"""Action links: only what we signed opens."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from notifier.links import action_url, map_url, sign, tracking_url, verify

SECRET = b"k" * 32
ID = UUID("01890000-0000-7000-8000-0000000000ab")


@given(st.uuids())
def test_what_we_sign_we_know_again(uuid: UUID) -> None:
    assert verify(SECRET, sign(SECRET, uuid)) == uuid


def test_a_token_of_another_secret_is_nothing() -> None:
    assert verify(b"other" * 8, sign(SECRET, ID)) is None


@given(st.integers(0, 63), st.sampled_from("ABCxyz019-_"))
def test_one_changed_character_is_nothing(at: int, letter: str) -> None:
    token = sign(SECRET, ID)
    changed = token[:at] + letter + token[at + 1 :]
    assert changed == token or verify(SECRET, changed) is None


@given(st.text(max_size=80))
def test_any_text_at_all_is_refused_quietly(text: str) -> None:
    assert verify(SECRET, text) is None


def test_padding_letters_outside_ascii_and_short_tokens_are_refused() -> None:
    assert verify(SECRET, "é" * 64) is None
    assert verify(SECRET, "A" * 62 + "==") is None
    assert verify(SECRET, sign(SECRET, ID)[:-1]) is None


def test_addresses_have_one_slash_and_quoted_parts() -> None:
    assert tracking_url("https://x.id/", "S/1", "a b") == "https://x.id/lacak/S%2F1?k=a%20b"
    assert action_url("https://x.id", SECRET, ID) == f"https://x.id/aksi/{sign(SECRET, ID)}"
    assert map_url(-7.5, 112.4).startswith("https://www.openstreetmap.org/?mlat=-7.500000&mlon=112.400000")
