"""What tokens cost: read from configs/prices.yaml, or from the file that the settings name."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from visium_graph.errors import InputError
from visium_graph.models.request import Tokens
from visium_graph.settings import PRICES, config_folder

__all__ = ["Price", "cost_of", "price_of"]

_MILLION = 1e6


class Price(BaseModel):
    """US dollars for a million tokens."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: Annotated[float, Field(ge=0)]
    output: Annotated[float, Field(ge=0)]
    """Thoughts cost as much; of a voice these are tokens of sound."""
    until: date | None = None
    """The last day on which this is the price."""


class _Prices(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    batch: Annotated[float, Field(gt=0, le=1)] = 1.0
    """What a request in a batch costs, as a part of the price."""
    models: dict[str, tuple[Price, ...]]
    """`provider:model`, in which * stands for anything -> prices by day, the next to end first."""


def price_of(model: str, prices: Path | None = None, day: date | None = None) -> Price | None:
    """The price of a model on a day.

    Args:
        model: `provider:model`.
        prices: a file to read in place of the shipped one.
        day: by default today (UTC).

    Raises:
        InputError: the file cannot be used.
    """
    day = day or datetime.now(UTC).date()
    known = _read(prices or config_folder() / PRICES).models
    listed = known.get(model) or next((known[name] for name in known if fnmatchcase(model, name)), ())
    return next((price for price in listed if price.until is None or day <= price.until), None)


def cost_of(model: str, tokens: Tokens, prices: Path | None = None, *, batch: bool = False) -> float | None:
    """US dollars that these tokens cost today; None where the model has no known price.

    Raises:
        InputError: the file of prices cannot be used.
    """
    price = price_of(model, prices)
    if price is None:
        return None
    share = _read(prices or config_folder() / PRICES).batch if batch else 1.0
    return share * (tokens.input * price.input + tokens.output * price.output) / _MILLION


@lru_cache(maxsize=8)
def _read(path: Path) -> _Prices:
    try:
        return _Prices.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise InputError(f"{path}: prices cannot be read ({error.strerror})") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not valid YAML ({str(error).splitlines()[0]})") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "file"
        raise InputError(f"{path}: prices: {where}: {first['msg']}") from None
