"""What there is to take and to spoil around a hostile scene, and who watches it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import sqlite3
import struct
import tempfile
import threading
import time
import wave
from pathlib import Path
from typing import Any

import psutil
from PIL import Image

from hostile.watchers import (
    LIBC,
    Listeners,
    OwnSignals,
    Victim,
    bury,
    condition,
    differences,
    fingerprint,
    named,
    strangers,
)
from visium_graph.sandbox import client

_KEYCTL_JOIN, _ADD_KEY, _KEYCTL = 1, 248, 250
_SUBREAPER = 36


class World:
    """Secrets, folders and processes that a scene must not reach.

    Args:
        folder: empty, on which everything stands; `home`, `site` and `tmp` in it are in use already.
        token: 32 hex digits; every secret is `canary-<kind>-<token>`.
        whole_user: no process of this user has to do with anything else.
    """

    def __init__(self, folder: Path, token: str, *, whole_user: bool) -> None:
        self.folder, self.token, self._whole_user = folder, token, whole_user
        self.mark = f"hostile-{token[:12]}"  # in names of files that scenes would make in common places
        self.private, self.outside, self.store = folder / "private", folder / "outside", folder / "store"
        self.home, self.site, self.tmp = folder / "home", folder / "site", folder / "tmp"
        LIBC.prctl(_SUBREAPER, 1)  # what a scene leaves behind becomes a child of this process
        ears = folder / "ears"
        ears.mkdir()
        self.listeners = Listeners(ears, self.mark)
        self.victim, self.signals = Victim(), OwnSignals()
        self._held = tempfile.TemporaryFile()  # noqa: SIM115  # held open, with no name, as an application would
        self._held.write(self.secret("held").encode())
        self._held.flush()
        os.set_inheritable(self._held.fileno(), True)
        LIBC.syscall(ctypes.c_long(_KEYCTL), _KEYCTL_JOIN, None)
        self._share()
        self.furnish()
        threading.Thread(target=self._rustle, daemon=True).start()

    def secret(self, kind: str) -> str:
        return f"canary-{kind}-{self.token}"

    @property
    def targets(self) -> dict[str, Any]:
        """What the scenes are told: where everything is, and no secret."""
        private = {
            "CANARY": "canary.txt", "CANARY_MODULE": "canary_module.py", "CANARY_PNG": "canary.png",
            "CANARY_SVG": "canary.svg", "CANARY_WAV": "canary.wav", "CANARY_XML": "canary.xml",
            "CANARY_DB": "canary.db", "CANARY_TZ": "canary.tz",
        }  # fmt: skip
        return {
            **{name: str(self.private / file) for name, file in private.items()},
            **self.listeners.addresses,
            **self._shared,
            "OUTSIDE": str(self.outside),
            "KEPT": str(self.outside / "kept.txt"),
            "TREE": str(self.outside / "tree"),
            "HOME_FOLDER": str(self.home),
            "SITE": str(self.site),
            "STORE": str(self.store),
            "TOKEN": self.mark,
            "APP": os.getpid(),
            "VICTIM": self.victim.pid,
        }

    def furnish(self) -> None:
        """Lay out everything as it should be, whatever has become of it."""
        for folder in (self.private, self.outside, self.home, self.site):
            if folder.exists():
                folder.chmod(0o700)
                for path in folder.iterdir():
                    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
            else:
                folder.mkdir()
        _secrets(self.private, self.secret)
        (self.outside / "tree" / "a").mkdir(parents=True)
        for path in (self.outside / "kept.txt", self.outside / "tree" / "a" / "b.txt", self.home / ".bashrc"):
            path.write_text("kept as it is\n")
        with contextlib.suppress(OSError):  # a file system without extended attributes
            os.setxattr(self.outside / "kept.txt", "user.kept", b"yes")
            os.setxattr(self.private / "canary.txt", "user.note", self.secret("note").encode())
        package = self.site / "owned"
        package.mkdir()
        for name in ("__init__.py", "extra.py", "data.txt"):
            (package / name).write_text("")
        decoy = self.store / "check" / "00" / f"{'0' * 64}.json"
        decoy.parent.mkdir(parents=True, exist_ok=True)
        decoy.write_text("{}")

    def _share(self) -> None:
        """Secrets in the kernel's keeping."""
        self._shared: dict[str, Any] = {"SHARED_MEMORY": -1, "MESSAGES": -1, "SHARED_NAME": "", "QUEUE_NAME": ""}
        key = self.secret("key").encode()
        LIBC.syscall(ctypes.c_long(_ADD_KEY), b"user", b"visium-canary", key, ctypes.c_size_t(len(key)), -3)
        LIBC.shmat.restype = ctypes.c_void_p
        segment = LIBC.shmget(0, 4096, 0o1600)
        if segment >= 0:
            text = self.secret("shared").encode()
            ctypes.memmove(LIBC.shmat(segment, None, 0), text, len(text))
            self._shared["SHARED_MEMORY"] = segment
        self._shared["MESSAGES"] = LIBC.msgget(0, 0o1600)
        self._shared["QUEUE_NAME"] = f"/{self.mark}-queue"
        self._queue = LIBC.mq_open(
            self._shared["QUEUE_NAME"].encode(), os.O_CREAT | os.O_RDWR | os.O_NONBLOCK, 0o600, None
        )
        self._speak()
        if Path("/dev/shm").is_dir():
            self._shared["SHARED_NAME"] = f"{self.mark}-shared"
            Path("/dev/shm", self._shared["SHARED_NAME"]).write_text(self.secret("shared"))

    def _speak(self) -> None:
        """Put the secret into both queues again: who reads takes."""
        text = self.secret("queue").encode()
        LIBC.msgsnd(self._shared["MESSAGES"], struct.pack("l", 1) + text, len(text), 0o4000)
        LIBC.mq_send(self._queue, text, ctypes.c_size_t(len(text)), 0)

    def _rustle(self) -> None:
        """Open a file whose name is secret, again and again, for those who watch folders."""
        while True:
            with contextlib.suppress(OSError):
                (self.private / self.secret("name")).read_bytes()
            time.sleep(0.1)

    # ------------------------------------------------------------------------------------------------ before and after

    def look(self) -> dict[str, Any]:
        """How things stand."""
        watched: dict[str, Any] = {}
        for folder in (
            self.private,
            self.outside,
            self.home,
            self.site,
            self.store / "check" / "00" / f"{'0' * 64}.json",
        ):
            watched |= fingerprint(folder)
        pids = {"victim": self.victim.pid, "app": os.getpid()}
        pids |= {f"preloaded {process.pid}": process.pid for process in self.preloaded()}
        return {
            "files": watched,
            "tmp": sorted(path.name for path in self.tmp.iterdir()),
            "named": sorted(named(self.mark)),
            "processes": {name: condition(pid) for name, pid in pids.items()},
            "store": self.store_bytes(),
            "heard": len(self.listeners.heard),
            "signals": len(self.signals.heard),
        }

    def store_bytes(self) -> int:
        """On disk, of everything in the store."""
        return sum(path.lstat().st_blocks * 512 for path in self.store.rglob("*"))

    def losses(self, before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str]]:
        """What has changed between two looks: (kind of loss, what)."""
        lost = [("change", path) for path in differences(before["files"], after["files"])]
        lost += [("change", name) for name in sorted(set(after["tmp"]) - set(before["tmp"]))]
        lost += [("change", path) for path in sorted(set(before["named"]) ^ set(after["named"]))]
        lost += [("contact", what) for what in self.listeners.heard[before["heard"] :]]
        lost += [("signal", f"signal {number} to the app") for number in self.signals.heard[before["signals"] :]]
        lost += [("signal", f"signal {number} to the victim") for number in self.victim.signals()]
        for name, was in before["processes"].items():
            now = after["processes"].get(name, {"started": None})
            for what, value in was.items():
                if now.get(what) != value:
                    kind = "preloaded" if what == "started" and name.startswith("preloaded") else "signal"
                    lost.append((kind, f"{name}: {what} {value} -> {now.get(what)}"))
                    break
        return lost

    def preloaded(self) -> list[psutil.Process]:
        """The preloaded processes of this one."""
        # By what started them: what a scene forks has the same name, and may have become a child of this process.
        return [psutil.Process(one._process.pid) for one in (*client._idle, *client._busy) if one.alive]

    def survivors(self) -> list[psutil.Process]:
        """Processes that a scene has left behind."""
        known = {os.getpid(), os.getppid(), self.victim.pid} | {process.pid for process in self.preloaded()}
        end = time.monotonic() + 1.0
        while (found := strangers(known, whole_user=self._whole_user)) and time.monotonic() < end:
            time.sleep(0.02)
            known |= {process.pid for process in self.preloaded()}
        return found

    def restore(self) -> None:
        """After a loss: all as it was, for the next scene."""
        for process in self.survivors():
            bury(process)
        for path in named(self.mark):
            if not path.endswith(("-shared", "-queue")):
                Path(path).unlink()
        for path in self.tmp.iterdir():
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() and not path.is_symlink() else path.unlink()
        self.furnish()
        self._speak()
        if condition(self.victim.pid).get("stopped", True) or self.victim.process.poll() is not None:
            self.victim.end()
            self.victim = Victim()
        self.victim.signals()

    def close(self) -> None:
        self.victim.end()
        LIBC.shmctl(self._shared["SHARED_MEMORY"], 0, None)
        LIBC.msgctl(self._shared["MESSAGES"], 0, None)
        LIBC.mq_unlink(self._shared["QUEUE_NAME"].encode())
        for path in named(self.mark):
            Path(path).unlink(missing_ok=True)


def _secrets(folder: Path, secret: Any) -> None:
    """The secret as files of many kinds."""
    text = secret("file")
    (folder / "canary.txt").write_text(text + "\n")
    (folder / "canary.xml").write_text(text)
    (folder / "canary_module.py").write_text(
        f"TEXT = {text!r}\nclass CustomLexer:\n    def __init__(self, **_):\n        raise ValueError(TEXT)\n"
    )
    (folder / "canary.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg"><g id="{text}"><path d="M0 0L9 9L0 9Z"/></g></svg>'
    )
    Image.frombytes("L", (len(text), 1), text.encode()).save(folder / "canary.png")
    with wave.open(str(folder / "canary.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(text.encode() * 4)
    with contextlib.closing(sqlite3.connect(folder / "canary.db")) as base, base:
        base.execute("create table t (a)")
        base.execute("insert into t values (?)", (text,))
    zone = text.encode() + b"\0"  # an abbreviation of the time zone, as the C library reads it
    (folder / "canary.tz").write_bytes(
        b"TZif" + bytes(16) + struct.pack(">6I", 0, 0, 0, 0, 1, len(zone)) + struct.pack(">iBB", 0, 0, 0) + zone
    )
    (folder / secret("name")).write_text("")
