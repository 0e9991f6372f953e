"""Customers, drivers and a bank who never wait for each other: requests come by the clock, whether or not the last one was answered.

Every request is tried again under the same Idempotency-Key, at one edge and then the other, until it is answered. All of them,
with their first and last answers, are the client's log: what the verdict holds the system to.
"""
import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field

CALL_TIMEOUT = 2.5
MOST_UNDER_WAY = 3000
LANES_OF_TRADE = [  # from, to, cust: towns with many vehicles around them
    ("Kaunas, Lithuania", "Riga, Latvia", "cust-lt"), ("Vilnius, Lithuania", "Warszawa, Poland", "cust-lt"), ("Gdańsk, Poland", "Berlin, Germany", "cust-pl"),
    ("Hamburg, Germany", "Amsterdam, Netherlands", "cust-de"), ("Rotterdam, Netherlands", "Hannover, Germany", "cust-nl"), ("Oslo, Norway", "Göteborg, Sweden", "cust-no"),
    ("Stockholm, Sweden", "Malmö, Sweden", "cust-se"), ("Poznań, Poland", "Dresden, Germany", "cust-pl"), ("Antwerpen, Belgium", "Köln, Germany", "cust-nl"),
    ("Lyon, France", "Milano, Italy", "cust-nl"), ("Budapest, Hungary", "Wien, Austria", "cust-de"), ("Riga, Latvia", "Tallinn, Estonia", "cust-lt"),
]
GOODS = ["33 euro pallets of garden furniture, 8450 kg gross", "20 pallets of paper, 11000 kg", "12 euro pallets of glass, 6200 kg", "24 pallets of parts, 14000 kg"]


@dataclass
class Asked:
    """One request: what was wanted, and every answer that counts."""
    what: str
    key: str
    holder: str
    path: str
    body: str
    due: float
    accepted_at: float = 0.0
    answer: dict = None
    tries: int = 0
    refused: str = ""     # a 4xx: nothing was taken
    again: str = ""       # what the same request was answered after healing, when it differs


def offer_text(draw, day):
    """An offer like those of tests/offers, at a date of its own, so that calendars do not fill."""
    begin, end, customer = draw.choice(LANES_OF_TRADE)
    ready, due = (time.strftime("%d %B %Y", time.gmtime(day + 86400 * plus)) for plus in (1, 5))
    text = (f"Good morning,\n\nplease take one load for us.\nPick-up: {begin}, {ready}, 08:00-16:00\nDelivery: {end}, by {due}, 18:00 latest\n"
            f"Goods: {draw.choice(GOODS)}\nEquipment: tautliner\nPrice: {draw.randrange(700, 2400, 10)} EUR all in\n\nRegards\nNordhaven Trading\n")
    return customer, text


