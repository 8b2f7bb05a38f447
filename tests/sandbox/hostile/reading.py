"""Reading what lies outside the scratch folder: by Python, by libraries, by Manim, by roundabout names."""

from hostile.attack import Group

group = Group("read files")
add = group.add

add("read-open", "canary", "tell(open(CANARY).read())")
add("read-at-import", "canary", "tell(open(CANARY).read())", form="module")
add("read-rendering", "canary", "tell(open(CANARY).read())", task="render")
add("read-os-open", "canary", "tell(os.read(os.open(CANARY, os.O_RDONLY | os.O_CLOEXEC | os.O_NOATIME), 4096))")
add("read-relative", "canary", "tell(open('../' * 40 + CANARY.lstrip('/')).read())")
add(
    "read-from-root-descriptor",
    "canary",
    """
    root = os.open("/", os.O_PATH | os.O_DIRECTORY)
    tell(os.read(os.open(CANARY.lstrip("/"), os.O_RDONLY, dir_fd=root), 4096))
    """,
)
add(
    "read-after-chdir",
    "canary",
    """
    os.chdir(os.path.dirname(CANARY))
    tell(open(os.path.basename(CANARY)).read())
    """,
)
add(
    "read-map",
    "canary",
    """
    with open(CANARY, "rb") as file:
        tell(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)[:])
    """,
)
add(
    "read-sendfile",
    "canary",
    """
    source, target = os.open(CANARY, os.O_RDONLY), os.open("taken", os.O_RDWR | os.O_CREAT)
    os.sendfile(target, source, 0, 4096)
    tell(os.pread(target, 4096, 0))
    """,
)
add(
    "read-copied-tree",
    "canary",
    """
    import shutil
    shutil.copytree(os.path.dirname(CANARY), "taken", ignore_dangling_symlinks=True)
    tell(open("taken/" + os.path.basename(CANARY)).read())
    """,
)
add("read-names-of-files", "canary", "tell(os.listdir(os.path.dirname(CANARY)))")
add(
    "read-names-by-walking",
    "canary",
    "tell([list(entries) for entries in os.fwalk(os.path.dirname(os.path.dirname(CANARY)))])",
)
add(
    "read-names-by-inotify",
    "canary",
    """
    watch = LIBC.inotify_init1(0)
    if watch < 0 or LIBC.inotify_add_watch(watch, os.path.dirname(CANARY).encode(), 0xFFF) < 0:
        raise OSError(ctypes.get_errno(), "inotify")
    tell(os.read(watch, 65536))
    """,
)
add(
    "read-names-by-watchdog",
    "canary",
    """
    from watchdog.events import FileSystemEventHandler
    from watchdog.observers import Observer
    seen = []
    class Spy(FileSystemEventHandler):
        def on_any_event(self, event): seen.append(str(event))
    observer = Observer()
    observer.daemon = True
    observer.schedule(Spy(), os.path.dirname(CANARY))
    observer.start()
    time.sleep(1.2)
    tell(seen)
    """,
)
add("read-extended-attributes", "canary", "tell(os.getxattr(CANARY, 'user.note'))")
add(
    "read-traceback-shows-source",
    "canary",
    """
    import traceback
    try:
        exec(compile("1 / 0", CANARY, "exec"))
    except ZeroDivisionError:
        tell(traceback.format_exc())
    """,
)
add(
    "read-fault-of-another-file",
    "canary",
    """
    import linecache
    tell(linecache.getlines(CANARY))
    """,
)
add(
    "read-import",
    "canary",
    "sys.path.insert(0, os.path.dirname(CANARY)); import canary_module; tell(canary_module.TEXT)",
)
add("read-runpy", "canary", "import runpy; tell(runpy.run_path(CANARY_MODULE))")
add("read-loader", "canary", "import importlib.machinery as m; tell(m.SourceFileLoader('x', CANARY).get_data(CANARY))")
add("read-numpy-fromfile", "canary", "import numpy as np; tell(np.fromfile(CANARY, dtype=np.uint8).tobytes())")
add("read-numpy-memmap", "canary", "import numpy as np; tell(np.memmap(CANARY, dtype=np.uint8, mode='r').tobytes())")
add("read-numpy-text", "canary", "import numpy as np; tell(np.genfromtxt(CANARY, dtype=str, delimiter='\\n'))")
add("read-numpy-datasource", "canary", "import numpy as np; tell(np.lib.npyio.DataSource(None).open(CANARY).read())")
add("read-scipy-wav", "canary", "from scipy.io import wavfile; tell(wavfile.read(CANARY_WAV)[1].tobytes())")
add("read-networkx", "canary", "import networkx as nx; tell(list(nx.read_adjlist(CANARY).nodes))")
add(
    "read-pydub",
    "canary",
    "from pydub import AudioSegment; tell(bytes(byte ^ 128 for byte in AudioSegment.from_file(CANARY_WAV).raw_data))",
)
add(
    "read-av-packets",
    "canary",
    """
    import av
    with av.open(CANARY, format="u8") as file:
        tell(b"".join(bytes(packet) for packet in file.demux()))
    """,
)
for protocol in ("file:{}", "concat:{0}|{0}", "subfile,,start,0,end,4096,,:{}", "async:{}", "cache:{}"):
    add(
        f"read-av-{protocol.partition(':')[0].partition(',')[0]}",
        "canary",
        f"""
        import av
        with av.open({protocol!r}.format(CANARY), format="u8") as file:
            tell(b"".join(bytes(packet) for packet in file.demux()))
        """,
    )
