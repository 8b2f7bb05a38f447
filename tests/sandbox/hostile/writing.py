"""Changing what lies outside the scratch folder: contents, names, permissions, times, attributes."""

from hostile.attack import Group

group = Group("write outside")
add = group.add

NEW = "os.path.join(OUTSIDE, NAME)"

add("write-new", "change", f"open({NEW}, 'w').write('x')")
add("write-append", "change", "open(KEPT, 'a').write('x')")
add("write-truncate-on-open", "change", "os.open(KEPT, os.O_WRONLY | os.O_TRUNC)")
add("write-truncate", "change", "os.truncate(KEPT, 1)")
add("write-truncate-call", "change", "syscall('truncate', KEPT.encode(), 2)")
add("write-creat-call", "change", f"syscall('creat', {NEW}.encode(), 0o600)")
add(
    "write-unnamed-then-link",
    "change",
    f"""
    n = os.open(OUTSIDE, os.O_TMPFILE | os.O_WRONLY)
    os.write(n, b"x")
    if LIBC.linkat(-100, f"/proc/self/fd/{{n}}".encode(), -100, {NEW}.encode(), 0x400):
        raise OSError(ctypes.get_errno(), "linkat")
    """,
)
add("write-folder", "change", f"os.mkdir({NEW})")
add("write-fifo", "change", f"os.mkfifo({NEW})")
add("write-node", "change", f"os.mknod({NEW}, stat.S_IFREG | 0o600)")
add("write-unix-socket", "change", f"import socket; socket.socket(socket.AF_UNIX).bind({NEW})")
add("write-symlink", "change", f"os.symlink('/etc/passwd', {NEW})")
add("write-hard-link", "change", f"open('x', 'w').write('x'); os.link('x', {NEW})")
add("write-moved-out", "change", f"open('x', 'w').write('x'); os.rename('x', {NEW})")
add("write-moved-away", "change", "os.rename(KEPT, 'taken')")
add("write-exchanged", "change", "open('x', 'w').write('x'); syscall('renameat2', -100, b'x', -100, KEPT.encode(), 2)")
add("write-through-own-symlink", "change", "os.symlink(OUTSIDE, 'door'); open('door/' + NAME, 'w').write('x')")
add("write-through-own-hard-link", "change", "os.link(KEPT, 'door'); open('door', 'a').write('x')")
add("write-relative", "change", f"open('../' * 40 + {NEW}.lstrip('/'), 'w').write('x')")
add("write-after-chdir", "change", "os.chdir(OUTSIDE); open(NAME, 'w').write('x')")
add(
    "write-after-fchdir-by-path-descriptor",
    "change",
    "os.fchdir(os.open(OUTSIDE, os.O_PATH)); open(NAME, 'w').write('x')",
)
add("write-map", "change", "f = open(KEPT, 'r+b'); m = mmap.mmap(f.fileno(), 0); m[0:1] = b'X'; m.flush()")
add("remove-file", "change", "os.unlink(KEPT)")
add("remove-tree", "change", "import shutil; shutil.rmtree(TREE)")
add(
    "remove-by-manim",
    "change",
    "from manim.utils.file_ops import guarantee_empty_existence; from pathlib import Path; guarantee_empty_existence(Path(TREE))",
)
add(
    "make-by-manim",
    "change",
    f"from manim.utils.file_ops import guarantee_existence; from pathlib import Path; guarantee_existence(Path({NEW}))",
)
add("mode", "change", "os.chmod(KEPT, 0o777)")
add("mode-of-folder", "change", "os.chmod(OUTSIDE, 0o777)")
add("mode-by-descriptor", "change", "os.fchmod(os.open(KEPT, os.O_RDONLY), 0o777)")
add("mode-by-new-call", "change", "syscall('fchmodat2', -100, KEPT.encode(), 0o777, 0)")
add("owner", "change", "os.chown(KEPT, os.getuid(), os.getgid())")
add("times", "change", "os.utime(KEPT, (1, 1))")
add("times-of-open-path", "change", "os.utime(os.open(KEPT, os.O_RDONLY), (1, 1))")
add("extended-attribute", "change", "os.setxattr(KEPT, 'user.note', b'x')")
add("extended-attribute-removed", "change", "os.removexattr(KEPT, 'user.kept')")
add(
    "extended-attribute-by-new-call",
    None,
    "v = ctypes.create_string_buffer(b'x'); syscall('setxattrat', -100, KEPT.encode(), 0, b'user.note', (ctypes.c_uint64 * 2)(ctypes.addressof(v), 1), 16)",
)
add(
    "file-flags",
    "change",
    """
    import fcntl
    n = os.open(KEPT, os.O_RDONLY)
    flags = struct.unpack("l", fcntl.ioctl(n, 0x80086601, struct.pack("l", 0)))[0]
    fcntl.ioctl(n, 0x40086602, struct.pack("l", flags | 0x40))  # the flag "no dump"
    """,
)
add(
    "punch-hole",
    "change",
    "LIBC.fallocate(os.open(KEPT, os.O_RDWR), 3, ctypes.c_long(0), ctypes.c_long(4)) and leak('errno')",
)
add(
    "copy-file-range",
    "change",
    "open('x', 'w').write('xxxx'); os.copy_file_range(os.open('x', 0), os.open(KEPT, os.O_WRONLY), 4)",
)
add("write-numpy", "change", f"import numpy as np; np.arange(3).tofile({NEW})")
add("write-numpy-memmap", "change", f"import numpy as np; np.memmap({NEW}, dtype='u1', mode='w+', shape=4)[:] = 1")
add("write-pillow", "change", f"from PIL import Image as I; I.new('L', (2, 2)).save({NEW}, 'PNG')")
add("write-cairo", "change", f"import cairo; cairo.ImageSurface(cairo.FORMAT_ARGB32, 4, 4).write_to_png({NEW})")
add(
    "write-pango",
    "change",
    f"import manimpango; from pathlib import Path; Text('x'); manimpango.text2svg([manimpango.TextSetting(0, 1, 'Sans', 'NORMAL', 'NORMAL', -1, None)], 20, 0, True, {NEW}, 0, 0, 100, 100, 'x')",
)
for way, target in {"plain": "{}", "file": "file:{}", "async": "async:{}", "tee": "[f=rawvideo]{}"}.items():
    add(
        f"write-av-{way}",
        None if way == "async" else "change",
        f"""
        import av
        out = av.open({target!r}.format({NEW}), "w", format={"tee" if way == "tee" else "rawvideo"!r})
        stream = out.add_stream("rawvideo", rate=25)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        out.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        out.mux(stream.encode())
        out.close()
        """,
    )
