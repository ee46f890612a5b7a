"""Documentation that cannot rot: commands, help texts, targets and pages."""

import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from channels.registry import DOORS
from sapa.cli import app

ROOT = Path(__file__).parents[2]
COMMAND_PAGE = ROOT / "docs" / "reference" / "commands.md"


def commands(group: typer.Typer = app, before: str = "sapa") -> list[str]:
    """Every command with its full name."""
    own = [f"{before} {one.name}" for one in group.registered_commands]
    for sub in group.registered_groups:
        assert sub.typer_instance is not None
        own += commands(sub.typer_instance, f"{before} {sub.name}")
    return [re.sub(r" None$", "", one) for one in own]


@pytest.mark.parametrize("command", commands())
def test_every_command_is_documented_with_its_options(command: str) -> None:
    page = COMMAND_PAGE.read_text(encoding="utf-8")
    assert f"## `{command}" in page
    section = page.partition(f"## `{command}")[2].partition("\n## ")[0]
    shown = CliRunner().invoke(app, [*command.split()[1:], "--help"], env={"COLUMNS": "200", "TERM": "dumb"})
    assert shown.exit_code == 0
    for option in set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", shown.output)) - {
        "--help",
        "--no-exclude-examples",
    }:
        assert option in section, f"{command} {option}"


def test_the_readme_names_make_targets_and_files_that_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"`?make ([a-z-]+)", text))
    assert {"run", "test"} <= named <= targets
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        if "://" not in link:
            assert (ROOT / link).exists(), link


def test_the_first_screen_of_the_readme_shows_both_commands() -> None:
    first = "\n".join((ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:45])
    assert "make run" in first
    assert "make test" in first


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda p: p.name)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if "://" not in link and not link.startswith("mailto:"):
            assert (page.parent / link).exists(), link


@pytest.mark.parametrize("door", sorted(set(DOORS) - {"fake"}))
def test_every_door_has_a_page(door: str) -> None:
    assert (ROOT / "docs" / "channels" / f"{door}.md").exists()


def test_the_changelog_is_in_the_usual_form() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## \[Unreleased\]$|^## \[\d+\.\d+\.\d+\]", text, re.MULTILINE)


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [path.name[:4] for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]
    assert len(numbers) >= 3