class Traffic:
    def __init__(self, edges, reads, hooks_port, keys, seed, rate):
        self.edges, self.reads, self.hooks_port, self.keys, self.seed, self.rate = edges, reads, hooks_port, keys, seed, rate
        self.draw = random.Random(f"waybill traffic {seed}")
        self.log, self.begun, self.days = [], set(), {}
        self.offering, self.ended = False, False
        self.due_seconds, self.accepted_seconds = Counter(), Counter()
        self.hooks, self.not_sent = 0, 0
        self.tasks = set()
        self.turn = 0

    # ---- requests ----

    async def call(self, port, method, path, key, idempotency_key="", body="", timeout=CALL_TIMEOUT):
        """(status, body); status 0 without an answer."""
        writer = None
        try:
            async with asyncio.timeout(timeout):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                content = body.encode()
                head = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {key}", "Connection: close"]
                if method == "POST":
                    head += ["Content-Type: application/json", f"Content-Length: {len(content)}", f"Idempotency-Key: {idempotency_key}"]
                writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + content)
                answer = await reader.read(-1)
                top, _, rest = answer.partition(b"\r\n\r\n")
                status = int(top.split(b" ", 2)[1])
                length = [int(line.split(b":")[1]) for line in top.lower().split(b"\r\n") if line.startswith(b"content-length:")]
                if not length or len(rest) < length[0]:
                    return 0, ""
                return status, rest[:length[0]].decode()
        except (OSError, asyncio.TimeoutError, TimeoutError, IndexError, ValueError):
            return 0, ""
        finally:
            if writer:
                writer.close()

    def spawn(self, work):
        if len(self.tasks) >= MOST_UNDER_WAY:
            self.not_sent += 1
            work.close()
            return
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def ask(self, what, name, holder, path, members):
        """Until it is answered; the Asked."""
        asked = Asked(what, f"{what}-{self.seed}-{name}", holder, path, json.dumps(members), time.time())
        self.log.append(asked)
        self.due_seconds[int(asked.due)] += 1
        wait = 0.1
        while not self.ended:
            asked.tries += 1
            self.turn += 1
            status, body = await self.call(self.edges[self.turn % 2], "POST", path, self.key_of(holder), asked.key, asked.body)
            if status == 202:
                asked.answer = json.loads(body)
                asked.accepted_at = time.time()
                self.accepted_seconds[int(asked.accepted_at)] += 1
                return asked
            if 400 <= status < 500 and status not in (408, 425, 429):
                asked.refused = f"{status} {body[:200]}"
                return asked
            await asyncio.sleep(wait)
            wait = min(wait * 1.6, 1.0)
        return asked

    def key_of(self, holder):
        return {"operator": self.keys["operator_key"], "bank": self.keys["bank_key"]}.get(holder) or self.keys["customers"].get(holder) or self.keys["drivers"][holder]

    def once(self, what):
        if what in self.begun:
            return False
        self.begun.add(what)
        return True

    # ---- customers ----

    async def offer(self, number):
        day = time.mktime((2026, 11, 9, 0, 0, 0, 0, 0, 0)) + 86400 * (number % 600)
        customer, text = offer_text(self.draw, day)
        members = {"text": text, "channel": "email", "received_at": time.strftime("%Y-%m-%dT08:00:00Z", time.gmtime(day + 43200))}
        asked = await self.ask("offer", str(number), customer, "/v1/offers", members)
        if asked.answer:
            self.days[asked.answer["id"]] = day
            if number % 20 == 7:  # the same request again, as clients do
                await asyncio.sleep(0.5)
                status, body = await self.call(self.edges[number % 2], "POST", asked.path, self.key_of(customer), asked.key, asked.body)
                if status == 202 and json.loads(body) != asked.answer:
                    asked.again = body[:200]

    async def send_offers(self):
        number, begin = 0, time.monotonic()
        while not self.ended and self.offering:
            await asyncio.sleep(max(0.0, begin + number / self.rate - time.monotonic()))
            self.spawn(self.offer(number))
            number += 1

    # ---- drivers and the bank ----

    def when(self, shipment, days):
        return time.strftime("%Y-%m-%dT10:00:00Z", time.gmtime(self.days.get(shipment, time.mktime((2026, 11, 9, 0, 0, 0, 0, 0, 0))) + 43200 + 86400 * days))

    async def answer_assignment(self, assignment, driver):
        if driver not in self.keys["drivers"] or not self.once(f"answer {assignment}"):
            return
        luck = int(hashlib.sha256(f"{self.seed} {assignment}".encode()).hexdigest()[:8], 16) / 2 ** 32
        await asyncio.sleep(0.1 + luck)
        if luck < 0.03:
            return  # keeps silent: the deadline asks another driver
        if luck < 0.12:
            await self.ask("decline", assignment, driver, f"/v1/assignments/{assignment}/decline", {"reason": "no hours left this week"})
        else:
            await self.ask("accept", assignment, driver, f"/v1/assignments/{assignment}/accept", {})

    async def journey(self, shipment, driver):
        if driver not in self.keys["drivers"] or not self.once(f"journey {shipment} {driver}"):
            return
        await asyncio.sleep(0.3)
        asked = await self.ask("picked_up", f"{shipment}-{driver}", driver, f"/v1/shipments/{shipment}/picked_up", {"happened_at": self.when(shipment, 1)})
        if not asked.answer:
            return
        await asyncio.sleep(0.5)
        await self.ask("delivered", f"{shipment}-{driver}", driver, f"/v1/shipments/{shipment}/delivered",
                       {"happened_at": self.when(shipment, 4), "proof_of_delivery": f"CMR-{shipment}"})

    async def pay(self, shipment, gross, currency):
        if self.once(f"pay {shipment}"):
            await asyncio.sleep(0.3)
            await self.ask("payment", shipment, "bank", "/v1/payments/notifications",
                           {"shipment_id": shipment, "bank_reference": f"REF-{shipment}", "amount": gross, "currency": currency})

    def heard(self, receiver, told):
        data = told.get("data") or {}
        kind = told.get("type")
        if kind == "assignment.offered":
            self.spawn(self.answer_assignment(data["assignment_id"], receiver))
        elif kind == "assignment.confirmed":
            self.spawn(self.journey(data["shipment_id"], receiver))

    async def serve_hook(self, reader, writer):
        """Standard Webhooks, signed with the run's secret."""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError, KeyError):
            while True:
                top = (await reader.readuntil(b"\r\n\r\n")).decode()
                first, *rest = top.split("\r\n")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest if line)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
                secret = base64.b64decode(self.keys["hooks_secret"].removeprefix("whsec_"))
                wanted = "v1," + base64.b64encode(hmac.new(secret, signed, "sha256").digest()).decode()
                known = wanted in headers["webhook-signature"].split(" ")
                writer.write(b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n" if known else b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
                await writer.drain()
                if known and self.once("hook " + headers["webhook-id"]):
                    self.hooks += 1
                    self.heard(first.split(" ")[1].rpartition("/")[2], json.loads(body))
        writer.close()

    async def look(self, path):
        self.turn += 1
        status, body = await self.call(self.reads[self.turn % 2], "GET", path, self.keys["operator_key"])
        return json.loads(body) if status == 200 else {}

    async def poll(self):
        """What webhooks may not have told."""
        while not self.ended:
            await asyncio.sleep(1.5)
            for one in (await self.look("/v1/assignments?state=offered&limit=200")).get("items", []):
                self.spawn(self.answer_assignment(one["id"], one["driver"]))
            for stage in ("assigned", "in_transit"):
                for one in (await self.look(f"/v1/shipments?stage={stage}&limit=200")).get("items", []):
                    self.spawn(self.journey(one["id"], one["driver"]))
            unpaid = [one["id"] for one in (await self.look("/v1/shipments?stage=billing&limit=200")).get("items", []) if f"pay {one['id']}" not in self.begun]
            for shipment in unpaid[:40]:
                invoice = await self.look(f"/v1/invoices/{shipment}")
                if isinstance(invoice.get("gross"), str):
                    self.spawn(self.pay(shipment, invoice["gross"], invoice["currency"]))

    # ---- the whole ----

    async def play(self):
        self.hook_server = await asyncio.start_server(self.serve_hook, "127.0.0.1", self.hooks_port, limit=1 << 20)
        self.offering = True
        self.poller = asyncio.create_task(self.poll())
        self.sender = asyncio.create_task(self.send_offers())

    async def ask_again(self, at_most=400):
        """After healing, what was accepted must still be answered as it was. How many were asked."""
        taken = [asked for asked in self.log if asked.answer]
        chosen = taken if len(taken) <= at_most else self.draw.sample(taken, at_most)
        for asked in chosen:
            for attempt in range(5):
                status, body = await self.call(self.edges[attempt % 2], "POST", asked.path, self.key_of(asked.holder), asked.key, asked.body)
                if status == 202 and json.loads(body) == asked.answer:
                    break
                if 0 < status < 500:
                    asked.again = f"{status} {body[:200]}"
                    break
                await asyncio.sleep(0.2)
            else:
                asked.again = f"no answer ({status})"
        return len(chosen)

    async def end(self):
        self.ended = True
        self.poller.cancel()
        self.hook_server.close()
        for task in list(self.tasks):
            task.cancel()
