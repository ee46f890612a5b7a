"""The configuration's file and the files it includes, as one."""

from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from sapa.settings.problems import BadConfig, Path, Positions, Problem, Spot, quoted
from sapa.settings.reading import MAX_BYTES, Document, read

MAX_FILES = 32


@dataclass(slots=True)
class Gathered:
    """All files together: top-level keys, their places, and the faults found so far."""

    folder: FilePath
    data: dict[str, Any] = field(default_factory=dict)
    keys: dict[Path, Spot] = field(default_factory=dict)
    values: dict[Path, Spot] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    files: list[FilePath] = field(default_factory=list)

    def positions(self) -> Positions:
        """Where everything stands; the whole is the first file."""
        return Positions(self.keys, self.values, self.values.get((), Spot("config.yaml")))


def gather(path: FilePath) -> Gathered:
    """Read `path` and everything its `include:` names. Raises `BadConfig` if `path` itself cannot be read.

    In errors the files are named as `path` was given, so that a person or an editor finds them.
    """
    folder = path.parent.resolve()
    gathered = Gathered(folder)
    _add(gathered, path, str(path), ())
    return gathered


def _add(gathered: Gathered, path: FilePath, name: str, above: tuple[FilePath, ...]) -> None:
    gathered.files.append(path)
    document = read(name, _content(path, name))
    gathered.problems += document.problems
    if not isinstance(document.data, dict):
        message = "berkas harus berisi kunci: nilai, bukan daftar atau teks"
        raise BadConfig([*gathered.problems, Problem(Spot(name), (), message)])
    if not above:
        gathered.values[()] = Spot(name)
    includes = document.data.pop("include", [])
    _merge(gathered, document)
    if not isinstance(includes, list):
        spot = document.values[("include",)]
        message = "harus daftar berkas, misalnya: [config/opd.yaml]"
        gathered.problems.append(Problem(spot, ("include",), message))
        return
    for number, entry in enumerate(includes):
        spot = document.values[("include", number)]
        _include(gathered, entry, spot, number, (*above, path.resolve()))


def _content(path: FilePath, name: str) -> bytes:
    try:
        if not path.is_file():
            problem = "berkas tidak ada" if not path.exists() else "bukan berkas biasa"
            raise BadConfig([Problem(Spot(name), (), problem)])
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadConfig([Problem(Spot(name), (), f"tidak dapat dibaca: {reason}")]) from error


def _include(gathered: Gathered, entry: object, spot: Spot, number: int, above: tuple[FilePath, ...]) -> None:
    """Add one included file; what is wrong with it is kept, so that the others are still checked."""
    target = _target(gathered, entry, above)
    if isinstance(target, str):
        gathered.problems.append(Problem(spot, ("include", number), target))
        return
    try:
        _add(gathered, target, _beside(gathered, str(entry)), above)
    except BadConfig as error:
        gathered.problems += error.problems


def _beside(gathered: Gathered, entry: str) -> str:
    """An included file as the caller would write it: beside the first one."""
    return str(FilePath(gathered.values[()].file).parent / entry)


def _target(gathered: Gathered, entry: object, above: tuple[FilePath, ...]) -> FilePath | str:
    """The file an include names, or why it cannot be included."""
    if not isinstance(entry, str) or not entry:
        return "harus nama berkas, misalnya: config/opd.yaml"
    try:
        target = (gathered.folder / entry).resolve()
        found = target.is_file()
    except (OSError, ValueError, RuntimeError):
        return f"bukan nama berkas: {quoted(entry)}"
    if not target.is_relative_to(gathered.folder):
        return f"{quoted(entry)} di luar folder konfigurasi; pindahkan ke dalamnya"
    if target in above:
        return f"{quoted(entry)} memuat dirinya sendiri; hapus dari sini"
    if not found:
        return f"berkas {quoted(entry)} tidak ada"
    if any(target == file.resolve() for file in gathered.files):
        return f"{quoted(entry)} sudah dimuat; hapus salah satu"
    if len(gathered.files) >= MAX_FILES:
        return f"terlalu banyak berkas: paling banyak {MAX_FILES}"
    return target


def _merge(gathered: Gathered, document: Document) -> None:
    """Take over the top-level keys; lists of the same name are joined, anything else doubled is a fault."""
    shift: dict[str, int] = {}
    for key, value in document.data.items():
        known = gathered.data.get(key)
        if key not in gathered.data:
            gathered.data[key] = value
            shift[key] = 0
        elif isinstance(known, list) and isinstance(value, list):
            shift[key] = len(known)
            known.extend(value)
        else:
            message = f"sudah ditulis di {gathered.keys[(key,)]}; hapus salah satu"
            gathered.problems.append(Problem(document.keys[(key,)], (key,), message))
    for own, shared in ((document.keys, gathered.keys), (document.values, gathered.values)):
        for path, spot in own.items():
            if path and path[0] in shift:
                shared.setdefault(_moved(path, shift[str(path[0])]), spot)


def _moved(path: Path, by: int) -> Path:
    if by and len(path) > 1 and isinstance(path[1], int):
        return (path[0], path[1] + by, *path[2:])
    return path
