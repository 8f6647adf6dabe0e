#!/usr/bin/env python3
"""Writes cel-spec.jsonl: the cases of the CEL conformance suite that cel.jsonl has not.

    git clone https://github.com/google/cel-spec && ./cel-spec.py cel-spec > cel-spec.jsonl

The suite is licensed under the Apache License 2.0, Copyright Google LLC. Cases that need messages or
enumerations of protocol buffers, names with dots in a container, partial evaluation, network types or the
blocks that only optimisers write are left out: the language of manifests has none of them. What a case means is unchanged; its format is that of cel.jsonl.
"""
import base64
import json
import os
import re
import sys

TOKEN = re.compile(r'''\s+|\#[^\n]*|(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(?P<word>[-+]?[A-Za-z0-9_.+\-]+)|(?P<url>\[[^\]\[\n"{]*\])|(?P<mark>[{}\[\]:,;<>])''')
ESCAPES = {"n": 10, "t": 9, "r": 13, "a": 7, "b": 8, "f": 12, "v": 11}


def tokens(text):
    place = 0
    while place < len(text):
        match = TOKEN.match(text, place)
        if not match:
            raise ValueError(text[place:place + 40])
        place = match.end()
        if match.lastgroup:
            yield match.lastgroup, match.group(match.lastgroup)


def unquote(token):
    source = token[1:-1].encode()
    out = bytearray()
    index = 0
    while index < len(source):
        byte = source[index]
        index += 1
        if byte != 0x5C:
            out.append(byte)
            continue
        letter = chr(source[index])
        if letter in "01234567":
            digits = re.match(rb"[0-7]{1,3}", source[index:]).group()
            out.append(int(digits, 8) & 255)
            index += len(digits)
        elif letter in "xX":
            digits = re.match(rb"[0-9a-fA-F]{1,2}", source[index + 1:]).group()
            out.append(int(digits, 16))
            index += 1 + len(digits)
        elif letter in "uU":
            length = 4 if letter == "u" else 8
            out += chr(int(source[index + 1:index + 1 + length], 16)).encode("utf-8", "surrogatepass")
            index += 1 + length
        else:
            out.append(ESCAPES.get(letter, ord(letter)))
            index += 1
    return bytes(out)


def message(stream, end):
    fields = {}
    while True:
        kind, text = next(stream)
        if text == end and kind == "mark":
            return fields
        if text in ",;" and kind == "mark":
            continue
        name = text
        kind, text = next(stream)
        if text == ":":
            kind, text = next(stream)
        fields.setdefault(name, []).extend(values(stream, kind, text))


def values(stream, kind, text):
    if kind == "mark" and text == "{":
        return [message(stream, "}")]
    if kind == "mark" and text == "[" or kind == "url" and text == "[]":
        found = []
        while text != "[]":
            kind, text = next(stream)
            if text == "]":
                break
            if text != ",":
                found += values(stream, kind, text)
        return found
    if kind == "string":
        value = unquote(text)
        while stream.peek() and stream.peek()[0] == "string":
            value += unquote(next(stream)[1])
        return [value]
    return [text]


class Stream:
    def __init__(self, text):
        self.items = list(tokens(text)) + [("mark", "}")]
        self.place = 0

    def peek(self):
        return self.items[self.place] if self.place < len(self.items) else None

    def __next__(self):
        item = self.items[self.place]
        self.place += 1
        return item


class Unsupported(Exception):
    pass


def number(text):
    text = text.lower()
    return text if text not in ("inf", "-inf", "nan", "infinity", "-infinity") else {"i": "inf", "-": "-inf", "n": "nan"}[text[0]]


def value(fields):
    if len(fields) != 1:
        raise Unsupported("value")
    (name, (content, *_)), = fields.items()
    if name == "null_value":
        return {"t": "null", "v": None}
    if name == "bool_value":
        return {"t": "bool", "v": content == "true"}
    if name == "int64_value":
        return {"t": "int", "v": str(int(content, 0))}
    if name == "uint64_value":
        return {"t": "uint", "v": str(int(content, 0))}
    if name == "double_value":
        return {"t": "double", "v": number(content)}
    if name == "string_value":
        return {"t": "string", "v": content.decode("utf-8")}
    if name == "bytes_value":
        return {"t": "bytes", "v": base64.b64encode(content).decode()}
    if name == "type_value":
        return {"t": "type", "v": content.decode()}
    if name == "list_value":
        return {"t": "list", "v": [value(item) for item in content.get("values", [])]}
    if name == "map_value":
        return {"t": "map", "v": [[value(entry["key"][0]), value(entry["value"][0])] for entry in content.get("entries", [])]}
    if name == "object_value":
        (kind, (inner, *_)), = content.items()
        if kind.endswith("google.protobuf.Duration]") or kind.endswith("google.protobuf.Timestamp]"):
            nanoseconds = int(inner.get("seconds", ["0"])[0]) * 10 ** 9 + int(inner.get("nanos", ["0"])[0])
            return {"t": "duration" if "Duration" in kind else "timestamp", "v": str(nanoseconds)}
    raise Unsupported(name)


def case(file, section, test):
    for unsupported in ("container", "any_eval_errors", "unknown", "any_unknowns"):
        if unsupported in test:
            raise Unsupported(unsupported)
    line = {"file": file, "section": section, "test": test["name"][0].decode(), "expr": test["expr"][0].decode(), "bindings": {}}
    if test.get("check_only") == ["true"]:
        raise Unsupported("check_only")
    for binding in test.get("bindings", []):
        name = binding["key"][0].decode()
        if "." in name:
            raise Unsupported("qualified name")
        line["bindings"][name] = value(binding["value"][0]["value"][0])
    if "eval_error" in test:
        line["error"] = True
    elif "value" in test:
        line["value"] = value(test["value"][0])
    elif "typed_result" in test:
        line["value"] = value(test["typed_result"][0]["result"][0])
    else:
        line["value"] = {"t": "bool", "v": True}
    return line


def main():
    root = os.path.join(sys.argv[1], "tests/simple/testdata")
    known = set()
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cel.jsonl")
    for line in open(here, encoding="utf-8"):
        test = json.loads(line)
        known.add((test["file"], test["section"], test["test"]))
    for file in sorted(os.listdir(root)):
        name = file.removesuffix(".textproto")
        if not file.endswith(".textproto") or name in ("network_ext", "proto2_ext", "proto2", "proto3", "enums", "unknowns", "wrappers", "dynamic", "block_ext"):
            continue
        suite = message(Stream(open(os.path.join(root, file), encoding="utf-8").read()), "}")
        for section in suite["section"]:
            title = section["name"][0].decode()
            for test in section.get("test", []):
                try:
                    line = case(name, title, test)
                except Unsupported:
                    continue
                if "TestAllTypes" in line["expr"] or "google." in line["expr"] or "cel.@" in line["expr"]:
                    continue
                if (name, title, line["test"]) not in known:
                    print(json.dumps(line, ensure_ascii=False))


if __name__ == "__main__":
    main()
