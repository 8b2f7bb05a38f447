"""Any file becomes text or one finding, and goes back byte for byte."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from visium_graph.checks.finding import Finding
from visium_graph.checks.text_file import read_text, write_text


def written(folder: Path, data: bytes) -> Path:
    path = folder / "scene.py"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        (b"", "", "utf-8"),
        (b"x = 1\r\n\ty = 2\r", "x = 1\r\n\ty = 2\r", "utf-8"),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n", "utf-8-sig"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "# -*- coding: latin-1 -*-\nx = 'é'\n", "iso-8859-1"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n'\x80'", "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n'€'", "cp1252"),
        ("x = '漢字'\n".encode(), "x = '漢字'\n", "utf-8"),
    ],
)  # fmt: skip
def test_text_as_python_reads_it_and_back(tmp_path, data, text, encoding):
    path = written(tmp_path, data)
    file = read_text(path)
    assert (file.text, file.encoding, file.reversible) == (text, encoding, True)
    assert write_text(file, file.text) is None
    assert path.read_bytes() == data


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.binary(max_size=200))
def test_any_bytes_are_text_or_a_finding(tmp_path, data):
    path = written(tmp_path, data)
    file = read_text(path)
    if isinstance(file, Finding):
        assert file.rule in {"encoding", "syntax"}
    elif file.reversible:
        assert write_text(file, file.text) is None
        assert path.read_bytes() == data


@pytest.mark.parametrize(
    ("data", "rule", "line", "column", "message"),
    [
        (b"x = 1\r\ny = '\xff'\n", "encoding", 2, 6, "0xff is not valid utf-8"),
        (b"# coding: nonsense\n", "encoding", 1, 1, "unknown encoding: nonsense"),
        (b"# coding: hex\n", "encoding", 1, 1, "encoding"),
        (b"# coding: ascii\n\n  '\xe9'", "encoding", 3, 4, "0xe9 is not valid ascii"),
        (b"\xff\xfex\x00 \x00", "encoding", 1, 1, "0xff is not valid utf-8"),
        (b"x = 1\ny = \x00\n", "syntax", 2, 5, "null byte"),
    ],
)
def test_what_is_no_text_is_told_with_its_place(tmp_path, data, rule, line, column, message):
    finding = read_text(written(tmp_path, data))
    assert isinstance(finding, Finding)
    assert (finding.rule, finding.line, finding.column) == (rule, line, column)
    assert message in finding.message


def test_what_is_no_readable_file_is_told_and_never_waited_for(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "large.py").write_bytes(b"#" * 5_000_000)
    with socket.socket(socket.AF_UNIX) as server:
        monkeypatch.chdir(tmp_path)
        server.bind("socket")
        expected = {
            "nowhere.py": "no such file",
            ".": "a directory",
            "pipe": "not a regular file",
            "socket": "not a regular file",
            "/dev/zero": "not a regular file",
            "loop": "cannot be read",
            "large.py": "too large",
            "a\0b": "no usable path",
            "x" * 5000: "cannot be read",
            "large.py/inside": "cannot be read",
        }
        for name, message in expected.items():
            finding = read_text(Path(name))
            assert isinstance(finding, Finding)
            assert finding.rule == "unreadable"
            assert message in finding.message, name


def test_a_name_that_is_not_utf8_can_be_told(tmp_path):
    path = tmp_path / os.fsdecode(b"\xff.py")
    assert read_text(path).file.endswith("\\xff.py")


def test_no_permission(tmp_path):
    path = written(tmp_path, b"x = 1\n")
    path.chmod(0o000)
    me = os.geteuid()
    if me == 0:
        os.seteuid(65534)  # permissions do not bind root
    try:
        assert "no permission" in read_text(path).message
    finally:
        os.seteuid(me)


def test_writing_keeps_links_and_permissions_and_says_why_it_cannot(tmp_path):
    path = written(tmp_path, b"x = 1\n")
    path.chmod(0o750)
    link = tmp_path / "link.py"
    link.symlink_to(path.name)
    file = read_text(link)
    assert write_text(file, "x = 2\n") is None
    assert link.is_symlink()
    assert path.read_bytes() == b"x = 2\n"
    assert path.stat().st_mode & 0o777 == 0o750
    assert list(tmp_path.glob(".part-*")) == []
    latin = read_text(written(tmp_path, b"# coding: latin-1\n"))
    assert write_text(latin, "# coding: latin-1\n'€'") == "the text cannot be written as iso-8859-1"
    (tmp_path / "scene.py").unlink()
    assert write_text(latin, "") is not None