add(
    "write-av-segments",
    "change",
    f"""
    import av
    out = av.open({NEW} + "-%d.ts", "w", format="segment", options={{"segment_format": "mpegts"}})
    stream = out.add_stream("mpeg2video", rate=25)
    stream.width = stream.height = 64
    stream.pix_fmt = "yuv420p"
    out.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
    out.mux(stream.encode())
    out.close()
    """,
)
add(
    "write-sqlite", "change", f"import sqlite3; c = sqlite3.connect({NEW}); c.execute('create table t (a)'); c.commit()"
)
add(
    "write-sqlite-attach",
    "change",
    f"import sqlite3; c = sqlite3.connect(':memory:'); c.execute('vacuum into ' + repr({NEW}))",
)
add("write-shelf", "change", f"import shelve; shelve.open({NEW})['x'] = 1")
add("write-log", "change", f"import logging; logging.basicConfig(filename={NEW}, force=True); logging.error('x')")
add("write-profile", "change", f"import cProfile; p = cProfile.Profile(); p.enable(); p.dump_stats({NEW})")
add(
    "write-zip-with-parents",
    "change",
    """
    import tarfile, io
    with tarfile.open("a.tar", "w") as file:
        member = tarfile.TarInfo(OUTSIDE + "/" + NAME)
        file.addfile(member, io.BytesIO(b""))
    with tarfile.open("a.tar") as file:
        file.extractall(filter="fully_trusted")
    """,
)
add(
    "write-manim-media",
    "change",
    f"config.media_dir = {NEW}; config.video_dir = {NEW}; config.text_dir = {NEW}; os.makedirs(str(config.text_dir)); Text('x')",
    task="render",
)
add(
    "write-manim-frame",
    "change",
    f"self.add(Square()); self.renderer.update_frame(self); self.camera.get_image().save({NEW}, 'PNG')",
    task="render",
)
add(
    "write-manim-own-render",
    "change",
    f"""
    import manim.scene.scene as inner
    from manim.renderer.cairo_renderer import CairoRenderer
    class Other(Scene):
        def construct(self): self.add(Square())
    inner.CairoRenderer = CairoRenderer
    with tempconfig({{"media_dir": {NEW}, "dry_run": False, "save_last_frame": True, "write_to_movie": False}}):
        Other().render()
    """,
    task="render",
)
add(
    "write-manim-command",
    "change",
    """
    import io
    from manim.__main__ import main
    sys.stdin = io.StringIO("Default\\n")
    os.chdir(OUTSIDE)
    main(["init", "project", NAME, "--default"], standalone_mode=False)
    """,
)
add(
    "write-manim-command-settings",
    "change",
    """
    from manim.__main__ import main
    os.chdir(OUTSIDE)
    main(["cfg", "export", "--directory", os.path.join(OUTSIDE, NAME)], standalone_mode=False)
    """,
)
add("write-home", "change", "open(os.path.join(HOME_FOLDER, '.bashrc'), 'a').write('x')")
add(
    "write-home-fonts",
    "change",
    "os.makedirs(os.path.join(HOME_FOLDER, '.config/fontconfig')); open(os.path.join(HOME_FOLDER, '.config/fontconfig/fonts.conf'), 'w').write('<x/>')",
)
add("write-home-python", "change", "os.makedirs(os.path.join(HOME_FOLDER, '.local/lib/python3.11/site-packages'))")
add(
    "write-home-autostart",
    "change",
    "os.makedirs(os.path.join(HOME_FOLDER, '.config/autostart')); os.makedirs(os.path.join(HOME_FOLDER, '.ssh'))",
)
add("write-temporary-files", "change", "open(f'/tmp/{TOKEN}-{NAME}', 'w').write('x')")
add("write-temporary-files-of-system", "change", "open(f'/var/tmp/{TOKEN}-{NAME}', 'w').write('x')")
add("write-shared-memory", "change", "open(f'/dev/shm/{TOKEN}-{NAME}', 'w').write('x')")
add(
    "write-shared-memory-segment",
    "change",
    "from multiprocessing.shared_memory import SharedMemory as S; s = S(f'{TOKEN}-{NAME}', create=True, size=64)",
)
add("write-beside-scratch", "change", "open('../' + NAME, 'w').write('x')")
add("write-job-of-another", "change", "os.mkdir('../visium-job-' + NAME)")
add(
    "write-store",
    "change",
    "import hashlib; f = os.path.join(STORE, 'check', '00'); os.makedirs(f, exist_ok=True); open(f'{f}/{\"0\" * 64}.json', 'w').write('{}')",
)
add("poison-path-file", "change", "open(os.path.join(SITE, NAME + '.pth'), 'w').write('import os')", form="construct")
add("poison-sitecustomize", "change", "open(os.path.join(SITE, 'sitecustomize.py'), 'w').write('')")
add("poison-package", "change", "open(os.path.join(SITE, 'owned', '__init__.py'), 'a').write('x = 1')")
add(
    "poison-bytecode",
    "change",
    "import py_compile; open('x.py', 'w').write(''); py_compile.compile('x.py', cfile=os.path.join(SITE, 'owned', '__pycache__', '__init__.cpython-311.pyc'))",
)
add("poison-bytecode-by-import", "change", "sys.dont_write_bytecode = False; import owned.extra")
add("poison-by-rename", "change", "os.rename(os.path.join(SITE, 'owned'), os.path.join(SITE, 'was'))")
add("poison-by-mode", "change", "os.chmod(os.path.join(SITE, 'owned', '__init__.py'), 0o666)")
add(
    "poison-package-data",
    "change",
    "import visium_graph.stage as s; f = os.path.join(SITE, 'owned', 'data.txt'); os.utime(f, (1, 1)); os.truncate(f, 0)",
)
add("out-of-memory-score", "signal", "open(f'/proc/{VICTIM}/oom_score_adj', 'w').write('500')")
add("core-dump-filter", "leak", "n = os.open(f'/proc/{os.getppid()}/coredump_filter', os.O_WRONLY); leak(n)")
add("terminal", None, "leak(os.open('/dev/tty', os.O_RDWR))")
add(
    "terminal-input",
    None,
    "import fcntl, termios; [fcntl.ioctl(n, termios.TIOCSTI, b'x') for n in range(3)]; leak('typed')",
)
add("new-terminal", "leak", "leak(os.openpty())")
add("kernel-settings", None, "open('/proc/sys/kernel/core_pattern', 'w').write('|/tmp/x')")
add(
    "lock-of-library",
    "leak",
    "import fcntl; n = os.open(KEPT, os.O_RDONLY); fcntl.flock(n, fcntl.LOCK_EX | fcntl.LOCK_NB); leak('locked')",
)
