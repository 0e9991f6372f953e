#!/usr/bin/python3
"""Makes from flow.yaml what the build needs: generate.py OUT_DIR

  OUT_DIR/waybill/contracts/<service>.h  the types the service may announce, and type name, topic and subject of each
  OUT_DIR/waybill/contracts/flow.h, flow.cpp  the flow as a table: topics, owners, readers, who keeps and calls what

It refuses a manifest that names an event no .proto has, a subject that is no string field of its event, a consumed
event nobody emits, or a service that reads a private topic of another.
"""
import re
import sys
from pathlib import Path

import yaml

HERE = Path(__file__).parent


class Wrong(Exception):
    pass


def messages(service):
    """{message name: {string field names}} of a service's .proto."""
    found = {}
    for path in sorted((HERE / service / "v1").glob("*.proto")):
        name = None
        for line in path.read_text(encoding="utf-8").splitlines():
            if begin := re.match(r"message (\w+) \{", line):
                name = begin[1]
                found[name] = set()
            elif name and (field := re.match(r"\s+string (\w+) = \d+;", line)):
                found[name].add(field[1])
    return found


def load():
    flow = yaml.safe_load((HERE / "flow.yaml").read_text(encoding="utf-8"))
    services = flow["services"]
    for name, service in services.items():
        known = messages(name) if service["emits"] else {}
        for event, how in service["emits"].items():
            if event not in known:
                raise Wrong(f"{name} emits {event}, which contracts/{name}/v1 does not have")
            if how["subject"] not in known[event]:
                raise Wrong(f"{name}.{event}: subject '{how['subject']}' is not a string field of it")
            if "to" in how and how["to"] not in services:
                raise Wrong(f"{name}.{event}: to '{how['to']}', which is no service")
        for producer, events in service.get("consumes", {}).items():
            for event in events:
                emitted = services.get(producer, {}).get("emits", {}).get(event)
                if emitted is None:
                    raise Wrong(f"{name} consumes {producer}.{event}, which {producer} does not emit")
                if emitted.get("to", name) != name:
                    raise Wrong(f"{name} consumes {producer}.{event}, which is private to {emitted['to']}")
    return flow


def topic_of(service, how):
    return f"{service}.to.{how['to']}" if "to" in how else f"{service}.events"


def topics(flow):
    """{topic: (owner, private, [readers])} in a stable order."""
    made = {}
    for name, service in flow["services"].items():
        for how in service["emits"].values():
            made.setdefault(topic_of(name, how), (name, "to" in how, []))
    for name, service in flow["services"].items():
        for producer, events in service.get("consumes", {}).items():
            for event in events:
                readers = made[topic_of(producer, flow["services"][producer]["emits"][event])][2]
                if name not in readers:
                    readers.append(name)
    return made


def contract_header(name, service):
    if not service["emits"]:
        return f"#pragma once\n#include <variant>\nnamespace {name}::v1 {{ using Emits = std::variant<std::monostate>; }}\n"
    lines = ["// Made from contracts/flow.yaml. What this service may announce.", "#pragma once",
             "#include <waybill/runtime/contract.h>", f'#include "{name}/v1/{name}.pb.h"', "#include <variant>", "",
             f"namespace {name}::v1 {{", "using Emits = std::variant<" + ", ".join(service["emits"]) + ">;", "}", "",
             "namespace waybill::runtime {"]
    for event, how in service["emits"].items():
        kind = f"::{name}::v1::{event}"
        lines.append(f'template <> struct Contract<{kind}> {{ static constexpr std::string_view type = "{name}.v1.{event}", '
                     f'service = "{name}", topic = "{topic_of(name, how)}"; '
                     f"static const std::string& subject(const {kind}& event) {{ return event.{how['subject']}(); }} }};")
    return "\n".join(lines + ["}", ""])


def duration_ms(text):
    unit = {"h": 3600_000, "d": 86400_000, "min": 60_000}
    number, name = re.fullmatch(r"(\d+)(h|d|min)", text).groups()
    return int(number) * unit[name]


FLOW_H = """// Made from contracts/flow.yaml: the flow as a table.
#pragma once
#include <chrono>
#include <string>
#include <vector>

namespace waybill::contracts {
struct Topic { std::string name, owner; bool is_private; std::chrono::milliseconds retention; std::vector<std::string> readers; };
struct Consumed { std::string type, topic; };
struct Service { std::string name; bool adapter; std::vector<std::string> keeps, calls; std::vector<Consumed> consumes; };
struct Flow { int lanes; std::chrono::milliseconds asks_retention; std::vector<Topic> topics; std::vector<Service> services; };
const Flow& flow();
}  // namespace waybill::contracts
"""


def flow_source(flow):
    def words(items):
        return "{" + ", ".join(f'"{item}"' for item in items) + "}"
    keep = flow["retention"]
    rows = ['#include "waybill/contracts/flow.h"', "namespace waybill::contracts {", "const Flow& flow() {", "    static const Flow made{",
            f"        {flow['lanes']}, std::chrono::milliseconds({duration_ms(keep['asks'])}),", "        {"]
    for name, (owner, private, readers) in topics(flow).items():
        keeps = duration_ms(keep["private" if private else "events"])
        rows.append(f'            {{"{name}", "{owner}", {str(private).lower()}, std::chrono::milliseconds({keeps}), {words(readers)}}},')
    rows.append("        },\n        {")
    for name, service in flow["services"].items():
        consumed = [f'{{"{producer}.v1.{event}", "{topic_of(producer, flow["services"][producer]["emits"][event])}"}}'
                    for producer, events in service.get("consumes", {}).items() for event in events]
        rows.append(f'            {{"{name}", {str(service.get("adapter", False)).lower()}, {words(service["keeps"])}, '
                    f'{words(service.get("calls", []))}, {{{", ".join(consumed)}}}}},')
    return "\n".join(rows + ["        },", "    };", "    return made;", "}", "}  // namespace waybill::contracts", ""])


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        flow = load()
    except Wrong as wrong:
        print(f"flow.yaml: {wrong}", file=sys.stderr)
        return 1
    out = Path(arguments[0]) / "waybill" / "contracts"
    for name, service in flow["services"].items():
        write(out / f"{name}.h", contract_header(name, service))
    write(out / "flow.h", FLOW_H)
    write(out / "flow.cpp", flow_source(flow))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
