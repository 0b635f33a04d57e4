"""What `sam local` makes of template.yaml, run by the environment of the SAM tools.

`python locally.py TEMPLATE ENV_FILE` prints, as JSON, the routes that `start-api` serves and the environment that each
function gets. Nothing of it needs a container; only running a function does.
"""

import json
import sys
from pathlib import Path

from samcli.commands.local.lib.local_lambda import LocalLambdaRunner  # type: ignore[import-not-found]  # pyright: ignore[reportMissingImports]
from samcli.lib.providers.api_provider import ApiProvider  # type: ignore[import-not-found]  # pyright: ignore[reportMissingImports]
from samcli.lib.providers.sam_function_provider import SamFunctionProvider  # type: ignore[import-not-found]  # pyright: ignore[reportMissingImports]
from samcli.lib.providers.sam_stack_provider import SamLocalStackProvider  # type: ignore[import-not-found]  # pyright: ignore[reportMissingImports]


def main(template: str, env_file: str) -> None:
    stacks, _ = SamLocalStackProvider.get_stacks(template)
    functions = SamFunctionProvider(stacks)
    given = json.loads(Path(env_file).read_text(encoding="utf-8"))
    runner = LocalLambdaRunner(
        local_runtime=None,
        function_provider=functions,
        cwd=".",
        real_path=".",
        aws_profile=None,
        aws_region=None,
        env_vars_values=given,
    )
    routes = [
        {
            "path": route.path,
            "methods": sorted(route.methods),
            "function": route.function_name,
            "payload": route.payload_format_version,
        }
        for route in ApiProvider(stacks).api.routes
    ]
    environments = {one.name: runner._make_env_vars(one).resolve() for one in functions.get_all()}
    json.dump({"routes": routes, "environments": environments}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
