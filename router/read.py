"""Plain data → rules, with every mistake named by its path."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from router.book import TYPES, BookSource, Problem, Rule
from router.words import WrongPattern, parse

KEYS = (
    "id", "when", "unless", "assign", "supporting", "because", "weight", "type", "sensitive", "triage",
    "urgent", "examples", "counter_examples",
)  # fmt: skip
WHEN = ("words", "priority", "all", "category", "kelurahan", "channel", "type")
FEWEST_EXAMPLES = 2
_HEAVIEST = 9
Path = tuple[str | int, ...]


class Reader:
    """Reads one source; `problems` grows, `rules` holds what could be read."""

    def __init__(self, source: BookSource) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.rules: list[tuple[int, Rule]] = []
        self._ids: dict[str, int] = {}
        self._categories = [category.id for category in source.sensitive]

    def wrong(self, path: Path, message: str) -> None:
        self.problems.append(Problem(path, message))

    def lacks(self, path: Path, message: str) -> None:
        """A mistake of the whole, unless something at `path` was wrong already."""
        if all(problem.path[: len(path)] != path for problem in self.problems):
            self.wrong(path, message)

    def read(self) -> None:
        for number, raw in enumerate(self.source.rules):
            if isinstance(raw, Mapping):
                self._rule(number, raw)
            else:
                self.wrong(("rules", number), "seharusnya sebuah aturan dengan id, when, assign, because")

    def _rule(self, number: int, raw: Mapping[str, object]) -> None:
        at: Path = ("rules", number)
        before = len(self.problems)
        self._unknown(at, raw, KEYS)
        when = self._mapping(at, raw, "when", WHEN)
        unless = self._mapping(at, raw, "unless", ("words",))
        rule = Rule(
            id=self._id(at, raw, number),
            words=self._words((*at, "when", "words"), when.get("words")),
            priority=self._words((*at, "when", "priority"), when.get("priority")),
            all=self._groups((*at, "when", "all"), when.get("all")),
            unless=self._words((*at, "unless", "words"), unless.get("words")),
            category=frozenset(self._texts((*at, "when", "category"), when.get("category"))),
            kelurahan=self._among(at, when, "kelurahan", self.source.kelurahan),
            channel=self._among(at, when, "channel", self.source.channels),
            when_type=self._among(at, when, "type", TYPES),
            assign=self._owner((*at, "assign"), raw.get("assign", "")),
            supporting=tuple(
                self._owner((*at, "supporting", n), code)
                for n, code in enumerate(self._texts((*at, "supporting"), raw.get("supporting")))
            ),
            because=self._text((*at, "because"), raw.get("because", "")),
            weight=self._weight((*at, "weight"), raw.get("weight", 1)),
            type=self._one((*at, "type"), raw.get("type", ""), TYPES),
            sensitive=self._one((*at, "sensitive"), raw.get("sensitive", ""), self._categories),
            urgent=self._flag((*at, "urgent"), raw.get("urgent", False)),
            triage=self._flag((*at, "triage"), raw.get("triage", False)),
            examples=self._texts((*at, "examples"), raw.get("examples")),
            counter_examples=self._texts((*at, "counter_examples"), raw.get("counter_examples")),
        )
        self._whole(at, rule)
        if len(self.problems) == before:
            self.rules.append((number, rule))

    def _whole(self, at: Path, rule: Rule) -> None:
        """What a rule must have as a whole."""
        worded = rule.words or rule.priority or rule.all
        if not (worded or rule.category or rule.kelurahan or rule.channel or rule.when_type):
            self.lacks((*at, "when"), "aturan harus punya syarat, misalnya words: [lampu jalan]")
        if not (rule.assign or rule.type or rule.sensitive or rule.triage):
            message = "sebutkan OPD pengampu (assign), jenis (type), kategori (sensitive), atau triage"
            self.lacks((*at, "assign"), message)
        if rule.assign and rule.triage:
            self.lacks((*at, "triage"), "aturan triage tidak memilih OPD; hapus assign atau triage")
        if not rule.because:
            self.lacks((*at, "because"), "alasan wajib ditulis: satu kalimat yang dibaca warga dan petugas")
        if len(set(rule.examples)) < FEWEST_EXAMPLES:
            self.lacks((*at, "examples"), f"paling sedikit {FEWEST_EXAMPLES} contoh laporan yang berbeda")
        if rule.assign and rule.assign in rule.supporting:
            self.lacks((*at, "supporting"), f"{rule.assign} sudah menjadi OPD pengampu")

    def _id(self, at: Path, raw: Mapping[str, object], number: int) -> str:
        name = self._text((*at, "id"), raw.get("id", ""))
        if not name:
            self.wrong((*at, "id"), "aturan harus punya id, misalnya lampu-jalan")
        elif name in self._ids:
            self.wrong((*at, "id"), f"id {name} sudah dipakai aturan ke-{self._ids[name] + 1}")
        else:
            self._ids[name] = number
        return name

    def _unknown(self, at: Path, raw: Mapping[str, object], known: Sequence[str]) -> None:
        for key in raw:
            if key not in known:
                self.wrong((*at, key), f"kunci {key} tidak dikenal{closest(str(key), known)}")

    def _mapping(
        self, at: Path, raw: Mapping[str, object], key: str, known: Sequence[str]
    ) -> Mapping[str, object]:
        value = raw.get(key)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self.wrong((*at, key), f"seharusnya berisi {', '.join(known)}")
            return {}
        self._unknown((*at, key), value, known)
        return value

    def _text(self, at: Path, value: object) -> str:
        if isinstance(value, str):
            return value.strip()
        self.wrong(at, "seharusnya sebuah teks")
        return ""

    def _texts(self, at: Path, value: object) -> tuple[str, ...]:
        if value is None:
            return ()
        if isinstance(value, str) or not isinstance(value, Sequence):
            self.wrong(at, "seharusnya sebuah daftar, misalnya [a, b]")
            return ()
        for number, item in enumerate(value):
            if not isinstance(item, str) or not item.strip():
                self.wrong((*at, number), "seharusnya teks yang tidak kosong; angka diberi tanda kutip")
        return tuple(item.strip() for item in value if isinstance(item, str) and item.strip())

    def _words(self, at: Path, value: object) -> tuple[str, ...]:
        words = self._texts(at, value)
        seen: dict[frozenset[object], int] = {}
        for number, word in enumerate(words):
            try:
                meant = frozenset(pattern.parts for pattern in parse(word))
            except WrongPattern as error:
                self.wrong((*at, number), f"“{word}” {error}")
                continue
            if meant in seen:
                self.wrong((*at, number), f"“{word}” sama dengan “{words[seen[meant]]}”")
            seen.setdefault(meant, number)
        return words

    def _groups(self, at: Path, value: object) -> tuple[tuple[str, ...], ...]:
        if value is None:
            return ()
        if isinstance(value, str) or not isinstance(value, Sequence):
            self.wrong(at, "seharusnya daftar dari beberapa daftar kata, misalnya [[jalan, gang], [rusak]]")
            return ()
        return tuple(self._words((*at, number), group) for number, group in enumerate(value))

    def _among(self, at: Path, when: Mapping[str, object], key: str, known: Sequence[str]) -> frozenset[str]:
        values = self._texts((*at, "when", key), when.get(key))
        for number, value in enumerate(values):
            if value not in known:
                self.wrong((*at, "when", key, number), f"{value} tidak dikenal{closest(value, known)}")
        return frozenset(values)

    def _one(self, at: Path, value: object, known: Sequence[str]) -> str:
        name = self._text(at, value)
        if name and name not in known:
            self.wrong(at, f"{name} tidak dikenal{closest(name, known)}")
        return name

    def _owner(self, at: Path, value: object) -> str:
        return self._one(at, value, list(self.source.owners))

    def _flag(self, at: Path, value: object) -> bool:
        if isinstance(value, bool):
            return value
        self.wrong(at, "seharusnya true atau false")
        return False

    def _weight(self, at: Path, value: object) -> float:
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _HEAVIEST:
            return float(value)
        self.wrong(at, f"bobot seharusnya angka 0 sampai {_HEAVIEST}")
        return 0.0


def closest(name: str, known: Sequence[str]) -> str:
    """` — maksudnya X?` when something close to `name` is known, else what is known."""
    close = get_close_matches(name, known, n=1) or get_close_matches(name.upper(), known, n=1)
    if close:
        return f"; maksudnya {close[0]}?"
    return f"; yang dikenal: {', '.join(known)}" if known else ""
