"""Settings: who wins, and what a wrong one is told."""

from pathlib import Path

import pytest

from visium_graph.errors import InputError
from visium_graph.settings import QUALITIES, Settings, config_names, load_settings


def test_arguments_over_environment_over_file_over_defaults(tmp_path, monkeypatch):
    config = tmp_path / "my.yaml"
    config.write_text("quality: high\nvoice: silent\nmax_scenes: 7\n")
    assert load_settings(config).quality == "high"
    monkeypatch.setenv("VISIUM_QUALITY", "draft")
    assert load_settings(config).quality == "draft"
    chosen = load_settings(config, quality="4k")
    assert (chosen.quality, chosen.voice, chosen.max_scenes, chosen.math) == ("4k", "silent", 7, "mathjax")


@pytest.mark.parametrize("name", config_names())
def test_presets_are_valid(name):
    assert load_settings(name).frame in QUALITIES.values()


@pytest.mark.parametrize(
    ("config", "arguments", "message"),
    [
        ("nope", {}, "no preset named 'nope' .presets: default, draft, gemini, offline"),
        (None, {"nope": 1}, "unknown setting 'nope'"),
        (None, {"max_rounds": 0}, "setting max_rounds: Input should be greater than or equal to 1"),
        ("/nowhere/x.yaml", {}, "cannot be read"),
    ],
)
def test_wrong_settings_are_one_clear_line(config, arguments, message):
    with pytest.raises(InputError, match=message):
        load_settings(config, **arguments)


@pytest.mark.parametrize(
    ("text", "message"), [("- a\n", "expected settings"), ("a: [", "not valid YAML"), ("\x00", "not valid YAML")]
)
def test_broken_config_files(tmp_path, text, message):
    path = tmp_path / "x.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        load_settings(path)


def test_key_follows_the_values():
    assert Settings(quality="draft").key == Settings(quality="draft").key != Settings(quality="high").key


def test_words_that_yaml_reads_as_true_and_false(tmp_path: Path) -> None:
    config = tmp_path / "mine.yaml"
    config.write_text("crew: off\ncoder_thinking: off\n")
    settings = load_settings(config)
    assert (settings.crew, settings.coder_thinking) == ("off", "off")
    config.write_text("crew: on\n")
    assert load_settings(config).crew == "on"
