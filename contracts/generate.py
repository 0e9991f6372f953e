#!/usr/bin/python3
"""Makes from flow.yaml what the build and its readers need.

  generate.py OUT_DIR   OUT_DIR/waybill/contracts/<service>.h  the types the service may announce, and type name, topic and subject of each
                        OUT_DIR/waybill/contracts/flow.h, flow.cpp  the flow as a table: topics, owners, readers, who keeps and calls what
  generate.py --docs    contracts/asyncapi.yaml and docs/flow.md, for people and tools; both are checked in
  generate.py --check   fails when one of these two is not what --docs would write

It refuses a manifest that names an event no .proto has, a subject that is no string field of its event, a consumed
event nobody emits, or a service that reads a private topic of another; and a line of a .proto that it does not understand.
"""
import json
import re
import sys
from pathlib import Path

import yaml

HERE = Path(__file__).parent
MADE = "Made by contracts/generate.py --docs from contracts/flow.yaml, the .proto files and their samples. Do not edit."


class Wrong(Exception):
    pass


def read_proto(path):
    """{message name, nested ones with a dot: {comment, fields: [{name, type, label, comment}], enums: {name: [values]}}}."""
    made, inside, comment = {}, [], []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text, _, trailing = (part.strip() for part in line.partition("//"))
        if not text:
            comment = comment + [trailing] if trailing else []
        elif begin := re.fullmatch(r"(message|enum) (\w+) \{", text):
            inside.append((begin[1], begin[2]))
            messages = ".".join(name for kind, name in inside if kind == "message")
            if begin[1] == "message":
                made[messages] = {"comment": " ".join(comment), "fields": [], "enums": {}}
            else:
                made[messages]["enums"][begin[2]] = []
            comment = []
        elif text == "}" and inside:
            inside.pop()
        elif inside and inside[-1][0] == "enum" and (value := re.fullmatch(r"(\w+) = \d+;", text)):
            made[".".join(name for _, name in inside[:-1])]["enums"][inside[-1][1]].append(value[1])
        elif inside and (field := re.fullmatch(r"(?:(repeated|optional) )?([\w.]+) (\w+) = \d+;", text)):
            said = " ".join(comment + ([trailing] if trailing else []))
            made[".".join(name for _, name in inside)]["fields"].append({"name": field[3], "type": field[2], "label": field[1], "comment": said})
            comment = []
        elif inside or not re.match(r"(syntax|package|import|option) ?", text):
            raise Wrong(f"{path.relative_to(HERE)}:{number}: not understood: {text}")
        else:
            comment = []
    return made


def messages(service):
    """Those of a service's .proto files."""
    found = {}
    for path in sorted((HERE / service / "v1").glob("*.proto")):
        found.update(read_proto(path))
    return found


def string_fields(message):
    return {field["name"] for field in message["fields"] if field["type"] == "string" and field["label"] is None}


def load():
    flow = yaml.safe_load((HERE / "flow.yaml").read_text(encoding="utf-8"))
    services = flow["services"]
    for name, service in services.items():
        known = messages(name) if service["emits"] else {}
        for event, how in service["emits"].items():
            if event not in known:
                raise Wrong(f"{name} emits {event}, which contracts/{name}/v1 does not have")
            if how["subject"] not in string_fields(known[event]):
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


# ---- the documents -----------------------------------------------------------------------------------------------------


def readers_of(flow, producer, event):
    return [name for name, service in flow["services"].items() if event in service.get("consumes", {}).get(producer, [])]


def schema_of(kind, package, message, enums):
    """A field's type as JSON Schema, in the JSON mapping of Protobuf."""
    plain = {"string": {"type": "string"}, "bool": {"type": "boolean"}, "double": {"type": "number"}, "int32": {"type": "integer", "format": "int32"},
             "int64": {"type": "string", "format": "int64", "pattern": "^-?[0-9]+$"}, "google.protobuf.Timestamp": {"type": "string", "format": "date-time"}}
    if kind in plain:
        return dict(plain[kind])
    if kind in enums:
        return {"type": "string", "enum": enums[kind]}
    known = messages(package.split(".")[0])
    for name in (f"{message}.{kind}", kind):
        if name in known:
            return {"$ref": f"#/components/schemas/{package}.{name}"}
    if re.fullmatch(r"\w+\.v\d+\.\w+", kind) and kind.rsplit(".", 1)[1] in messages(kind.split(".")[0]):
        return {"$ref": f"#/components/schemas/{kind}"}
    raise Wrong(f"{package}.{message}: a field of type {kind}, which the documents cannot show")


