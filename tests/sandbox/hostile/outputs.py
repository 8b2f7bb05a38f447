"""Lies about the result: links and devices for files, false films, forged and flooded messages, the folder itself."""

from hostile.attack import Group

group = Group("outputs and results", task="render")
add = group.add

DONE = "{'status': 'done', 'value': {'frames': 8, 'fps': 10, 'beats': [[0, 8]], 'files': %s}}"


def claim(name: str, loses: str | None, make: str, files: str) -> None:
    add(name, loses, f"{make}\nanswer({DONE % files})")


claim("film-is-symlink", None, "os.symlink(CANARY, 'clip2.mp4')", "{'.mp4': 'clip2.mp4'}")
claim("film-is-hard-link", "change", "os.link(CANARY, 'clip2.mp4')", "{'.mp4': 'clip2.mp4'}")
claim("film-is-relative-path", None, "path = os.path.relpath(CANARY)", "{'.mp4': path}")
claim("film-is-absolute-path", None, "", "{'.mp4': CANARY}")
claim("film-behind-folder-link", None, "os.symlink(os.path.dirname(CANARY), 'd')", "{'.mp4': 'd/canary.txt'}")
claim("film-is-fifo", None, "os.mkfifo('x')", "{'.mp4': 'x'}")
claim("film-is-folder", None, "os.mkdir('x')", "{'.mp4': 'x'}")
claim("film-is-the-folder-itself", None, "", "{'.mp4': '.'}")
claim("film-is-device-link", None, "os.symlink('/dev/zero', 'x')", "{'.mp4': 'x'}")
claim("film-is-missing", None, "", "{'.mp4': 'nothing'}")
claim("film-is-text", None, "open('x', 'w').write('no film')", "{'.mp4': 'x'}")
claim("film-is-empty", None, "open('x', 'w').close()", "{'.mp4': 'x'}")
claim("film-is-sparse", None, "open('x', 'w').truncate(1_900_000_000)", "{'.mp4': 'x'}")
claim(
    "film-is-page",
    None,
    "open('x', 'w').write('<html><script>alert(1)</script>')",
    "{'.mp4': 'x', '-0.png': 'x', '.html': 'x'}",
)
claim(
    "film-of-other-size",
    None,
    """
import av
with av.open("x.mp4", "w") as out:
    stream = out.add_stream("libx264", rate=10)
    stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
    out.mux(stream.encode(av.VideoFrame(64, 48, "yuv420p")))
    out.mux(stream.encode())
""",
    "{'.mp4': 'x.mp4'}",
)
claim("film-with-reference", None, "open('x', 'w').write(f'ffconcat version 1.0\\nfile {CANARY}\\n')", "{'.mp4': 'x'}")
claim("film-name-has-zero", None, "", "{'.mp4': 'x\\0y'}")
claim("film-name-is-number", None, "", "{'.mp4': 5}")
claim("film-name-not-text", None, "open('x', 'w').close()", "{'.mp4': ['x']}")
claim("suffix-is-path", None, "open('x', 'w').close()", "{'/../../../' + NAME: 'x'}")
claim("suffix-climbs", None, "open('x', 'w').close()", "{'-/../../x': 'x', '..': 'x'}")
claim("suffix-is-record", None, "open('x', 'w').write('{\"status\": \"done\"}')", "{'.json': 'x', '.mp4': 'x'}")
claim("suffix-absolute", None, "open('x', 'w').close()", "{'.' + OUTSIDE + '/' + NAME: 'x'}")
claim("suffixes-many", None, "open('x', 'w').write('x' * 1000)", "{f'-{n}.png': 'x' for n in range(50000)}")
claim("suffixes-many-large", None, "open('x', 'wb').write(bytes(10 ** 6))", "{f'-{n}.png': 'x' for n in range(2000)}")
claim("files-are-list", None, "", "['x']")
claim("job-file-as-film", None, "", "{'.mp4': 'job.json'}")
claim("frames-beyond-count", None, "time.sleep(0)", "{}")

