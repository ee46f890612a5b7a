"""How good a book is on labelled reports: top-1, top-2, macro-F1, triage share, per class."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from router.book import RuleBook
from router.decide import Assignment, Facts, decide
from router.place import Gazetteer, find_names
from router.words import split

MACRO_FROM = 10
"""Classes with fewer rows than this do not count in macro-F1."""
NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One row with its answer. `label` and guesses are OPD codes; None = no OPD of the city."""

    id: str
    label: str | None
    guesses: tuple[str | None, ...]
    auto: bool
    confidence: float

    @property
    def best(self) -> str | None:
        """The best guess; None when there is none."""
        return self.guesses[0] if self.guesses else None

    @property
    def right(self) -> bool:
        """Whether the best guess is the label."""
        return self.best == self.label


def judge(
    rows: Iterable[Mapping[str, object]],
    book: RuleBook,
    gazetteer: Gazetteer | None = None,
    *,
    exclude_examples: bool = False,
) -> Iterator[Judged]:
    """Decide every row {"id","text","opd"}; `exclude_examples` leaves out rows whose text is an example."""
    examples = {_words(text) for rule in book.rules for text in rule.examples} if exclude_examples else set()
    for row in rows:
        text = str(row.get("text") or "")
        if exclude_examples and _words(text) in examples:
            continue
        place = find_names(text, gazetteer) if gazetteer else None
        kelurahan = place.kelurahan if place and place.sure else ""
        answer = decide(text, Facts(channel=str(row.get("channel") or ""), kelurahan=kelurahan), book)
        label = row.get("opd")
        yield Judged(
            id=str(row.get("id", "")),
            label=str(label) if label else None,
            guesses=_guesses(answer, book),
            auto=bool(answer.lead),
            confidence=answer.confidence,
        )


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in split(text)[1::2])


def _guesses(answer: Assignment, book: RuleBook) -> tuple[str | None, ...]:
    return tuple(None if book.owners[code].kind == "external" else code for code in answer.candidates[:2])


def evaluate(
    rows: Iterable[Mapping[str, object]],
    book: RuleBook,
    gazetteer: Gazetteer | None = None,
    *,
    exclude_examples: bool = False,
) -> dict[str, object]:
    """Measure `book` on labelled rows; plain data, ready for JSON.

    A best guess counts even when the row went to triage. A row labelled None (external, or rightly
    triaged) is right when the best guess is no OPD of the city; `none_kept` is the share of such rows
    that were at least not handed to an OPD automatically. `auto_precision`: right among automatic ones.
    """
    judged = list(judge(rows, book, gazetteer, exclude_examples=exclude_examples))
    auto = [j for j in judged if j.auto]
    none = [j for j in judged if j.label is None]
    classes = _classes(judged)
    counted = [c["f1"] for c in classes.values() if c["n"] >= MACRO_FROM]
    return {
        "n": len(judged),
        "top1": _share(sum(j.right for j in judged), len(judged)),
        "top2": _share(sum(j.right or j.label in j.guesses for j in judged), len(judged)),
        "macro_f1": _share(sum(counted), len(counted)),
        "triage_share": _share(len(judged) - len(auto), len(judged)),
        "auto_precision": _share(sum(j.right for j in auto), len(auto)),
        "none_kept": _share(sum(not j.auto for j in none), len(none)),
        "classes": classes,
    }


def _classes(judged: Sequence[Judged]) -> dict[str, dict[str, float]]:
    labels = Counter(j.label or NONE for j in judged)
    guesses = Counter(j.best or NONE for j in judged)
    right = Counter(j.label or NONE for j in judged if j.right)
    classes = {}
    for label in sorted(labels):
        precision = _share(right[label], guesses[label])
        recall = _share(right[label], labels[label])
        f1 = _share(2 * precision * recall, precision + recall)
        classes[label] = {"n": labels[label], "precision": precision, "recall": recall, "f1": f1}
    return classes


def _share(part: float, whole: float) -> float:
    return round(part / whole, 4) if whole else 0.0


def predictions(
    rows: Iterable[Mapping[str, object]],
    book: RuleBook,
    gazetteer: Gazetteer | None = None,
    *,
    exclude_examples: bool = False,
) -> Iterator[dict[str, object]]:
    """One line a row: {"id", "opd": [best, second], "auto": bool}; None = external, or no guess."""
    for row in judge(rows, book, gazetteer, exclude_examples=exclude_examples):
        yield {"id": row.id, "opd": [*row.guesses, None, None][:2], "auto": row.auto}
