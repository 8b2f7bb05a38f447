# ruff: noqa: RUF001  # letters that look like others are the attack
"""Turning the program that runs the scene against itself; names and classes that are not what they seem."""

from hostile.attack import Group

group = Group("tampering and disguises")
add = group.add

add("exit-replaced", None, "os._exit = lambda code: time.sleep(30)\nraise ValueError('stay')", seconds=2)
add(
    "exit-replaced-to-serve-jobs",
    None,
    "os._exit = lambda code: None\nraise ValueError('run on as a second preloaded process')",
    seconds=3,
)
add(
    "pack-replaced",
    "canary",
    "import visium_graph.sandbox.child as c, visium_graph.sandbox.wire as w; c.pack = lambda m: w.pack({'status': 'done', 'value': {'x': open(CANARY).read()}})",
)
add(
    "module-replaced",
    "canary",
    "import types; m = types.ModuleType('x'); m.probe = lambda *a: {'x': open(CANARY).read()}; sys.modules['visium_graph.checks.probe'] = m; tell(m.probe())",
)
add("tasks-replaced", None, "import visium_graph.sandbox.job as j; j.TASKS = {'check': 'os:listdir'}")
add(
    "confine-undone",
    "canary",
    "import visium_graph.sandbox.confine as c; c.confine = lambda *a, **k: None; import importlib; importlib.reload(c); tell(open(CANARY).read())",
)
add(
    "confine-again-looser",
    None,
    "import visium_graph.sandbox.confine as c, visium_graph.sandbox.job as j; c.confine(j.Limits(seconds=10 ** 6, memory_mb=10 ** 6))",
)
add(
    "monitor-started-inside",
    None,
    "from visium_graph.sandbox.monitor import watch; from visium_graph.sandbox.job import Limits; from pathlib import Path; import socket; watch(Path(os.getcwd()), Limits(), socket.socketpair()[0])",
    seconds=4,
)
add(
    "job-run-inside",
    None,
    "from visium_graph.sandbox import run_job, Job; from pathlib import Path; run_job(Job('check', {'scene_id': 'x', 'code': '', 'beats': []}, Path(STORE)))",
    seconds=4,
)
add(
    "preload-entered",
    None,
    "from visium_graph.sandbox import preload; [preload.main(n) for n in range(3, 12)]",
    seconds=4,
)
add(
    "frames-of-callers",
    None,
    "import inspect\nfor frame in inspect.stack(): frame.frame.f_globals.clear() if 'sandbox' in frame.filename else None",
    seconds=4,
)
add(
    "frames-searched",
    None,
    "f = sys._getframe(); found = []\nwhile f: found.append(str(f.f_locals)[:10 ** 5]); f = f.f_back\ntell(''.join(found))",
)
add(
    "builtins-replaced",
    None,
    "import builtins; builtins.open = builtins.isinstance = builtins.len = lambda *a, **k: 1 / 0",
)
add("json-replaced", None, 'json.dumps = lambda *a, **k: \'{"status": "done", "value": {"x": 1}}\'')
add(
    "json-encoder-replaced",
    None,
    "import json.encoder as e; e.JSONEncoder.encode = lambda *a: '[' * 10 ** 6\nraise ValueError('x')",
)
add(
    "struct-replaced",
    None,
    "import visium_graph.sandbox.wire as w\nclass H:\n    size = 4\n    pack = staticmethod(lambda n: b'\\0')\nw.HEADER = H",
)
add(
    "write-replaced",
    None,
    "os.write = lambda fd, data: 0\nraise ValueError('for ever')",
    ends=("timeout", "error", "done"),
    seconds=1.5,
)
add(
    "traceback-replaced",
    None,
    "import traceback; traceback.print_exc = traceback.walk_tb = lambda *a: time.sleep(60)\nraise ValueError('x')",
    ends=("timeout", "done", "error"),
    seconds=1.5,
)
add(
    "import-hook",
    None,
    "class Hook:\n    def find_spec(self, name, path, target=None): time.sleep(60)\nsys.meta_path.insert(0, Hook()); import mailbox",
    ends=("timeout",),
    seconds=1.5,
)
add("trace-function", None, "sys.settrace(lambda *a: time.sleep(60)); self.wait(1)", ends=("timeout",), seconds=1.5)
add(
    "garbage-hook",
    None,
    "import gc; gc.callbacks.append(lambda *a: time.sleep(60)); gc.collect()",
    ends=("timeout",),
    seconds=1.5,
)
add(
    "config-replaced",
    None,
    "config.pixel_width = 'x'; config.media_dir = None; import manim; manim.config = None; self.wait(0.1)",
    task="render",
)
add("renderer-replaced", None, "self.renderer = None")
add(
    "camera-lies",
    None,
    "import numpy as np; self.renderer.get_frame = lambda: np.zeros((1, 1, 4), np.uint8); self.camera.pixel_array = None; self.wait(0.2)",
    task="render",
)
add("marks-lie", None, "self.marks = [(0, 0, 10 ** 9)]; self.wait(0.1)", task="render", seconds=2)
add("marks-lie-more", None, "self.marks = [(-1, float('nan'), 'x')] * 10; self.wait(0.1)", task="render")
add("time-lies", None, "self.renderer.time = float('nan'); self.wait(0.1)")
add(
    "writer-lies",
    None,
    "type(self.renderer.file_writer).frames_written = property(lambda s: -1); self.wait(0.1)",
    task="render",
)
add(
    "encoder-replaced",
    None,
    "import visium_graph.render.encoder as e; e.ClipEncoder.close = lambda self: None; self.wait(0.1)",
    task="render",
)
add(
    "fonts-by-environment",
    None,
    "open('f.conf', 'w').write(f'<fontconfig><include>{CANARY}</include><dir>{OUTSIDE}</dir></fontconfig>'); os.environ['FONTCONFIG_FILE'] = 'f.conf'; Text('x', font='Nothing')",
)
add(
    "library-path-by-environment",
    None,
    "os.environ['LD_LIBRARY_PATH'] = os.getcwd(); open('libx.so', 'w').write('x'); ctypes.CDLL('./libx.so')",
)
add(
    "python-path",
    None,
    "open('numpy.py', 'w').write('x = 1'); sys.path.insert(0, ''); import importlib, numpy; importlib.reload(numpy)",
)
add(
    "environment-for-the-next",
    None,
    "os.environ['PYTHONSTARTUP'] = CANARY; os.environ['GEMINI_API_KEY'] = 'x'; os.putenv('LD_PRELOAD', 'x')",
)
add("current-directory-lost", None, "os.chdir('/'); self.wait(0.1)", task="render")
add("umask", None, "os.umask(0o777); open('x', 'w').close(); self.wait(0.1)", task="render")
add("standard-streams-lost", None, "sys.stdout = sys.stderr = None; os.closerange(0, 3); raise ValueError('silent')")

