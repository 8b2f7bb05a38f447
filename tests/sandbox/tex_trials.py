"""A process that runs programs and documents as the LaTeX broker does; prints what came of each as JSON.

`python tex_trials.py USER < trials.json`: a list of objects. One with `command` is a program (`folder`, `readable`,
`environment` and `bounds` go with it), one with `document` is typeset (`scratch`, `compilers`, `format`, `cpu_seconds`,
`layers`: which of `kernel` and `rules` protect the outside, and `killed`: how many of its programs somebody kills). The
process becomes USER (a number) before.
"""

from __future__ import annotations

import itertools
import json
import os
import select
import signal
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

from visium_graph.sandbox import tex_job
from visium_graph.sandbox.kernel import Confinement, capabilities
from visium_graph.sandbox.program import ERRORS, Bounds, Ended, Program

COMPILING, DRAWING, SETTINGS = tex_job._compiling, tex_job._drawing, dict(tex_job._TEX_SETTINGS)


def end(program: Program) -> Ended:
    over = ""
    while not over and not select.select([program.handle], [], [], 0.02)[0]:
        over = program.over()
    return program.end(over)


def run(trial: dict[str, Any], kernel: Confinement) -> dict[str, Any]:
    folder = Path(trial["folder"])
    program = Program(
        trial["command"],
        folder,
        kernel,
        environment=trial.get("environment", {}),
        readable=[Path(path) for path in trial.get("readable", ())],
        bounds=Bounds(**trial.get("bounds", {})),
    )
    ended = end(program)
    words = (folder / ERRORS).read_text(errors="replace")
    (folder / ERRORS).unlink()
    return ended._asdict() | {"words": words}


def typeset(trial: dict[str, Any], kernel: Confinement) -> dict[str, Any]:
    layers = trial.get("layers", ["kernel", "rules"])
    rules = "rules" in layers
    tex_job._TEX_SETTINGS.update(SETTINGS if rules else {"openin_any": "a", "openout_any": "a", "shell_escape": "t"})
    tex_job._compiling = COMPILING if rules else with_commands
    tex_job._drawing = DRAWING if rules else with_postscript
    tex_job._BOUNDS = Bounds(cpu_seconds=trial.get("cpu_seconds", 5), wall_seconds=60)
    document = tex_job.Document(
        trial["document"], tuple(trial.get("compilers", ["latex"])), trial.get("format", ".dvi")
    )
    confined = kernel if "kernel" in layers else Confinement()
    return driven(tex_job.typesetting(document, Path(trial["scratch"]), confined), trial.get("killed", 0))


def with_commands(program: str, output_format: str) -> list[str]:
    return [word.replace("-no-shell", "-shell") for word in COMPILING(program, output_format)]


def with_postscript(program: str, output_format: str, *, postscript: bool) -> list[str]:  # noqa: ARG001
    return DRAWING(program, output_format, postscript=True)


def driven(work: Generator[Program, Ended, dict[str, Any]], killed: int) -> dict[str, Any]:
    try:
        program = next(work)
        for number in itertools.count():
            if number < killed:
                os.kill(program._pid, signal.SIGKILL)
            program = work.send(end(program))
    except StopIteration as last:
        return last.value


if __name__ == "__main__":
    kernel = capabilities()
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(int(sys.argv[1]))
        os.setuid(int(sys.argv[1]))
    answers = [(run if "command" in trial else typeset)(trial, kernel) for trial in json.load(sys.stdin)]
    print(json.dumps(answers))  # noqa: T201
