"""The words of single signs: Greek letters, operators, relations, arrows, units. Shared by formulas and prose."""

# ruff: noqa: RUF001  # signs are the data of this module

from __future__ import annotations

__all__ = ["GREEK", "LETTERS", "SMALL", "SUBSCRIPTS", "SUPERSCRIPTS", "SYMBOLS", "UNITS", "unit_words"]

GREEK: dict[str, str] = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ϵ": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ϑ": "theta", "ι": "iota", "κ": "kappa", "ϰ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu",
    "ξ": "xi", "ο": "omicron", "π": "pi", "ϖ": "pi", "ρ": "rho", "ϱ": "rho", "σ": "sigma", "ς": "sigma",
    "τ": "tau", "υ": "upsilon", "φ": "phi", "ϕ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
    "Α": "alpha", "Β": "beta", "Γ": "gamma", "Δ": "delta", "Ε": "epsilon", "Ζ": "zeta", "Η": "eta", "Θ": "theta",
    "Ι": "iota", "Κ": "kappa", "Λ": "lambda", "Μ": "mu", "Ν": "nu", "Ξ": "xi", "Ο": "omicron", "Π": "pi",
    "Ρ": "rho", "Σ": "sigma", "Τ": "tau", "Υ": "upsilon", "Φ": "phi", "Χ": "chi", "Ψ": "psi", "Ω": "omega",
}  # fmt: skip

LETTERS: dict[str, str] = {
    "ℝ": "the real numbers", "ℕ": "the natural numbers", "ℤ": "the integers", "ℚ": "the rational numbers",
    "ℂ": "the complex numbers", "ℙ": "P", "𝔼": "the expected value", "ℓ": "ell", "ℏ": "h bar", "ħ": "h bar",
    "ı": "i", "ȷ": "j", "ℜ": "the real part of", "ℑ": "the imaginary part of", "ℵ": "aleph", "ℒ": "L", "ℱ": "F",
    "℘": "P",
}  # fmt: skip
"""Letters that are read as more than themselves."""

SYMBOLS: dict[str, str] = {
    "+": "plus", "-": "minus", "\u2212": "minus", "±": "plus or minus", "∓": "minus or plus", "×": "times",
    "·": "times", "⋅": "times", "∙": "times", "∗": "times", "*": "times", "÷": "divided by", "/": "over", "∕": "over",
    "⁄": "over", "∖": "minus", "\\": "minus", "⊗": "tensor", "⊕": "circled plus", "⊙": "elementwise times",
    "∘": "composed with", "⋆": "star", "★": "star", "†": "dagger", "‡": "double dagger", "%": "percent",
    "‰": "per mille", "&": "and", "@": "at", "#": "number", "=": "equals", "≠": "is not equal to", "≡": "is congruent to",
    "≢": "is not congruent to", "≈": "is approximately", "≃": "is asymptotically equal to", "≅": "is isomorphic to",
    "∼": "is similar to", "~": "about", "≔": "is defined as", "≜": "is defined as", "≝": "is defined as",
    "∝": "is proportional to", "<": "is less than", ">": "is greater than", "≤": "is less than or equal to",
    "≥": "is greater than or equal to", "⩽": "is less than or equal to", "⩾": "is greater than or equal to",
    "≪": "is much less than", "≫": "is much greater than", "≺": "precedes", "≻": "succeeds", "∈": "in",
    "∉": "not in", "∋": "contains", "⊂": "is a subset of", "⊆": "is a subset of", "⊊": "is a proper subset of",
    "⊃": "is a superset of", "⊇": "is a superset of", "⊄": "is not a subset of", "∪": "union", "∩": "intersect",
    "∅": "the empty set", "⌀": "the empty set", "∀": "for all", "∃": "there exists", "∄": "there is no", "¬": "not",
    "∧": "and", "∨": "or", "⊢": "proves", "⊨": "models", "⊤": "true", "⊥": "perpendicular to", "∥": "parallel to",
    "‖": "norm", "∣": "divides", "∤": "does not divide", "→": "to", "⟶": "to", "←": "from", "⟵": "from", "↔": "to and from",
    "↦": "maps to", "⟼": "maps to", "⇒": "implies", "⟹": "implies", "⇐": "is implied by", "⟸": "is implied by",
    "⇔": "if and only if", "⟺": "if and only if", "↑": "up", "↓": "down", "↗": "rises to", "↘": "falls to",
    "⇌": "in equilibrium with", "⇀": "to", "↪": "injects into", "↠": "maps onto", "∞": "infinity", "∂": "partial",
    "∇": "del", "∆": "delta", "√": "the square root of", "∛": "the cube root of", "∜": "the fourth root of",
    "∑": "the sum", "∏": "the product", "∫": "the integral", "∬": "the double integral",
    "∭": "the triple integral", "∮": "the closed integral", "⋃": "the union", "⋂": "the intersection",
    "⨁": "the direct sum", "⨂": "the tensor product", "⋁": "the disjunction", "⋀": "the conjunction",
    "∐": "the coproduct", "∠": "angle", "∡": "angle", "△": "triangle", "□": "square", "∎": "", "■": "",
    "∴": "therefore", "∵": "because", "…": "and so on", "⋯": "and so on", "⋮": "and so on", "⋱": "and so on",
    "′": "prime", "″": "double prime", "‴": "triple prime", "°": "degrees", "µ": "micro", "½": "one half",
    "⅓": "one third", "⅔": "two thirds", "¼": "one quarter", "¾": "three quarters", "⅕": "one fifth",
    "⅖": "two fifths", "⅗": "three fifths", "⅘": "four fifths", "⅙": "one sixth", "⅚": "five sixths",
    "⅛": "one eighth", "⅜": "three eighths", "⅝": "five eighths", "⅞": "seven eighths", "©": "copyright",
    "®": "", "™": "", "§": "section", "¶": "paragraph", "№": "number", "$": "dollar", "€": "euros", "£": "pounds",
    "¥": "yen", "₹": "rupees", "¢": "cents", "^": "to the",
}  # fmt: skip

SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀᵅᵝᵞᵟᶿ",
                        "0123456789+-=()niabcdefghjklmoprstuvwxyzTαβγδθ", strict=True))  # fmt: skip
SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
                      "0123456789+-=()aehijklmnoprstuvxβγρφχ", strict=True))  # fmt: skip

SMALL = "".join((*SUPERSCRIPTS, *SUBSCRIPTS, *(sign for sign in SYMBOLS if sign.isnumeric())))
"""Small figures and letters and vulgar fractions: Unicode counts them as parts of words, a reader does not."""

_PREFIXES = {"k": "kilo", "M": "mega", "G": "giga", "T": "tera", "P": "peta", "h": "hecto", "c": "centi",
             "m": "milli", "µ": "micro", "μ": "micro", "n": "nano", "p": "pico"}  # fmt: skip
_STEMS = {"m": "metre", "g": "gram", "s": "second", "Hz": "hertz", "W": "watt", "J": "joule", "V": "volt",
          "eV": "electronvolt", "Pa": "pascal", "N": "newton", "Ω": "ohm", "F": "farad", "B": "byte", "b": "bit",
          "bit": "bit", "L": "litre", "l": "litre", "mol": "mole", "cal": "calorie", "Wh": "watt hour", "A": "amp",
          "bps": "bit per second", "FLOPS": "flops"}  # fmt: skip
_WRITTEN = """
    km cm mm µm μm nm pm kg mg µg μg ms µs μs ns ps kHz MHz GHz THz mW kW MW GW TW kJ MJ mV kV keV MeV GeV TeV hPa kPa
    MPa GPa kN kΩ MΩ µF μF kB MB GB TB PB kb Mb Gb kbit Mbit Gbit mL ml cl mmol kcal kWh MWh GWh mA µA μA kbps Mbps
    Gbps GFLOPS TFLOPS PFLOPS
""".split()  # noqa: SIM905  # a list of eighty literals would fill a screen
"""Prefixed units as they are met in prose. All combinations would take in abbreviations of other things."""

UNITS: dict[str, str] = {
    **{unit: _PREFIXES[unit[0]] + _STEMS[unit[1:]] for unit in _WRITTEN},
    **{unit: _STEMS[unit] for unit in ("m", "g", "s", "Hz", "W", "J", "V", "eV", "Pa", "N", "Ω", "B", "L", "A", "mol")},
    "K": "kelvin", "dB": "decibel", "KB": "kilobyte", "KiB": "kibibyte", "MiB": "mebibyte", "GiB": "gibibyte",
    "TiB": "tebibyte", "min": "minute", "mins": "minute", "h": "hour", "hr": "hour", "hrs": "hour", "sec": "second",
    "secs": "second", "ft": "foot", "mi": "mile", "mph": "mile per hour", "kph": "kilometre per hour", "lb": "pound",
    "lbs": "pound", "oz": "ounce", "yd": "yard", "ha": "hectare", "t": "tonne", "px": "pixel",
    "fps": "frame per second", "rpm": "revolution per minute", "ppm": "part per million", "dpi": "dot per inch",
    "rad": "radian", "°C": "degree Celsius", "°F": "degree Fahrenheit", "Å": "angstrom", "bits": "bit",
    "bytes": "byte",
}  # fmt: skip

_UNCOUNTED = ("hertz", "kelvin", "flops")
_POWERS = {"²": "square ", "^2": "square ", "2": "square ", "³": "cubic ", "^3": "cubic ", "3": "cubic "}


def unit_words(text: str, *, plural: bool = True) -> str | None:
    """`km/h` -> `kilometres per hour`, `m/s²` -> `metres per second squared`; None where it is no known unit."""
    pieces = text.replace("·", " ").replace("⋅", " ").split("/")
    if len(pieces) > 2 or not all(pieces):
        return None
    above = _one_unit(pieces[0], plural=plural, below=False)
    if above is None or len(pieces) == 1:
        return above
    below = _one_unit(pieces[1], plural=False, below=True)
    return None if below is None else f"{above} per {below}"


def _one_unit(text: str, *, plural: bool, below: bool) -> str | None:
    name, power = text, ""
    for mark in ("²", "³", "^2", "^3", "2", "3"):
        if text.endswith(mark) and text[: -len(mark)] in UNITS:
            name, power = text[: -len(mark)], _POWERS[mark]
            break
    words = UNITS.get(name)
    if words is None:
        return None
    words = _plural(words) if plural else words
    if not power:
        return words
    # One says "square metres", but "per second squared".
    return f"{words} {'squared' if power == 'square ' else 'cubed'}" if below or name in {"s", "ms"} else power + words


def _plural(words: str) -> str:
    head, space, rest = words.partition(" per ")
    first, degree, scale = head.partition(" ")
    if first == "degree":
        return f"degrees{degree}{scale}"
    if head.endswith(_UNCOUNTED):
        return words
    return ("feet" if head == "foot" else head + "s") + space + rest
