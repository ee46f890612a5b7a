"""`sapa rules`: check, explain, evaluate."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from router.book import RuleBook
from router.decide import Assignment, Facts, decide
from router.evaluate import evaluate as measure
from router.evaluate import predictions as predict
from router.place import find_names
from sapa.bootstrap import book_of, city_of
from sapa.cli._office import CONFIG, ConfigFile, fail, say, settings_of
from sapa.desk.city import City
from sapa.settings import BadConfig
from sapa.web.words import WORDS

app = typer.Typer(help="Buku aturan disposisi.", no_args_is_help=True)


@app.command()
def check(config: ConfigFile = CONFIG) -> None:
    """Periksa buku aturan; setiap contoh diuji."""
    book = _book(config)
    examples = sum(len(rule.examples) for rule in book.rules)
    counter = sum(len(rule.counter_examples) for rule in book.rules)
    say(
        f"Baik: {len(book.rules)} aturan, {examples} contoh, {counter} contoh tandingan ({book.digest[:12]})."
    )


@app.command()
def explain(
    text: Annotated[str, typer.Argument(help="Isi laporan.")],
    config: ConfigFile = CONFIG,
    kelurahan: Annotated[str, typer.Option(help="Kelurahan, bila diketahui.")] = "",
    channel: Annotated[str, typer.Option(help="Kanal.")] = "",
) -> None:
    """Tunjukkan ke mana sebuah laporan pergi, dan mengapa."""
    city = _city(config)
    place = find_names(text, city.gazetteer)
    known = kelurahan or (place.kelurahan if place and place.sure else "")
    answer = decide(text, Facts(channel=channel, kelurahan=known), city.book)
    say(f"Tujuan      {_where(answer, city)}")
    say(f"Karena      {answer.because}")
    if answer.supporting:
        say(f"Pendukung   {', '.join(answer.supporting)}")
    say(f"Keyakinan   {answer.confidence:.2f}")
    say(f"Dugaan      {', '.join(answer.candidates) or '-'}")
    peka = city.book.sensitive.get(answer.sensitive)
    say(f"Jenis       {WORDS['type'][answer.type]}" + (f", peka: {peka.name}" if peka else ""))
    if answer.urgent:
        say("Darurat     ya")
    if place is not None:
        say(f"Tempat      {place.because}")
    for match in answer.matches:
        words = dict.fromkeys(text[word.start : word.end].lower() for word in match.evidence)
        say(f"  {match.strength:6.2f}  {match.opd:<18} {match.rule:<32} {', '.join(words)}")


def _where(answer: Assignment, city: City) -> str:
    """Who gets it: the agency, or an officer of Diskominfo who may hand it to a body outside the city."""
    if answer.lead:
        return f"{city.opd_name(answer.lead)} ({answer.lead})"
    outside = f"; mungkin di luar kota: {city.opd_name(answer.external)}" if answer.external else ""
    return f"triase Diskominfo{outside}"


@app.command()
def evaluate(
    file: Annotated[Path, typer.Argument(help='Baris JSON {"id", "text", "opd"}.')],
    config: ConfigFile = CONFIG,
    predictions: Annotated[Path | None, typer.Option(help="Tulis jawaban tiap baris ke berkas ini.")] = None,
    exclude_examples: Annotated[bool, typer.Option(help="Lewati teks yang menjadi contoh aturan.")] = False,
) -> None:
    """Ukur buku aturan pada laporan berlabel; hasilnya JSON."""
    city = _city(config)
    rows = list(_rows(file))
    result = measure(rows, city.book, city.gazetteer, exclude_examples=exclude_examples)
    if predictions is not None:
        answers = predict(rows, city.book, city.gazetteer, exclude_examples=exclude_examples)
        predictions.write_text("".join(json.dumps(answer) + "\n" for answer in answers))
    say(json.dumps(result, indent=2, ensure_ascii=False))


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{file}: tidak dapat dibaca ({type(error).__name__}).")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            fail(f"{file}:{number}: bukan JSON.")
        if not isinstance(row, dict) or not isinstance(row.get("text"), str):
            fail(f'{file}:{number}: harus objek dengan "id", "text" dan "opd".')
        yield row


def _book(config: Path) -> RuleBook:
    try:
        return book_of(settings_of(config))
    except BadConfig as error:
        fail(str(error))


def _city(config: Path) -> City:
    try:
        return city_of(settings_of(config), datetime.now(UTC).date(), {})
    except BadConfig as error:
        fail(str(error))