for name, message in {
    "nothing": "b''",
    "half-a-header": "b'\\0\\0'",
    "header-too-large": "b'\\xff\\xff\\xff\\xff' + b'x' * 100",
    "header-too-small": "b'\\0\\0\\0\\1{}'",
    "no-json": "b'\\0\\0\\0\\3abc'",
    "no-object": "b'\\0\\0\\0\\x02[]'",
    "not-utf-8": "b'\\0\\0\\0\\x02\\xff\\xfe'",
    "pickle": "__import__('pickle').dumps(print)",
    "two-messages": "(b'\\0\\0\\0\\x02{}') * 2",
    "deep": "(lambda b: struct.pack('>I', len(b)) + b)(b'[' * 100000 + b']' * 100000)",
    "deep-in-value": "(lambda b: struct.pack('>I', len(b)) + b)(b'{\"status\":\"done\",\"value\":{\"a\":' + b'[' * 900 + b']' * 900 + b'}}')",
    "long-number": "(lambda b: struct.pack('>I', len(b)) + b)(b'{\"status\":\"done\",\"value\":{\"a\":' + b'9' * 10 ** 6 + b'}}')",
    "not-a-number": '(lambda b: struct.pack(\'>I\', len(b)) + b)(b\'{"status":"done","value":{"frames":NaN}}\')',
    "infinite": '(lambda b: struct.pack(\'>I\', len(b)) + b)(b\'{"status":"done","value":{"frames":1e999}}\')',
    "twice-the-key": '(lambda b: struct.pack(\'>I\', len(b)) + b)(b\'{"status":"error","status":"done","value":{}}\')',
    "no-status": "{}",
    "other-status": "{'status': 'splendid', 'value': {}}",
    "status-is-object": "{'status': {'a': 1}, 'value': {}}",
    "value-is-text": "{'status': 'done', 'value': 'x'}",
    "value-missing": "{'status': 'done'}",
    "value-cached": "{'status': 'done', 'value': {'frames': 1, 'cached': True}, 'cached': True, 'key': '0' * 64}",
    "error-that-is-infinite": '(lambda b: struct.pack(\'>I\', len(b)) + b)(b\'{"status":"error","x":1e999}\')',
    "error-that-is-no-number": '(lambda b: struct.pack(\'>I\', len(b)) + b)(b\'{"status":"error","x":NaN}\')',
    "error-that-is-deep": "(lambda b: struct.pack('>I', len(b)) + b)(b'{\"status\":\"error\",\"x\":' + b'[' * 900 + b']' * 900 + b'}')",
    "error-deep-objects": "(lambda b: struct.pack('>I', len(b)) + b)(b'{\"status\":\"error\",\"x\":' + b'{\"a\":' * 900 + b'1' + b'}' * 900 + b'}')",
    "check-deep": "(lambda b: struct.pack('>I', len(b)) + b)(b'{\"status\":\"done\",\"value\":{\"findings\":' + b'[' * 900 + b']' * 900 + b'}}')",
    "check-infinite": '(lambda b: struct.pack(\'>I\', len(b)) + b)(b\'{"status":"done","value":{"beats":[[1e999,1e999]],"findings":[]}}\')',
    "check-with-files": "(open('x', 'w').close(), {'status': 'done', 'value': {'findings': [], 'beats': [], 'files': {'.mp4': 'x', '.html': 'x'}}})[1]",
    "check-findings-missing": "{'status': 'done', 'value': {}}",
    "check-findings-lie": "{'status': 'done', 'value': {'findings': [{'rule': 'x', 'severity': 'splendid', 'message': 5, 'line': -10 ** 20, 'file': CANARY}], 'beats': [[0, 1]]}}",
    "check-surrogate": "{'status': 'done', 'value': {'findings': [{'rule': 'x', 'severity': 'error', 'message': chr(0xD800), 'line': 1}], 'beats': []}}",
    "fault-surrogate": "{'status': 'error', 'fault': {'type': chr(0xD800), 'message': chr(0xDC80) * 50, 'line': 1}}",
    "fault-of-a-page": "{'status': 'error', 'fault': {'type': 'T' * 60000, 'message': 'm' * 60000, 'line': 1}}",
    "fault-with-zero": "{'status': 'error', 'fault': {'type': 'T', 'message': 'a' + chr(0) + chr(8) * 9 + chr(0x9B) + 'm', 'line': 1}}",
    "uninspected": "(open('x', 'w').close(), {'status': 'splendid', 'value': {'frames': 8, 'fps': 10, 'beats': [[0, 8]], 'files': {'.mp4': 'x', '-0.png': 'x'}}})[1]",
    "frames-negative": "{'status': 'done', 'value': {'frames': -5, 'fps': 0, 'beats': [[5, 1]]}}",
    "frames-huge": "{'status': 'done', 'value': {'frames': 10 ** 18, 'fps': 10 ** 9, 'beats': [[0, 10 ** 18]] * 9}}",
    "value-large": "{'status': 'done', 'value': {'x': 'x' * 3 * 10 ** 6}}",
    "value-many": "{'status': 'done', 'value': {str(n): n for n in range(10 ** 5)}}",
    "fault-missing": "{'status': 'error'}",
    "fault-is-text": "{'status': 'error', 'fault': 'x'}",
    "fault-long": "{'status': 'error', 'fault': {'type': 'T' * 10 ** 6, 'message': 'm' * 10 ** 6, 'line': 1}}",
    "fault-line-odd": "{'status': 'error', 'fault': {'type': 'T', 'message': 'm', 'line': -10 ** 30}}",
    "fault-line-infinite": '(lambda b: struct.pack(\'>I\', len(b)) + b)(b\'{"status":"error","fault":{"type":"T","message":"m","line":1e999}}\')',
    "fault-speaks-to-terminal": "{'status': 'error', 'fault': {'type': 'T\\x1b[2J', 'message': '\\x1b]0;owned\\x07\\x1b[31mx', 'line': 1}}",
    "fault-is-memory": "{'status': 'error', 'fault': {'type': 'MemoryError', 'message': 'm', 'line': 1}}",
    "check-says-all-is-well": "{'status': 'done', 'value': {'findings': [], 'beats': []}}",
    "findings-of-odd-form": "{'status': 'done', 'value': {'findings': [5, {'line': 'x', 'rule': []}], 'beats': 'x'}}",
}.items():
    add(
        f"message-{name}",
        None,
        f"answer({message})",
        task="check" if "check" in name or "finding" in message else "render",
    )

