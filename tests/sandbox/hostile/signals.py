"""Reaching for other processes: signals, limits, priorities, processors, memory."""

from hostile.attack import Group

group = Group("signals and other processes")
add = group.add

add("signal-parent", "preloaded", "import signal; os.kill(os.getppid(), signal.SIGUSR2); time.sleep(0.3)")
add("kill-parent", "preloaded", "os.kill(os.getppid(), 9); time.sleep(5)", seconds=4)
add("wake-parent", "leak", "import signal; os.kill(os.getppid(), signal.SIGCONT); leak('reached')")
add("probe-parent", "leak", "os.kill(os.getppid(), 0); leak('reached')")
add("probe-app", "leak", "os.kill(APP, 0); leak('reached')")
add("signal-app", "signal", "import signal; os.kill(APP, signal.SIGUSR2); time.sleep(0.2)")
add("signal-victim", "signal", "import signal; os.kill(VICTIM, signal.SIGUSR1); time.sleep(0.2)")
add("kill-victim", "signal", "os.kill(VICTIM, 9)")
add("stop-victim", "signal", "import signal; os.kill(VICTIM, signal.SIGSTOP); time.sleep(0.5)")
add("signal-group-of-victim", "signal", "import signal; os.killpg(os.getpgid(VICTIM), signal.SIGUSR1); time.sleep(0.2)")
add("signal-thread-of-victim", "signal", "syscall('tkill', VICTIM, 10); time.sleep(0.2)")
add(
    "signal-queued",
    "signal",
    "info = (ctypes.c_int * 32)(12, 0, -1); syscall('rt_sigqueueinfo', VICTIM, 12, info); time.sleep(0.2)",
)
add(
    "signal-by-handle",
    "signal",
    "import signal; signal.pidfd_send_signal(os.pidfd_open(VICTIM), signal.SIGUSR1); time.sleep(0.2)",
)
add(
    "signal-by-proc-handle",
    "signal",
    "n = os.open(f'/proc/{VICTIM}', os.O_RDONLY); syscall('pidfd_send_signal', n, 10, 0, 0); time.sleep(0.2)",
)
add(
    "signal-by-thread",
    "signal",
    "import signal, threading; t = threading.Thread(target=os.kill, args=(VICTIM, signal.SIGUSR1)); t.start(); t.join(); time.sleep(0.2)",
)
for name, owner in {"victim": "VICTIM", "app": "APP", "group": "-os.getpgid(VICTIM)"}.items():
    add(
        f"signal-by-file-owner-{name}",
        "signal",
        f"""
        import fcntl, signal
        reader, writer = os.pipe()
        fcntl.fcntl(reader, 10, signal.SIGUSR2)  # F_SETSIG
        fcntl.fcntl(reader, fcntl.F_SETOWN, {owner})
        fcntl.fcntl(reader, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
        os.write(writer, b"x")
        time.sleep(0.3)
        """,
    )
add(
    "signal-by-socket-owner",
    "signal",
    """
    import fcntl, signal, socket
    a, b = socket.socketpair()
    fcntl.fcntl(a, 10, signal.SIGUSR2)
    fcntl.fcntl(a, fcntl.F_SETOWN, VICTIM)
    fcntl.fcntl(a, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
    b.send(b"x")
    time.sleep(0.3)
    """,
)
add(
    "signal-by-lease",
    "signal",
    """
    import fcntl, signal
    open("x", "w").close()
    n = os.open("x", os.O_RDONLY)
    fcntl.fcntl(n, 10, signal.SIGUSR2)
    fcntl.fcntl(n, fcntl.F_SETOWN, VICTIM)
    fcntl.fcntl(n, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    fcntl.fcntl(n, fcntl.F_SETOWN, VICTIM)  # a lease names the one who takes it
    os.open("x", os.O_WRONLY | os.O_NONBLOCK)
    """,
)
add(
    "signal-by-folder-notice",
    "signal",
    """
    import fcntl, signal
    n = os.open(".", os.O_RDONLY)
    fcntl.fcntl(n, 10, signal.SIGUSR2)
    fcntl.fcntl(n, fcntl.F_NOTIFY, 0x80000004)  # files made here, again and again
    fcntl.fcntl(n, fcntl.F_SETOWN, VICTIM)
    open("x", "w").close()
    time.sleep(0.3)
    """,
)
add(
    "signal-by-timer",
    None,
    """
    # A timer may name a thread of its own process only.
    event = (ctypes.c_int * 16)(0, 0, 10, 4, VICTIM)
    timer = ctypes.c_int()
    if LIBC.syscall(ctypes.c_long(222), 0, event, ctypes.byref(timer)):
        raise OSError(ctypes.get_errno(), "timer_create")
    leak("a timer for another")
    """,
)
add("limits-of-victim", "signal", "import resource; resource.prlimit(VICTIM, resource.RLIMIT_NOFILE, (64, 64))")
add("limits-of-victim-by-call", "signal", "syscall('prlimit64', VICTIM, 4, (ctypes.c_uint64 * 2)(4096, 4096), 0)")
add("limits-of-parent-read", "leak", "import resource; leak(resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE))")
add(
    "limits-of-own-lifted",
    None,
    "import resource\nfor n in (resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE): resource.setrlimit(n, (resource.RLIM_INFINITY,) * 2)\nleak('lifted')",
)
add("priority-of-victim", "signal", "os.setpriority(os.PRIO_PROCESS, VICTIM, 14)")
add("priority-of-group", "signal", "os.setpriority(os.PRIO_PGRP, os.getpgid(VICTIM), 15)")
add("priority-of-user", "signal", "os.setpriority(os.PRIO_USER, os.getuid(), os.getpriority(os.PRIO_PROCESS, 0) + 1)")
add("priority-of-own-raised", None, "os.nice(-5); leak('faster')")
add("real-time", None, "os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10)); leak('real time')")
add("processors-of-victim", "signal", "os.sched_setaffinity(VICTIM, {0})")
add("processors-of-parent", "signal", "os.sched_setaffinity(os.getppid(), {0})")
add(
    "schedule-of-victim-by-call",
    "signal",
    "syscall('sched_setattr', VICTIM, (ctypes.c_uint32 * 14)(56, 3, 0, 0, 19), 0)",
)
add("schedule-of-victim", "signal", "os.sched_setscheduler(VICTIM, os.SCHED_IDLE, os.sched_param(0))")
add("disk-priority-of-victim", "signal", "syscall('ioprio_set', 1, VICTIM, (3 << 13) | 0)")
add("group-of-parent", None, "os.setpgid(os.getppid(), 0); leak('moved')")
add(
    "memory-of-victim-paged-out",
    None,
    "v = (ctypes.c_uint64 * 2)(0x1000, 4096); syscall('process_madvise', syscall('pidfd_open', VICTIM, 0), v, 0, 21, 0); leak('reached')",
)
add("memory-of-victim-moved", "leak", "m = (ctypes.c_uint64 * 2)(1); leak(syscall('migrate_pages', VICTIM, 64, m, m))")
add("memory-pages-of-victim", "leak", "leak(syscall('move_pages', VICTIM, 0, 0, 0, 0, 0))")
