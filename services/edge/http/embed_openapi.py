#!/usr/bin/python3
"""Turns the OpenAPI document into a C++ source that holds it as JSON: embed_openapi.py openapi.yaml OUT.cpp"""
import json
import sys

import yaml


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    with open(arguments[0], encoding="utf-8") as document:
        text = json.dumps(yaml.safe_load(document), separators=(",", ":"), ensure_ascii=False)
    with open(arguments[1], "w", encoding="utf-8") as source:
        source.write('// Made from contracts/edge/openapi.yaml.\n#include "http/openapi.h"\n\n'
                     'namespace waybill::edge {\n\nstd::string_view openapi_json() { return R"waybill(' + text + ')waybill"; }\n\n}  // namespace waybill::edge\n')
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
