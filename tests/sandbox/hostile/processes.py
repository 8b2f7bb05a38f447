"""Starting, becoming, hiding and leaving behind processes. What is started sleeps for a while and ends by itself."""

from hostile.attack import Group

group = Group("processes and survivors")
add = group.add

add("run-cat", "canary", "import subprocess; tell(subprocess.check_output(['cat', CANARY]))")
add("run-shell", "change", "os.system(f'touch {OUTSIDE}/{NAME}')")
add("run-popen", "canary", "tell(os.popen(f'cat {CANARY}').read())")
add("run-at-import", "canary", "import subprocess\ntell(subprocess.check_output(['cat', CANARY]))", form="module")
add("run-spawn", "change", "os.waitpid(os.posix_spawn('/bin/touch', ['touch', f'{OUTSIDE}/{NAME}'], {}), 0)")
add("run-pty", "change", "import pty; pty.spawn(['touch', f'{OUTSIDE}/{NAME}'])", seconds=3)
add("run-manim-capture", "canary", "from manim.utils.commands import capture; tell(capture(['cat', CANARY]))")
add(
    "run-manim-open-file",
    "change",
    """
    os.makedirs("bin")
    open("bin/xdg-open", "w").write(f"#!/bin/sh\\ntouch {OUTSIDE}/{NAME}\\n")
    os.chmod("bin/xdg-open", 0o700)
    os.environ["PATH"] = os.path.abspath("bin") + ":" + os.environ["PATH"]
    from pathlib import Path
    from manim.utils.file_ops import open_file
    open_file(Path("x"))
    time.sleep(0.3)
    """,
)
add(
    "run-browser",
    "change",
    """
    import webbrowser
    open("b", "w").write(f"#!/bin/sh\\ntouch {OUTSIDE}/{NAME}\\n")
    os.chmod("b", 0o700)
    webbrowser.GenericBrowser(os.path.abspath("b")).open("x")
    """,
)
add(
    "run-pydub-decoder",
    "change",
    """
    open("ffprobe", "w").write(f"#!/bin/sh\\n/bin/touch {OUTSIDE}/{NAME}\\n")
    os.chmod("ffprobe", 0o700)
    os.environ["PATH"] = os.getcwd()
    from pydub.utils import mediainfo_json
    mediainfo_json("x")
    """,
)
add(
    "run-asyncio",
    "canary",
    "import asyncio; p = lambda: asyncio.create_subprocess_exec('cat', CANARY, stdout=-1)\nasync def go(): return (await (await p()).communicate())[0]\ntell(asyncio.run(go()))",
)
add(
    "run-multiprocessing",
    "change",
    "import multiprocessing as m; p = m.get_context('fork').Process(target=lambda: open(f'{OUTSIDE}/{NAME}', 'w')); p.start(); p.join()",
)
add(
    "run-executor",
    "leak",
    "from concurrent.futures import ProcessPoolExecutor as P; leak(P(1).submit(os.getpid).result())",
    seconds=4,
)
add(
    "run-setuid-program",
    "leak",
    "import subprocess; p = subprocess.run(['su', '--version'], capture_output=True); leak(p)",
)
add(
    "run-crontab",
    "leak",
    "import subprocess; leak(subprocess.run(['sh', '-c', 'command -v crontab at systemd-run; true'], capture_output=True))",
)
add("become-another", "change", "os.execv('/bin/touch', ['touch', f'{OUTSIDE}/{NAME}'])")
add(
    "become-shell-by-call",
    "change",
    "argv = (ctypes.c_char_p * 4)(b'sh', b'-c', f'touch {OUTSIDE}/{NAME}'.encode(), None); syscall('execve', b'/bin/sh', argv, 0)",
)
add(
    "become-from-memory",
    "change",
    """
    n = syscall("memfd_create", b"x", 0)
    os.write(n, open("/bin/touch", "rb").read())
    argv = (ctypes.c_char_p * 3)(b"touch", f"{OUTSIDE}/{NAME}".encode(), None)
    syscall("execveat", n, b"", argv, 0, 0x1000)
    """,
)
add(
    "become-own-file",
    "change",
    """
    open("x", "w").write(f"#!/bin/sh\\ntouch {OUTSIDE}/{NAME}\\n")
    os.chmod("x", 0o700)
    os.execv("./x", ["x"])
    """,
)
add("become-by-loader", "change", "os.execv('/lib64/ld-linux-x86-64.so.2', ['ld', '/bin/touch', f'{OUTSIDE}/{NAME}'])")
add(
    "become-interpreter-again",
    "change",
    "os.execv(sys.executable, [sys.executable, '-c', f'open({OUTSIDE + \"/\" + NAME!r}, \"w\")'])",
)
add(
    "preload-library",
    None,
    "os.environ['LD_PRELOAD'] = os.path.abspath('x.so'); os.execv(sys.executable, [sys.executable, '-c', '0'])",
)
for name, call in {
    "fork": "os.fork()",
    "fork-call": "syscall('fork')",
    "clone-call": "syscall('clone', 17, 0, 0, 0, 0)",
    "clone-newer-call": "syscall('clone3', (ctypes.c_uint64 * 8)(0, 0, 0, 0, 17, 0, 0, 0), 64)",
    "clone-untraced": "syscall('clone', 0x00800000 | 17, 0, 0, 0, 0)",
    "clone-sharing-parent": "syscall('clone', 0x00008000 | 17, 0, 0, 0, 0)",
}.items():
    add(
        f"process-by-{name}",
        "change",
        f"""
        pid = {call}
        if pid == 0:
            os.close(os.open(f"{{OUTSIDE}}/{{NAME}}-{{os.getpid()}}", os.O_CREAT | os.O_WRONLY))
            os._exit(0)
        os.waitpid(pid, 0)
        """,
    )
