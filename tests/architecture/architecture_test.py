#!/usr/bin/python3
"""The boundaries of the source tree, each as a rule with its cure.

A rule is a row: what it protects, what to do instead, how it finds what is wrong, and a file that breaks it. Every rule is
tested twice: it finds nothing in this checkout, and it finds its broken file in a small tree that is right in all else.
"""
import os
import re
import sys
import tempfile
import unittest
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Callable, Iterable

import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
NOT_SOURCE = {".git", "build", "__pycache__", ".cache", ".run", "node_modules"}
STANDARD = r"<[a-z_]+>"
TEST_TOOLS = r"<(gtest/gtest|gmock/gmock|boost/json)\.hpp>|<(gtest/gtest|gmock/gmock)\.h>"


@dataclass(frozen=True)
class Source:
    path: str
    text: str
    is_test: bool = False

    @cached_property
    def lines(self):
        return list(enumerate(self.text.splitlines(), 1))

    @cached_property
    def includes(self):
        """(line number, '<pqxx/pqxx>' or '"domain/offer.h"')."""
        return [(number, found[1]) for number, line in self.lines if (found := re.match(r'\s*#\s*include\s+(<[^>]*>|"[^"]*")', line))]

    @cached_property
    def service(self):
        """The service whose folder it lies in, or None."""
        found = re.match(r"services/(?:adapters/)?([a-z]+)/", self.path)
        return found[1] if found else None

    @cached_property
    def part(self):
        """domain, handlers, providers, http, or '' for what lies at the top of the service."""
        found = re.match(r"services/(?:adapters/)?[a-z]+/(?:([a-z]+)/)?", self.path)
        return (found[1] or "") if found else None


class Tree:
    def __init__(self, root):
        self.root = Path(root)

    @cached_property
    def files(self):
        found = []
        for folder, folders, names in os.walk(self.root):
            folders[:] = sorted(name for name in folders if name not in NOT_SOURCE)
            found += [(Path(folder) / name).relative_to(self.root).as_posix() for name in sorted(names)]
        return found

    @cached_property
    def code(self):
        texts = {path: (self.root / path).read_text(encoding="utf-8") for path in self.files if path.endswith((".cpp", ".h", ".inc"))}
        sources = [Source(path, text, path.endswith("_test.cpp") or "/tests/" in "/" + path) for path, text in texts.items()]

        # A header of a service that tests alone include, such as builders of values, is part of the tests.
        def readers(header):
            name = '"' + "/".join(header.path.split("/")[-2:]) + '"'
            return [source for source in sources if source.service == header.service and any(include == name for _, include in source.includes)]
        return [Source(source.path, source.text, source.is_test or (source.service is not None and source.path.endswith(".h") and bool(found := readers(source))
                                                                     and all(reader.path.endswith("_test.cpp") for reader in found)))
                for source in sources]

    @cached_property
    def flow(self):
        return yaml.safe_load((self.root / "contracts/flow.yaml").read_text(encoding="utf-8"))["services"]

    @cached_property
    def service_folders(self):
        """{name: its folder}: whatever lies below services/ and has a service.cpp or a CMakeLists.txt of its own."""
        found = {}
        for path in self.files:
            if match := re.fullmatch(r"(services/(?:adapters/)?([a-z]+))/(?:service\.cpp|CMakeLists\.txt)", path):
                if match[1] != "services/adapters":
                    found[match[2]] = match[1]
        return found


@dataclass(frozen=True)
class Rule:
    name: str
    boundary: str
    cure: str
    finds: Callable[[Tree], Iterable[str]]  # "path:line: what"
    broken: dict                            # a file that breaks it: {path: content}


def includes_of(tree, where, what, tests=True):
    """Includes for which what(source, include) is true, in the files for which where(source) is true."""
    for source in tree.code:
        if where(source) and (tests or not source.is_test):
            for line, include in source.includes:
                if what(source, include):
                    yield f"{source.path}:{line}: includes {include}"


