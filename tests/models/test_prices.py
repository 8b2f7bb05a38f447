"""What tokens cost, by the shipped file and by one's own."""

from __future__ import annotations

from datetime import date

import pytest

from visium_graph.errors import InputError
from visium_graph.models import Tokens
from visium_graph.models.prices import cost_of, price_of
from visium_graph.settings import Settings


@pytest.mark.parametrize(
    ("model", "day", "paid"),
    [
        ("google_genai:gemini-3.8-flash", date(2026, 12, 31), (0.75, 3.75)),
        ("google_genai:gemini-3.8-flash", date(2027, 1, 1), (1.5, 7.5)),
        ("google_genai:gemini-4-argon", date(2026, 11, 30), (2, 10)),
        ("google_genai:gemini-4-argon", date(2026, 12, 1), (4, 20)),
        ("google_genai:gemini-3.8-flash-tts", date(2030, 1, 1), (0.5, 9)),
        ("ollama:anything:8b", date(2030, 1, 1), (0, 0)),
    ],
)
def test_the_shipped_prices(model, day, paid) -> None:
    price = price_of(model, day=day)
    assert price is not None
    assert (price.input, price.output) == paid


def test_the_models_of_the_settings_have_prices() -> None:
    settings = Settings()
    assert price_of(settings.model) is not None
    assert price_of(f"google_genai:{settings.tts_model}") is not None
    assert price_of("openai:unheard-of") is None
    assert cost_of("openai:unheard-of", Tokens(1, 1)) is None


def test_ones_own_prices(tmp_path) -> None:
    prices = tmp_path / "mine.yaml"
    prices.write_text("batch: 0.25\nmodels: {'p:m': [{input: 1, output: 2, until: 2000-01-01}, {input: 4, output: 8}]}")
    assert cost_of("p:m", Tokens(1_000_000, 500_000, thought=400_000), prices) == pytest.approx(8.0)
    assert cost_of("p:m", Tokens(1_000_000, 500_000), prices, batch=True) == pytest.approx(2.0)
    assert price_of("google_genai:gemini-3.8-flash", prices) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("models: {'p:m': [{input: -1, output: 2}]}", "models.p:m.0.input: Input should be greater"),
        ("models: {'p:m': [{input: 1}]}", "models.p:m.0.output: Field required"),
        ("- 1", "prices: file: Input should be a valid dictionary"),
        ("a: [", "not valid YAML"),
        (None, "prices cannot be read"),
    ],
)
def test_prices_that_cannot_be_used_are_one_line(tmp_path, text, says) -> None:
    path = tmp_path / f"{abs(hash(text))}.yaml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(InputError, match=says) as found:
        price_of("p:m", path)
    assert "\n" not in str(found.value)
