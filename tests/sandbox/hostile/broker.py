"""The LaTeX broker, which stands outside the confinement: what a scene could say to it past the client that it has."""

from hostile.attack import Group

group = Group("LaTeX broker", math="latex", seconds=6)
add = group.add

REQUEST = "{{'document': {}, 'compilers': ['latex'], 'format': '.dvi'}}"


def raw(body: str) -> str:
    """Bytes after their length."""
    return f"(lambda b: struct.pack('>I', len(b)) + b)({body})"


for name, message in {
    "nothing": "b''",
    "half-a-header": r"b'\0\0'",
    "header-too-large": r"b'\xff' * 4 + b'x' * 1000",
    "header-of-zero": r"b'\0' * 4",
    "no-json": raw("b'abc'"),
    "no-object": raw("b'[]'"),
    "empty-object": "{}",
    "not-utf-8": raw(r"b'\xff\xfe'"),
    "deep": raw("b'[' * 100000 + b']' * 100000"),
    "deep-in-document": raw(
        """b'{"document":' + b'[' * 900 + b']' * 900 + b',"compilers":["latex"],"format":".dvi"}'"""
    ),
    "document-infinite": raw("""b'{"document":1e999,"compilers":["latex"],"format":".dvi"}'"""),
    "document-is-number": "{'document': 5, 'compilers': ['latex'], 'format': '.dvi'}",
    "document-is-missing": "{'compilers': ['latex'], 'format': '.dvi'}",
    "document-is-surrogate": REQUEST.format("chr(0xD800)"),
    "document-has-zero": REQUEST.format("'a' + chr(0) + 'b'"),
    "document-long": REQUEST.format("'x ' * 120000"),
    "compiler-is-shell": "{'document': f'touch {OUTSIDE}/{NAME}', 'compilers': ['sh'], 'format': '.dvi'}",
    "compiler-is-path": "{'document': 'x', 'compilers': ['/bin/sh'], 'format': '.dvi'}",
    "compiler-is-command": "{'document': 'x', 'compilers': [f'latex; touch {OUTSIDE}/{NAME}'], 'format': '.dvi'}",
    "compiler-has-options": "{'document': 'x', 'compilers': ['latex --shell-escape'], 'format': '.dvi'}",
    "compiler-climbs": "{'document': 'x', 'compilers': ['../../../../bin/sh'], 'format': '.dvi'}",
    "compiler-is-lua": r"{'document': r'\directlua{os.execute([[touch %s/%s]])}' % (OUTSIDE, NAME), 'compilers': ['lualatex', 'luatex'], 'format': '.pdf'}",
    "compiler-is-python": "{'document': f'open({OUTSIDE!r} + \"/x\", \"w\")', 'compilers': [sys.executable], 'format': '.dvi'}",
    "compilers-nested": "{'document': 'x', 'compilers': [[['latex']]], 'format': '.dvi'}",
    "compilers-are-object": "{'document': 'x', 'compilers': {'latex': 1}, 'format': '.dvi'}",
    "compilers-are-none": "{'document': 'x', 'compilers': None, 'format': '.dvi'}",
    "compilers-are-text": "{'document': 'x', 'compilers': 'latex', 'format': '.dvi'}",
    "compilers-many": "{'document': 'x', 'compilers': ['latex'] * 10000, 'format': '.dvi'}",
    "format-climbs": "{'document': 'x', 'compilers': ['latex'], 'format': f'/../../../{OUTSIDE}/{NAME}'}",
    "format-is-number": "{'document': 'x', 'compilers': ['latex'], 'format': 5}",
    "format-is-tex": "{'document': 'x', 'compilers': ['latex'], 'format': '.tex'}",
    "other-keys": "{'document': 'x', 'compilers': ['latex'], 'format': '.dvi', 'shell': True, 'scratch': OUTSIDE}",
}.items():
    add(f"broker-{name}", None, f"to_broker({message})")

