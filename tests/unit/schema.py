# SPDX-License-Identifier: ISC
# schema.py SCHEMA FILE: does the JSON fit?  The few words of JSON Schema that ours use, and
# a word that it does not know is an error: nothing is passed over.
import json
import re
import sys

KNOWN = {"$schema", "title", "type", "required", "properties", "additionalProperties", "items",
         "pattern", "minimum", "enum", "minItems"}
KINDS = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}


def check(schema, value, where):
    unknown = set(schema) - KNOWN
    if unknown:
        sys.exit(f"the schema has words that are not understood: {sorted(unknown)}")
    if "enum" in schema and value not in schema["enum"]:
        sys.exit(f"{where}: {value!r} is none of {schema['enum']}")
    kind = schema.get("type")
    if kind is None:
        return
    if not isinstance(value, KINDS[kind]) or (kind == "integer" and isinstance(value, bool)):
        sys.exit(f"{where}: {value!r} is no {kind}")
    if kind == "string" and not re.fullmatch(schema.get("pattern", ".*").strip("^$"), value):
        sys.exit(f"{where}: {value!r} is not {schema['pattern']}")
    if kind == "integer" and value < schema.get("minimum", value):
        sys.exit(f"{where}: {value} is too small")
    if kind == "array":
        if len(value) < schema.get("minItems", 0):
            sys.exit(f"{where}: too few")
        for i, item in enumerate(value):
            check(schema.get("items", {}), item, f"{where}[{i}]")
    if kind == "object":
        properties = schema.get("properties", {})
        for key in schema.get("required", []):
            if key not in value:
                sys.exit(f"{where}: {key} is missing")
        for key, member in value.items():
            if key in properties:
                check(properties[key], member, f"{where}.{key}")
            elif not schema.get("additionalProperties", True):
                sys.exit(f"{where}: {key} is not in the schema")


def once(pairs):
    if len(dict(pairs)) != len(pairs):
        sys.exit("a key stands twice")
    return dict(pairs)


with open(sys.argv[1]) as f, open(sys.argv[2]) as g:
    check(json.load(f), json.load(g, object_pairs_hook=once), "")