def schemas():
    made = {}
    for folder in sorted(path.parent.name for path in HERE.glob("*/v1")):
        for name, message in messages(folder).items():
            properties = {}
            for field in message["fields"]:
                schema = schema_of(field["type"], f"{folder}.v1", name, message["enums"])
                if field["label"] == "repeated":
                    schema = {"type": "array", "items": schema}
                if field["comment"] and "$ref" not in schema:
                    schema["description"] = field["comment"]
                properties[field["name"]] = schema
            made[f"{folder}.v1.{name}"] = {"type": "object", **({"description": message["comment"]} if message["comment"] else {}), "properties": properties}
    return made


def header(description, **more):
    return {"type": "string", "description": description, **more}


NUMBER_HEADERS = {
    "waybill_lane": header("the source's lane that announced it", pattern="^[0-9]+$"),
    "waybill_inc": header("the incarnation of the lane: one more after every restore of its database", pattern="^[0-9]+$"),
    "waybill_seq": header("dense within source, lane, incarnation, topic and partition: what is missing can be seen, and asked for again", pattern="^[0-9]+$"),
}
ENVELOPE = {
    "ce_specversion": header("CloudEvents", const="1.0"),
    "ce_id": header("<topic>/<partition>/<lane>/<incarnation>/<seq>: unique for ever"),
    "ce_source": header("the service that announced it", pattern="^/waybill/[a-z]+$"),
    "ce_type": header("<service>.v<version>.<event>"),
    "ce_time": header("when it was decided", format="date-time"),
}