COUNT = r"\count1=0 \loop\advance\count1 by 1 %s\ifnum\count1<100000000\repeat"
for name, body in {
    "reads": r"\input{CANARY}",
    "opens": r"\newread\r\openin\r=CANARY \loop\unless\ifeof\r\readline\r to\x\message{\x}\repeat",
    "shows-in-error": r"\input CANARY \undefined",
    "shows-in-log": r"\tracingall\input CANARY ",
    "writes": r"\newwrite\w\immediate\openout\w=OUTSIDE/NAME \immediate\write\w{x}x",
    "runs": r"\immediate\write18{touch OUTSIDE/NAME}x",
    "pipes": r'\input|"cat CANARY" ',
    "special-raw": r"\special{dvisvgm:raw <image href='file://CANARY_PNG'/>}x",
    "special-file": r"\special{psfile=CANARY_PNG llx=0 lly=0 urx=9 ury=9}x",
    "special-postscript": r"\special{ps: (CANARY) (r) file 100 string readline pop show}x",
    "special-image": r"\special{dvisvgm:img 9 9 CANARY_PNG}x",
    "special-header": r"\special{header=CANARY}x",
    "special-title": r"\special{html:<base href='file://CANARY'>}x",
    "loops": r"\def\x{\x}\x",
    "grows": r"\def\x{a\x\x}\x",
    "remembers": COUNT % r"\expandafter\gdef\csname a\the\count1\endcsname{x}",
    "pages": COUNT % r"x\newpage",
    "says-much": COUNT % r"\message{aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}",
    "writes-much": r"\newwrite\w\immediate\openout\w=big " + COUNT % r"\immediate\write\w{aaaaaaaaaaaaaaaaaaaaaaaa}",
    "draws-much": COUNT.replace("100000000", "1000000") % r"\hbox{\vrule width 1pt height 1pt}\kern-1pt",
    "waits": r"\read-1 to\x",
    "makes-fonts": r"\font\x=nothing1234 at 99pt \x a \font\y=cmr17 scaled 31 \y b",
}.items():
    text = repr(r"\documentclass{article}\begin{document}" + body + r"\end{document}")
    for word in ("CANARY_PNG", "CANARY", "OUTSIDE", "NAME"):
        text += f".replace({word!r}, {word})"
    add(f"broker-document-{name}", None, f"to_broker({REQUEST.format(text)})")

PLAIN = repr(r"\documentclass{article}\begin{document}$x^2$\end{document}")
add("broker-flood", None, f"for n in range(3000): to_broker({REQUEST.format('str(n)')}, answer=False)")
add("broker-flood-with-answers", None, f"for n in range(3000): to_broker({REQUEST.format('str(n)')})")
add(
    "broker-never-heard",
    None,
    f"to_broker({REQUEST.format(PLAIN)}, answer=False); time.sleep(30)",
    ends=("timeout",),
    seconds=2,
)
add("broker-asked-and-left", None, f"to_broker({REQUEST.format(PLAIN)}, answer=False); os._exit(0)")
add(
    "broker-asked-much-and-left",
    None,
    f"to_broker({REQUEST.format(repr(chr(92) + 'def' + chr(92) + 'x{' + chr(92) + 'x}' + chr(92) + 'x'))}, answer=False); time.sleep(0.2); os._exit(0)",
)
add("broker-hung-up", None, "os.closerange(3, 256); self.wait(0.1)")
add("broker-in-drops", None, r"while True: to_broker(b'\0', answer=False)", seconds=2)
add(
    "broker-compiler-on-path",
    None,
    r"""
    open("latex", "w").write(f"#!/bin/sh\ntouch {OUTSIDE}/{NAME}\n")
    os.environ["PATH"] = os.getcwd()
    Tex("x")
    """,
)
add("broker-neighbours", "leak", "leak([os.listdir(folder) for folder in ('..', os.path.dirname(STORE))])")
add(
    "broker-drawings-of-others",
    None,
    "Tex('x'); found = [f for top, _, files in os.walk(STORE) for f in files]; found and leak(len(found))",
)
