"""Formulas: TeX that reads, writes, runs and loops, by both engines."""

from hostile.attack import Group

group = Group("TeX")
PLAIN = r"Tex(r'''%s''', tex_template=TexTemplate(documentclass=r'\documentclass{article}'))"

for name, source in {
    "input": r"\input{$CANARY}",
    "input-primitive": r"\csname @@input\endcsname $CANARY ",
    "verbatim-input": r"\makeatletter\def\x{\input}\x $CANARY\relax",
    "open-in": r"\newread\r\openin\r=$CANARY\relax\read\r to\x\typeout{\x}\x",
    "open-in-loop": r"\newread\r\openin\r=$CANARY\relax\loop\unless\ifeof\r\readline\r to\x\errmessage{\x}\repeat",
    "listing": r"\lstinputlisting{$CANARY}",
    "graphics": r"\includegraphics{$CANARY_PNG}",
    "special-file": r"\special{psfile=$CANARY_PNG}x",
    "special-raw": r"\special{dvisvgm:raw <image href='file://$CANARY_PNG'/>}x",
    "special-header": r"\special{header=$CANARY}x",
    "font-file": r"\font\x=$CANARY \x a",
    "job-name": r"\input|'cat $CANARY'",
}.items():
    code = f"m = {PLAIN % source}\ntell(getattr(m, 'file_name', '') and open(m.file_name).read())"
    for word in ("CANARY_PNG", "CANARY"):
        code = code.replace(f"${word}", f"''' + {word} + r'''")
    for math in ("mathjax", "latex"):
        group.add(f"tex-{name}-{math}", None, code, math=math, seconds=10)

for name, source in {
    "write-eighteen": r"\immediate\write18{touch $OUTSIDE/x}x",
    "open-out": r"\newwrite\w\immediate\openout\w=$OUTSIDE/x\immediate\write\w{x}\immediate\closeout\w x",
    "open-out-hidden": r"\newwrite\w\immediate\openout\w=$OUTSIDE/.x\immediate\write\w{x}x",
}.items():
    code = (PLAIN % source).replace("$OUTSIDE", "''' + OUTSIDE + r'''")
    for math in ("mathjax", "latex"):
        group.add(f"tex-{name}-{math}", None, code, math=math, seconds=10)

for name, source in {
    "loop": r"\def\x{\x}\x",
    "loop-that-grows": r"\def\x{a\x}\x",
    "loop-doubling": r"\def\a{\b\b}\def\b{\c\c}\def\c{\d\d}\def\d{\e\e}\def\e{\a\a}\a",
    "braces": "{" * 5000 + "x" + "}" * 5000,
    "fractions": r"\frac{1}{" * 400 + "x" + "}" * 400,
    "long": "x + " * 20000 + "x",
}.items():
    for math in ("mathjax", "latex"):
        group.add(f"tex-{name}-{math}", None, f"MathTex(r'''{source}''')", math=math, seconds=4)

add = group.add
add(
    "tex-compiler-is-a-program",
    None,
    "t = TexTemplate(); t.tex_compiler = f'touch {OUTSIDE}/{NAME};'; Tex('x', tex_template=t)",
    math="latex",
)
add(
    "tex-compiler-is-python",
    None,
    "t = TexTemplate(); t.tex_compiler = sys.executable; t.output_format = '.pdf'; Tex('x', tex_template=t)",
    math="latex",
)
add(
    "tex-own-compiler-on-path",
    "change",
    """
    for name in ("latex", "xelatex", "dvisvgm"):
        open(name, "w").write(f"#!/bin/sh\\ntouch {OUTSIDE}/{NAME}\\n")
        os.chmod(name, 0o700)
    os.environ["PATH"] = os.getcwd()
    from manim.utils.tex_file_writing import tex_to_svg_file
    tex_to_svg_file("x")
    """,
    math="latex",
)
add(
    "tex-output-format-climbs",
    None,
    "t = TexTemplate(); t.output_format = '/../../../../' + OUTSIDE + '/x'; Tex('x', tex_template=t)",
    math="latex",
)
add(
    "tex-folder-outside",
    "change",
    "config.tex_dir = OUTSIDE; from manim.utils.tex_file_writing import generate_tex_file; generate_tex_file('x' + NAME)",
)
add(
    "tex-configuration-by-environment",
    None,
    "os.environ.update(openin_any='a', openout_any='a', shell_escape='t', TEXMFCNF=os.getcwd(), TEXINPUTS=os.path.dirname(CANARY) + ':'); open('texmf.cnf', 'w').write('openin_any = a\\nshell_escape = t\\n'); Tex(r'\\input{canary.txt}')",
    math="latex",
)
add(
    "tex-preamble",
    None,
    "t = TexTemplate(); t.add_to_preamble(r'\\input{' + CANARY + '}'); Tex('x', tex_template=t)",
    math="latex",
)
add(
    "tex-engine-scripts",
    None,
    "import quickjax, inspect; tell(str(vars(quickjax))); MathTex(r'\\href{javascript:std.loadFile(\"/etc/passwd\")}{x}')",
)
add(
    "tex-script-engine-reads",
    None,
    """
    import _quickjs
    context = _quickjs.Context()
    for code in ("std.loadFile(F)", "os.open(F, 0)", "require('fs').readFileSync(F)", "import('std')"):
        try:
            found = context.eval(code.replace("F", repr(CANARY)))
            tell(found) if isinstance(found, str) else None
        except _quickjs.JSException:
            pass
    """,
)
add(
    "tex-script-engine-spins",
    None,
    "import _quickjs; _quickjs.Context().eval('for (;;) {}')",
    ends=("timeout",),
    seconds=1.5,
)
add(
    "tex-script-engine-grows",
    None,
    "import _quickjs; _quickjs.Context().eval('let a = []; for (;;) a.push(new Uint8Array(1e6).fill(1))')",
    ends=("memory", "timeout", "error", "done", "crashed"),
    seconds=4,
)
