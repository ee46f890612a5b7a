"""The rule book: compile plain data, refuse what is wrong and say everything that is."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict

from router.book import (
    GROUP,
    OWNER,
    PRIORITY,
    SENSITIVE,
    TYPES,
    UNLESS,
    URGENT,
    WORD,
    BadBook,
    BookSource,
    Owner,
    Problem,
    Rule,
    RuleBook,
    SensitiveCategory,
    Use,
)
from router.decide import Facts, decide
from router.read import Path, Reader
from router.words import Finder, Pattern, WrongPattern, parse

__all__ = [
    "TYPES",
    "BadBook",
    "BookSource",
    "Owner",
    "Problem",
    "Rule",
    "RuleBook",
    "SensitiveCategory",
    "compile_book",
]


def compile_book(source: BookSource) -> RuleBook:
    """Compile a book; raises BadBook with every Problem when anything in it is wrong."""
    reader = Reader(source)
    reader.read()
    problems = reader.problems + _words_elsewhere(source)
    if problems:
        raise BadBook(problems)
    book = _assemble(source, [rule for _, rule in reader.rules])
    problems = [p for number, rule in reader.rules for p in _examples(number, rule, book)]
    if problems:
        raise BadBook(problems)
    return book


def _words_elsewhere(source: BookSource) -> list[Problem]:
    """Words outside the rules: urgent words, sensitive categories, names of owners."""
    listed: list[tuple[Path, str]] = [(("urgent", n), word) for n, word in enumerate(source.urgent)]
    for number, category in enumerate(source.sensitive):
        listed += [(("sensitive", number, "words", n), word) for n, word in enumerate(category.words)]
    for code, owner in source.owners.items():
        listed += [(("owners", code, "aliases", n), word) for n, word in enumerate(owner.aliases)]
    problems = []
    for path, word in listed:
        try:
            parse(word)
        except WrongPattern as error:
            problems.append(Problem(path, f"“{word}” {error}"))
    for number, category in enumerate(source.sensitive):
        if category.assign and category.assign not in source.owners:
            problems.append(Problem(("sensitive", number, "assign"), f"OPD {category.assign} tidak dikenal"))
    return problems


def _assemble(source: BookSource, rules: Iterable[Rule]) -> RuleBook:
    ordered = tuple(sorted(rules, key=lambda rule: rule.id))
    uses: dict[Pattern, list[Use]] = {}

    def use(words: Iterable[str], role: int, rule: int = -1, group: int = -1, code: str = "") -> None:
        for word in words:
            for pattern in parse(word):
                uses.setdefault(pattern, []).append(Use(role, rule, group, code))

    for number, rule in enumerate(ordered):
        use(rule.words, WORD, number)
        use(rule.priority, PRIORITY, number)
        use(rule.unless, UNLESS, number)
        for group, words in enumerate(rule.all):
            use(words, GROUP, number, group)
    for code, owner in sorted(source.owners.items()):
        use(owner.aliases, OWNER, code=code)
    for category in source.sensitive:
        use(category.words, SENSITIVE, code=category.id)
    use(source.urgent, URGENT)
    patterns = sorted(
        uses, key=lambda pattern: (pattern.source, [[sorted(s) for s in p] for p in pattern.parts])
    )
    return RuleBook(
        digest=_digest(source, ordered),
        rules=ordered,
        owners=dict(source.owners),
        sensitive={category.id: category for category in source.sensitive},
        finder=Finder(patterns, forgiving=True),
        sources=tuple(pattern.source for pattern in patterns),
        sizes=tuple(_size(pattern) for pattern in patterns),
        uses=tuple(tuple(uses[pattern]) for pattern in patterns),
        conditional=frozenset(
            n for n, r in enumerate(ordered) if r.all or r.category or r.kelurahan or r.channel or r.when_type
        ),
        bare=tuple(n for n, rule in enumerate(ordered) if not (rule.words or rule.priority or rule.all)),
    )


def _size(pattern: Pattern) -> float:
    """How much finding it says: its words; words that need not stand together say a little less."""
    return float(pattern.words**0.8) * (0.85 if len(pattern.parts) > 1 else 1.0)


def _digest(source: BookSource, rules: tuple[Rule, ...]) -> str:
    content = {
        "rules": [asdict(rule) for rule in rules],
        "owners": [asdict(owner) for _, owner in sorted(source.owners.items())],
        "sensitive": [asdict(category) for category in source.sensitive],
        "urgent": sorted(source.urgent),
    }
    return hashlib.sha256(json.dumps(content, default=sorted, sort_keys=True).encode()).hexdigest()


def _examples(number: int, rule: Rule, book: RuleBook) -> list[Problem]:
    """Examples are tests: each must lead to the rule's owner, no counter-example may match the rule."""
    facts = Facts(
        channel=min(rule.channel, default=""),
        kelurahan=min(rule.kelurahan, default=""),
        type=min(rule.when_type, default=""),
        category=min(rule.category, default=""),
    )
    problems = []
    for n, text in enumerate(rule.examples):
        wrong = _not_led(text, facts, rule, book)
        if wrong:
            problems.append(Problem(("rules", number, "examples", n), wrong))
    for n, text in enumerate(rule.counter_examples):
        if any(match.rule == rule.id for match in decide(text, facts, book).matches):
            wrong = f"“{text}” seharusnya tidak cocok dengan aturan ini"
            problems.append(Problem(("rules", number, "counter_examples", n), wrong))
    return problems


def _not_led(text: str, facts: Facts, rule: Rule, book: RuleBook) -> str:
    answer = decide(text, facts, book)
    if all(match.rule != rule.id for match in answer.matches):
        return f"“{text}” tidak cocok dengan aturan ini: tidak ada kata yang ditemukan"
    if rule.assign and rule.assign not in (answer.lead, answer.external):
        got = answer.lead or answer.external or "triase (" + ", ".join(answer.candidates[:2]) + ")"
        return f"“{text}” sampai ke {got}, bukan {rule.assign} (aturan terkuat: {answer.rule or 'tidak ada'})"
    if rule.triage and (answer.lead or answer.external):
        return f"“{text}” sampai ke {answer.lead or answer.external}, bukan triase"
    if rule.type and answer.type != rule.type:
        return f"“{text}” menjadi jenis {answer.type}, bukan {rule.type}"
    if rule.sensitive and answer.sensitive != rule.sensitive:
        return f"“{text}” tidak menjadi kategori {rule.sensitive}"
    return ""
