"""With a key absent or wrong, or a model that is not there: one clear line, before anything is spent."""

from __future__ import annotations

import pytest

from tests.crew.author import CrewAuthor
from tests.crew.command import environment, visium
from tests.gemini.server import GeminiServer


@pytest.mark.parametrize(
    ("key", "settings", "says"),
    [
        (None, {}, "no key for Gemini: set GOOGLE_API_KEY"),
        ("wrong-key", {}, "does not accept the key in GOOGLE_API_KEY"),
        ("loopback-key", {"VISIUM_MODEL": "google_genai:gemini-9.9-flash"}, "no model 'gemini-9.9-flash'"),
        ("loopback-key", {"VISIUM_CODER_MODEL": "google_genai:gemini-9.9-flash"}, "no model 'gemini-9.9-flash'"),
    ],
)
def test_one_line_and_nothing_spent(tmp_path, key, settings, says):
    author = CrewAuthor(1)
    with GeminiServer(author) as server:
        env = environment(server, tmp_path / "store", key) | settings
        code, out, told = visium(["make", author.lecture(1).topic, "-o", str(tmp_path / "run")], env)
        spent = server.log.of("generate", "stream", "speech", "batch_create")
    assert code == 3
    assert out == ""
    [line] = [line for line in told.splitlines() if line.strip()]
    assert says in line
    assert spent == []
    assert "loopback-key" not in told
    assert not (tmp_path / "run" / "video.mp4").exists()
