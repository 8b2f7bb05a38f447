"""Ways round a filter: other call numbers and machine code, rings, namespaces, handles, new and rare calls."""

from hostile.attack import Group

group = Group("kernel doors")
add = group.add

add(
    "own-machine-code",
    "canary",
    """
    call = machine_code(bytes.fromhex("4889f84889f74889d64889ca4d89c24d89c80f05c3"), *[ctypes.c_long] * 6)
    path, room = ctypes.create_string_buffer(CANARY.encode()), ctypes.create_string_buffer(4096)
    n = call(2, ctypes.addressof(path), 0, 0, 0, 0)
    if n < 0:
        raise OSError(-n, "open")
    call(0, n, ctypes.addressof(room), 4096, 0, 0)
    tell(room.raw)
    """,
)
add(
    "thirty-two-bit-gate",
    "canary",
    """
    call = machine_code(bytes.fromhex("5389f889f34189c889d14489c2cd8048985bc3"), *[ctypes.c_long] * 4)
    low = LIBC.mmap(None, ctypes.c_size_t(8192), 3, 0x62, -1, ctypes.c_long(0))  # below 4 GB
    ctypes.memmove(low, CANARY.encode() + b"\\0", len(CANARY) + 1)
    n = call(5, low, 0, 0)
    if n < 0:
        raise OSError(-n, "open")
    call(3, n, low + 4096, 4096)
    tell(ctypes.string_at(low + 4096, 4096))
    """,
)
add(
    "thirty-two-bit-socket",
    "leak",
    """
    call = machine_code(bytes.fromhex("5389f889f34189c889d14489c2cd8048985bc3"), *[ctypes.c_long] * 4)
    n = call(359, 2, 1, 0)
    leak(n) if n >= 0 else None
    """,
)
add(
    "thirty-two-bit-fork",
    "leak",
    """
    call = machine_code(bytes.fromhex("5389f889f34189c889d14489c2cd8048985bc3"), *[ctypes.c_long] * 4)
    pid = call(2, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    leak(pid) if pid > 0 else None
    """,
)
add("x32-call", None, "tell(os.read(syscall(0x40000000 | 2, CANARY.encode(), 0), 4096))")  # few kernels have it
add("x32-socket", None, "leak(syscall(0x40000000 | 41, 2, 1, 0))")
add("call-number-with-high-bits", None, "leak(syscall(0x100000000 | 57) or os._exit(0))")
add("call-number-minus-one", None, "syscall(-1)")
add("legacy-open", "canary", "tell(os.read(syscall('open', CANARY.encode(), 0, 0), 4096))")
add(
    "newer-open",
    "canary",
    "tell(os.read(syscall('openat2', -100, CANARY.encode(), (ctypes.c_uint64 * 3)(0, 0, 0), 24), 4096))",
)
RING = """
    def ring():
        p = ctypes.create_string_buffer(120)
        n = syscall("io_uring_setup", 4, p)
        so, co = struct.unpack_from("10I", p.raw, 40), struct.unpack_from("10I", p.raw, 80)
        sq = mmap.mmap(n, so[6] + 4 * 64, offset=0)
        cq = mmap.mmap(n, co[5] + 16 * 64, offset=0x8000000)
        entries = mmap.mmap(n, 4096, offset=0x10000000)
        def go(op, fd=-1, off=0, addr=0, length=0, flags=0):
            entries[:64] = struct.pack("BBHiQQIIQ24x", op, 0, 0, fd, off, addr, length, flags, 7)
            tail = struct.unpack_from("I", sq, so[1])[0]
            struct.pack_into("I", sq, so[6] + 4 * (tail % 4), 0)
            struct.pack_into("I", sq, so[1], tail + 1)
            syscall("io_uring_enter", n, 1, 1, 1, 0, 0)
            head = struct.unpack_from("I", cq, co[0])[0]
            _, result, _ = struct.unpack_from("QiI", cq, co[5] + 16 * (head % 8))
            struct.pack_into("I", cq, co[0], head + 1)
            if result < 0:
                raise OSError(-result, os.strerror(-result))
            return result
        return go
    go = ring()
    """