def words_of(tree, where, pattern):
    for source in tree.code:
        if where(source):
            for line, text in source.lines:
                if found := re.search(pattern, text.partition("//")[0]):
                    yield f"{source.path}:{line}: says {found[0].strip()}"


# ---- what may know what ------------------------------------------------------------------------------------------------

# Beyond core, Boost.Describe and the standard library. fmt is what std::format will be when the compiler has it.
DOMAIN_MAY_ALSO = {
    "places": r"<waybill/gazetteer\.h>",
    "extraction": r"<waybill/gazetteer\.h>|<fmt/format\.h>",
}
# The file format of `waybill extract` is text in and text out, and so belongs with what it formats.
DOMAIN_FILES_MAY_ALSO = {"services/adapters/extraction/domain/offer_lines.cpp": r"<boost/json\.hpp>"}


def foreign_to_domain(source, include):
    allowed = [STANDARD, r"<waybill/core\.h>", r"<boost/(describe|mp11)\.hpp>", r'"domain/\w+\.h"', r'"data/\w+\.inc"',
               DOMAIN_MAY_ALSO.get(source.service, "(?!)"), DOMAIN_FILES_MAY_ALSO.get(source.path, "(?!)")]
    if source.is_test:
        allowed.append(TEST_TOOLS)
    return not any(re.fullmatch(pattern, include) for pattern in allowed)


def foreign_to_handlers(source, include):
    allowed = [STANDARD, r"<waybill/(core|runtime|json)\.h>", r"<waybill/contracts/\w+\.h>", r"<boost/describe\.hpp>", r"<google/protobuf/[\w/.]+>",
               r"<fmt/format\.h>", r'["<]\w+/v\d+/\w+\.pb\.h[">]', r'"(domain|handlers)/\w+\.h"']
    if source.is_test:
        allowed += [TEST_TOOLS, r'"providers/\w+\.h"', r'"service\.h"']
    return not any(re.fullmatch(pattern, include) for pattern in allowed)


# A library of others, and the only folders that may know it. What lies in tests/ looks at the servers from outside; the loop of
# the benchmark is what the runtime is measured against, and so must not stand on it.
HOMES = [
    ("libpqxx", r"[<\"]pqxx/|<libpq-fe\.h>", ["libs/postgres/", "libs/stack/", "tests/", "tools/bench/loop_side.cpp"]),
    ("librdkafka", r"[<\"]librdkafka/", ["libs/kafka/", "libs/stack/", "tests/", "tools/bench/loop_side.cpp"]),
    ("Beast and Asio", r"[<\"]boost/(beast|asio)", ["libs/http/"]),
    ("spdlog", r"[<\"]spdlog/", ["libs/telemetry/"]),
    ("prometheus-cpp", r"[<\"]prometheus/", ["libs/telemetry/"]),
    ("yaml-cpp", r"[<\"]yaml-cpp/", ["libs/settings/", "tools/load/"]),
    ("CLI11", r"[<\"]CLI/", ["tools/waybill/", "tools/simulate/"]),
]


def strayed(library, pattern, homes):
    return lambda tree: includes_of(tree, lambda source: not source.path.startswith(tuple(homes)), lambda _, include: re.search(pattern, include))


def undeclared_contracts(tree):
    def undeclared(source, include):
        found = re.fullmatch(r"<waybill/contracts/(\w+)\.h>", include) or re.fullmatch(r'["<](\w+)/v\d+/\w+\.pb\.h[">]', include)
        if not found or found[1] == "common":
            return False
        if found[1] == "flow":
            return not source.is_test
        known = tree.flow.get(source.service, {})
        return found[1] != source.service and found[1] not in known.get("consumes", {})
    return includes_of(tree, lambda source: source.service, undeclared)


def is_client_place(source):
    return (source.path.startswith("services/adapters/") and source.part == "providers") or source.is_test


