"""What AWS makes of template.yaml: the serverless transform itself, run by the environment of the SAM tools.

`python transform.py TEMPLATE NAME=VALUE ...` prints the transformed template as JSON. The transform pins what others
need otherwise, so it lives in an environment of its own and its result is read by tests that do not.
"""

import json
import sys
from pathlib import Path

from samtranslator.translator.transform import transform  # type: ignore[import-not-found]  # pyright: ignore[reportMissingImports]
from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-not-found]  # pyright: ignore[reportMissingImports]


class NoManagedPolicies:
    """We name none: every role says what it may."""

    def load(self) -> dict[str, str]:
        return {}


def main(template: str, *parameters: str) -> None:
    fragment = yaml_parse(Path(template).read_text(encoding="utf-8"))
    # The tools upload the code first and put its place here.
    for resource in fragment["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    fragment["Globals"]["Function"].pop("CodeUri")
    given = dict(pair.split("=", 1) for pair in parameters)
    json.dump(transform(fragment, given, NoManagedPolicies()), sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
