"""Python files as text and back, byte for byte: encoding, byte order mark and line ends are kept."""

from __future__ import annotations

import io
import os
import re
import shutil
import stat
import tempfile
import tokenize
from dataclasses import dataclass
from pathlib import Path

from visium_graph.checks.finding import Finding

__all__ = ["TextFile", "name_of", "read_text", "write_text"]

_LARGEST = 4 * 1024 * 1024
"""Bytes. A scene file is a few kilobytes; what is larger than this is no scene file."""


@dataclass(frozen=True)
class TextFile:
    """A file's text as Python reads it, without a byte order mark, line ends as they are."""

    path: Path
    text: str
    encoding: str
    reversible: bool
    """Whether encoding the text gives the bytes of the file again."""


def name_of(path: Path) -> str:
    """The path as findings name it: what is not UTF-8 in a file's name is written with backslashes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def read_text(path: Path) -> TextFile | Finding:
    """The file's text, or the finding that says why it has none (rules `unreadable`, `encoding`)."""
    data = _bytes_of(path)
    if isinstance(data, str):
        return Finding(file=name_of(path), rule="unreadable", message=data)
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:
        return _undecodable(path, data, error)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        return _misdecoded(path, data, error)
    except LookupError:  # a codec that is no text encoding (`# coding: hex`)
        message = f"its coding line names {encoding!r}, which is no text encoding"
        return Finding(file=name_of(path), rule="encoding", message=message, suggestion="save the file as UTF-8")
    if "\0" in text:
        return _null_byte(path, text)
    return TextFile(path, text, encoding, _encoded(text, encoding) == data)


def write_text(file: TextFile, text: str) -> str | None:
    """Put the text in the file's place, whole or not at all, with its encoding, permissions and links kept.

    Returns:
        None, or why it could not be written.
    """
    data = _encoded(text, file.encoding)
    if data is None:
        return f"the text cannot be written as {file.encoding}"
    target = file.path.resolve()
    if not os.access(target, os.W_OK):
        return "no permission to write"
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=".part-", suffix=".py", dir=target.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        shutil.copymode(target, temporary)
        os.replace(temporary, target)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        return error.strerror or str(error)
    return None


def _bytes_of(path: Path) -> bytes | str:
    """The file's bytes, or why they cannot be had."""
    try:
        return _obstacle(path.stat()) or path.read_bytes()
    except FileNotFoundError:
        return "no such file"
    except PermissionError:
        return "no permission to read it"
    except OSError as error:
        return f"cannot be read ({error.strerror or error})"
    except ValueError as error:
        return f"no usable path ({error})"  # a null byte in it


def _obstacle(status: os.stat_result) -> str | None:
    """Why a file is not read at all: a pipe or a device may never end."""
    if stat.S_ISDIR(status.st_mode):
        return "a directory: name the files in it"
    if not stat.S_ISREG(status.st_mode):
        return "not a regular file"
    if status.st_size > _LARGEST:
        return f"{status.st_size / 1024**2:.1f} MB is too large for a scene file (limit {_LARGEST // 1024**2} MB)"
    return None


def _encoded(text: str, encoding: str) -> bytes | None:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return None


def _undecodable(path: Path, data: bytes, error: SyntaxError) -> Finding:
    """`tokenize` refused the first lines: an unknown coding line, or bytes that are not UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as where:
        if not re.search(rb"coding[=:]", b"".join(data.splitlines(keepends=True)[:2])):
            return _misdecoded(path, data, where)
    suggestion = "save the file as UTF-8 and remove its coding line"
    return Finding(file=name_of(path), rule="encoding", message=error.msg or "unknown encoding", suggestion=suggestion)


def _misdecoded(path: Path, data: bytes, error: UnicodeDecodeError) -> Finding:
    before = data[: error.start].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    line = before.count(b"\n") + 1
    column = len(before.rpartition(b"\n")[2].decode(error.encoding, "replace")) + 1
    message = f"byte 0x{data[error.start]:02x} is not valid {error.encoding}"
    suggestion = "save the file as UTF-8, or say its encoding in the first line: # -*- coding: latin-1 -*-"
    return Finding(
        file=name_of(path), line=line, column=column, rule="encoding", message=message, suggestion=suggestion
    )


def _null_byte(path: Path, text: str) -> Finding:
    before = text.partition("\0")[0].replace("\r\n", "\n").replace("\r", "\n")
    line, column = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
    message = "a null byte: Python cannot read source code that contains one"
    return Finding(file=name_of(path), line=line, column=column, rule="syntax", message=message)
