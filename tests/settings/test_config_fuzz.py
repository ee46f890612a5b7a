"""Whatever is written, loading either works or says what is wrong; it never breaks."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sapa.settings import BadConfig, load
from sapa.settings.model import Settings
from sapa.settings.reading import read

SNIPPETS = [
    "city", "opds", "rules", "include", "channels", "sla", ": ", "- ", "\n", "\n  ", "[", "]", "{", "}",
    "'", '"', "&a", "*a", "!!str", "<<: ", "|", ">", "? ", "---\n", "...\n", "%YAML 1.1\n", "#", "\t",
    "0812", "~", "null", "true", ".inf", "1e999", "2026-02-30", "\\x", "\\ud800", "\\U0011ffff", "é",
    "\u2028", "\x85", "\ufeff", "\x00",
]  # fmt: skip
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=12),
        st.sampled_from(
            ["DLH", "2020-01-01", "08:00", "a@b.example", "wed", "env:X", "http://x", 0, -7.05, 112.05]
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.one_of(
                st.sampled_from(["code", "name", "email", "id", "points", "date", "host"]),
                st.text(max_size=5),
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)
QUICK = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def outcome(folder: Path, content: bytes) -> Settings | str:
    (folder / "config.yaml").write_bytes(content)
    try:
        return load(folder / "config.yaml", {})
    except BadConfig as error:
        return str(error)


def assert_told(told: Settings | str) -> None:
    assert isinstance(told, str)
    told.encode()
    assert all("/config.yaml:" in line or line.startswith("… dan") for line in told.splitlines())


@QUICK
@given(content=st.binary(max_size=200))
def test_random_bytes_are_told_about(content: bytes, tmp_path: Path) -> None:
    assert_told(outcome(tmp_path, content))


@QUICK
@given(parts=st.lists(st.sampled_from(SNIPPETS), max_size=25))
def test_random_pieces_of_yaml_are_told_about(parts: list[str], tmp_path: Path) -> None:
    assert_told(outcome(tmp_path, "".join(parts).encode("utf-8", "surrogatepass")))


@QUICK
@given(top=st.dictionaries(st.sampled_from([*Settings.model_fields, "include", "zz"]), VALUES, max_size=8))
def test_random_values_under_known_keys_are_told_about(top: dict[str, Any], tmp_path: Path) -> None:
    assert_told(outcome(tmp_path, json.dumps(top).encode()))


@QUICK
@given(value=VALUES)
def test_what_json_can_say_is_read_as_it_was_meant(value: Any) -> None:
    """Quoted text never becomes anything else; numbers stay numbers."""
    try:
        document = read("f.yaml", json.dumps({"a": json.loads(json.dumps(value))}, allow_nan=False).encode())
    except (ValueError, BadConfig):
        return
    if not document.problems:
        assert document.data == {"a": _without_big(value)}


def _without_big(value: Any) -> Any:
    """Whole numbers longer than 18 digits stay text: nobody's count, but perhaps somebody's number."""
    if isinstance(value, int) and not isinstance(value, bool) and len(str(abs(value))) > 18:
        return str(value)
    if isinstance(value, list):
        return [_without_big(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_big(item) for key, item in value.items()}
    return value


@pytest.mark.parametrize("unit", ["- a\n", "a: &x 1\n", "*x,", "[", "{a: ", "'", "# \n", "a:\n ", "!x "])
def test_a_long_file_of_anything_ends_in_an_answer(unit: str, tmp_path: Path) -> None:
    size = 50_000 // len(unit)
    assert_told(outcome(tmp_path, (unit * size).encode()))