def talks_outside(tree):
    yield from words_of(tree, lambda source: source.service and not is_client_place(source), r"\bhttp::Client\b")
    yield from words_of(tree, lambda source: source.service and not is_client_place(source), r"\b(popen|system|socket|connect|getaddrinfo)\(")
    serves = {("edge", "http"), ("operations", "http")}
    yield from includes_of(tree, lambda source: source.service and not is_client_place(source) and (source.service, source.part) not in serves,
                           lambda _, include: include == "<waybill/http.h>")
    yield from includes_of(tree, lambda source: source.service and not is_client_place(source), lambda _, include: re.match(r"<(sys/socket|netdb|netinet/|arpa/|curl/|sys/un)", include))


def impure(tree):
    inside = lambda source: source.part in ("domain", "handlers") and not source.is_test
    yield from includes_of(tree, inside, lambda _, include: re.fullmatch(r"<(random|thread|mutex|shared_mutex|fstream|filesystem|iostream|atomic|future|condition_variable|ctime|stop_token)>", include))
    yield from words_of(tree, inside, r"\b(system_clock|steady_clock|high_resolution_clock)::now\b|\b(s?rand|getenv|time|sleep|usleep)\(")


# ---- how the tree is laid out ------------------------------------------------------------------------------------------

PARTS = {"domain", "handlers", "providers", "http", "data", "languages"}


def misplaced(tree):
    for name, folder in tree.service_folders.items():
        if name not in tree.flow:
            yield f"{folder}: contracts/flow.yaml has no service {name}"
            continue
        adapter = tree.flow[name].get("adapter", False)
        if adapter != folder.startswith("services/adapters/"):
            yield f"{folder}: {name} is {'an' if adapter else 'no'} adapter in contracts/flow.yaml"
        own = {path[len(folder) + 1:] for path in tree.files if path.startswith(folder + "/")}
        for needed in ("README.md", "service.h", "service.cpp", "main.cpp"):
            if needed not in own:
                yield f"{folder}: has no {needed}"
        for part in sorted({path.split("/")[0] for path in own if "/" in path} - PARTS):
            yield f"{folder}/{part}: is none of {', '.join(sorted(PARTS))}"
        if not adapter and any(path.startswith("providers/") for path in own):
            yield f"{folder}/providers: only adapters have providers"
    for name in sorted(set(tree.flow) - set(tree.service_folders)):
        yield f"contracts/flow.yaml: the service {name} has no folder below services/"


def machine_paths(tree):
    for path in tree.files:
        raw = (tree.root / path).read_bytes()
        if b"\0" in raw or path == "tests/architecture/architecture_test.py":
            continue
        for number, line in enumerate(raw.decode("utf-8", "replace").splitlines(), 1):
            if found := re.search(r"(?<![\w.$}/-])/(work|home|root|Users|mnt)/[\w.]+", line):
                yield f"{path}:{number}: says {found[0]}"


