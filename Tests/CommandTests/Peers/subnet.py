"""A thousand connections from as many addresses of one IPv6 /64, in a network of its own.

  subnet.py PARLEY COUNT ALLOWED

So many as are allowed stay; somebody from the next /64 gets in. Ends with 1 when that does not hold.
"""
import atexit, re, socket, subprocess, sys, threading

IPV6_FREEBIND = 78
parley, count, allowed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
server = subprocess.Popen(
    [parley, "serve", "--listen", "[::]:0", "--open", "--max-per-address", str(allowed),
     "--connect-rate", "0", "--max-waiting-per-address", "0", "--flood-per-address", "0"],
    stderr=subprocess.PIPE)
atexit.register(server.kill)
port = None
while b"Ctrl+C ends it." not in (line := server.stderr.readline()):
    if not line:
        sys.exit("the server did not start")
    port = re.search(rb"^parley serves .*:(\d+): ", line) or port
port = int(port[1])
threading.Thread(target=server.stderr.read, daemon=True).start()  # so that its log goes on


def connect(address):
    peer = socket.socket(socket.AF_INET6)
    peer.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
    peer.bind((address, 0))
    peer.connect(("fd00:0:0:2::1", port))
    peer.sendall(b"hello\n")
    return peer


def is_in(peer):
    """Whether it is welcomed; who is refused is hung up on without a word."""
    heard = b""
    while b"You are" not in heard:
        try:
            data = peer.recv(4096)
        except ConnectionError:
            return False
        if not data:
            return False
        heard += data
    return True


peers = [connect(f"fd00:0:0:1:{number:x}::1") for number in range(1, count + 1)]
welcome = [peer for peer in peers if is_in(peer)]
if len(welcome) != allowed:
    sys.exit(f"{len(welcome)} of {count} are in, not {allowed}")
if not is_in(connect("fd00:0:0:2::7")):
    sys.exit("nobody else gets in")
welcome.pop().close()
# Its place is free when the server has noticed.
while not is_in(connect("fd00:0:0:1:ffff::1")):
    pass
server.terminate()
sys.exit(server.wait(20))