add("message-flood", None, "[answer(b'x' * 10 ** 7, end=False) for _ in range(20)]\nos._exit(0)", seconds=4)
add("message-before-the-real-one", None, "answer({'status': 'done', 'value': {}}, end=False)", ends=("crashed",))
add(
    "message-then-sleep",
    None,
    "answer({'status': 'done', 'value': {}}, end=False); time.sleep(60)",
    ends=("timeout",),
    seconds=1,
)
add("message-then-crash", None, "answer({'status': 'done', 'value': {}}, code=3)", ends=("crashed",))
add(
    "message-in-drops",
    None,
    "while True: answer(b'\\0', end=False); time.sleep(0.001)",
    ends=("timeout", "crashed"),
    seconds=1.5,
)
add("message-asks-the-preloaded-process", None, "answer({'scratch': OUTSIDE, 'limits': {}}); os._exit(0)")
add("exit-with-nothing", None, "os._exit(0)", ends=("crashed",))
add("exit-at-import", None, "os._exit(0)", ends=("crashed",), form="module")
add("exit-politely", None, "sys.exit(0)", ends=("error",))
add("exit-by-abort", None, "os.abort()", ends=("crashed",))
add("exit-by-signal", None, "os.kill(os.getpid(), 9)", ends=("crashed", "error"))
add(
    "exit-in-thread",
    None,
    "import threading; threading.Thread(target=os._exit, args=(0,)).start(); time.sleep(1)",
    ends=("crashed",),
)
add("nothing-rendered", None, "Scene.render = lambda self, *a, **k: None")
add("nothing-drawn", None, "pass")

add("folder-removed", None, "import shutil; shutil.rmtree(os.getcwd(), ignore_errors=True)")
add("folder-renamed", None, "here = os.getcwd(); os.rename(here, here + '-' + NAME)")
add("folder-moved-out", "change", "os.rename(os.getcwd(), os.path.join(OUTSIDE, NAME))")
add(
    "folder-exchanged-for-link",
    None,
    "here = os.getcwd(); os.rename(here, os.path.join(OUTSIDE, NAME)); os.symlink(OUTSIDE, here); os._exit(0)",
)
add(
    "folder-locked",
    None,
    "open('locked', 'w').close(); os.mkdir('d'); open('d/f', 'w').close(); os.chmod('d', 0); os.chmod('.', 0); os._exit(0)",
)
add(
    "folder-links-outside",
    None,
    "os.symlink(OUTSIDE, 'a'); os.symlink('/', 'b'); os.mkdir('d'); os.symlink(TREE, 'd/c'); os._exit(0)",
)
add("folder-immutable", None, "import fcntl; fcntl.ioctl(os.open('.', 0), 0x40086602, struct.pack('l', 0x10))")
add("job-rewritten", None, "open('job.json', 'w').write('{\"task\": \"render\", \"payload\": {}}')")
add("timing-rewritten", None, "open('timing.json', 'w').write('[' * 10000)")
add("scene-rewritten", None, "open(__file__, 'w').write('while True: pass')")
add("film-written-while-made", None, "open('clip.mp4', 'w').write('x'); self.wait(0.2)")
add("still-is-written-through-link", None, "os.symlink(KEPT, 'still-0.png'); self.wait(0.2)")
OUTLINES = """
open("outlines-made.npz", "wb").{0}
os.write = lambda number, data, write=os.write: (open("outlines-made.npz", "wb").{0}, write(number, data))[1]
self.wait(0.1)
"""
add("outlines-are-sparse", None, OUTLINES.format("truncate(250_000_000)"), task="check")
add("outlines-are-large", None, OUTLINES.format("write(bytes(100_000_000))"), task="check")
add("outlines-are-text", None, OUTLINES.format("write(b'no outlines')"), task="check")
add(
    "outlines-are-link",
    None,
    """
os.write = lambda number, data, write=os.write: (os.unlink("outlines-made.npz"), os.symlink(CANARY, "outlines-made.npz"), write(number, data))[2]
self.add(Text("a word"))
self.wait(0.1)
""",
    task="check",
)