def leaking_containers(tree):
    """docker-compose.yml: a container a service, that holds its own secrets and no others."""
    containers = yaml.safe_load((tree.root / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    administrators = {"postgres-waybill_admin", "kafka-admin", "kafka-broker"}
    for name, service in tree.flow.items():
        container = containers.get(name)
        if container is None or container.get("command") != ["serve", name]:
            yield f"docker-compose.yml: {name} has no container that runs [serve, {name}]"
            continue
        held = set(container.get("secrets", []))
        own = {f"postgres-{name}", f"kafka-{name}", "postgres-waybill_host"}
        for secret in sorted(own - held):
            yield f"docker-compose.yml: {name} lacks the secret {secret}"
        for secret in sorted(secret for secret in held - own if secret.startswith(("postgres-", "kafka-"))):
            yield f"docker-compose.yml: {name} holds the secret {secret} of somebody else"
        for server, secret in (("kafka", f"kafka-{name}"), ("provision", f"postgres-{name}")):
            if server in containers and secret not in containers[server].get("secrets", []):
                yield f"docker-compose.yml: {server} lacks the secret {secret}, so {name} cannot log in"
        if "outside" in container.get("networks", []) and not service.get("adapter"):
            yield f"docker-compose.yml: {name} is on the network of third parties and is no adapter"
    for name, container in containers.items():
        if name not in {*tree.flow, "postgres", "kafka", "provision"} and administrators & set(container.get("secrets", [])):
            yield f"docker-compose.yml: {name} holds an administrator's password"
        for port in container.get("ports", []):
            if not str(port).startswith("127.0.0.1:"):
                yield f"docker-compose.yml: {name} publishes {port} beyond loopback"


RULES = [
    Rule("domain_knows_no_infrastructure", "domain/ is types and pure decisions: core, Boost.Describe and Mp11, the standard library and its own headers",
         "decide with values in domain/, and translate or fetch them in handlers/ or providers/", 
         lambda tree: includes_of(tree, lambda source: source.part == "domain", foreign_to_domain),
         {"services/pricing/domain/price.cpp": "#include <waybill/runtime.h>\n"}),
    Rule("handlers_are_functions_of_values", "handlers/ see the runtime's decisions, the contracts and their own domain, and no database, broker, socket or log",
         "return what shall happen as a Decision; a third party is asked by calling(), and answered in providers/",
         lambda tree: includes_of(tree, lambda source: source.part == "handlers", foreign_to_handlers),
         {"services/pricing/handlers/load_priced.cpp": "#include <waybill/telemetry.h>\n"}),
    Rule("decisions_have_no_clock_or_chance", "a decision runs again after a failed commit, so it must follow from its arguments alone",
         "use the `now` that the handler is given, and ids that follow from what came in",
         impure, {"services/pricing/handlers/load_priced.cpp": "auto today = std::chrono::system_clock::now();\n"}),
    *[Rule(f"{name.split()[0].lower().replace('-', '_')}_stays_at_home", f"{name} is known in {' and '.join(homes)} alone, so that it can be replaced or mocked in one place",
           f"use the library in {homes[0]} through its public header", strayed(name, pattern, homes),
           {"libs/money/src/money.cpp": "#include " + {"libpqxx": "<pqxx/pqxx>", "librdkafka": "<librdkafka/rdkafka.h>", "Beast and Asio": "<boost/asio.hpp>", "spdlog": "<spdlog/spdlog.h>",
                                                       "prometheus-cpp": "<prometheus/counter.h>", "yaml-cpp": "<yaml-cpp/yaml.h>", "CLI11": "<CLI/CLI.hpp>"}[name] + "\n"})
      for name, pattern, homes in HOMES],
    Rule("services_read_declared_contracts", "a service knows the contracts it announces or consumes, as contracts/flow.yaml says, and no others",
         "declare what it consumes in contracts/flow.yaml, which also grants the rights; or do without",
         undeclared_contracts, {"services/pricing/handlers/load_priced.cpp": "#include <waybill/contracts/billing.h>\n"}),
    Rule("services_share_no_code", "services share contracts and libs/, never each other's folders",
         "say it in an event, or move what is no freight into libs/",
         lambda tree: includes_of(tree, lambda source: source.service, lambda source, include: "../" in include or re.search(r'["<]services/', include)
                                  or re.search(rf'["<](?!{source.service}/v)({"|".join(sorted(tree.flow))})/(domain|handlers|providers|service)', include)),
         {"services/pricing/domain/price.cpp": '#include "../../billing/domain/invoice.h"\n'}),
    Rule("libraries_know_no_freight", "libs/ can be lifted out into another business: it knows no service and no service's contract",
         "pass in what it needs; the table of the flow is for libs/host alone",
         lambda tree: includes_of(tree, lambda source: source.path.startswith("libs/") and not source.is_test,
                                  lambda source, include: re.search(r"services/|\.pb\.h", include) and "google/protobuf" not in include
                                  or (found := re.fullmatch(r"<waybill/contracts/(\w+)\.h>", include)) and not (found[1] == "flow" and source.path.startswith("libs/host/"))),
         {"libs/money/src/money.cpp": "#include <waybill/contracts/billing.h>\n"}),
    Rule("only_adapters_speak_to_the_world", "only the providers of adapters speak to third parties; edge and operations serve HTTP and ask nobody",
         "make it a call of an adapter, with a deadline and an idempotency key",
         talks_outside, {"services/pricing/service.cpp": "http::Client client;\n"}),
    Rule("services_look_alike", "every service has the same inner names, so that the second is already known, and is what contracts/flow.yaml says",
         "see how another service lies in its folder, and declare it in contracts/flow.yaml",
         misplaced, {"services/pricing/utils/rounding.h": "#pragma once\n"}),
    Rule("containers_hold_their_own_secrets", "each service runs in a container of its own, with its own passwords, published on loopback, and only adapters have a way out",
         "declare the service in docker-compose.yml as its neighbours are",
         leaking_containers, {"docker-compose.yml": "services:\n  pricing: {command: [serve, pricing], secrets: [postgres-pricing, postgres-waybill_host, kafka-pricing, kafka-admin]}\n"}),
    Rule("no_machine_is_special", "a checkout works wherever it lies, so no file names a folder of somebody's machine",
         "use a path relative to the file, a setting, or a temporary folder",
         machine_paths, {"deploy/notes.md": "Look into /home/ann/waybill.\n"}),
]

# A tree that every rule is content with.
RIGHT = {
    "contracts/flow.yaml": "services:\n  pricing: {keeps: [], emits: {}, consumes: {orders: [Placed]}}\n",
    "services/pricing/README.md": "", "services/pricing/service.h": "", "services/pricing/main.cpp": "",
    "services/pricing/service.cpp": "#include <waybill/host.h>\n#include \"handlers/handlers.h\"\n",
    "services/pricing/domain/price.h": "#include <waybill/core.h>\n#include <vector>\n",
    "services/pricing/handlers/handlers.h": "#include <waybill/runtime.h>\n#include <waybill/contracts/orders.h>\n#include \"domain/price.h\"\n",
    "libs/postgres/src/store.cpp": "#include <pqxx/pqxx>\n",
    "docker-compose.yml": "services:\n  pricing: {command: [serve, pricing], secrets: [postgres-pricing, postgres-waybill_host, kafka-pricing]}\n",
}


class Boundaries(unittest.TestCase):
    pass


def holds(rule):
    def test(self):
        found = list(rule.finds(Tree(CHECKOUT)))
        self.assertFalse(found, f"\n{rule.boundary}.\ncure: {rule.cure}\n  " + "\n  ".join(found))
    return test


def bites(rule):
    def test(self):
        with tempfile.TemporaryDirectory(prefix="waybill-architecture-") as folder:
            def write(files):
                for path, text in files.items():
                    (Path(folder) / path).parent.mkdir(parents=True, exist_ok=True)
                    (Path(folder) / path).write_text(text, encoding="utf-8")
            write(RIGHT)
            self.assertEqual([], list(rule.finds(Tree(folder))), "it complains about a tree that is right")
            write(rule.broken)
            found = list(rule.finds(Tree(folder)))
            self.assertTrue(found, "it does not see the file that breaks it")
            for path in rule.broken:
                self.assertTrue(any(path.rsplit("/", 1)[0] in line for line in found), f"it complains about something else: {found}")
    return test


for each in RULES:
    setattr(Boundaries, f"test_{each.name}", holds(each))
    setattr(Boundaries, f"test_{each.name}_and_the_rule_bites", bites(each))

if __name__ == "__main__":
    sys.dont_write_bytecode = True
    unittest.main()
