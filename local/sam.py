"""`make sam-local`: the API under `sam local`, with a table and a fake provider on this computer.

`python -m local.sam ENV_FILE OPTION ...` writes the file, which is also for `--env-vars` of `sam local invoke`, and
passes the options to `sam local start-api`.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.engine import NO_ENGINE, Engine, NoEngine, open_engine
from local.ministack import MinistackError


def write_env_file(file: Path, environment: Mapping[str, str]) -> None:
    """Writes variables in the format for every function. sam passes on only variables of the template."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps({"Parameters": environment}, indent=2) + "\n", encoding="utf-8")


def read_env_file(file: Path) -> Mapping[str, str]:
    given: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))["Parameters"]
    return given


def serve_api(engine: Engine, env_file: Path, options: Sequence[str]) -> int:
    from local.deployment import KEY, deployed  # half a second, which who has no engine need not wait for

    with deployed(listen_on=engine.listen_on, host=engine.host) as environment:
        write_env_file(env_file, environment)
        keys = {name: os.environ[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
        wanted = {**keys, **engine.environment}
        exports = "".join(f"  export {name}={value}\n" for name, value in wanted.items())
        print(_GREETING.format(exports=exports, file=env_file, key=KEY), flush=True)
        variables = {**os.environ, **engine.environment, "SAM_CLI_TELEMETRY": "0"}
        del variables["AWS_ENDPOINT_URL"]  # for the functions, not for sam itself
        command = ["sam", "local", "start-api", "--env-vars", str(env_file), *options]
        return subprocess.run(command, env=variables, check=False).returncode


_GREETING = """\
One account of a fake provider is connected and due; nothing was observed yet. In another shell, with .venv-sam/bin
on the path:

{exports}  sam local invoke Plan    --env-vars {file} --event local/events/plan.json
  sam local invoke Observe --env-vars {file} --event local/events/observe.json
  sam local invoke Api     --env-vars {file} --event local/events/api.json

The API asks for its key: Authorization: Bearer {key}
Ctrl-C ends all of it.
"""


def main(env_file: str, *options: str) -> int:
    try:
        with open_engine() as engine:
            return serve_api(engine, Path(env_file), options)
    except NoEngine as error:
        print(f"fleetgraph: {error}", file=sys.stderr)
        return NO_ENGINE
    except MinistackError as error:
        print(f"fleetgraph: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
