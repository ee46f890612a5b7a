"""The house rules: where arrows point, how long things are, who looks at clocks and the environment."""

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("channels", "router", "store", "notifier", "sapa")
LONGEST_FILE = 300
LONGEST_FUNCTION = 40
#: The only files that may ask what time it is or what the environment says.
EDGES = ("sapa/cli/", "sapa/bootstrap/", "sapa/schedule.py", "sapa/settings/")


def sources() -> list[Path]:
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    return [path for path in files if "versions" not in path.parts]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def calls(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield ast.unparse(node)


def test_arrows_point_down() -> None:
    script = "from importlinter.cli import lint_imports_command as run; run(['--no-cache'])"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]


def test_every_room_is_typed() -> None:
    assert [room for room in ROOMS if not (ROOT / room / "py.typed").exists()] == []


@pytest.mark.parametrize("path", sources(), ids=name)
def test_files_and_functions_stay_short_and_say_what_they_are_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "a module says its purpose"
    assert text.count("\n") <= LONGEST_FILE
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = {f.name: f.end_lineno - f.lineno + 1 for f in functions if f.end_lineno}
    assert {f: size for f, size in long.items() if size > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("path", [p for p in sources() if not name(p).startswith(EDGES)], ids=name)
def test_time_and_environment_are_given(path: Path) -> None:
    asked = set(calls(ast.parse(path.read_text(encoding="utf-8"))))
    forbidden = {
        "datetime.now",
        "datetime.utcnow",
        "date.today",
        "time.time",
        "os.environ",
        "os.getenv",
        "datetime.datetime.now",
    }
    assert asked & forbidden == set()


def test_broad_excepts_are_few_and_say_why() -> None:
    """`except Exception` only where a loop or a door must go on, each time with what it keeps."""
    found = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            broad = isinstance(node, ast.ExceptHandler) and (
                node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"}
            )
            if broad and all(isinstance(step, ast.Pass | ast.Continue) for step in node.body):  # type: ignore[attr-defined]
                found.append(f"{name(path)}:{node.lineno}")  # type: ignore[attr-defined]
    assert found == []


def test_our_own_code_is_never_patched_in_tests() -> None:
    ours = re.compile(rf"(?:monkeypatch\.setattr|mock\.patch|patch)\(\s*[\"']?(?:{'|'.join(ROOMS)})\b")
    found = [
        name(path) for path in (ROOT / "tests").rglob("*.py") if ours.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_tests_go_through_public_names() -> None:
    """A private name may change with the code behind it; a test that needs it tests the wrong thing."""
    reached = []
    for path in (ROOT / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and re.match(r"_[^_]", node.attr):
                owner = ast.unparse(node.value)
                if owner not in ("self", "cls", "os"):
                    reached.append(f"{name(path)}:{node.lineno} {owner}.{node.attr}")
    assert reached == []


def test_no_left_over_words() -> None:
    words = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError")
    assert [name(path) for path in sources() if words.search(path.read_text(encoding="utf-8"))] == []


#: What an extra brings, where it may not be installed.
EXTRAS = {"dkim": ["dkimpy"], "spf": ["pyspf"], "authheaders": ["authheaders"], "authres": ["authres"]}


def test_what_the_rooms_import_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [one for extra in project.get("optional-dependencies", {}).values() for one in extra]
    listed = names_of([*project["dependencies"], *extras])
    declared = {one.lower().replace("_", "-").split("[")[0] for one in listed}
    packages = dict(EXTRAS) | dict(importlib.metadata.packages_distributions())
    imported = {
        module
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for module in modules_of(node)
        if module not in ROOMS and module not in sys.stdlib_module_names
    }
    assert len(imported) > 20
    unknown = {
        module
        for module in imported
        if not declared & {one.lower().replace("_", "-") for one in packages.get(module, ())}
    }
    assert unknown == set()


def names_of(requirements: list[str]) -> list[str]:
    return [re.split(r"[<>=!~; ]", one)[0] for one in requirements]


def modules_of(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [one.name.split(".")[0] for one in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level and node.module:
        return [node.module.split(".")[0]]
    return []


def test_locks_name_no_host_and_pin_every_package_by_hash() -> None:
    for lock in ("run", "dev"):
        text = (ROOT / "requirements" / f"{lock}.lock").read_text(encoding="utf-8")
        assert "://" not in text
        pins = re.findall(r"^[a-z0-9_.-]+(?:\[[^\]]*\])?==", text, re.MULTILINE | re.IGNORECASE)
        assert len(pins) > 20
        assert text.count("--hash=sha256:") >= len(pins)


def test_a_wheel_holds_templates_migrations_and_the_starter(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    import zipfile

    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for wanted in (
        "store/migrations/env.py",
        "store/migrations/versions/0001_foundation.py",
        "sapa/starter/config.yaml",
        "sapa/web/static/sapa.css",
        "notifier/templates/ack.txt",
        *(f"{room}/py.typed" for room in ROOMS),
    ):
        assert wanted in names, wanted
