"""Nothing outside a provider's own modules knows its name: a fifth one has to be looked for nowhere else."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from fleet.providers import PROVIDERS
from fleetgraph.scaffold.registries import REGISTRIES
from tests.contract.places import ROOT

PACKAGES = (
    *("fleet", "adapters", "infra", "graphql/gateway", "functions"),
    *("local", "sandbox", "cli", "web", "fleetgraph"),
)
FILES = ("Makefile", "template.yaml", "samconfig.toml", "local/artefact.sh")
PAGE = "web/page/src"
OF_THE_PAGE = (
    *(f"{PAGE}/create/kinds.tsx", f"{PAGE}/integrations/kinds.ts"),
    *(f"{PAGE}/cluster/details/", f"{PAGE}/cluster/Lock.tsx", f"{PAGE}/cluster/sizes.tsx"),
)
"""Where the page has the forms, details, locks and sizes of a provider. Without them it shows what all have."""
ENGINE = r'COCKROACHDB = "COCKROACHDB"|<Fact title="Engine">.*'
"""What runs in a cluster has the name of a provider: `Engine` in fleet/model/cluster.py."""
EXAMPLE = r"\s*(\$ )?fleetgraph .*"
"""An example of the command, which documentation of it is full of; a test runs them."""


def names() -> re.Pattern[str]:
    """The keys and the first words of the names: as words, and as parts of one."""
    of_the_house = [PROVIDERS[key] for key in PROVIDERS.of_the_house]
    words = {word for one in of_the_house for word in (one.key, one.name.split()[0])}
    forms = {
        *(f"(?<![a-z]){word.lower()}(?![a-z])" for word in words),
        *(f"{form}(?![a-z])" for word in words for form in (word, word.title()) if form[0].isupper()),
        *(f"(?<![A-Z]){word.upper()}(?![A-Z])" for word in words),
    }
    return re.compile("|".join(sorted(forms)))


def known(root: Path) -> Iterator[str]:
    """Each line that names a provider outside its modules, the registries and examples."""
    pattern, keys = names(), set(PROVIDERS.of_the_house)
    files = [path for package in PACKAGES for path in sorted((root / package).rglob("*.py"))]
    files += sorted(path for path in (root / PAGE).rglob("*.ts*") if "__generated__" not in path.parts)
    for path in (*files, *(root / name for name in FILES)):
        inside = path.relative_to(root)
        if (
            not path.is_file()
            or inside.as_posix() in REGISTRIES
            or inside.as_posix().startswith(OF_THE_PAGE)
            or keys & {*inside.parts, inside.stem}
        ):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if pattern.search(line) and not re.fullmatch(rf"{EXAMPLE}|\s*({ENGINE})", line):
                yield f"{inside.as_posix()}:{number}: {line.strip()}"


def test_nothing_but_its_own_modules_and_the_registries_knows_a_provider() -> None:
    assert list(known(ROOT)) == []


@pytest.mark.parametrize(
    "line",
    [
        'if provider == "kupe":',
        "KUPE_PHASES = {}",
        "class QoveryOnly: ...",
        "# Northflank answers late.",
        '"""CockroachDB."""',
    ],
)
def test_a_planted_name_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "fleet").mkdir()
    (tmp_path / "fleet" / "planted.py").write_text(f"import json\n{line}\n", encoding="utf-8")
    assert list(known(tmp_path)) == [f"fleet/planted.py:2: {line}"]