add("name-in-mathematical-letters", "canary", "tell(𝑜𝑝𝑒𝑛(CANARY).read())")
add(
    "name-in-wide-letters",
    "canary",
    "tell(__ｉｍｐｏｒｔ__('ｏｓ'.encode().decode() and 'os').popen(f'cat {CANARY}').read())",
)
add("name-that-looks-like-another", "canary", "from builtins import open as tеll\ntell(tеll(CANARY).read())")
add(
    "name-assembled",
    "canary",
    "tell(getattr(__builtins__, 'op' + 'en', None)(CANARY).read() if not isinstance(__builtins__, dict) else __builtins__['op' + 'en'](CANARY).read())",
)
add(
    "name-by-format",
    "canary",
    "import string; f = string.Formatter().get_field('0.__init__.__globals__', (Scene,), {})[0]; tell(f['__builtins__']['open'](CANARY).read())",
)
add(
    "name-by-matching",
    "canary",
    "match ():\n    case object(__class__=kind): base = kind.__base__\nw = next(c for c in base.__subclasses__() if c.__name__ == '_wrap_close'); tell(w.__init__.__globals__['popen'](f'cat {CANARY}').read())",
)
add(
    "name-by-annotation",
    "canary",
    "import typing\nclass A: x: 'tell(open(CANARY).read())'\ntyping.get_type_hints(A, globals())",
)
add(
    "name-by-partial",
    "canary",
    "from functools import partial; tell(partial(Code, code_file=CANARY, language='text')()._code_html)",
)
add("name-by-alias", "canary", "I = ImageMobject; tell(I(CANARY_PNG).pixel_array[:, :, 0].tobytes())")
add("name-encoded", "canary", "import base64; exec(base64.b64decode(b'dGVsbChvcGVuKENBTkFSWSkucmVhZCgpKQ=='))")
add(
    "name-by-code-object",
    "canary",
    "f = lambda: 0; f.__code__ = compile('tell(open(CANARY).read())', 'x', 'exec'); exec(f.__code__)",
)
add(
    "name-by-pickle",
    "canary",
    "import pickle\nclass P:\n    def __reduce__(self): return eval, ('tell(open(CANARY).read())', globals())\nP.__module__ = 'x'; import copyreg; f, a = P().__reduce__(); f(*a)",
)
add("name-by-decorator", "canary", "@tell\n@lambda _: open(CANARY).read()\ndef x(): ...")
add("name-by-default-argument", "canary", "def x(y=tell(open(CANARY).read())): ...", form="module")
add("name-by-class-body", "canary", "class Attack(Scene):\n    tell(open(CANARY).read())", form="module")
add(
    "name-by-metaclass",
    "canary",
    "class Meta(type(Scene)):\n    def __call__(cls, *a, **k): tell(open(CANARY).read())\nclass Attack(Scene, metaclass=Meta): pass",
    form="module",
)
add(
    "name-by-subclass-hook",
    "canary",
    "class Base(Scene):\n    def __init_subclass__(cls): tell(open(CANARY).read())\nclass Attack(Base): pass",
    form="module",
)
add(
    "name-by-module-hook",
    "canary",
    "def __getattr__(name): tell(open(CANARY).read())\nsys.modules[__name__].nothing",
    form="module",
)
add(
    "class-shadows-scene",
    "canary",
    "class Scene(Scene):\n    def render(self, *a, **k): tell(open(CANARY).read())\nclass Square(Scene): pass",
    form="module",
)
add(
    "class-shadows-slide",
    "canary",
    "class Slide(Scene):\n    def __new__(cls, *a, **k): tell(open(CANARY).read())\nclass Attack(Slide): pass",
    form="module",
)
add(
    "class-shadows-manim",
    "canary",
    "class Square(VMobject):\n    def __init__(self): tell(open(CANARY).read())\nclass Attack(Scene):\n    def construct(self): self.add(Square())",
    form="module",
)
add("class-pretends-to-be-none", None, "class Attack(Scene):\n    __module__ = 'elsewhere'", form="module")
add("scene-that-is-none", None, "Attack = type('Attack', (), {'render': lambda self: None})", form="module")
add("side-effect-at-import", "change", "open(os.path.join(OUTSIDE, NAME), 'w').close()", form="module")
add(
    "source-in-other-encoding",
    "canary",
    "# coding: utf-7\n+AGk-mport re\nraise RuntimeError(+AG8-pen('$CANARY$').read())",
    form="raw",
)
add("source-rotated", None, "# coding: rot13\nvzcbeg bf", form="raw")
add("source-with-zero-byte", None, "x = 1\0\nopen('$CANARY$')", form="raw")
add("source-with-form-feeds", "canary", "if 1:\n\f  raise RuntimeError(open('$CANARY$').read())", form="raw")
add("source-with-return", "canary", "# harmless\rraise RuntimeError(open('$CANARY$').read())", form="raw")
add(
    "source-with-reversed-text",
    "canary",
    "x = '\u202e'  # \u2066\nraise RuntimeError(open('$CANARY$').read())",
    form="raw",
)
add("source-very-deep", None, "x = " + "(" * 5000 + ")" * 5000, form="raw")
add("source-very-deep-sum", None, "x = " + "+".join(["1"] * 100000), form="raw", seconds=4)
