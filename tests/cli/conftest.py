"""Commands on an installation of their own."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from sapa.cli import app

ROOT = Path(__file__).parents[2]
Sapa = Callable[..., Result]


@pytest.fixture
def sapa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sapa]:
    """`sapa(word, …)` on the shipped configuration with a `var` of its own."""
    before = os.umask(0o022)
    monkeypatch.setenv("SAPA_VAR", str(tmp_path / "var"))

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, [*words, "--config", str(ROOT / "config.yaml")])

    yield run
    os.umask(before)
