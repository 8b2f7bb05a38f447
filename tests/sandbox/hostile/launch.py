"""Starts a batch of hostile scenes as a user with no privileges, in an environment with secrets."""

from __future__ import annotations

import json
import os
import resource
import secrets
import shutil
import site
import stat
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

_RUNNER = Path(__file__).parents[1] / "hostile_run.py"
_FIRST_USER, _USERS = 61184, 4336  # numbers that no person has: those of systemd's passing users
_SECONDS = 900


def launch(names: list[str], *, unconfined: bool = False) -> dict[str, Any]:
    """Run the named attacks in a process of their own; returns its report, with `cpu` seconds of it all.

    Where this process is root it runs as an unused, unprivileged user; else as the user that runs the tests.
    """
    user = None
    if os.geteuid() == 0:
        user = _FIRST_USER + (os.getpid() * 7 + secrets.randbelow(7)) % _USERS
    base = Path(tempfile.mkdtemp(prefix="hostile-", dir="/tmp" if user else None))  # root's own may be closed to others
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        ground = base / "ground"
        for folder in (base, ground, *(ground / name for name in ("home", "site", "tmp"))):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)
        python, runner = _interpreter(base, ground / "site", user)
        (ground / "names.json").write_text(json.dumps(names))
        if user is not None:
            for path in (ground, *ground.rglob("*")):
                os.chown(path, user, user)
        token = secrets.token_hex(16)
        command = [str(python), str(runner), "--batch", str(ground)]
        command += ["--unconfined"] * unconfined + ["--whole-user"] * (user is not None)
        with (base / "words").open("w+") as words:  # a file: a survivor would hold a pipe open for ever
            done = subprocess.run(
                command,
                env=_environment(ground, token),
                cwd=ground,
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                timeout=_SECONDS,
                check=False,
                start_new_session=True,
                **({} if user is None else {"user": user, "group": user, "extra_groups": []}),
            )
            words.seek(0)
            report = ground / "report.json"
            if done.returncode or not report.exists():
                raise RuntimeError(f"the batch ended with {done.returncode}:\n{words.read()[-8000:]}")
        found: dict[str, Any] = json.loads(report.read_text())
    finally:
        shutil.rmtree(base, ignore_errors=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    found["cpu"] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return found


def _environment(ground: Path, token: str) -> dict[str, str]:
    """The application's environment, with a key in it that is the scene's prize."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(ground / "home"),
        "TMPDIR": str(ground / "tmp"),
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "GEMINI_API_KEY": f"canary-env-{token}",
        "VISIUM_CACHE_DIR": str(ground / "store"),
    }


def _interpreter(base: Path, owned: Path, user: int | None) -> tuple[Path, Path]:
    """A virtual environment that the user can read, with a folder of packages of its own that it can write.

    Packages, standard library and checkout stay where they are if the user may read them there; what lies behind a
    closed folder (root's home) is linked into `base`.
    """
    prefix = _readable(Path(sys.base_prefix), base / "python", user)
    packages = [_readable(Path(path), base / "packages" / str(n), user) for n, path in enumerate(_packages())]
    checkout = _readable(Path(__file__).parents[3], base / "checkout", user)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    folder = base / "venv"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(prefix / "bin" / version)
    (folder / "pyvenv.cfg").write_text(f"home = {prefix / 'bin'}\ninclude-system-site-packages = false\n")
    libraries = folder / "lib" / version / "site-packages"
    libraries.mkdir(parents=True)
    lines = [str(owned), str(checkout)]
    lines += [f"import site; site.addsitedir({str(path)!r})" for path in packages]
    (libraries / "all.pth").write_text("\n".join(lines) + "\n")
    return folder / "bin" / "python", checkout / _RUNNER.relative_to(Path(__file__).parents[3])


def _packages() -> list[str]:
    return [
        path for path in dict.fromkeys([sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]) if path
    ] or site.getsitepackages()


def _readable(source: Path, copy: Path, user: int | None) -> Path:
    """The folder itself, or a copy of it where a folder above it is closed to others."""
    if user is None or all(path.stat().st_mode & stat.S_IXOTH for path in (source, *source.resolve().parents)):
        return source
    copy.parent.mkdir(parents=True, exist_ok=True)
    skipped = shutil.ignore_patterns(
        ".git", ".venv", ".hypothesis", "*_cache", "test", "idlelib", "include", "share", "*.a"
    )
    if not source.name.endswith("site-packages"):
        skipped = shutil.ignore_patterns(
            "site-packages", ".git", ".venv", ".hypothesis", "*_cache", "test", "idlelib", "include", "*.a"
        )
    shutil.copytree(source, copy, symlinks=True, copy_function=_link, ignore=skipped)
    _relocate(source, copy)
    return copy


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)  # costs no space; root's file stays root's
    except OSError:
        shutil.copy2(source, target)


def _relocate(source: Path, copy: Path) -> None:
    """Let a copied interpreter find its library beside it, not where it was built."""
    old = f"{source}/lib".encode() + b"\0"
    for program in (copy / "bin").glob("python3.*"):
        if program.is_symlink() or not program.is_file():
            continue
        data = program.read_bytes()
        if data.startswith(b"\x7fELF") and old in data:
            program.unlink()
            program.write_bytes(data.replace(old, b"$ORIGIN/../lib".ljust(len(old), b"\0")))
            program.chmod(0o755)
