"""The way to named hosts, where a course allows it: a proxy for HTTP and TLS outside of the sandbox.

A kernel has no network but its own loopback interface. Its supervisor opens a port there and hands it out to the
grader, which answers on it: programs that heed the usual variables (http_proxy and its like) come through, to the hosts
that the course names and to no other.
"""

import asyncio
import contextlib
import socket
import threading

from autograding.messages import _

LONGEST_HEAD = 1 << 16
PATIENCE = 30  # seconds for a request, and for a host to answer
MOST_CONNECTIONS = 32
DEFAULT_PORTS = {80, 443}
OF_THE_WAY = ("connection", "proxy-connection")  # lines of a request that are for the proxy alone


class Way:
    """`with Way(listener, hosts): ...` answers on a listening socket of a kernel's own network."""

    def __init__(self, listener: socket.socket, hosts: tuple[str, ...]):
        self.listener, self.allowed = listener, {_host_and_port(host) for host in hosts}
        self.told = ", ".join(hosts)
        self.room = None
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_until_complete, args=(self._serve(),), daemon=True)
        self.over = asyncio.Event()
        self.thread.start()

    def close(self) -> None:
        """End all connections."""
        self.loop.call_soon_threadsafe(self.over.set)
        self.thread.join()
        self.loop.close()

    async def _serve(self):
        self.room = asyncio.Semaphore(MOST_CONNECTIONS)
        server = await asyncio.start_server(self._answer, sock=self.listener, limit=LONGEST_HEAD)
        await self.over.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _answer(self, reader, writer):
        # Whatever the student's side or the host does ends this connection and nothing else.
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            async with self.room:
                await self._pass_on(reader, writer)
        writer.close()

    async def _pass_on(self, reader, writer):
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
        host, port, first = _asked(head)
        if (host, port) not in self.allowed and (port not in DEFAULT_PORTS or (host, None) not in self.allowed):
            said = _("The course allows no connection to {host}:{port}, only to {hosts}.")
            text = said.format(host=host, port=port, hosts=self.told).encode("utf-8", "replace")
            await _refuse(writer, b"403 Forbidden", text)
            return
        try:
            theirs, back = await asyncio.wait_for(asyncio.open_connection(host, port), PATIENCE)
        except (OSError, TimeoutError):
            await _refuse(writer, b"502 Bad Gateway", b"")
            return
        try:
            if first is None:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                back.write(first)
            await asyncio.gather(_copy(reader, back), _copy(theirs, writer))
        finally:
            back.close()


async def _refuse(writer, status, text):
    head = b"HTTP/1.1 %b\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (status, len(text))
    writer.write(head + text)
    await writer.drain()


async def _copy(source, target):
    while part := await source.read(1 << 16):
        target.write(part)
        await target.drain()
    if target.can_write_eof():
        target.write_eof()


def _host_and_port(text):
    """The host, and the port that was named with it, or None."""
    host, _colon, port = text.rpartition(":") if text.count(":") == 1 else (text, "", "")
    return (host or text).lower(), int(port) if port.isdecimal() else None


def _asked(head):
    """The host and port of a request, and what to send to it; None where a tunnel is asked for."""
    line, _end, rest = head.decode("latin-1").partition("\r\n")
    method, target, *_version = line.split(" ") + ["", ""]
    if method == "CONNECT":
        host, _colon, port = target.rpartition(":")
        return host.lower().strip("[]"), int(port) if port.isdecimal() else 0, None
    place, _slash, path = target.removeprefix("http://").partition("/")
    host, port = _host_and_port(place)
    kept = [one for one in rest.split("\r\n") if one and one.split(":")[0].lower() not in OF_THE_WAY]
    lines = [f"{method} /{path} HTTP/1.1", *kept, "Connection: close", "", ""]
    return host, port or 80, "\r\n".join(lines).encode("latin-1")
