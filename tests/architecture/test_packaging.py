"""An installation holds everything that the checkout holds: templates, styles, catalogues, migrations."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("admin_web", "channels", "conversations", "core", "letsema", "storage")


def committed_files() -> set[str]:
    listed = subprocess.run(["git", "ls-files", *ROOMS], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout: there is nothing to compare with")
    return {name for name in listed.stdout.splitlines() if (ROOT / name).exists()}


def test_a_wheel_holds_every_file_of_the_rooms(tmp_path: Path) -> None:
    files = committed_files()
    copy = tmp_path / "checkout"
    for name in [*files, "pyproject.toml", "README.md"]:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, copy / name)

    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "."]
    subprocess.run([*build, "--wheel-dir", tmp_path], cwd=copy, check=True)

    (wheel,) = tmp_path.glob("letsema-*.whl")
    packed = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert packed == files