add(
    "ring-reads",
    "canary",
    RING
    + """
    path, room = ctypes.create_string_buffer(CANARY.encode()), ctypes.create_string_buffer(4096)
    n = go(18, fd=-100, addr=ctypes.addressof(path))
    go(22, fd=n, addr=ctypes.addressof(room), length=4096)
    tell(room.raw)
    """,
)
add(
    "ring-connects",
    "contact",
    RING
    + """
    n = go(45, fd=2, off=1)
    where = ctypes.create_string_buffer(b"\\2\\0" + struct.pack("!HI8x", TCP, 0x7F000001), 16)
    go(16, fd=n, off=16, addr=ctypes.addressof(where))
    os.write(n, NAME.encode())
    """,
)
add("memory-file", "leak", "leak(syscall('memfd_create', b'x', 0))")
add("memory-file-secret", None, "leak(syscall(447, 0))")
add("page-fault-handler", None, "leak(syscall('userfaultfd', 1))")  # a setting of the machine decides
add("page-fault-device", None, "leak(os.open('/dev/userfaultfd', os.O_RDWR))")
add("kernel-program", None, "leak(syscall('bpf', 0, (ctypes.c_uint32 * 32)(1, 4, 4, 1), 128))")
add(
    "performance-counters",
    None,
    "a = (ctypes.c_uint32 * 32)(1, 128); a[10] = 0x63; leak(syscall('perf_event_open', a, 0, -1, -1, 0))",
)
add(
    "performance-of-parent",
    None,
    "a = (ctypes.c_uint32 * 32)(1, 128); a[10] = 0x63; leak(syscall('perf_event_open', a, os.getppid(), -1, -1, 0))",
)
add("new-user-namespace", "leak", "syscall('unshare', 0x10000000); leak(os.getuid())")
add(
    "new-namespaces-and-mount",
    "leak",
    """
    syscall("unshare", 0x10020000)
    syscall("mount", b"none", b"/tmp", b"tmpfs", 0, 0)
    leak("mounted")
    """,
)
add("namespace-of-parent", None, "leak(syscall('setns', syscall('pidfd_open', os.getppid(), 0), 0x10000000))")
add("mount-new-ways", None, "leak(syscall('fsopen', b'tmpfs', 0))")
add("open-tree", None, "leak(syscall('open_tree', -100, b'/', 1))")
add(
    "mount-table",
    "leak",
    "r = (ctypes.c_uint64 * 4)(32, 0xFFFFFFFFFFFFFFFF); l = (ctypes.c_uint64 * 64)(); leak(syscall('listmount', r, l, 64, 0))",
)
add("change-root", None, "os.chroot('.'); leak('rooted')")
add(
    "file-handles",
    None,
    """
    handle = (ctypes.c_uint32 * 40)(128)
    syscall("name_to_handle_at", -100, CANARY.encode(), handle, ctypes.byref(ctypes.c_int()), 0)
    tell(os.read(syscall("open_by_handle_at", os.open(".", os.O_RDONLY), handle, 0), 4096))
    """,
)
add("watch-whole-filesystem", None, "leak(syscall('fanotify_init', 0x200, 0))")
add("hard-link-by-call", "canary", "syscall('linkat', -100, CANARY.encode(), -100, b'x', 0); tell(open('x').read())")
add("symlink-by-call", "canary", "syscall('symlinkat', CANARY.encode(), -100, b'x'); tell(open('x').read())")
add(
    "own-landlock-layer",
    "canary",
    """
    LIBC.prctl(38, 1, 0, 0, 0)
    n = syscall("landlock_create_ruleset", (ctypes.c_uint64 * 3)(1, 0, 0), 8, 0)
    syscall("landlock_restrict_self", n, 0)  # one more layer can only take away
    tell(open(CANARY).read())
    """,
)
add(
    "own-filter-that-allows",
    "leak",
    """
    program = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0x7FFF0000))
    LIBC.prctl(38, 1, 0, 0, 0)
    syscall("seccomp", 1, 0, struct.pack("HxxxxxxQ", 1, ctypes.addressof(program)))
    syscall("ptrace", 0x4206, os.getppid(), 0, 0)
    leak("traced")
    """,
)
add(
    "filter-with-listener",
    "canary",
    """
    program = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0x7FFF0000))
    LIBC.prctl(38, 1, 0, 0, 0)
    n = syscall("seccomp", 1, 8, struct.pack("HxxxxxxQ", 1, ctypes.addressof(program)))
    tell(open(CANARY).read())
    """,
)
add("no-new-privileges-undone", None, "LIBC.prctl(38, 0, 0, 0, 0) == 0 and leak('undone')")
add("become-root", None, "os.setuid(0); leak(os.getuid())")
add(
    "capabilities",
    None,
    "h, d = (ctypes.c_uint32 * 2)(0x20080522), (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6); LIBC.capset(h, d) == 0 and leak('all')",
)
add("personality", "leak", "leak(syscall('personality', 0x0040000))")
add("kernel-log", None, "b = ctypes.create_string_buffer(4096); syscall('syslog', 3, b, 4096); leak(b.raw[:80])")
add("quota", None, "leak(syscall('quotactl', 0x80000100, b'/dev/vda', 0, 0))")
add("new-attribute-calls", None, "syscall('file_setattr', -100, KEPT.encode(), (ctypes.c_uint64 * 4)(), 32, 0)")
add(
    "unknown-calls",
    None,
    """
    for number in range(470, 512):
        try:
            syscall(number, 0, 0, 0, 0, 0, 0)
        except OSError:
            pass
    """,
)
add(
    "message-queue-new",
    "leak",
    "n = LIBC.mq_open(f'/{TOKEN}-{NAME}'.encode(), os.O_CREAT | os.O_RDWR, 0o600, None); n >= 0 and leak('queue')",
)
add("semaphores-new", None, "n = LIBC.semget(0, 1, 0o1600); n >= 0 and (LIBC.semctl(n, 0, 0), leak('semaphores'))")
add(
    "shared-segment-new",
    None,
    "n = LIBC.shmget(0, 4096, 0o1600); n >= 0 and (LIBC.shmctl(n, 0, None), leak('segment'))",
)
add("process-accounting", None, "LIBC.acct(b'x') == 0 and leak('accounting')")
add("swap", None, "LIBC.swapon(b'x', 0) == 0 and leak('swap')")
add("host-name", None, "import socket; socket.sethostname('x'); leak('renamed')")
add("port-access", None, "LIBC.iopl(3) == 0 and leak('ports')")
add("segments", None, "syscall(154, 1, ctypes.create_string_buffer(16), 16)")
