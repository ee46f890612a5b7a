"""The commented starter configuration another city begins with."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path


def write_starter(folder: Path) -> tuple[Path, ...]:
    """Write the starter into `folder` (made if missing); returns the files written, config.yaml first.

    Raises `FileExistsError`, having written nothing, if one of them is already there.
    """
    wanted = [(folder / name, source) for name, source in _files(files("sapa") / "starter")]
    for target, _ in wanted:
        if target.exists():
            raise FileExistsError(f"{target} sudah ada; pilih folder kosong")
    for target, source in wanted:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
    return tuple(target for target, _ in wanted)


def _files(folder: Traversable, above: str = "") -> list[tuple[str, Traversable]]:
    found = []
    for entry in sorted(folder.iterdir(), key=lambda entry: (entry.is_dir(), entry.name)):
        if entry.is_dir():
            found += _files(entry, f"{above}{entry.name}/")
        elif entry.name.endswith(".yaml"):
            found.append((above + entry.name, entry))
    return found
