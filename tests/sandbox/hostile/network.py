"""Speaking to the outside: every family, every library that speaks, and the calls beneath them."""

from hostile.attack import Group

group = Group("network")
add = group.add

add("tcp", "contact", "import socket; socket.create_connection(('127.0.0.1', TCP), 2).sendall(NAME.encode())")
add(
    "tcp-six",
    "contact",
    "import socket; s = socket.socket(socket.AF_INET6); s.connect(('::1', TCP_SIX)); s.sendall(NAME.encode())",
)
add(
    "tcp-at-import",
    "contact",
    "import socket\nsocket.create_connection(('127.0.0.1', TCP), 2).sendall(NAME.encode())",
    form="module",
)
add(
    "tcp-fast-open",
    "contact",
    "import socket; socket.socket().sendto(NAME.encode(), socket.MSG_FASTOPEN, ('127.0.0.1', TCP))",
)
add(
    "tcp-without-waiting",
    "contact",
    "import socket; s = socket.socket(); s.setblocking(False); s.connect_ex(('127.0.0.1', TCP)); time.sleep(0.2); s.send(NAME.encode())",
)
add(
    "tcp-multipath",
    "contact",
    "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262); s.connect(('127.0.0.1', TCP)); s.sendall(NAME.encode())",
)
add("udp", "contact", "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(NAME.encode(), ('127.0.0.1', UDP))")
add(
    "udp-connected",
    "contact",
    "import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.connect(('127.0.0.1', UDP)); s.send(NAME.encode())",
)
add(
    "udp-broadcast",
    "contact",
    "import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1); s.sendto(NAME.encode(), ('127.255.255.255', UDP))",
)
add(
    "unix-stream",
    "contact",
    "import socket; s = socket.socket(socket.AF_UNIX); s.connect(UNIX); s.sendall(NAME.encode())",
)
add(
    "unix-datagram",
    "contact",
    "import socket; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(NAME.encode(), UNIX_DATAGRAM)",
)
add(
    "unix-abstract",
    "contact",
    "import socket; s = socket.socket(socket.AF_UNIX); s.connect('\\0' + ABSTRACT); s.sendall(NAME.encode())",
)
add(
    "unix-abstract-datagram",
    "contact",
    "import socket; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(NAME.encode(), '\\0' + ABSTRACT + '-datagram')",
)
add(
    "unix-pair-datagram",
    "contact",
    "import socket; a, b = socket.socketpair(type=socket.SOCK_DGRAM); a.sendto(NAME.encode(), UNIX_DATAGRAM)",
)
add(
    "unix-pair-reconnected",
    "contact",
    "import socket; a, b = socket.socketpair(type=socket.SOCK_DGRAM); a.connect('\\0' + ABSTRACT + '-datagram'); a.send(NAME.encode())",
)
add("urllib", "contact", "import urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{TCP}/{NAME}', timeout=1)")
add("requests", "contact", "import requests; requests.get(f'http://127.0.0.1:{TCP}/{NAME}', timeout=1)")
add("numpy-url", "contact", "import numpy as np; np.loadtxt(f'http://127.0.0.1:{TCP}/{NAME}')", seconds=3)
add("asyncio", "contact", "import asyncio; asyncio.run(asyncio.open_connection('127.0.0.1', TCP))")
add("connection", "contact", "from multiprocessing.connection import Client; Client(UNIX)", seconds=3)
add(
    "logging",
    "contact",
    "import logging, logging.handlers as h; logging.getLogger('x').addHandler(h.DatagramHandler('127.0.0.1', UDP)); logging.getLogger('x').error(NAME)",
)
add(
    "syslog",
    "contact",
    "import logging, logging.handlers as h; h.SysLogHandler(UNIX_DATAGRAM).handle(logging.LogRecord('x', 40, '', 1, NAME, (), None))",
)
for protocol in (
    "http://127.0.0.1:{TCP}/x",
    "tcp://127.0.0.1:{TCP}",
    "unix:{UNIX}",
    "ftp://127.0.0.1:{TCP}/x",
    "rtmp://127.0.0.1:{TCP}/x",
):
    add(f"av-{protocol.partition(':')[0]}", "contact", f"import av; av.open(f{protocol!r}, timeout=1)", seconds=3)
add(
    "av-writes-to-tcp",
    "contact",
    """
    import av
    out = av.open(f"tcp://127.0.0.1:{TCP}", "w", format="mpegts", timeout=1)
    stream = out.add_stream("mpeg2video", rate=25)
    stream.width = stream.height = 64
    stream.pix_fmt = "yuv420p"
    out.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
    out.mux(stream.encode())
    out.close()
    """,
)
add(
    "av-writes-to-udp",
    "contact",
    """
    import av
    out = av.open(f"udp://127.0.0.1:{UDP}", "w", format="mpegts")
    stream = out.add_stream("mpeg2video", rate=25)
    stream.width = stream.height = 64
    stream.pix_fmt = "yuv420p"
    out.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
    out.mux(stream.encode())
    out.close()
    """,
)
add(
    "av-playlist",
    "contact",
    """
    import av
    open("list.m3u8", "w").write(f"#EXTM3U\\n#EXT-X-TARGETDURATION:1\\n#EXTINF:1,\\nhttp://127.0.0.1:{TCP}/x.ts\\n#EXT-X-ENDLIST\\n")
    av.open("list.m3u8", options={"protocol_whitelist": "file,http,tcp,crypto", "allowed_extensions": "ALL"}, timeout=1)
    """,
    seconds=3,
)
add(
    "libc-socket",
    "contact",
    "n = LIBC.socket(2, 1, 0); LIBC.connect(n, struct.pack('!2xHI8x', TCP, 0x7F000001).replace(b'\\0\\0', b'\\2\\0', 1), 16); os.write(n, NAME.encode())",
)
add(
    "raw-calls",
    "contact",
    "n = syscall('socket', 2, 2, 0); syscall('sendto', n, NAME.encode(), len(NAME), 0, b'\\2\\0' + struct.pack('!HI8x', UDP, 0x7F000001), 16)",
)
add("listening", "leak", "import socket; s = socket.create_server(('127.0.0.1', 0)); leak(s.getsockname())")
add(
    "listening-unix",
    "leak",
    "import socket; s = socket.socket(socket.AF_UNIX); s.bind('door'); s.listen(); leak('door')",
)
add(
    "netlink",
    "leak",
    "import socket; s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0); s.bind((0, 0)); leak('netlink')",
)
add("kernel-cryptography", None, "import socket; s = socket.socket(38, socket.SOCK_SEQPACKET); leak('af_alg')")
add("virtual-machine-socket", "leak", "import socket; leak(socket.socket(40, socket.SOCK_STREAM))")
add("ping", None, "import socket; s = socket.socket(type=socket.SOCK_DGRAM, proto=socket.IPPROTO_ICMP); leak(s)")
add("raw-packets", None, "import socket; leak([socket.socket(f, socket.SOCK_RAW, 255) for f in (2, 10, 17)])")
add("interfaces", "leak", "import socket; leak(socket.if_nameindex())")
