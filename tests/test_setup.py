"""One command from a fresh clone: the set-up script, the pins, and the wheel as a stranger installs it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from visium_graph.storyboard import Storyboard

# --- Pins ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pins(project: Path) -> dict[str, str]:
    lines = (project / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines)}


def wanted_of(name: str, extras: set[str]) -> Iterator[Requirement]:
    """The requirements of an installed distribution that apply here."""
    for line in metadata.requires(name) or []:
        wanted = Requirement(line)
        if wanted.marker is None or any(wanted.marker.evaluate({"extra": extra}) for extra in extras | {""}):
            yield wanted


def test_constraints_are_sorted_names_and_versions(project: Path) -> None:
    lines = (project / "constraints.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*==[0-9][0-9A-Za-z.+!]*", line), line
    assert lines == sorted(lines, key=str.lower)
    assert len({canonicalize_name(line.partition("==")[0]) for line in lines}) == len(lines)


def test_everything_that_gets_installed_is_pinned(project: Path, pins: dict[str, str]) -> None:
    data = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    waiting = [Requirement(line) for line in data["project"]["dependencies"] + data["dependency-groups"]["dev"]]
    waiting += [Requirement(line) for line in data["build-system"]["requires"]]
    seen: set[str] = set()
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        assert name in pins, f"{name} is not pinned: add it to constraints.txt"
        assert wanted.specifier.contains(pins[name], prereleases=True), f"{name}=={pins[name]} is outside {wanted}"
        if str(wanted) not in seen:
            seen.add(str(wanted))
            waiting += wanted_of(name, wanted.extras)
    assert len(seen) > 100


def test_pins_install_on_the_oldest_python_we_name(pins: dict[str, str]) -> None:
    """Debian 12 has Python 3.11.2: a pin that wants 3.11.5 would stop the set-up there."""
    for name, version in pins.items():
        try:
            found = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue
        if found["Version"] == version:
            assert SpecifierSet(found["Requires-Python"] or "").contains("3.11.2"), f"{name}=={version}"


# --- The set-up script -----------------------------------------------------------------------------------------------

TOOLS = ("bash", "cat", "cksum", "dirname", "env", "grep", "id", "rm", "touch", "tr")


class Checkout:
    """A copy of what the script reads, on a machine that has only the commands named here."""

    def __init__(self, folder: Path, project: Path) -> None:
        self.folder = folder / "checkout"
        self.bin = folder / "bin"
        self.log = folder / "log"
        (self.folder / "scripts").mkdir(parents=True)
        self.bin.mkdir()
        for name in ("pyproject.toml", "constraints.txt", "scripts/setup.sh"):
            shutil.copy(project / name, self.folder / name)
        for tool in TOOLS:
            path = shutil.which(tool)
            assert path is not None
            (self.bin / tool).symlink_to(path)

    def command(self, name: str, script: str, folder: Path | None = None) -> Path:
        """Put a shell script on the machine; `log` in it records the call."""
        path = (folder or self.bin) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'#!/bin/bash\nlog() {{ echo "{name} $*" >> "{self.log}"; }}\n{script}\n', encoding="utf-8")
        path.chmod(0o755)
        return path

    def complete_machine(self, pip: str = "exit 0") -> None:
        """Every library is there; `python3` makes an environment whose pip runs the given script."""
        for name in ("cc", "pkg-config", "espeak-ng"):
            self.command(name, "exit 0")
        self.command("fc-list", 'echo "DejaVu Sans"')
        answers = f'case "$*" in\n*base_prefix*) echo /usr;;\n*sys.executable*) echo "{self.bin}/python3";;\n*version_info\\[*) echo 3.11;;\n'
        inside = self.command(
            "venv-python", f'{answers}*"pip --version"*) exit 0;;\n*"pip install"*) log "$@"; {pip};;\nesac'
        )
        make = f'mkdir=$(dirname "$4")\n"{shutil.which("mkdir")}" -p "$4/bin"\n"{shutil.which("cp")}" "{inside}" "$4/bin/python"\n'
        make += 'echo "VIRTUAL_ENV=$(pwd -P)/$4" > "$4/bin/activate"'
        self.command("python3", f'{answers}*"-m venv"*) log "$@"\n{make};;\nesac')

    def run(self, stage: str = "run", **environment: str) -> subprocess.CompletedProcess[str]:
        script = self.folder / "scripts" / "setup.sh"
        return subprocess.run(
            ["bash", str(script), stage],
            env={"PATH": str(self.bin), **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def calls(self) -> list[str]:
        return self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []

    def stamps(self) -> list[str]:
        return sorted(path.name[: len(".stamp-run")] for path in (self.folder / ".venv").glob(".stamp-*"))


@pytest.fixture
def checkout(tmp_path: Path, project: Path) -> Checkout:
    return Checkout(tmp_path, project)


def test_second_run_does_nothing(checkout: Checkout) -> None:
    checkout.complete_machine()
    first = checkout.run()
    assert first.returncode == 0, first.stderr
    assert first.stdout == ""  # it belongs to the command that comes after
    assert any("--editable ." in call and "--constraint constraints.txt" in call for call in checkout.calls())
    checkout.log.unlink()
    second = checkout.run()
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert checkout.calls() == []


def test_tests_need_more_than_a_video_and_a_video_no_more_than_tests(checkout: Checkout) -> None:
    checkout.complete_machine()
    checkout.run("run")
    checkout.log.unlink()
    assert checkout.run("dev").returncode == 0
    assert any("--group dev" in call for call in checkout.calls())
    checkout.log.unlink()
    assert checkout.run("run").returncode == 0
    assert checkout.calls() == []


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt", "scripts/setup.sh"])
def test_a_change_sets_up_again_in_the_same_environment(checkout: Checkout, name: str) -> None:
    checkout.complete_machine()
    checkout.run()
    checkout.log.unlink()
    with (checkout.folder / name).open("a", encoding="utf-8") as file:
        file.write("\n# changed\n")
    assert checkout.run().returncode == 0
    assert any("pip install" in call for call in checkout.calls())
    assert not any("-m venv" in call for call in checkout.calls())


def test_interrupted_set_up_is_not_taken_for_done(checkout: Checkout) -> None:
    checkout.complete_machine(pip='case "$*" in *--editable*) exit 1;; esac')
    failed = checkout.run()
    assert failed.returncode == 3
    assert "run the same command again" in failed.stderr
    assert checkout.stamps() == []
    shutil.copy(
        checkout.command("venv-python", 'case "$*" in *"pip install"*) log "$@";; esac'),
        checkout.folder / ".venv/bin/python",
    )
    assert checkout.run().returncode == 0
    assert checkout.stamps() == [".stamp-run"]


def test_a_moved_checkout_gets_a_new_environment(checkout: Checkout) -> None:
    checkout.complete_machine()
    checkout.run()
    checkout.log.unlink()
    checkout.folder = checkout.folder.rename(checkout.folder.with_name("moved"))
    assert checkout.run().returncode == 0
    assert any("-m venv --clear" in call for call in checkout.calls())


def test_old_python_is_one_clear_line(checkout: Checkout) -> None:
    checkout.command("python3", 'case "$*" in --version) echo "Python 3.10.12";; *) exit 1;; esac')
    run = checkout.run()
    assert run.returncode == 3
    assert run.stderr.splitlines() == [
        "set-up: Python 3.11 or newer is needed, and there is Python 3.10.12: install it, or name it with PYTHON=/path/to/python3"
    ]


def test_missing_libraries_without_apt_are_one_clear_line(checkout: Checkout) -> None:
    run = checkout.run(PYTHON=sys.executable)
    assert run.returncode == 3
    (line,) = run.stderr.splitlines()
    assert "install what Debian calls" in line
    for package in ("gcc", "pkg-config", "libcairo2-dev", "libpango1.0-dev"):
        assert package in line
    assert not (checkout.folder / ".venv").exists()


def test_missing_fonts_and_second_voice_stop_nothing(checkout: Checkout) -> None:
    checkout.complete_machine()
    for name in ("fc-list", "espeak-ng"):
        (checkout.bin / name).unlink()
    run = checkout.run()
    assert run.returncode == 0, run.stderr
    assert "going on without fontconfig fonts-dejavu-core espeak-ng" in run.stderr


def test_only_what_is_missing_is_installed_and_it_is_said_why(checkout: Checkout) -> None:
    checkout.complete_machine()
    checkout.command("pkg-config", '[ "$2" != pangocairo ]')
    checkout.command("apt-get", 'log "$@"')
    checkout.command("sudo", '"$@"')
    run = checkout.run()
    assert run.returncode == 0, run.stderr
    assert [call for call in checkout.calls() if call.startswith("apt-get")] == [
        "apt-get update -q=2",
        "apt-get install -q=2 -y --no-install-recommends libpango1.0-dev",
    ]
    assert "  libpango1.0-dev: sets the text" in run.stderr.splitlines()


def test_a_failing_package_manager_says_what_to_do(checkout: Checkout) -> None:
    checkout.complete_machine()
    checkout.command("pkg-config", '[ "$2" != cairo ]')
    checkout.command("apt-get", "exit 100")
    checkout.command("sudo", '"$@"')
    run = checkout.run()
    assert run.returncode == 3
    assert run.stderr.splitlines()[-1] == (
        "set-up: libraries are missing; as an administrator: apt-get update && apt-get install libcairo2-dev"
    )


def test_make_video_and_make_test_set_up_first(project: Path) -> None:
    def plan(target: str) -> str:
        run = subprocess.run(["make", "--dry-run", target], cwd=project, capture_output=True, text=True, check=True)
        return run.stdout

    video, test = plan("video"), plan("test")
    assert video.index("scripts/setup.sh run") < video.index('visium make "pythagorean theorem" -o "runs/pythagoras"')
    places = [test.index(step) for step in ("setup.sh dev", "ruff check", "ruff format --check", "mypy", "-m pytest")]
    assert places == sorted(places)


# --- The wheel -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wheel(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built with the pinned build tools that are installed, so nothing is fetched."""
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", str(project), "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(folder))
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel in a folder of its own; its dependencies come from the environment of the tests."""
    folder = tmp_path_factory.mktemp("installed")
    pip("install", "--no-deps", "--no-index", "--target", str(folder), str(wheel))
    return folder


def pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def visium(installed: Path, cwd: Path, *arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """The installed command, from a folder outside the checkout."""
    return subprocess.run(
        [sys.executable, str(installed / "bin" / "visium"), *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )


def test_the_wheel_carries_every_file_of_the_package_and_nothing_else(project: Path, wheel: Path) -> None:
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "visium_graph", "configs"],
        cwd=project, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listing.returncode != 0:
        pytest.skip("not a git checkout")
    tracked = {name for name in listing.stdout.splitlines() if (project / name).is_file()}
    expected = {f"visium_graph/{name}" if name.startswith("configs/") else name for name in tracked}
    shipped = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert shipped == expected
    assert "visium_graph/configs/default.yaml" in shipped


def test_the_wheel_works_outside_the_checkout(installed: Path, tmp_path: Path, tiny_storyboard: Storyboard) -> None:
    where = subprocess.run(
        [sys.executable, "-c", "import visium_graph; print(visium_graph.__file__)"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(installed)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert where.stdout.startswith(str(installed))

    lessons = visium(installed, tmp_path, "lessons")
    assert lessons.returncode == 0, lessons.stderr
    assert "pythagoras" in lessons.stdout

    (tmp_path / "board.json").write_text(tiny_storyboard.dumps(), encoding="utf-8")
    made = visium(
        installed, tmp_path, "render", "board.json", "-o", "out", "--config", "offline", "--quality", "tiny", "--voice", "silent"
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert tmp_path / made.stdout.strip() == tmp_path / "out" / "video.mp4"
    assert (tmp_path / "out" / "video.mp4").stat().st_size > 1000
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert [scene["outcome"] for scene in report["scenes"]] == ["template", "template"]
