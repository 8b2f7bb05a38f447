"""Using up: time, memory, disk, files, threads, descriptors, log. Every bomb has an end of its own.

What is bounded here by counts (10,000 files, 2 GB, 4 GB, 2,000 threads) is there so that a bomb which is not stopped
does no lasting harm; under confinement the limits of the job stop it long before.
"""

from hostile.attack import Group

group = Group("exhaustion")


def add(name: str, code: str, *ends: str, **rest: object) -> None:
    if "memory" in ends:  # what the address space does not hold is an error of the machine to Python, and then a limit
        ends = (*ends, "limit")
    group.add(name, None, code, ends=ends, **{"seconds": 4, **rest})


# Time.
add("spin", "while True: pass", "timeout", seconds=1.5)
add("spin-at-import", "while True: pass", "timeout", seconds=1.5, form="module")
add("spin-while-rendering", "self.wait(0.1)\nwhile True: pass", "timeout", seconds=2.5, task="render")
add(
    "spin-deaf",
    """
    import signal
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    while True: pass
    """,
    "timeout",
    seconds=1.5,
)
add("spin-in-c", "import re; re.match(r'(a+)+$', 'a' * 64 + 'b')", "timeout", seconds=1.5)
add("spin-in-arithmetic", "10 ** 10 ** 9", "timeout", "memory", "error", seconds=1.5)
add(
    "spin-in-threads",
    "import threading\n[threading.Thread(target=exec, args=('while True: pass',)).start() for _ in range(4)]\nwhile True: pass",
    "timeout",
    seconds=1.5,
)
add(
    "spin-catching-all",
    "while True:\n    try:\n        while True: pass\n    except BaseException:\n        pass",
    "timeout",
    seconds=1.5,
)
add(
    "spin-in-destructor",
    "class Slow:\n    def __del__(self):\n        while True: pass\nSlow()",
    "timeout",
    seconds=1.5,
)
add(
    "spin-in-repr-of-error",
    "class Slow(Exception):\n    def __str__(self):\n        while True: pass\nraise Slow()",
    "timeout",
    seconds=1.5,
)
add("sleep", "time.sleep(1000)", "timeout", seconds=1)
add("sleep-by-signal", "import signal; signal.pause()", "timeout", seconds=1)
add("sleep-stopped", "import signal; os.kill(os.getpid(), signal.SIGSTOP)", "timeout", "error", "done", seconds=1)
add(
    "sleep-deadlocked",
    "import threading; lock = threading.Lock(); lock.acquire(); lock.acquire()",
    "timeout",
    seconds=1,
)
add("sleep-with-closed-pipes", "os.closerange(0, 1024); time.sleep(1000)", "timeout", seconds=1)
add("sleep-on-own-pipe", "r, w = os.pipe(); os.read(r, 1)", "timeout", seconds=1)
add(
    "sleep-on-own-lock",
    "import fcntl; a, b = open('x', 'w'), open('x', 'w'); fcntl.flock(a, 2); fcntl.flock(b, 2)",
    "timeout",
    "done",
    seconds=1,
)
add("sleep-on-fifo", "os.mkfifo('x'); open('x').read()", "timeout", "error", "done", seconds=1)
add("wait-for-input", "input()", "error", "done", "timeout")
add("wait-interactively", "self.interactive_embed()", "error", "done", "timeout")
add("wait-endlessly", "self.wait(10 ** 12)", seconds=2, task="render")
add(
    "wait-until-never",
    "self.add_updater(lambda dt: None); self.wait_until(lambda: False, max_time=10 ** 9)",
    "timeout",
    "memory",
    seconds=2,
)
add("wait-play-of-years", "self.play(Square().animate.shift(UP), run_time=10 ** 9)", seconds=2, task="render")
add("wait-not-a-number", "self.wait(float('inf'))", "timeout", "error", "done", "memory", seconds=2, task="render")
add(
    "updater-spins",
    "s = Square().add_updater(lambda m, dt: exec('while True: pass')); self.add(s); self.wait(1)",
    "timeout",
    seconds=2,
    task="render",
)
add(
    "updater-grows",
    "g = VGroup(Dot()); g.add_updater(lambda m, dt: m.add(*[Dot() for _ in range(len(m))])); self.add(g); self.wait(60)",
    "timeout",
    "memory",
    seconds=2,
    task="render",
)
add(
    "updater-endless-render",
    "s = Square().add_updater(lambda m, dt: m.rotate(dt)); self.add(s); self.wait(10 ** 6)",
    "timeout",
    seconds=2,
    task="render",
)
add("frame-rate", "config.frame_rate = 10 ** 9; self.play(Create(Circle()))", seconds=2, task="render")
# Memory and mobjects.
add("memory-at-once", "x = bytearray(10 ** 12)", "memory")
add("memory-growing", "x = []\nfor _ in range(400): x.append(bytearray(b'1') * 10 ** 7)", "memory", "timeout")
add("memory-doubling", "x = 'x'\nwhile len(x) < 4 * 10 ** 9: x += x", "memory", "timeout")
add(
    "memory-mapped",
    "x = [mmap.mmap(-1, 10 ** 8) for _ in range(40)]\nfor m in x:\n    for at in range(0, 10 ** 8, 4096): m[at] = 1",
    "memory",
    "error",
    "timeout",
    "done",
)
add(
    "memory-shared",
    "m = mmap.mmap(-1, 4 * 10 ** 9, mmap.MAP_SHARED)\nfor at in range(0, 4 * 10 ** 9, 4096): m[at] = 1",
    "memory",
    "error",
    "timeout",
    "done",
)
add("memory-numpy", "import numpy as np; x = [np.ones(10 ** 7) for _ in range(50)]", "memory", "timeout")
add(
    "memory-threads",
    "import threading; threading.stack_size(256 * 1024 ** 2); x = [threading.Thread(target=time.sleep, args=(3,)) for _ in range(200)]; [t.start() for t in x]; time.sleep(60)",
    "memory",
    "error",
    "timeout",
    "limit",
    "done",
)
add(
    "memory-of-file-mapped",
    "f = open('x', 'w+b'); f.truncate(10 ** 9); m = mmap.mmap(f.fileno(), 0)\nfor at in range(0, 10 ** 9, 4096): m[at] = 1",
    seconds=3,
)
add(
    "memory-in-c-allocator",
    "LIBC.malloc.restype = ctypes.c_void_p\nfor _ in range(4000):\n    p = LIBC.malloc(ctypes.c_size_t(10 ** 6))\n    ctypes.memset(p, 1, 10 ** 6) if p else exec('raise MemoryError')",
    "memory",
    "timeout",
)
add(
    "memory-in-pipes",
    "p = [os.pipe() for _ in range(100)]\nimport fcntl\nfor r, w in p:\n    fcntl.fcntl(w, 1031, 2 ** 20)\n    os.set_blocking(w, False)\n    os.write(w, bytes(2 ** 20))",
    seconds=3,
)
add("mobjects", "self.add(*[Square() for _ in range(10 ** 6)])", "timeout", "memory", seconds=3)
add(
    "mobjects-copied",
    "g = VGroup(Circle())\nfor _ in range(22): g.add(*[m.copy() for m in g])",
    "timeout",
    "memory",
    seconds=3,
)
add(
    "mobjects-nested",
    "g = VGroup()\nfor _ in range(10 ** 5): g = VGroup(g)\nself.add(g); self.play(FadeIn(g))",
    seconds=3,
)
add(
    "mobjects-in-a-ring",
    "a = Mobject(); b = Mobject(); a.submobjects.append(b); b.submobjects.append(a); self.add(a)",
    "error",
    "timeout",
    "crashed",
    "memory",
    "done",
    seconds=3,
)
add("mobject-fine-grid", "self.add(NumberPlane(x_range=[-7, 7, 1e-5]))", "timeout", "memory", "error", seconds=3)
add(
    "mobject-fine-curve",
    "self.add(ParametricFunction(lambda t: [t, t, 0], t_range=[0, 1, 1e-9]))",
    "timeout",
    "memory",
    "error",
    seconds=3,
)
add("mobject-long-text", "self.add(Text('word ' * 10 ** 6))", seconds=3)
add("mobject-huge-number", "self.add(Integer(10 ** 4000))", seconds=3)
add(
    "mobject-huge-picture",
    "import numpy as np; self.add(ImageMobject(np.zeros((30000, 30000, 3), np.uint8)))",
    "memory",
    "error",
    "done",
    seconds=3,
)
add(
    "mobject-huge-frame",
    "self.camera.reset_pixel_shape(10 ** 5, 10 ** 5); self.renderer.update_frame(self); self.wait(1)",
    "memory",
    "error",
    "done",
    "crashed",
    "timeout",
    seconds=3,
    task="render",
)
add(
    "mobject-huge-svg",
    "open('a.svg', 'w').write('<svg xmlns=\"http://www.w3.org/2000/svg\">' + '<g>' * 10 ** 5); self.add(SVGMobject('a.svg'))",
    seconds=3,
)
add(
    "svg-many-laughs",
    """
    rows = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    open("a.svg", "w").write(f'<!DOCTYPE svg [<!ENTITY a0 "ha">{rows}]><svg xmlns="http://www.w3.org/2000/svg"><title>&a11;</title></svg>')
    SVGMobject("a.svg")
    """,
    seconds=3,
)
add(
    "svg-uses-itself",
    "open('a.svg', 'w').write('<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\"><g id=\"a\"><use xlink:href=\"#a\"/></g></svg>'); SVGMobject('a.svg')",
    seconds=3,
)
add(
    "picture-bomb",
    """
    import zlib
    def chunk(kind, data): return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    head = struct.pack(">IIBBBBB", 30000, 30000, 8, 2, 0, 0, 0)
    squeeze = zlib.compressobj(9)
    body = b"".join(squeeze.compress(bytes(90001)) for _ in range(30000)) + squeeze.flush()
    open("x.png", "wb").write(b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b""))
    ImageMobject("x.png")
    """,
    seconds=4,
)
# Threads, descriptors, stack.
add(
    "threads",
    "import threading; threading.stack_size(65536); x = [threading.Thread(target=time.sleep, args=(20,)) for _ in range(2000)]; [t.start() for t in x]; time.sleep(20)",
    "timeout",
    "memory",
    "error",
    "limit",
    seconds=3,
)
add(
    "threads-by-calls",
    "import _thread\nfor _ in range(2000): _thread.start_new_thread(time.sleep, (20,))\ntime.sleep(20)",
    "timeout",
    "memory",
    "error",
    "limit",
    seconds=3,
)
add(
    "forks",
    "for _ in range(50):\n    if os.fork() == 0:\n        time.sleep(20)\n        os._exit(0)\ntime.sleep(20)",
    seconds=2,
)
add("forks-of-forks", "for _ in range(5): os.fork()\ntime.sleep(20)\nos._exit(0)", seconds=2)
add("descriptors", "x = [os.open('job.json', os.O_RDONLY) for _ in range(10 ** 5)]", "error", "done")
add("descriptors-copied", "x = [os.dup(1) for _ in range(10 ** 5)]", "error", "done")
add("recursion", "def deep(): deep()\ndeep()", "error", "done")
add(
    "recursion-unlimited",
    "sys.setrecursionlimit(10 ** 9)\ndef deep(): [*map(lambda _: deep(), [0])]\ndeep()",
    "crashed",
    "memory",
    "timeout",
    "error",
    "done",
)
add("recursion-in-c", "x = []\nfor _ in range(10 ** 6): x = [x]\njson.dumps(x)", "error", "done", "crashed")
add("stack-smashed", "ctypes.memset(ctypes.addressof(ctypes.create_string_buffer(1)), 255, 10 ** 9)", "crashed")
add("address-zero", "ctypes.string_at(0)", "crashed")
add(
    "timers",
    "x = []\nfor _ in range(5000):\n    t = ctypes.c_int()\n    LIBC.syscall(ctypes.c_long(222), 0, None, ctypes.byref(t))",
    seconds=3,
)
add(
    "file-locks",
    "import fcntl; n = os.open('x', os.O_RDWR | os.O_CREAT)\nfor at in range(0, 40000, 2): fcntl.lockf(n, fcntl.LOCK_EX, 1, at)",
    seconds=3,
)
add("locked-memory", "LIBC.mlockall(3); x = bytearray(10 ** 8)", seconds=3)
# Disk and files. In scratch, which goes with the job.
add(
    "disk",
    "f = open('x', 'wb')\nfor _ in range(2000): f.write(bytes(10 ** 6))",
    "limit",
    "error",
    "timeout",
    "crashed",
    "done",
    seconds=4,
)
add(
    "disk-many-files",
    "for n in range(40):\n    with open(f'x{n}', 'wb') as f:\n        for _ in range(50): f.write(bytes(10 ** 6))",
    seconds=4,
)
add("disk-unlinked", "f = open('x', 'wb'); os.unlink('x')\nfor _ in range(2000): f.write(bytes(10 ** 6))", seconds=4)
add(
    "disk-reserved",
    "LIBC.posix_fallocate(os.open('x', os.O_RDWR | os.O_CREAT), ctypes.c_long(0), ctypes.c_long(2 * 10 ** 9)); time.sleep(0.5)",
    seconds=4,
)
add(
    "disk-mapped",
    "f = open('x', 'w+b'); f.truncate(2 * 10 ** 9); m = mmap.mmap(f.fileno(), 0)\nfor at in range(0, 2 * 10 ** 9, 4096): m[at] = 1",
    seconds=4,
)
add("disk-sparse", "open('x', 'w').truncate(10 ** 12)", seconds=3)
add(
    "disk-by-rewriting",
    "f = open('x', 'wb')\nfor _ in range(2000): f.seek(0); f.write(bytes(10 ** 6)); f.flush()",
    seconds=4,
)
add("files", "for n in range(10 ** 4): open(f'f{n}', 'w').close()", seconds=4)
add("folders", "for n in range(2000): os.mkdir(f'f{n}')", files=1000)
add("folders-deep", "for _ in range(3000):\n    os.mkdir('d'); os.chdir('d')", seconds=4)
add(
    "folders-deep-and-locked",
    "for _ in range(300):\n    os.mkdir('d'); os.chdir('d'); open('f', 'w').close()\nfor _ in range(300):\n    os.chmod('.', 0); os.chdir('..')",
    seconds=4,
)
add(
    "files-strange-names",
    "for name in (b'\\xff\\xfe', b'a\\nb', b'-rf', b' ', b'x' * 255, b'\\x1b[2J'): open(name, 'w').close()",
    seconds=4,
)
add("files-linked-often", "open('x', 'w').close()\nfor n in range(5000): os.link('x', f'l{n}')", seconds=4)
add("files-of-media", "for n in range(3000): Text(f'{n}')", seconds=4)
# What is said.
add("log", "for _ in range(100): print('x' * 10 ** 6)", seconds=4)
add("log-of-errors", "for _ in range(10 ** 5): sys.stderr.write('x' * 1000)", seconds=4)
add("log-raw-for-ever", "while True: os.write(1, b'x' * 65536)", "timeout", "limit", "error", "crashed", seconds=1.5)
add("log-of-warnings", "import warnings\nfor n in range(10 ** 5): warnings.warn(f'{n}')", seconds=4)
add("error-huge", "raise ValueError('x' * 10 ** 8)", "error", "done", "memory")
add("error-huge-name", "raise type('E' * 10 ** 6, (Exception,), {})('x')")
add("error-huge-argument", "raise ValueError(list(range(10 ** 6)))")
add(
    "error-chain",
    "try:\n    error = None\n    for n in range(10 ** 5):\n        e = ValueError(n); e.__cause__ = error; error = e\nfinally:\n    raise error",
)
add("error-ring", "a, b = ValueError(1), ValueError(2); a.__context__ = b; b.__context__ = a; raise a")
add("error-group", "e = ValueError('x')\nfor _ in range(5000): e = ExceptionGroup('g', [e])\nraise e")
add(
    "error-deep-traceback", "sys.setrecursionlimit(20000)\ndef deep(n): return deep(n - 1) if n else 1 / 0\ndeep(15000)"
)
add(
    "error-lies",
    "class Lie(SyntaxError):\n    lineno = property(lambda self: 10 ** 30)\n    filename = property(lambda self: 1 / 0)\n    msg = property(lambda self: [])\nraise Lie('x')",
)
add(
    "error-line-of-text",
    "e = SyntaxError('x'); e.filename = __file__; e.lineno = 'first'; e.msg = b'bytes'; raise e",
    form="module",
)
add("error-text-raises", "class Odd(Exception):\n    def __str__(self): raise self\nraise Odd")
add("error-text-is-no-text", "class Odd(Exception):\n    def __str__(self): return 5\nraise Odd")
add(
    "error-with-evil-class",
    "class Meta(type):\n    __name__ = property(lambda cls: 1 / 0)\n    __qualname__ = property(lambda cls: 1 / 0)\nclass Odd(Exception, metaclass=Meta): pass\nraise Odd",
)
add("error-with-lone-surrogate", "raise ValueError('\\ud800' * 10)")
add("error-that-ends-the-process", "class Odd(Exception):\n    def __str__(self): os._exit(0)\nraise Odd")
