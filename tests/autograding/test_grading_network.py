"""The way to named hosts: it leads to no other, passes on one request, and leaves nothing open."""

import http.server
import os
import socket
import threading

import pytest

from autograding.sandbox.network import MOST_CONNECTIONS, Way


@pytest.fixture
def asked():
    """A server that keeps what it is asked, and its port."""
    requests = []

    class Keeps(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            requests.append((self.path, self.headers["Host"], body))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        do_GET = do_POST

        def log_message(self, *_arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.2", 0), Keeps)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port, requests
    server.shutdown()
    thread.join()
    server.server_close()


def open_way(*hosts):
    listener = socket.create_server(("127.0.0.1", 0))
    return Way(listener, hosts), listener.getsockname()


def answer(address, request):
    with socket.create_connection(address, timeout=20) as sock:
        sock.sendall(request)
        parts = []
        while part := sock.recv(1 << 16):
            parts.append(part)
    return b"".join(parts)


def test_one_request_goes_to_the_named_host_under_its_own_name(asked):
    port, requests = asked
    way, address = open_way(f"127.0.0.2:{port}")
    here = b"http://127.0.0.2:%d" % port
    body = b"Content-Length: 4\r\nHost: other.example\r\n\r\nbodyGET /more HTTP/1.1\r\nHost: other.example\r\n\r\n"
    assert answer(address, b"POST %b/x HTTP/1.1\r\n%b" % (here, body)).endswith(b"ok")
    for refused in (
        b"GET http://127.0.0.1:%d/ HTTP/1.1\r\n\r\n" % port,
        b"GET http://127.0.0.2/ HTTP/1.1\r\n\r\n",
        b"CONNECT 127.0.0.2:443 HTTP/1.1\r\n\r\n",
        b"GET http://127.0.0.2:%d@127.0.0.1:%d/ HTTP/1.1\r\n\r\n" % (port, port),
        b"CONNECT 127.0.0.2:%b HTTP/1.1\r\n\r\n" % (b"1" * 5000),
    ):
        assert answer(address, refused).startswith(b"HTTP/1.1 403")
    assert answer(address, b"GET %b/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" % here).startswith(b"HTTP/1.1 411")
    assert answer(address, b"GET %b/ HTTP/1.1\r\nContent-Length: -1\r\n\r\n" % here).startswith(b"HTTP/1.1 400")
    way.close()
    assert requests == [("/x", f"127.0.0.2:{port}", b"body")]


def test_many_connections_wait_outside_and_none_outlives_its_session(asked):
    port, _requests = asked
    before = len(os.listdir("/proc/self/fd"))
    way, address = open_way(f"127.0.0.2:{port}")
    crowd = [socket.create_connection(address, timeout=20) for _number in range(MOST_CONNECTIONS + 20)]
    for sock in crowd[:MOST_CONNECTIONS]:
        sock.sendall(b"CONNECT 127.0.0.2:%d HTTP/1.1\r\n\r\n" % port)
        assert sock.recv(100).startswith(b"HTTP/1.1 200")
    # Its own end of each connection and the way on from it: no more of these, however many there are.
    assert len(os.listdir("/proc/self/fd")) - before - len(crowd) <= 3 * MOST_CONNECTIONS + 10
    way.close()
    for sock in crowd:
        sock.close()
    gone = 0
    while len(os.listdir("/proc/self/fd")) > before and gone < 200:  # the server closes its ends in its own threads
        threading.Event().wait(0.05)
        gone += 1
    assert len(os.listdir("/proc/self/fd")) <= before
