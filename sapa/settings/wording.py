"""What the model refuses, in words for an officer: what is wrong, what was meant."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from sapa.settings.model import names_at
from sapa.settings.problems import Path, Positions, Problem, quoted

#: Pydantic's error type → our sentence; the braces name the error's own numbers.
_SENTENCES = {
    "missing": "wajib diisi",
    "string_type": "harus teks",
    "string_too_short": "tidak boleh kosong",
    "string_too_long": "terlalu panjang: paling banyak {max_length} huruf",
    "string_pattern_mismatch": "bentuknya salah",
    "int_type": "harus bilangan bulat, tanpa tanda kutip",
    "float_type": "harus bilangan, tanpa tanda kutip",
    "bool_type": "harus true atau false",
    "tuple_type": "harus daftar, misalnya [a, b]",
    "model_type": "harus berisi kunci: nilai",
    "dict_type": "harus berisi kunci: nilai",
    "too_short": "terlalu sedikit: paling sedikit {min_length}",
    "too_long": "terlalu banyak: paling banyak {max_length}",
    "greater_than_equal": "paling sedikit {ge}",
    "greater_than": "harus lebih dari {gt}",
    "less_than_equal": "paling banyak {le}",
    "finite_number": "harus bilangan biasa",
}
#: What a pattern means, in words, by the name of the key that has it.
_MEANT = {
    "code": "huruf besar tanpa spasi, misalnya DISHUB",
    "successor": "huruf besar tanpa spasi, misalnya DISHUB",
    "assign": "huruf besar tanpa spasi, misalnya DISHUB",
    "id": "huruf kecil, angka dan tanda hubung, misalnya lampu-jalan",
    "number": 'angka, misalnya "112"',
    "phone": 'angka, misalnya "0321-123456"',
    "postal_code": 'lima angka, misalnya "61323"',
    "kode": 'kode wilayah, misalnya "35.76.01.1003"',
    "prefix": "2 sampai 6 huruf besar, misalnya SMP",
    "country": "dua huruf besar, misalnya ID",
    "language": "dua huruf kecil, misalnya id",
}


def problems_of(error: ValidationError, positions: Positions) -> list[Problem]:
    """The model's errors with their places; a misspelt key and the key it was meant to be are one error."""
    found = [_problem(dict(fault), positions) for fault in error.errors(include_url=False)]
    explained = {
        (*problem.path[:-1], meant)
        for problem in found
        if (meant := _meant_key(problem.path)) and problem.message.startswith("kunci tidak dikenal")
    }
    return [p for p in found if not (p.path in explained and p.message == _SENTENCES["missing"])]


def _problem(fault: dict[str, Any], positions: Positions) -> Problem:
    path: Path = tuple(part for part in fault["loc"] if part != "[key]")
    if fault["type"] == "extra_forbidden":
        return Problem(positions.key(path), path, unknown_key(path))
    spot = positions.key(path) if fault["loc"][-1] == "[key]" else positions.value(path)
    return Problem(spot, path, _sentence(fault, path, spot.raw))


def _sentence(fault: dict[str, Any], path: Path, raw: str) -> str:
    kind, context, value = fault["type"], fault.get("ctx", {}), fault["input"]
    if kind == "value_error":
        return str(context["error"])
    if kind == "literal_error":
        return f"{quoted(value)} bukan pilihan; pilih: {context['expected'].replace(' or ', ', ')}"
    if kind == "string_type" and raw and isinstance(value, int | float):
        return f'harus teks; tulis dalam tanda kutip: "{raw}"'
    if kind == "string_pattern_mismatch":
        name = next((part for part in reversed(path) if isinstance(part, str)), "")
        return f"{quoted(value)} bentuknya salah; tulis {_MEANT.get(name, _MEANT['code'])}"
    if kind.endswith("_type") and value is None:
        return "belum diisi"
    sentence = _SENTENCES.get(kind)
    return sentence.format(**context) if sentence else str(fault["msg"])


def unknown_key(path: Path) -> str:
    """That a key is unknown, and which one may have been meant."""
    names = names_at(path[:-1])
    meant = _meant_key(path)
    if meant:
        return f"kunci tidak dikenal; maksudnya {quoted(meant)}?"
    return f"kunci tidak dikenal; yang ada: {', '.join(names)}"


def _meant_key(path: Path) -> str:
    return nearest(str(path[-1]), names_at(path[:-1])) if path else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word most like `word`, or ""; capitals do not matter."""
    by_lower = {name.lower(): name for name in known}
    close = get_close_matches(word[:100].lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else ""