def asyncapi(flow):
    channels, operations, declared = {}, {}, {}
    for topic, (owner, private, readers) in topics(flow).items():
        keep = flow["retention"]["private" if private else "events"]
        held = [event for event, how in flow["services"][owner]["emits"].items() if topic_of(owner, how) == topic]
        channels[topic] = {
            "address": topic,
            "description": f"Written by {owner} alone; read by {', '.join(readers) or 'nobody'}" + (" and by nobody else: what it carries is personal." if private else "."),
            "messages": {**{event: {"$ref": f"#/components/messages/{owner}.v1.{event}"} for event in held},
                         "HeadNote": {"$ref": "#/components/messages/waybill.v1.HeadNote"}},
            "bindings": {"kafka": {"partitions": flow["lanes"], "topicConfiguration": {"cleanup.policy": ["delete"], "retention.ms": duration_ms(keep)}}},
        }

    def operation(service, action, topic, events, summary):
        verb = "announces on" if action == "send" else "follows"
        operations[f"{service} {verb} {topic}".replace(" ", "-")] = {
            "action": action, "channel": {"$ref": f"#/channels/{topic}"}, "summary": summary,
            "tags": [{"name": service}], "messages": [{"$ref": f"#/channels/{topic}/messages/{event}"} for event in events]}

    for name, service in flow["services"].items():
        by_topic = {}
        for event, how in service["emits"].items():
            by_topic.setdefault(topic_of(name, how), []).append(event)
        for topic, events in by_topic.items():
            operation(name, "send", topic, events, f"What {name} announces.")
        by_topic = {}
        for producer, events in service.get("consumes", {}).items():
            for event in events:
                by_topic.setdefault(topic_of(producer, flow["services"][producer]["emits"][event]), []).append(event)
        for topic, events in by_topic.items():
            operation(name, "receive", topic, events, f"What {name} acts on; the rest of the topic it skips.")

    for name, service in flow["services"].items():
        known = messages(name) if service["emits"] else {}
        for event, how in service["emits"].items():
            kind = f"{name}.v1.{event}"
            declared[kind] = {
                "name": kind, "title": event, "summary": known[event]["comment"] or f"{event}, announced by {name}.",
                "traits": [{"$ref": "#/components/messageTraits/event"}],
                "tags": [{"name": name}],
                "bindings": {"kafka": {"key": {"type": "string", "description": f"the subject: {how['subject']}"}}},
                "payload": {"$ref": f"#/components/schemas/{kind}"},
                "examples": [{"name": event, "payload": sample(name, event)}],
            }
    declared["waybill.v1.HeadNote"] = {
        "name": "waybill.v1.HeadNote", "title": "HeadNote", "contentType": "application/json",
        "summary": "How far the numbers of a lane go (waybill_seq), so that a reader sees what it lacks; without a key. No event: it changes nothing.",
        "headers": {"type": "object", "required": [*ENVELOPE, "content-type", *NUMBER_HEADERS],
                    "properties": {**ENVELOPE, "content-type": header("JSON", const="application/json"), **NUMBER_HEADERS}},
        "payload": {"type": "object", "properties": {"past": {"type": "object", "additionalProperties": {"type": "integer"},
                                                              "description": "the final heads of older incarnations, by incarnation"}}},
    }
    declared["waybill.v1.Ask"] = {
        "name": "waybill.v1.Ask", "title": "Ask", "contentType": "application/json",
        "summary": "Announce these again: a reader saw a gap in the numbers. The holder of the lane publishes from its outbox.",
        "payload": {"type": "object", "required": ["topic", "partition", "lane", "incarnation", "from"], "properties": {
            "topic": {"type": "string"}, **{part: {"type": "integer"} for part in ("partition", "lane", "incarnation", "from")}}},
    }
    channels["waybill.asks"] = {
        "address": "waybill.asks", "description": "Written and read by every service, to heal what Kafka lost. It has one partition.",
        "messages": {"Ask": {"$ref": "#/components/messages/waybill.v1.Ask"}},
        "bindings": {"kafka": {"partitions": 1, "topicConfiguration": {"cleanup.policy": ["delete"], "retention.ms": duration_ms(flow["retention"]["asks"])}}},
    }
    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Waybill's events", "version": "1.0.0",
            "description": "Every event of Waybill: who announces it, who acts on it, and what is in it.\n\n"
                           "On the wire an event is a CloudEvent 1.0 in Kafka's binary mode: the key is its subject, the value the Protobuf message of its type in "
                           "contracts/<service>/v1/. The payloads below show that message in Protobuf's JSON mapping, as the samples beside the .proto files do; "
                           "a field that is absent has its default.\n"},
        "servers": {"local": {"host": "127.0.0.1:9092", "protocol": "kafka", "description": "`waybill status` tells the port of a running system.",
                              "security": [{"$ref": "#/components/securitySchemes/principal"}]}},
        "defaultContentType": "application/protobuf",
        "channels": channels,
        "operations": operations,
        "components": {
            "securitySchemes": {"principal": {"type": "plain", "description": "SASL/PLAIN; one principal a service, with rights for its own topics alone"}},
            "messageTraits": {"event": {
                "contentType": "application/protobuf",
                "headers": {"type": "object", "required": [*ENVELOPE, "ce_subject", "content-type", *NUMBER_HEADERS], "properties": {
                    **ENVELOPE, "ce_subject": header("the id of the thing it is about; also the key"),
                    "content-type": header("how the value is written", const="application/protobuf"),
                    "traceparent": header("W3C trace context"), **NUMBER_HEADERS,
                    "waybill_cause": header("the id of the event, timer, answer or request that led to it")}}}},
            "messages": declared,
            "schemas": schemas(),
        },
    }

    class Plain(yaml.SafeDumper):
        def ignore_aliases(self, data):
            return True

    return f"# {MADE}\n" + yaml.dump(document, Dumper=Plain, sort_keys=False, allow_unicode=True, width=140)


def sample(service, event):
    path = HERE / service / "v1" / "samples" / f"{event}.json"
    if not path.exists():
        raise Wrong(f"{service}.{event} has no sample; write {path.relative_to(HERE.parent)}, the event in Protobuf's JSON mapping")
    return json.loads(path.read_text(encoding="utf-8"))


