"""The way to named hosts, where a course allows it: a proxy for HTTP and TLS outside of the sandbox.

A kernel has no network but its own loopback interface. Its supervisor opens a port there and hands it out to the
grader, which answers on it: programs that heed the usual variables (http_proxy and its like) come through, to the hosts
that the course names and to no other. A connection is one tunnel, or one request.
"""

import asyncio
import contextlib
import re
import socket
import threading

from autograding.messages import _

LONGEST_HEAD = 1 << 16
PATIENCE = 30  # seconds for a request, and for a host to answer
MOST_CONNECTIONS = 32  # others wait on the student's side
DEFAULT_PORTS = {80, 443}
OF_THE_WAY = ("connection", "proxy-connection", "host")  # lines of a request that are written anew, or for the proxy
_PORT = re.compile(r"\d{1,5}")
_LENGTH = re.compile(r"\d{1,12}")


class Refused(Exception):
    """A request that is not answered by a host: its status, and why."""


class Way:
    """`with Way(listener, hosts): ...` answers on a listening socket of a kernel's own network."""

    def __init__(self, listener: socket.socket, hosts: tuple[str, ...]):
        self.listener, self.allowed = listener, {_host_and_port(host) for host in hosts}
        self.told = ", ".join(hosts)
        self.loop, self.over = asyncio.new_event_loop(), asyncio.Event()
        self.thread = threading.Thread(target=self.loop.run_until_complete, args=(self._serve(),), daemon=True)
        self.thread.start()

    def close(self) -> None:
        """End all connections."""
        self.loop.call_soon_threadsafe(self.over.set)
        self.thread.join()
        self.loop.close()
        self.listener.close()

    async def _serve(self):
        accepting = asyncio.ensure_future(self._accept())
        await self.over.wait()
        accepting.cancel()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0)  # the sockets of what was closed are closed in the loop's next turn

    async def _accept(self):
        self.listener.setblocking(False)
        room, tasks = asyncio.Semaphore(MOST_CONNECTIONS), set()
        while True:
            await room.acquire()
            sock, _address = await self.loop.sock_accept(self.listener)
            task = asyncio.ensure_future(self._answer(sock))
            tasks.add(task)
            task.add_done_callback(lambda task: (tasks.discard(task), room.release()))

    async def _answer(self, sock):
        with contextlib.closing(sock):
            reader, writer = await asyncio.open_connection(sock=sock, limit=LONGEST_HEAD)
            # Whatever the student's side or the host does ends this connection and nothing else.
            with contextlib.suppress(OSError, EOFError, asyncio.LimitOverrunError, TimeoutError, ValueError):
                try:
                    await self._pass_on(reader, writer)
                except Refused as refused:
                    status, text = refused.args
                    length = len(text.encode())
                    head = f"HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
                    writer.write((head + text).encode())
                    await asyncio.wait_for(writer.drain(), PATIENCE)
                finally:
                    writer.close()

    async def _pass_on(self, reader, writer):
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
        host, port, first, body = _asked(head)
        if (host, port) not in self.allowed and (port not in DEFAULT_PORTS or (host, None) not in self.allowed):
            said = _("The course allows no connection to {host}:{port}, only to {hosts}.")
            raise Refused("403 Forbidden", said.format(host=host, port=port, hosts=self.told))
        try:
            theirs, back = await asyncio.wait_for(asyncio.open_connection(host, port), PATIENCE)
        except (OSError, TimeoutError) as error:
            raise Refused("502 Bad Gateway", "") from error
        try:
            if first is None:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                back.write(first)
            await asyncio.gather(_copy(reader, back, body), _copy(theirs, writer))
        finally:
            back.close()


async def _copy(source, target, most=None):
    """Pass on what comes: all of it, or `most` bytes and no more."""
    while most != 0 and (part := await source.read(1 << 16 if most is None else min(most, 1 << 16))):
        target.write(part)
        most = most if most is None else most - len(part)
        await target.drain()
    if most is None and target.can_write_eof():
        target.write_eof()


def _host_and_port(text):
    """The host, and the port that was named with it, or None."""
    host, _colon, port = text.rpartition(":") if text.count(":") == 1 else (text, "", "")
    return (host or text).lower(), int(port) if _PORT.fullmatch(port) else None


def _asked(head):
    """The host and port of a request, what to send to it, and how long its body is; None, None for a tunnel."""
    line, _end, rest = head.decode("latin-1").partition("\r\n")
    method, target, *_version = line.split(" ") + ["", ""]
    if method == "CONNECT":
        host, _colon, port = target.rpartition(":")
        return host.lower().strip("[]"), int(port) if _PORT.fullmatch(port) else 0, None, None
    place, _slash, path = target.removeprefix("http://").partition("/")
    host, port = _host_and_port(place)
    given = []
    for one in rest.split("\r\n"):
        name, _colon, value = one.partition(":")
        given.append((name.strip().lower(), value.strip(), one))
    if any(name == "transfer-encoding" for name, _value, _one in given):
        raise Refused("411 Length Required", "")
    lengths = {value for name, value, _one in given if name == "content-length"}
    if len(lengths) > 1 or not all(map(_LENGTH.fullmatch, lengths)):
        raise Refused("400 Bad Request", "")
    kept = [one for name, _value, one in given if one and name not in OF_THE_WAY]
    # The host that was allowed, and none that shares a server with it.
    named = host if port in (None, 80) else f"{host}:{port}"
    lines = [f"{method} /{path} HTTP/1.1", f"Host: {named}", *kept, "Connection: close", "", ""]
    return host, port or 80, "\r\n".join(lines).encode("latin-1"), int(next(iter(lengths), 0))
