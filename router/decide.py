"""Text, facts and rule book → who owns the complaint, and why in one sentence."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from router.because import reason
from router.book import GROUP, OWNER, PRIORITY, SENSITIVE, UNLESS, WORD, Rule, RuleBook, SensitiveCategory
from router.words import Text

PRIORITY_STRENGTH = 100.0
KIND_STRENGTH = 10.0
FURTHER = 0.5
FURTHER_MOST = 3.0
FIRST_SAID = 1.5
FIRST_WORDS = 40
SUPPORT = 0.3
NAMED = 0.6
ENOUGH = 3.0
MARGIN = 0.8
CANDIDATES = 5
_SAME = 1e-9


class Evidence(NamedTuple):
    """`text[start:end]` is what was found; `word` is the entry of the rule that found it."""

    start: int
    end: int
    word: str


class Match(NamedTuple):
    """A rule that holds, how strongly, and the words that show it."""

    rule: str
    opd: str
    strength: float
    evidence: tuple[Evidence, ...]


class Facts(NamedTuple):
    """What is known besides the text; "" = not known."""

    channel: str = ""
    kelurahan: str = ""
    type: str = ""
    category: str = ""


class Assignment(NamedTuple):
    """The judge's answer. `lead` "" = triage; `external` = the body outside the city that is the best guess.

    `candidates`: best guesses first, OPD or external codes, at most 5. `confidence` 0..1.
    `rule` is the rule that decided ("" when none), `rule_book` the book's digest.
    """

    lead: str
    because: str
    rule_book: str
    supporting: tuple[str, ...] = ()
    matches: tuple[Match, ...] = ()
    candidates: tuple[str, ...] = ()
    confidence: float = 0.0
    type: str = "complaint"
    sensitive: str = ""
    urgent: bool = False
    named: tuple[str, ...] = ()
    external: str = ""
    rule: str = ""


class _Seen:
    """What the patterns found in a text mean, gathered."""

    __slots__ = ("groups", "named", "never", "priority", "sensitive", "urgent", "words")

    def __init__(self, book: RuleBook, hits: Mapping[int, tuple[int, ...]]) -> None:
        self.words: dict[int, list[int]] = {rule: [] for rule in book.bare}
        self.groups: dict[int, set[int]] = {}
        self.never: set[int] = set()
        self.priority: set[int] = set()
        self.named: dict[str, int] = {}
        self.sensitive: dict[str, int] = {}
        self.urgent = False
        uses, words = book.uses, self.words
        for pattern in hits:
            for role, rule, group, code in uses[pattern]:
                if role == WORD:
                    found = words.get(rule)
                    if found is None:
                        words[rule] = [pattern]
                    else:
                        found.append(pattern)
                elif role == UNLESS:
                    self.never.add(rule)
                elif role == GROUP:
                    self._word(rule, pattern)
                    self.groups.setdefault(rule, set()).add(group)
                elif role == PRIORITY:
                    self._word(rule, pattern)
                    self.priority.add(rule)
                elif role == OWNER:
                    self.named.setdefault(code, pattern)
                elif role == SENSITIVE:
                    self.sensitive.setdefault(code, pattern)
                else:
                    self.urgent = True

    def _word(self, rule: int, pattern: int) -> None:
        found = self.words.get(rule)
        if found is None:
            self.words[rule] = [pattern]
        elif pattern not in found:
            found.append(pattern)


def decide(text: str, facts: Facts, book: RuleBook) -> Assignment:
    """Judge `text`. Never raises, whatever the text; the same book in another order answers the same."""
    read = book.finder.find(text)
    seen = _Seen(book, read.hits)
    held = _held(seen, facts, book, read.hits)
    sensitive = _sensitive(seen, held, book)
    matches = [_match(strength, rule, found, read, book) for strength, rule, found in held]
    if sensitive:
        matches += _by_category(seen, sensitive, read, book)
        matches.sort(key=lambda m: (-m.strength, m.rule))
    scores = _scores(matches, seen.named)
    order = sorted(scores, key=lambda code: (-scores[code], code))
    first = order[0] if order else ""
    best = scores[first] if first else 0.0
    second = scores[order[1]] if len(order) > 1 else 0.0
    kept = bool(held) and held[0][1].triage and not sensitive
    sure = not kept and best >= ENOUGH and best - second >= MARGIN - _SAME
    external = first if first and not kept and book.owners[first].kind == "external" else ""
    top = matches[0] if kept else _top(matches, first)
    rule = _rule(held, top)
    return Assignment(
        lead=first if sure and not external else "",
        supporting=rule.supporting if rule else (),
        because=reason(text, order, matches, top, rule, sure, book),
        matches=tuple(matches),
        candidates=tuple(order[:CANDIDATES]),
        confidence=_confidence(best, second),
        rule_book=book.digest,
        type=_type(held, facts, book.sensitive.get(sensitive)),
        sensitive=sensitive,
        urgent=seen.urgent or any(rule.urgent for _, rule, _ in held),
        named=tuple(sorted(seen.named)),
        external=external,
        rule=top.rule if top else "",
    )


def _top(matches: Sequence[Match], owner: str) -> Match | None:
    """The strongest match of the best guess; None when it was only named."""
    for match in matches:
        if owner and match.opd == owner:
            return match
    return None


def _rule(held: Sequence[tuple[float, Rule, list[int]]], top: Match | None) -> Rule | None:
    for _, rule, _ in held:
        if top and rule.id == top.rule:
            return rule
    return None


def _held(
    seen: _Seen, facts: Facts, book: RuleBook, hits: Mapping[int, tuple[int, ...]]
) -> list[tuple[float, Rule, list[int]]]:
    """The rules that hold, each with its strength and the patterns that were found.

    What is said first is what a report is about: a rule found after `FIRST_WORDS` words adds nothing for it.
    """
    held = []
    rules, sizes = book.rules, book.sizes
    for number, found in seen.words.items():
        if number in seen.never:
            continue
        rule = rules[number]
        strength = rule.weight
        if number in book.conditional:
            if len(seen.groups.get(number, ())) < len(rule.all):
                continue
            kinds = _kinds(rule, facts)
            if kinds < 0:
                continue
            strength += KIND_STRENGTH * kinds
        if found:
            most, first = sizes[found[0]], hits[found[0]][0]
            if len(found) > 1:
                found_sizes = [sizes[pattern] for pattern in found]
                most = max(found_sizes)
                strength += min(FURTHER_MOST, FURTHER * (sum(found_sizes) - most))
                first = min([hits[pattern][0] for pattern in found])
            strength += most
            if first < FIRST_WORDS:
                strength += FIRST_SAID * (1 - first / FIRST_WORDS)
        if rule.triage or number in seen.priority:
            strength += PRIORITY_STRENGTH
        held.append((strength, rule, found))
    held.sort(key=lambda item: (-item[0], item[1].id))
    return held


def _kinds(rule: Rule, facts: Facts) -> int:
    """How many conditions besides words hold; -1 when one does not."""
    kinds = 0
    for wanted, value in (
        (rule.category, facts.category),
        (rule.kelurahan, facts.kelurahan),
        (rule.channel, facts.channel),
        (rule.when_type, facts.type),
    ):
        if wanted:
            if value not in wanted:
                return -1
            kinds += 1
    return kinds


def _match(strength: float, rule: Rule, found: Sequence[int], read: Text, book: RuleBook) -> Match:
    hits, ends, sources = read.hits, read.ends, book.sources
    new = tuple.__new__
    evidence = [new(Evidence, (ends[2 * w], ends[2 * w + 1], sources[p])) for p in found for w in hits[p]]
    evidence.sort()
    return Match(rule.id, rule.assign, strength, tuple(evidence))


def _by_category(seen: _Seen, sensitive: str, read: Text, book: RuleBook) -> list[Match]:
    category = book.sensitive.get(sensitive)
    if not category or not category.assign or sensitive not in seen.sensitive:
        return []
    pattern = seen.sensitive[sensitive]
    ends, word = read.ends, book.sources[pattern]
    evidence = tuple(Evidence(ends[2 * w], ends[2 * w + 1], word) for w in read.hits[pattern])
    return [Match(f"sensitive:{sensitive}", category.assign, KIND_STRENGTH, evidence)]


def _sensitive(seen: _Seen, held: Sequence[tuple[float, Rule, list[int]]], book: RuleBook) -> str:
    """The category by the strongest rule that names one, else by its own words (book's order)."""
    for _, rule, _ in held:
        if rule.sensitive:
            return rule.sensitive
    if not seen.sensitive:
        return ""
    return next(code for code in book.sensitive if code in seen.sensitive)


def _type(
    held: Sequence[tuple[float, Rule, list[int]]], facts: Facts, category: SensitiveCategory | None
) -> str:
    if category and category.type:
        return category.type
    for _, rule, _ in held:
        if rule.type:
            return rule.type
    return facts.type or "complaint"


def _scores(matches: Sequence[Match], named: Mapping[str, int]) -> dict[str, float]:
    """Per owner: its strongest match, a little for the others, a little for being named."""
    scores: dict[str, float] = {}
    for match in matches:
        if match.opd:
            share = SUPPORT * min(match.strength, KIND_STRENGTH) if match.opd in scores else match.strength
            scores[match.opd] = scores.get(match.opd, 0.0) + share
    for code in named:
        scores[code] = scores.get(code, 0.0) + NAMED
    return scores


def _confidence(best: float, second: float) -> float:
    """0..1 from how far the best guess stands before the next."""
    return round((best - second) / (best + 2.0), 3) if best else 0.0
