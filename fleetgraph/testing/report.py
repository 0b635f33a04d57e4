"""The report of the contract for one provider, rule by rule."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

import pytest

from fleetgraph.testing.kit import Kit
from fleetgraph.testing.quality import exemptions
from fleetgraph.testing.rules import RULES, SHOWN_ELSEWHERE, rule_of


class Report:
    """A pytest plugin that counts the results of the tests of each rule."""

    def __init__(self) -> None:
        self.outcomes: dict[str, Counter[str]] = defaultdict(Counter)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            assert isinstance(item, pytest.Function)
            item.user_properties.append(("rule", rule_of(item.function)))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        rule = str(dict(report.user_properties)["rule"])
        if report.failed:
            self.outcomes[rule]["failed"] += 1
        elif report.when == "call":
            self.outcomes[rule][report.outcome] += 1

    def lines(self, kit: Kit) -> Iterator[str]:
        exempt = exemptions(kit)
        words = {rule: self._outcome(rule, exempt) for rule in RULES}
        counts = Counter(words.values())
        yield f"{kit.provider.name}: " + ", ".join(
            f"{count} {word}" for word, count in sorted(counts.items())
        )
        width = max(map(len, RULES))
        for rule, promise in RULES.items():
            passed = self.outcomes[rule]["passed"]
            reason = exempt.get(rule) if words[rule] == "exempt" else promise
            tests = f" ({passed} tests)" if passed > 1 else ""
            yield f"  {words[rule]:<9} {rule:<{width}}  {reason}{tests}"

    def _outcome(self, rule: str, exempt: Mapping[str, str]) -> str:
        if self.outcomes[rule]["failed"]:
            return "failed"
        if self.outcomes[rule]["passed"] or (rule in SHOWN_ELSEWHERE and rule not in exempt):
            return "met"
        return "exempt" if rule in exempt else "not shown"
