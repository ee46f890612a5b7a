"""How long the judge takes for a message, beside plain Aho-Corasick over as many patterns on the same texts.

Run: python bench/router.py. Prints JSON; times are CPU microseconds a text, the ratio is what travels.
"""

import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

import ahocorasick

# This file is called like the package it measures: its own folder must not be searched.
sys.path[0] = str(Path(__file__).parents[1] / "tests" / "router")
import judge_book as shipped  # noqa: E402

from router.decide import Facts, decide  # noqa: E402
from router.rules import RuleBook, compile_book  # noqa: E402

PATTERNS = 2_000
TEXTS = 1_000
GREETINGS = (
    "Assalamualaikum wr wb, selamat pagi bapak ibu admin, mohon izin menyampaikan laporan dari warga.",
    "Selamat malam pak wali, ngapunten ganggu wektune, kulo badhe matur sekedhik nggih pak.",
    "Yth. Bapak Ibu petugas yang terhormat, perkenalkan saya warga sini sudah belasan tahun.",
    "Min tolong diteruskan ya, ini sudah dua kali saya sampaikan tapi belum ada kabar.",
)
WHERE = (
    "Lokasinya di Jl. Brawijaya gang 3 RT 02 RW 05 Kelurahan Meri, ancer-ancer depan toko roti.",
    "Tepatnya sebelah timur masjid, masuk kira-kira lima puluh meter dari jalan besar.",
    "Alamat Kedungsari nomor 12, dekat lapangan, dari arah selatan belok kiri.",
)
PLEAS = (
    "Terima kasih atas perhatiannya, semoga cepat ada tindak lanjut dari dinas terkait.",
    "Matur suwun sanget, mugi enggal dipun tindak lanjuti nggih.",
    "Mohon segera ya pak, kasihan anak-anak dan orang tua yang lewat setiap hari.",
)


def texts(book: RuleBook, seed: int = 1) -> list[str]:
    """Distinct messages of 150–300 characters: greeting, an example of the book, where, and a plea."""
    pick = random.Random(seed)
    examples = [example for rule in book.rules for example in rule.examples]
    made = []
    while len(made) < TEXTS:
        parts = [pick.choice(GREETINGS), pick.choice(examples), pick.choice(WHERE), pick.choice(PLEAS)]
        text = f"{' '.join(parts)} {len(made)}"
        if 150 <= len(text) <= 300:
            made.append(text)
    return made


def padded() -> list[dict[str, object]]:
    """The shipped rules and one filler rule, so that there are at least PATTERNS patterns."""
    rules = shipped.shipped_rules()
    have = len(compile_book(shipped.source(rules)).sources)
    words = [f"pola{n:x} kata{n % 97:x}" for n in range(max(0, PATTERNS - have))]
    filler = {
        "id": "pengisi",
        "when": {"words": words},
        "assign": "DLH",
        "because": "Pola pengisi untuk pengukuran.",
        "examples": words[:2],
    }
    return [*rules, filler] if len(words) >= 2 else rules


def boundary(automaton: ahocorasick.Automaton, text: str) -> int:
    """Whole-word hits of plain Aho-Corasick: the reference."""
    low = text.lower()
    hits = 0
    for end, length in automaton.iter(low):
        start = end - length + 1
        before = low[start - 1] if start else " "
        after = low[end + 1] if end + 1 < len(low) else " "
        hits += not before.isalnum() and not after.isalnum()
    return hits


def measure(act: Callable[[str], object], made: list[str]) -> float:
    """Best of five rounds, microseconds of CPU a text."""
    best = float("inf")
    for _ in range(5):
        start = time.process_time()
        for text in made:
            act(text)
        best = min(best, time.process_time() - start)
    return best / len(made) * 1e6


def main() -> None:
    began = time.process_time()
    book = compile_book(shipped.source(padded()))
    compiled = time.process_time() - began
    made = texts(book)
    automaton = ahocorasick.Automaton()
    for source in book.sources:
        automaton.add_word(source.lower().replace("*", ""), len(source.replace("*", "")))
    automaton.make_automaton()
    facts = Facts(channel="web")
    reference = measure(lambda text: boundary(automaton, text), made)
    found = measure(book.finder.find, made)
    judged = measure(lambda text: decide(text, facts, book), made)
    long_text = (" ".join(made))[:100_000]
    big = measure(lambda text: decide(text, facts, book), [long_text])
    print(
        json.dumps(
            {
                "rules": len(book.rules),
                "patterns": len(book.sources),
                "texts": len(made),
                "mean_characters": round(sum(map(len, made)) / len(made)),
                "compile_seconds": round(compiled, 3),
                "aho_corasick_us": round(reference, 1),
                "find_us": round(found, 1),
                "decide_us": round(judged, 1),
                "decide_over_aho_corasick": round(judged / reference, 2),
                "decide_100k_characters_ms": round(big / 1000, 1),
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
