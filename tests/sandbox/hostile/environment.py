"""Secrets of the processes around: their environment, memory, descriptors, keys and shared memory."""

from hostile.attack import Group

group = Group("environment and parents")
add = group.add

add("environ-own", None, "tell(dict(os.environ))")  # scrubbed, whatever else stands
add(
    "environ-by-pointer",
    None,
    """
    block, index, found = ctypes.POINTER(ctypes.c_char_p).in_dll(LIBC, "environ"), 0, []
    while block[index]:
        found.append(block[index])
        index += 1
    tell(found)
    """,
)
add("environ-own-proc", None, "tell(open('/proc/self/environ').read())")
add("environ-of-app", "canary", "tell(open(f'/proc/{APP}/environ').read())")
add(
    "environ-of-forebears",
    "canary",
    "tell([open(f'/proc/{pid}/environ').read() for pid in forebears() if os.stat(f'/proc/{pid}').st_uid == os.getuid()])",
)
add(
    "environ-of-everybody",
    "canary",
    """
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            found.append(open(f"/proc/{name}/environ").read())
        except OSError:
            pass
    tell(found)
    """,
)
add("environ-command-lines", "leak", "leak([open(f'/proc/{pid}/cmdline').read() for pid in (os.getppid(), APP)])")
add("environ-psutil", "canary", "import psutil; tell(psutil.Process(APP).environ())")
add(
    "environ-in-own-memory",
    None,
    "import gc; tell([x for x in gc.get_objects() if isinstance(x, (str, bytes, dict, list))])",
)
add(
    "environ-app-memory-by-proc",
    "canary",
    """
    found = []
    for line in open(f"/proc/{APP}/maps"):
        if "[stack]" in line:
            start, end = (int(word, 16) for word in line.split()[0].split("-"))
            with open(f"/proc/{APP}/mem", "rb") as memory:
                memory.seek(start)
                found.append(memory.read(end - start))
    tell(b"".join(found))
    """,
)
add(
    "memory-of-parent",
    "leak",
    """
    # Forked from it, this process has its own memory at the same addresses.
    here = ctypes.create_string_buffer(b"x" * 64)
    local = (ctypes.c_void_p * 2)(ctypes.addressof(here), 64)
    remote = (ctypes.c_void_p * 2)(id(sys), 64)
    leak(syscall("process_vm_readv", os.getppid(), local, 1, remote, 1, 0))
    """,
)
add(
    "memory-of-parent-written",
    "leak",
    """
    here = ctypes.create_string_buffer(ctypes.string_at(id(sys), 8))  # the same bytes that are there
    local = (ctypes.c_void_p * 2)(ctypes.addressof(here), 1)
    remote = (ctypes.c_void_p * 2)(id(sys), 1)
    leak(syscall("process_vm_writev", os.getppid(), local, 1, remote, 1, 0))
    """,
)
add(
    "memory-of-parent-by-proc", "leak", "f = open(f'/proc/{os.getppid()}/mem', 'rb'); f.seek(id(sys)); leak(f.read(16))"
)
add("trace-parent", "leak", "leak(syscall('ptrace', 0x4206, os.getppid(), 0, 0))")
add("trace-app", "leak", "leak(syscall('ptrace', 0x4206, APP, 0, 0))")
add("trace-victim", "leak", "leak(syscall('ptrace', 16, VICTIM, 0, 0))")
add(
    "steal-descriptor-of-parent",
    "leak",
    "p = syscall('pidfd_open', os.getppid(), 0); leak([syscall('pidfd_getfd', p, n, 0) for n in (0, 1)])",
)
add(
    "steal-descriptor-of-app",
    "canary",
    """
    handle, found = syscall("pidfd_open", APP, 0), []
    for number in range(64):
        try:
            found.append(os.pread(syscall("pidfd_getfd", handle, number, 0), 4096, 0))
        except OSError:
            pass
    tell(b"".join(found))
    """,
)
add(
    "reopen-descriptors-of-app",
    "canary",
    "tell([open(f'/proc/{APP}/fd/{n}', 'rb').read(4096) for n in os.listdir(f'/proc/{APP}/fd') if os.path.isfile(f'/proc/{APP}/fd/{n}')])",
)
add(
    "reopen-pipes-of-parent",
    "leak",
    "leak([os.open(f'/proc/{os.getppid()}/fd/{n}', os.O_RDONLY | os.O_NONBLOCK) for n in os.listdir(f'/proc/{os.getppid()}/fd') if 'pipe' in os.readlink(f'/proc/{os.getppid()}/fd/{n}')])",
)
add(
    "inherited-descriptors",
    None,
    """
    found = []
    for number in range(3, 1024):
        try:
            kind = os.fstat(number).st_mode
        except OSError:
            continue
        if stat.S_ISREG(kind):
            found.append(os.pread(number, 65536, 0))
        elif stat.S_ISDIR(kind):
            found.append(str(os.listdir(number)))
    tell(str(found))
    """,
)
add(
    "inherited-directory-descriptor",
    None,
    """
    for number in range(3, 1024):
        try:
            tell(os.read(os.open(CANARY.lstrip("/"), os.O_RDONLY, dir_fd=number), 4096))
        except OSError:
            pass
    """,
)
add(
    "keyring-search",
    "canary",
    """
    b = ctypes.create_string_buffer(4096)
    key = syscall("keyctl", 10, -3, b"user", b"visium-canary", 0)
    syscall("keyctl", 11, key, b, 4096)
    tell(b.raw)
    """,
)
add(
    "keyring-listing",
    "canary",
    """
    b = ctypes.create_string_buffer(4096)
    size = syscall("keyctl", 11, -3, b, 4096)
    found = []
    for (key,) in struct.iter_unpack("i", b.raw[:size]):
        text = ctypes.create_string_buffer(4096)
        syscall("keyctl", 11, key, text, 4096)
        found.append(text.raw)
    tell(b"".join(found))
    """,
)
add(
    "system-v-shared-memory",
    "canary",
    """
    LIBC.shmat.restype = ctypes.c_void_p
    where = LIBC.shmat(SHARED_MEMORY, None, 0o10000)
    if where in (None, ctypes.c_void_p(-1).value):
        raise OSError(ctypes.get_errno(), "shmat")
    tell(ctypes.string_at(where, 256))
    """,
)
add(
    "system-v-message-queue",
    "canary",
    """
    b = ctypes.create_string_buffer(4096)
    size = LIBC.msgrcv(MESSAGES, b, 4000, ctypes.c_long(0), 0o4000 | 0o40000)  # a copy, the queue keeps the message
    if size < 0:
        LIBC.msgrcv(MESSAGES, b, 4000, ctypes.c_long(0), 0o4000)
    tell(b.raw)
    """,
)
add(
    "posix-shared-memory",
    "canary",
    "from multiprocessing.shared_memory import SharedMemory as S; s = S(SHARED_NAME); tell(bytes(s.buf))",
)
add("posix-shared-memory-by-name", "canary", "tell(open('/dev/shm/' + SHARED_NAME).read())")
add(
    "posix-message-queue",
    "canary",
    """
    queue = LIBC.mq_open(QUEUE_NAME.encode(), os.O_RDONLY | os.O_NONBLOCK)
    b = ctypes.create_string_buffer(65536)
    if queue < 0 or LIBC.mq_receive(queue, b, ctypes.c_size_t(65536), None) < 0:
        raise OSError(ctypes.get_errno(), "mq_receive")
    tell(b.raw)
    """,
)
add(
    "shared-mappings",
    None,
    """
    # Memory shared with the preloaded process would let one job speak to the next.
    for line in open("/proc/self/maps"):
        if line.split()[1][1] == "w" and line.split()[1][3] == "s":
            leak(line)
    """,
)
add("compare-with-parent", "leak", "leak(syscall('kcmp', os.getpid(), os.getppid(), 1, 0, 0))")
add(
    "robust-list-of-parent",
    "leak",
    "head, size = ctypes.c_long(), ctypes.c_long(); syscall('get_robust_list', os.getppid(), ctypes.byref(head), ctypes.byref(size)); leak(hex(head.value))",
)
