# Stands before every hostile scene. The names in capitals come from the harness: what there is to take.
# ruff: noqa: T201, PTH123, SIM115, F401  # what is imported here the scenes use
import ctypes
import json
import mmap
import os
import platform
import re
import stat
import struct
import sys
import time

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long
LIBC.mmap.restype = ctypes.c_void_p
# name -> number on x86_64, on aarch64
NUMBERS = {
    "open": (2, None), "openat": (257, 56), "openat2": (437, 437), "creat": (85, None), "truncate": (76, 45),
    "read": (0, 63), "write": (1, 64), "fork": (57, None), "vfork": (58, None), "clone": (56, 220), "clone3": (435, 435),
    "execve": (59, 221), "execveat": (322, 281), "memfd_create": (319, 279), "socket": (41, 198), "connect": (42, 203),
    "sendto": (44, 206), "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "pidfd_open": (434, 434), "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424), "userfaultfd": (323, 282),
    "keyctl": (250, 219), "add_key": (248, 217), "bpf": (321, 280), "perf_event_open": (298, 241),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "kill": (62, 129), "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138), "linkat": (265, 37), "symlinkat": (266, 36), "renameat2": (316, 276),
    "fchmodat2": (452, 452), "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "fsopen": (430, 430),
    "open_tree": (428, 428), "ioprio_set": (251, 30), "kcmp": (312, 272), "personality": (135, 92),
    "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264), "migrate_pages": (256, 238),
    "process_madvise": (440, 440), "prlimit64": (302, 261), "seccomp": (317, 277), "setxattrat": (463, 463),
    "getxattrat": (464, 464), "fanotify_init": (300, 262), "mq_open": (240, 180), "statmount": (457, 457),
    "listmount": (458, 458), "file_setattr": (469, 469), "landlock_create_ruleset": (444, 444),
    "landlock_restrict_self": (446, 446), "sched_setattr": (314, 274), "syslog": (103, 116), "quotactl": (179, 60),
    "get_robust_list": (274, 100), "move_pages": (279, 239), "vmsplice": (278, 75), "lsm_list_modules": (461, 461),
}  # fmt: skip


def syscall(name, *arguments):
    """A system call past every wrapper of Python and of the C library."""
    number = NUMBERS[name][platform.machine() == "aarch64"] if isinstance(name, str) else name
    words = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    result = LIBC.syscall(ctypes.c_long(number), *words)
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(name))
    return result


def tell(found):
    """Carry the loot out."""
    text = found.decode("latin-1") if isinstance(found, bytes | bytearray) else str(found)
    loot = " ".join(sorted(set(re.findall(r"canary-[a-z]+-[0-9a-f]{32}", text))))
    print(loot, flush=True)
    raise RuntimeError(loot or "nothing was found")


def leak(what):
    """Say that something private was reached."""
    word = "LE" + "AK"  # in two pieces: the scene's own text is no leak
    print(word, flush=True)
    raise RuntimeError(f"{word} {what}"[:300])


def answer(data, code=0, end=True):
    """Speak to whoever waits for the result, in place of the one who should."""
    if not isinstance(data, bytes):
        body = json.dumps(data).encode()
        data = struct.pack(">I", len(body)) + body
    for number in range(3, 256):
        try:
            if stat.S_ISFIFO(os.fstat(number).st_mode):
                view = memoryview(data)
                while view:
                    view = view[os.write(number, view) :]
        except OSError:
            pass
    if end:
        os._exit(code)


def to_broker(data, answer=True):
    """Speak to the LaTeX broker by what is open, past the one that should."""
    if not isinstance(data, bytes):
        body = json.dumps(data).encode()
        data = struct.pack(">I", len(body)) + body
    for number in range(3, 256):
        try:
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                view = memoryview(data)
                while view:
                    view = view[os.write(number, view) :]
                if answer:
                    tell(os.read(number, 65536))
        except OSError:
            pass


def machine_code(data, *kinds):
    """Bytes of x86_64 code as a function."""
    if platform.machine() != "x86_64":
        raise OSError("not on this machine")
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(data)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    function = ctypes.CFUNCTYPE(ctypes.c_long, *kinds)(address)
    function.page = page
    return function


def forebears():
    """Process ids of the parent, its parent and so on, as far as /proc tells."""
    pid, found = os.getppid(), []
    while pid > 1:
        found.append(pid)
        try:
            pid = int(open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[1])
        except OSError:
            break
    return found
