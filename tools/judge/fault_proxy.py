#!/usr/bin/python3
"""A proxy before Postgres that can cut a connection exactly at COMMIT. It is a process of its own, so that nothing else slows it down.

    fault_proxy.py --listen PORT --to PORT

It understands as much of the protocol as it needs: start-up, Parse, Bind, Query and CommandComplete, and so knows which COMMIT
ends a batch of a lane. Orders come as JSON lines on stdin, what happened goes as JSON lines to stdout:

    {"cut": "before" | "after" | "swallow", "count": N, "service": NAME or null, "by": WHOM}     the next N such commits
    -> {"at": UNIXTIME, "cut": ..., "by": ..., "service": ..., "lane": ..., "batch": ..., "took": true | false}

before: Postgres never sees the COMMIT. after: it took effect, and its answer is thrown away with the connection. swallow: the
same, but the client's connection stays open and silent, as if the network had gone.
It ends with its stdin. The wire format is that of protocol 3.0, https://www.postgresql.org/docs/15/protocol-message-formats.html
"""
import argparse
import asyncio
import json
import re
import struct
import sys
import time
from collections import deque

SSL_REQUEST, GSS_REQUEST, CANCEL_REQUEST = 80877103, 80877104, 80877102
BATCH = re.compile(rb'\bupdate\s+"?lane"?\s+set\s+batch\b', re.IGNORECASE)
LONGEST = 256 << 20  # of one message; beyond it what comes is not Postgres


class Garbled(Exception):
    pass


class Framing:
    """Bytes in, whole messages out. A message of the start-up phase has the type b""."""

    def __init__(self, starting):
        self.starting, self.rest = starting, bytearray()

    def feed(self, data):
        self.rest += data
        found, at = [], 0
        while True:
            head = 4 if self.starting else 5
            if len(self.rest) - at < head:
                break
            length, = struct.unpack_from("!I", self.rest, at + head - 4)
            if not 4 <= length <= LONGEST:
                raise Garbled(f"a message of {length} bytes")
            whole = length + head - 4
            if len(self.rest) - at < whole:
                break
            raw = bytes(self.rest[at:at + whole])
            at += whole
            if self.starting:
                code, = struct.unpack_from("!I", raw, 4)
                found.append((b"", raw))
                if code not in (SSL_REQUEST, GSS_REQUEST):
                    self.starting = False
            else:
                found.append((raw[:1], raw))
        del self.rest[:at]
        return found


def user_in(startup):
    """Who logs in, from a start-up message."""
    words = startup[8:].split(b"\0")
    named = dict(zip(words[::2], words[1::2]))
    return named.get(b"user", b"").decode(errors="replace")


def parse_of(raw):
    """(statement, its SQL) of a Parse."""
    name, sql, _ = raw[5:].split(b"\0", 2)
    return name, sql


def bind_of(raw):
    """(statement, its parameters) of a Bind; None for NULL."""
    _, name, rest = raw[5:].split(b"\0", 2)
    formats, = struct.unpack_from("!H", rest)
    at = 2 + 2 * formats
    count, = struct.unpack_from("!H", rest, at)
    at += 2
    values = []
    for _ in range(count):
        size, = struct.unpack_from("!i", rest, at)
        at += 4
        values.append(None if size < 0 else rest[at:at + size])
        at += max(size, 0)
    return name, values


class Conversation:
    """One connection, without sockets: what to send on to whom, and whether to cut. `armed(service)` says how and
    on whose order, or None."""

    def __init__(self, armed):
        self.armed = armed
        self.client, self.server = Framing(True), Framing(False)
        self.user = ""
        self.statements = {}  # those that write a lane's row
        self.batch = None     # (lane, batch) of the transaction under way
        self.waits = None     # how, and on whose order, to cut when the answer to COMMIT is there
        self.is_cancel = False

    def from_client(self, data):
        """(to the server, to the client, cut): cut is None, or what was cut."""
        out, back = bytearray(), bytearray()
        for kind, raw in self.client.feed(data):
            if kind == b"":
                code, = struct.unpack_from("!I", raw, 4)
                if code in (SSL_REQUEST, GSS_REQUEST):
                    back += b"N"  # in the clear: this is loopback
                    continue
                self.is_cancel = code == CANCEL_REQUEST
                self.user = "" if self.is_cancel else user_in(raw)
            elif kind == b"P":
                name, sql = parse_of(raw)
                if BATCH.search(sql):
                    self.statements[name] = True
                else:
                    self.statements.pop(name, None)
            elif kind == b"B":
                name, values = bind_of(raw)
                if name in self.statements and len(values) >= 2:
                    self.batch = (int(values[0] or 0), int(values[1] or 0))
            elif kind == b"Q":
                said = raw[5:-1].strip().rstrip(b";").upper()
                if said == b"COMMIT" and self.batch:
                    ordered = self.armed(self.user)
                    if ordered and ordered[0] == "before":
                        return bytes(out), bytes(back), self.cut(ordered, False)
                    self.waits = ordered
                if said in (b"COMMIT", b"ROLLBACK") and not self.waits:
                    self.batch = None
            out += raw
        return bytes(out), bytes(back), None

    def from_server(self, data):
        """(to the client, cut)."""
        if not self.waits:
            self.server.feed(data)  # keeps in step
            return data, None
        out = bytearray()
        for kind, raw in self.server.feed(data):
            if kind == b"C":
                took = raw[5:-1] == b"COMMIT"
                return bytes(out), self.cut(self.waits, took)
            if kind == b"E":
                return bytes(out), self.cut(self.waits, False)
            out += raw
        return bytes(out), None

    def cut(self, ordered, took):
        lane, batch = self.batch
        return {"cut": ordered[0], "by": ordered[1], "service": self.user, "lane": lane, "batch": batch, "took": took}


