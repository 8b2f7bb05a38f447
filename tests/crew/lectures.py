"""What the scripted author has in mind: its videos, their scenes, and what it will get wrong in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from tests.crew.drawings import Assigned, scene_code
from tests.crew.mistakes import Mistake, api_mistakes, mistakes, picture_mistakes, warned_mistakes
from visium_graph.agents.coder import class_name

__all__ = ["SCENES", "Lecture", "Planned"]

SCENES = 6
_NAMES = ("opening", "zero", "middle", "turn", "answer", "basis", "case", "recap", "yes", "knot")
_SPEECH = (
    "Look at {}.",
    "And now {}.",
    "So {} fits.",
    "Why does {} fit?",
    "Count {} again.",
    "There is {}.",
    "Here comes {}.",
)

Habit = Literal["right", "at-once", "wrongly", "worse", "bit-by-bit", "blemished", "never"]
"""How the author fares with a scene: right at first; repairs at once; repairs one mistake and makes another; adds
mistakes before it repairs them; repairs one after the other; leaves a blemish that blocks nothing; never gets it right."""

Opinion = Literal["approve", "complain", "contradict"]
"""What the reviewer says of an accepted draft; what contradicts the checks must be dropped."""

_HABITS: dict[Habit, int] = {"right": 34, "at-once": 26, "wrongly": 13, "worse": 12, "bit-by-bit": 10, "blemished": 5}
_OPINIONS: dict[Opinion, int] = {"approve": 80, "complain": 11, "contradict": 9}


@dataclass(frozen=True)
class Planned:
    """One scene of a lecture.

    Attributes:
        kind: "custom" where code is to be written, else a template layout.
        says: narration of each beat.
        drafts: names of the mistakes in each draft; later drafts than these have none.
        after_complaint: mistakes that the author makes when it answers a complaint about a draft that passed the checks.
        opinions: what the reviewer says when it is asked for the first time, the second time, ...
    """

    scene_id: str
    title: str
    kind: Literal["custom", "bullets", "formula", "table"]
    says: tuple[str, ...]
    habit: Habit
    drafts: tuple[tuple[str, ...], ...]
    after_complaint: tuple[str, ...]
    opinions: tuple[Opinion, ...]
    seed: str

    @property
    def assigned(self) -> Assigned:
        """The scene as it is drawn."""
        return Assigned(self.scene_id, class_name(self.scene_id), self.title, len(self.says))

    def mistakes_of(self, number: int, *, complained: bool = False) -> tuple[Mistake, ...]:
        """What is wrong with a draft.

        Args:
            number: of the draft.
            complained: whether it answers a complaint of the reviewer.
        """
        if self.habit == "never":
            names = self.drafts[number % len(self.drafts)]
        elif complained:
            names = self.after_complaint
        else:
            names = self.drafts[number] if number < len(self.drafts) else ()
        return tuple(mistakes()[name] for name in names)

    def code(self, number: int, *, complained: bool = False) -> str:
        """A draft; arguments as for `mistakes_of`."""
        wrong = self.mistakes_of(number, complained=complained)
        return scene_code(self.assigned, number, wrong, Random(self.seed))


@dataclass(frozen=True)
class Lecture:
    """One video."""

    number: int
    title: str
    scenes: tuple[Planned, ...]

    @property
    def topic(self) -> str:
        """What the user asks for."""
        return f"why it fits, lecture {self.number}"

    @classmethod
    def of(cls, seed: object, number: int, *, never: float = 0.04, scenes: int = SCENES) -> Lecture:
        """The lecture of that number.

        Args:
            seed: of all chance.
            number: which one.
            never: share of the scenes whose author never gets them right.
            scenes: how many there are.
        """
        luck = Random(f"{seed}/lecture/{number}")
        names = luck.sample(_NAMES, scenes)
        made = tuple(_planned(seed, number, name, never) for name in names)
        return cls(number, f"Why it fits, {number}", made)

    def scene(self, scene_id: str) -> Planned:
        """One of its scenes."""
        return next(scene for scene in self.scenes if scene.scene_id == scene_id)


def _scene_id(number: int, name: str) -> str:
    """A scene's id, as its title makes it: it tells the lecture, so that a prompt says which scene it is about."""
    return f"v{number}-{name}"


def _planned(seed: object, number: int, name: str, never: float) -> Planned:
    luck = Random(f"{seed}/scene/{number}/{name}")
    kind = luck.choices(("custom", "bullets", "formula", "table"), (80, 8, 6, 6))[0]
    habit: Habit = "never" if luck.random() < never else luck.choices(tuple(_HABITS), tuple(_HABITS.values()))[0]
    drafts = _drafts(habit, luck)
    return Planned(
        scene_id=_scene_id(number, name),
        title=f"V{number} {name}",
        kind=kind,
        says=tuple(text.format(name) for text in luck.sample(_SPEECH, luck.choice((2, 2, 3)))),
        habit=habit,
        drafts=drafts,
        after_complaint=(_wrong(luck),) if luck.random() < 0.4 else (),
        opinions=tuple(luck.choices(tuple(_OPINIONS), tuple(_OPINIONS.values()), k=6)),
        seed=f"{seed}/code/{number}/{name}",
    )


def _wrong(luck: Random, among: Sequence[Mistake] = ()) -> str:
    """A mistake: as often of the API as of the picture."""
    return luck.choice(among or luck.choice((api_mistakes(), picture_mistakes()))).name


def _several(luck: Random, count: int, among: Sequence[Mistake] = ()) -> tuple[str, ...]:
    """That many different mistakes."""
    found: list[str] = []
    while len(found) < count:
        name = _wrong(luck, among)
        if name not in found:
            found.append(name)
    return tuple(found)


def _drafts(habit: Habit, luck: Random) -> tuple[tuple[str, ...], ...]:
    # Some mistakes of the API are repaired without the author: it could not keep them up.
    lasting = [one for one in picture_mistakes() if one.place == "beat"] if habit == "never" else ()
    several = _several(luck, 4, lasting)
    first, second, third, fourth = ((one,) for one in several)
    plans: dict[Habit, tuple[tuple[str, ...], ...]] = {
        "right": ((),),
        "blemished": ((_wrong(luck, warned_mistakes()),),),
        "at-once": (several[: luck.choice((1, 1, 2))], ()),
        "wrongly": (first, second, ()),
        "worse": (first, several[:3], fourth, ()),
        "bit-by-bit": (several[:3], several[1:3], third, ()),
        "never": (first, several[:2], several[1:3], third, several[:3]),
    }
    return plans[habit]
