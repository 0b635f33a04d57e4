"""Does an answer keep to an OpenAPI 3.0 document? Objects are closed: a member that no document knows is an error."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker

Json = Mapping[str, Any]

ANNOTATIONS = {
    "description",
    "title",
    "example",
    "default",
    "readOnly",
    "deprecated",
    "discriminator",
    "nullable",
}

FORMATS = FormatChecker()


@FORMATS.checks("date-time")
def is_instant(value: object) -> bool:
    return not isinstance(value, str) or bool(
        re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value, re.ASCII)
    )


@FORMATS.checks("int64")
def is_integer_in_a_string(value: object) -> bool:
    return not isinstance(value, str) or value.isdecimal()


@dataclass(frozen=True, kw_only=True)
class Breach:
    """One place where an answer does not keep to its document."""

    place: str
    """Member names and, in place of positions in lists, stars."""
    message: str


class Document:
    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _document(self) -> Json:
        text = self._path.read_text(encoding="utf-8")
        document: Json = (
            json.loads(text) if self._path.suffix == ".json" else yaml.load(text, Loader=yaml.CSafeLoader)
        )
        return document

    @property
    def paths(self) -> Json:
        paths: Json = self._document["paths"]
        return paths

    def breaches(self, method: str, path: str, status: int, body: Any) -> Iterator[Breach]:
        """Of the answer to a call, by the path as it stands in the document."""
        return breaches(self._validator_of_answer(method, path, status), body)

    def breaches_of_request(self, method: str, path: str, query: set[str], body: Any) -> Iterator[Breach]:
        """Of a call as it goes out. `body` is null where there is none."""
        template, operation = self._operation(method, path)
        if operation is None:
            yield Breach(place=path, message=f"no {method} of it is documented")
            return
        given = [*self.paths[template].get("parameters", ()), *operation.get("parameters", ())]
        known = {one["name"] for one in map(self._resolved, given) if one["in"] == "query"}
        for name in query - known:
            yield Breach(place=name, message="no such parameter is documented")
        content = self._resolved(operation.get("requestBody", {})).get("content", {})
        if not content:
            if body is not None:
                yield Breach(place="", message="no body is documented")
            return
        schema = next(iter(content.values()))["schema"]
        yield from breaches(self._validator(schema), body)

    def _operation(self, method: str, path: str) -> tuple[str, Json | None]:
        """By the template of fewest variables that the path fits."""
        for template in sorted(self.paths, key=lambda one: one.count("{")):
            pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
            if re.fullmatch(pattern, path) and method.lower() in self.paths[template]:
                return template, self.paths[template][method.lower()]
        return "", None

    def breaches_of(self, schema: str, body: Any) -> Iterator[Breach]:
        """Of a JSON value, by the name of its schema."""
        return breaches(self._validator(self._document["components"]["schemas"][schema]), body)

    def properties_of(self, schema: str) -> set[str]:
        """The members that a schema knows."""
        return set(self._plain(self._document["components"]["schemas"][schema])["properties"])

    @cache  # noqa: B019 - a document lives as long as the tests
    def _validator_of_answer(self, method: str, path: str, status: int) -> Draft202012Validator:
        answers = self.paths[path][method.lower()]["responses"]
        answer = self._resolved(answers[str(status)])
        return self._validator(answer["content"]["application/json"]["schema"])

    def _validator(self, schema: Json) -> Draft202012Validator:
        return Draft202012Validator(self._plain(schema), format_checker=FORMATS)

    def _resolved(self, node: Json) -> Json:
        while "$ref" in node:
            target: Any = self._document
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            node = target
        return node

    def _plain(self, schema: Json) -> dict[str, Any]:
        """The same as JSON Schema: references put in place, allOf merged, null where nullable, objects closed."""
        schema = self._resolved(schema)
        plain: dict[str, Any] = {}
        for name, value in schema.items():
            match name:
                case "properties":
                    plain[name] = {member: self._plain(each) for member, each in value.items()}
                case "items" | "additionalProperties" if isinstance(value, dict):
                    plain[name] = self._plain(value)
                case "oneOf" | "anyOf":
                    plain[name] = [self._plain(each) for each in value]
                case "allOf":
                    continue
                case _ if name not in ANNOTATIONS and not name.startswith("x-"):
                    plain[name] = value
        for each in schema.get("allOf", ()):
            plain = merged(plain, self._plain(each))
        if "properties" in plain:
            plain.setdefault("additionalProperties", False)
        return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") else plain


def breaches(validator: Draft202012Validator, body: Any) -> Iterator[Breach]:
    for error in validator.iter_errors(body):
        place = ".".join("*" if isinstance(step, int) else str(step) for step in error.absolute_path)
        yield Breach(place=place, message=error.message)


def merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    both = one | other
    both["properties"] = one.get("properties", {}) | other.get("properties", {})
    both["required"] = [*one.get("required", []), *other.get("required", [])]
    return both