class Armed:
    """The orders that wait for their commits."""

    def __init__(self):
        self.orders = deque()

    def order(self, how, count, service, by=None):
        self.orders.append([how, count, service, by])

    def __call__(self, service):
        for order in self.orders:
            if order[2] in (None, service):
                order[1] -= 1
                if order[1] <= 0:
                    self.orders.remove(order)
                return order[0], order[3]
        return None

    def clear(self):
        self.orders.clear()


class Side(asyncio.Protocol):
    """One end of one connection; `peer` is the other."""

    def __init__(self, pair, is_client):
        self.pair, self.is_client, self.transport = pair, is_client, None

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.pair.heard(self.is_client, data)

    def connection_lost(self, _):
        self.pair.close()

    def pause_writing(self):
        self.pair.flow(self.is_client, False)

    def resume_writing(self):
        self.pair.flow(self.is_client, True)


class Pair:
    def __init__(self, armed, tell, to):
        self.talk, self.tell, self.to = Conversation(armed), tell, to
        self.client, self.server = Side(self, True), None
        self.early, self.closed, self.silent = bytearray(), False, False

    async def connect(self):
        try:
            _, side = await asyncio.get_running_loop().create_connection(lambda: Side(self, False), "127.0.0.1", self.to)
        except OSError:
            return self.close()
        self.server = side
        if self.closed:
            side.transport.close()
        elif self.early:
            side.transport.write(bytes(self.early))

    def heard(self, from_client, data):
        if self.closed or self.silent:
            return
        try:
            if from_client:
                onward, back, cut = self.talk.from_client(data)
                if back:
                    self.client.transport.write(back)
                if onward and self.server:
                    self.server.transport.write(onward)
                elif onward:
                    self.early += onward
            else:
                back, cut = self.talk.from_server(data)
                if back:
                    self.client.transport.write(back)
        except (Garbled, ValueError, struct.error) as trouble:
            self.tell({"trouble": str(trouble)})
            return self.close()
        if cut:
            self.tell(cut)
            if cut["cut"] == "swallow" and self.server:
                self.silent = True
                self.server.transport.abort()
            else:
                self.close()

    def flow(self, at_client, may):
        other = self.server if at_client else self.client
        if other and other.transport:
            (other.transport.resume_reading if may else other.transport.pause_reading)()

    def close(self):
        if self.closed or (self.silent and self.client.transport and not self.client.transport.is_closing()):
            return
        self.closed = True
        for side in (self.client, self.server):
            if side and side.transport:
                side.transport.abort()


async def serve(listen, to):
    loop, armed = asyncio.get_running_loop(), Armed()

    def tell(what):
        sys.stdout.write(json.dumps({"at": time.time(), **what}) + "\n")
        sys.stdout.flush()

    def accept():
        pair = Pair(armed, tell, to)
        loop.create_task(pair.connect())
        return pair.client

    server = await loop.create_server(accept, "127.0.0.1", listen, backlog=256)
    tell({"listening": listen})
    orders = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    while line := await orders.readline():
        order = json.loads(line)
        if order.get("clear"):
            armed.clear()
        else:
            armed.order(order["cut"], int(order.get("count", 1)), order.get("service"), order.get("by"))
    server.close()


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="A proxy before Postgres that can cut a connection exactly at COMMIT.")
    options.add_argument("--listen", type=int, required=True)
    options.add_argument("--to", type=int, required=True)
    chosen = options.parse_args()
    asyncio.run(serve(chosen.listen, chosen.to))