add(
    "read-av-playlist",
    "canary",
    """
    import av
    open("list.txt", "w").write(f"ffconcat version 1.0\\nfile '{CANARY_WAV}'\\n")
    with av.open("list.txt", format="concat", options={"safe": "0"}) as file:
        tell(b"".join(bytes(packet) for packet in file.demux()))
    """,
)
add("read-pillow", "canary", "from PIL import Image as I; tell(I.open(CANARY_PNG).tobytes())")
add("read-manim-image", "canary", "tell(ImageMobject(CANARY_PNG).pixel_array[:, :, 0].tobytes())")
add(
    "read-manim-image-by-assets-folder",
    "canary",
    "config.assets_dir = os.path.dirname(CANARY); tell(ImageMobject('canary').pixel_array[:, :, 0].tobytes())",
)
add("read-manim-svg", "canary", "tell(list(SVGMobject(CANARY_SVG).id_to_vgroup_dict))")
add(
    "read-svg-embeds-image",
    "canary",
    """
    import svgelements as se
    open("a.svg", "w").write(
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
        f'<image xlink:href="{CANARY_PNG}" width="9" height="9"/></svg>')
    (picture,) = [part for part in se.SVG.parse("a.svg").elements() if isinstance(part, se.Image)]
    picture.load()
    tell(picture.image.tobytes())
    """,
)
add(
    "read-svg-entity",
    None,  # Python's parser does not fetch entities
    """
    open("a.svg", "w").write(
        f'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file://{CANARY}">]>'
        '<svg xmlns="http://www.w3.org/2000/svg"><g id="&x;"><title>&x;</title><path d="M0 0L1 1"/></g></svg>')
    tell(list(SVGMobject("a.svg").id_to_vgroup_dict))
    """,
)
add(
    "read-xml-entity",
    "canary",
    """
    import io, xml.sax
    class Keep(xml.sax.ContentHandler):
        text = ""
        def characters(self, data): Keep.text += data
    parser = xml.sax.make_parser()
    parser.setFeature(xml.sax.handler.feature_external_ges, True)
    parser.setContentHandler(Keep())
    parser.parse(io.StringIO(f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{CANARY_XML}">]><a>&x;</a>'))
    tell(Keep.text)
    """,
)
add("read-manim-code", "canary", "tell(Code(code_file=CANARY, language='text')._code_html)")
add("read-manim-config", "canary", "config.digest_file(CANARY)")
add("read-manim-tex-template", "canary", "tell(TexTemplate.from_file(CANARY).body)")
add(
    "read-pygments-lexer",
    "canary",
    "from pygments.lexers import load_lexer_from_file as l; l(CANARY_MODULE, 'CustomLexer')('')",
)
add(
    "read-sqlite",
    "canary",
    "import sqlite3; tell(sqlite3.connect(f'file:{CANARY_DB}?mode=ro', uri=True).execute('select * from t').fetchall())",
)
add(
    "read-sqlite-attach",
    "canary",
    "import sqlite3; c = sqlite3.connect(':memory:'); c.execute(f'attach {CANARY_DB!r} as o'); tell(c.execute('select * from o.t').fetchall())",
)
add(
    "read-libc",
    "canary",
    "b = ctypes.create_string_buffer(4096); LIBC.fopen.restype = ctypes.c_void_p; f = LIBC.fopen(CANARY.encode(), b'r'); f and LIBC.fgets(b, 4096, ctypes.c_void_p(f)); tell(b.raw)",
)
add("read-symlink-in-scratch", "canary", "os.symlink(CANARY, 'x'); tell(open('x').read())")
add("read-hard-link-in-scratch", "canary", "os.link(CANARY, 'x'); tell(open('x').read())")
add(
    "read-moved-into-scratch",
    "canary",
    "os.rename(os.path.dirname(CANARY), 'x'); tell(open('x/' + os.path.basename(CANARY)).read())",
)
add("read-through-proc-root", "canary", "tell(open('/proc/self/root' + CANARY).read())")
add("read-through-proc-cwd", "canary", "tell(open(f'/proc/{os.getppid()}/cwd/' + CANARY).read())")
add("read-reopened-path-descriptor", "canary", "tell(open(f'/proc/self/fd/{os.open(CANARY, os.O_PATH)}').read())")
add("read-time-zone-file", "canary", "os.environ['TZ'] = ':' + CANARY_TZ; time.tzset(); tell(time.localtime().tm_zone)")
add("read-users", "leak", "import pwd; found = pwd.getpwall(); found and leak(found)")
add("read-machine", "leak", "leak([open(p).read() for p in ('/etc/passwd', '/proc/version', '/proc/net/tcp')])")
add("read-sys", "leak", "leak(os.listdir('/sys/class/net') + os.listdir('/proc') + os.listdir('/dev'))")
add("read-mailbox-of-temporary-files", "leak", "leak(os.listdir('/tmp'))")