def flow_page(flow):
    services = flow["services"]

    def types(number):
        return f"{number} type{'' if number == 1 else 's'}"

    def node(name):
        return f'    {name}["{name}"]'
    lines = [f"<!-- {MADE} -->", "# The flow of events", "",
             "Who announces what, and who acts on it. Services know one another by these events alone; only adapters speak to third parties.", "",
             "```mermaid", "flowchart LR"]
    lines += [node(name) for name, service in services.items() if not service.get("adapter") and name != "operations"]
    lines += ['    subgraph adapters ["adapters"]'] + ["    " + node(name) for name, service in services.items() if service.get("adapter")] + ["    end"]
    outside = [(name, kind) for name, service in services.items() for kind in service.get("calls", [])]
    lines += ['    subgraph outside ["third parties"]'] + [f'        to_{name}_{kind}(["{kind}"])' for name, kind in outside] + ["    end"]
    watched = 0
    for name, service in services.items():
        for producer, events in service.get("consumes", {}).items():
            if name == "operations":
                watched += len(events)
                continue
            by_topic = {}
            for event in events:
                topic = topic_of(producer, services[producer]["emits"][event])
                by_topic[topic] = by_topic.get(topic, 0) + 1
            lines += [f'    {producer} -->|"{topic}: {types(number)}"| {name}' for topic, number in by_topic.items()]
    lines += [f"    {name} -.- to_{name}_{kind}" for name, kind in outside]
    lines += ["```", "",
              f"The edges say how many types of event the reader acts on. `operations` is left out: it follows {types(watched)}, of every other service, and announces none.", "",
              "## Topics", "",
              f"Each has {flow['lanes']} partitions, one a lane. A topic `<service>.to.<reader>` carries what only that reader may see.", "",
              "| topic | written by | read by | events | kept |", "|---|---|---|---|---|"]
    for topic, (owner, private, readers) in topics(flow).items():
        number = sum(topic_of(owner, how) == topic for how in services[owner]["emits"].values())
        lines.append(f"| `{topic}` | {owner} | {', '.join(readers)} | {number} | {flow['retention']['private' if private else 'events']} |")
    lines += [f"| `waybill.asks` | every service | every service | requests to publish again | {flow['retention']['asks']} |", "",
              "## Services", "",
              "| service | keeps | calls | announces | acts on |", "|---|---|---|---|---|"]
    for name, service in services.items():
        acts_on = "; ".join(f"{producer}: {', '.join(events)}" for producer, events in service.get("consumes", {}).items())
        lines.append(f"| **{name}**{' (adapter)' if service.get('adapter') else ''} | {', '.join(service['keeps']) or 'rows to read'} | {', '.join(service.get('calls', []))} "
                     f"| {', '.join(service['emits']) or 'nothing'} | {acts_on if name != 'operations' else types(watched) + ', of every other service'} |")
    lines += ["", "## Events", "", "| event | subject | acted on by | what it says |", "|---|---|---|---|"]
    for name, service in services.items():
        known = messages(name) if service["emits"] else {}
        for event, how in service["emits"].items():
            readers = ", ".join(readers_of(flow, name, event)) or "nobody"
            lines.append(f"| [{name}.{event}](../contracts/{name}/v1/{name}.proto) | {how['subject']} | {readers} | {known[event]['comment']} |")
    return "\n".join(lines + [""])


def documents(flow):
    return {HERE / "asyncapi.yaml": asyncapi(flow), HERE.parent / "docs" / "flow.md": flow_page(flow)}


def stale(flow):
    """Fails, naming the documents that are not what --docs would write."""
    old = [path.relative_to(HERE.parent) for path, text in documents(flow).items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in old:
        print(f"{path} does not say what contracts/flow.yaml and the .proto files say; run contracts/generate.py --docs and check it in", file=sys.stderr)
    return 1 if old else 0


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def build_files(flow, out):
    for name, service in flow["services"].items():
        write(out / f"{name}.h", contract_header(name, service))
    write(out / "flow.h", FLOW_H)
    write(out / "flow.cpp", flow_source(flow))


def main(arguments):
    if len(arguments) != 1 or (arguments[0].startswith("-") and arguments[0] not in ("--docs", "--check")):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        flow = load()
        if arguments[0] == "--check":
            return stale(flow)
        if arguments[0] == "--docs":
            for path, text in documents(flow).items():
                write(path, text)
        else:
            build_files(flow, Path(arguments[0]) / "waybill" / "contracts")
    except Wrong as wrong:
        print(f"flow.yaml: {wrong}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