HIDE = """
    preloaded = os.getppid()
    if os.fork() == 0:
        {hide}
        try:
            os.kill(preloaded, 9)  # the one who would clean up
        except OSError:
            pass
        time.sleep(25)
        os._exit(0)
    time.sleep(5)
    """
for name, hide in {
    "session": "os.setsid()",
    "daemon": "os.setsid(); os.fork() and os._exit(0); [os.close(n) for n in range(3)]",
    "group": "os.setpgid(0, 0)",
    "no-death-signal": "LIBC.prctl(1, 0); os.setsid()",
    "deaf": "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65)); os.setsid()",
    "reaper": "LIBC.prctl(36, 1); os.setsid(); os.fork() and time.sleep(25)",
    "closed-pipes": "os.setsid(); os.closerange(0, 1024)",
    "other-name": "os.setsid(); LIBC.prctl(15, b'kworker/0:1')",
    "not-dumpable": "os.setsid(); LIBC.prctl(4, 0)",
}.items():
    add(f"survive-{name}", "survivor", HIDE.format(hide=hide), seconds=4)
add(
    "survive-by-exec",
    "survivor",
    """
    preloaded = os.getppid()
    if os.fork() == 0:
        os.setsid()
        os.kill(preloaded, 9)
        os.execv("/bin/sleep", ["sleep", "25"])
    time.sleep(5)
    """,
    seconds=4,
)
add(
    "survive-nohup",
    "survivor",
    "os.system(f'(setsid nohup sleep 25 > /dev/null 2>&1 &); kill -9 {os.getppid()}'); time.sleep(5)",
    seconds=4,
)
add("outlive-parent", None, "LIBC.prctl(1, 0); os.kill(os.getppid(), 9); time.sleep(20)", seconds=2)
add(
    "leave-session",
    None,
    "LIBC.prctl(1, 0); os.setpgid(0, os.getppid()); time.sleep(20)",
    seconds=1.5,
    ends=("timeout", "error", "done"),
)
add(
    "handlers-that-stay",
    None,
    """
    import atexit, signal, threading
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    atexit.register(time.sleep, 60)
    threading.Thread(target=time.sleep, args=(60,)).start()
    raise ValueError("let me stay")
    """,
)
add(
    "threads-that-stay",
    None,
    "import threading; [threading.Thread(target=time.sleep, args=(60,)).start() for _ in range(8)]",
)
add("exit-handler-that-forks", None, "import atexit; atexit.register(lambda: os.fork() or time.sleep(25))")
add(
    "thread-that-starts-at-the-end",
    None,
    "import weakref, threading; weakref.finalize(self, lambda: threading.Thread(target=time.sleep, args=(60,)).start())",
)
