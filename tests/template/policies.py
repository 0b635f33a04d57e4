"""What the roles of template.yaml allow, decided as IAM decides: by action, resource and condition.

No emulator looks at a resource or a condition. Only what our policies use is understood; anything else is an error, so
that no policy is taken for stricter than it is.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

PARTITION = {"AWS::Partition": "aws", "AWS::Region": "eu-central-1", "AWS::AccountId": "123456789012"}


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a call asks of AWS: of DynamoDB, one for each item; `context` are the condition keys and their values."""

    action: str
    resource: str
    context: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Names:
    """What a deployment of the template is called: pseudo parameters, parameters, references and attributes by name."""

    values: Mapping[str, str]
    conditions: Mapping[str, bool] = field(default_factory=dict)

    def text(self, node: Any) -> str:
        """An expression of CloudFormation as the text that it comes to."""
        match node:
            case str():
                return node
            case {"Ref": name}:
                return self.values[name]
            case {"Fn::GetAtt": [name, attribute]}:
                return self.values[f"{name}.{attribute}"]
            case {"Fn::Sub": str(text)}:
                return re.sub(r"\$\{([^}]+)\}", lambda found: self.values[found[1]], text)
            case {"Fn::If": [condition, then, otherwise]}:
                return self.text(then if self.conditions.get(condition) else otherwise)
            case _:
                raise AssertionError(f"not understood: {node}")

    def statements(self, template: Mapping[str, Any], role: str) -> Iterator[Mapping[str, Any]]:
        for policy in template["Resources"][role]["Properties"]["Policies"]:
            for node in policy["PolicyDocument"]["Statement"]:
                match node:
                    case {"Fn::If": [condition, then, otherwise]}:
                        statement = then if self.conditions.get(condition) else otherwise
                    case _:
                        statement = node
                if statement != {"Ref": "AWS::NoValue"}:
                    yield statement


def is_allowed(request: Request, statements: Sequence[Mapping[str, Any]], names: Names) -> bool:
    hits = {one["Effect"] for one in statements if _applies(request, one, names)}
    return hits == {"Allow"}


def _applies(request: Request, statement: Mapping[str, Any], names: Names) -> bool:
    return (
        any(fnmatchcase(request.action, action) for action in _listed(statement["Action"]))
        and any(_is_like(request.resource, names.text(one)) for one in _listed(statement["Resource"]))
        and all(
            _holds(operator, request.context.get(key), _listed(expected))
            for operator, keys in statement.get("Condition", {}).items()
            for key, expected in keys.items()
        )
    )


def _holds(operator: str, values: frozenset[str] | None, expected: Sequence[str]) -> bool:
    """`ForAllValues` holds of a request that has no value at all, as in IAM."""
    match operator:
        case "ForAllValues:StringLike":
            return all(any(_is_like(value, one) for one in expected) for value in values or ())
        case "ForAllValues:StringEquals":
            return all(value in expected for value in values or ())
        case _:
            raise AssertionError(f"not understood: {operator}")


def _is_like(value: str, pattern: str) -> bool:
    """With `*` and `?` alone; brackets mean themselves."""
    return fnmatchcase(value, pattern.replace("[", "[[]"))


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]
