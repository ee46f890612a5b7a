"""A loaded demo city as its tests hold it, and its commands."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from sapa.settings import Settings
from sapa.settings import load as read

ROOT = Path(__file__).parents[2]
SAPA = (sys.executable, "-c", "from sapa.cli import app; app()")


@dataclass(kw_only=True)
class Town:
    """A loaded demo city. `refused` is what `serve --demo` said before, `told` what `load` printed."""

    var: Path
    refused: str
    told: str
    ways_out: list[str]

    @property
    def settings(self) -> Settings:
        return read(ROOT / "config.yaml", {"SAPA_VAR": str(self.var)})

    @property
    def environ(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SAPA_")}
        return kept | {"SAPA_VAR": str(self.var), "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}

    def sapa(self, *words: str, **environ: str) -> "subprocess.CompletedProcess[str]":
        """A command in a process of its own."""
        return subprocess.run(
            [*SAPA, *words],
            cwd=ROOT,
            env=self.environ | environ,
            capture_output=True,
            text=True,
            timeout=120,
        )
