"""Documents are kept by what they are and who may ask them, and no more of them than there is room for."""

from graphql import parse

from gateway.execution.documents import MOST_CHARACTERS, MOST_KEPT, Documents, Prepared, prepare
from gateway.schema import SCHEMA
from gateway.services import Policy

OPEN, CLOSED = Policy(), Policy(shows_schema=False)


def prepared(text: str, operation_name: str | None = None) -> Prepared:
    found = prepare(SCHEMA, parse(text), operation_name)
    assert found is not None
    return found


def test_a_document_is_found_under_its_policy_and_operation_alone() -> None:
    documents, text = Documents(), "query A { __typename } query B { fleet { clusterCount } }"
    documents.keep(text, "A", OPEN, prepared(text, "A"))
    found = documents.find(text, "A", OPEN)
    assert found is not None
    assert found.operation.name is not None
    assert found.operation.name.value == "A"
    assert documents.find(text, "B", OPEN) is None
    assert documents.find(text, "A", CLOSED) is None
    assert prepare(SCHEMA, parse(text), None) is None


def test_those_that_were_not_asked_for_the_longest_make_room() -> None:
    documents, one = Documents(), prepared("{ __typename }")
    documents.keep("first", None, OPEN, one)
    for number in range(MOST_KEPT - 1):
        documents.keep(f"{number}", None, OPEN, one)
    assert documents.find("first", None, OPEN) is one
    documents.keep("last", None, OPEN, one)
    assert documents.find("first", None, OPEN) is one
    assert documents.find("0", None, OPEN) is None


def test_long_documents_are_fewer() -> None:
    documents, one = Documents(), prepared("{ __typename }")
    half = MOST_CHARACTERS // 2
    for name in "abc":
        documents.keep(name * half, None, OPEN, one)
    assert [documents.find(name * half, None, OPEN) is one for name in "abc"] == [False, True, True]
    documents.keep("d" * (MOST_CHARACTERS + 1), None, OPEN, one)
    assert documents.find("c" * half, None, OPEN) is None
    documents.keep("e" * half, None, OPEN, one)
    assert documents.find("e" * half, None, OPEN) is one
