#!/bin/sh
# Fills a folder with a function as Lambda gets it: packages at the versions and hashes of the lock, our folders,
# compiled files.
# local/artefact.sh FOLDER PYTHON PROCESSOR PACKAGES BUDGET_MB OURS...
# PACKAGES are arguments of `uv pip install` that say which part of the lock is wanted.
# RUNTIME names the runtime's own Python, and may be empty. PYTHON is one that is always there.
set -eu
folder=$1 python=$2 processor=$3 packages=$4 budget=$5
shift 5
case $processor in
x86_64) machine=x86_64 ;;
arm64) machine=aarch64 ;;
*) echo "ARCHITECTURE is x86_64 or arm64, not $processor" >&2 && exit 1 ;;
esac
mkdir -p "$folder"

# Copies, because hard links would let whoever edits the artefact edit uv's cache. The lock constrains: uv refuses a
# package that it does not name with a version and a hash.
install() {
    # shellcheck disable=SC2086  # arguments, not one
    uv pip install --quiet --require-hashes --only-binary :all: --link-mode copy --no-installer-metadata \
        --python-version "$python" -c requirements.txt "$@" $packages
}
install --target "$folder" --python-platform "$machine-manylinux_2_28"
for ours in "$@"; do cp -R "$ours" "$folder/"; done
rm -rf "$folder/infra/sqlite" # for one machine; functions have DynamoDB
rm -rf "$folder/infra/stack.py" "$folder/boto3" "$folder/s3transfer" # for `make deploy`; functions have botocore

# What browsers get, where `make web` built it: of what is compressed, nothing else, because an answer has 6 MB at most.
if [ -d "$folder/gateway" ] && [ -d web/dist ]; then
    mkdir "$folder/pages"
    cp -R web/dist/page web/dist/explorer "$folder/pages/"
    find "$folder/pages" -name '*.gz' -exec sh -c 'rm -f "${1%.gz}"' - {} \;
    find "$folder/pages/explorer" -name '*.br' -exec rm -f {} + # a tenth smaller than gzip's, and few open it
fi

# botocore carries every service of AWS; we talk to these. Of Powertools we use logs and metrics. Docs, examples and
# type stubs explain nothing to Lambda.
for service in "$folder"/botocore/data/*/; do
    case $(basename "$service") in dynamodb | secretsmanager | sqs | ssm | sts) ;; *) rm -rf "$service" ;; esac
done
# Where services answer, of every service and region: a megabyte, which each start would read. Regions stay as they are.
# Of an operation, what documents it: four fifths of what a client reads when it is opened.
"$PYTHON" - "$folder"/botocore/data "$folder"/infra <<'END'
import gzip, json, pathlib, re, sys
data, ours = map(pathlib.Path, sys.argv[1:])

def write(file, known):
    file.write_text(json.dumps(known, separators=(",", ":")), encoding="utf-8")

known = json.loads((data / "endpoints.json").read_text(encoding="utf-8"))
for partition in known["partitions"]:
    services = partition["services"]
    partition["services"] = {name: services[name] for name in ("dynamodb", "secretsmanager", "sqs", "ssm", "sts") if name in services}
write(data / "endpoints.json", known)

def undocumented(known):
    if isinstance(known, dict):
        return {name: undocumented(one) for name, one in known.items() if name != "documentation" or not isinstance(one, str)}
    return [undocumented(one) for one in known] if isinstance(known, list) else known

# Of a service, the operations whose method has its name in our sources, and the shapes that they lead to.
words = {word for file in ours.rglob("*.py") for word in re.findall(r"\w+", file.read_text(encoding="utf-8"))}

def is_asked_for(operation):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", operation).lower() in words

def shapes_of(known, shapes, found):
    if isinstance(known, dict):
        name = known.get("shape")
        if isinstance(name, str) and name not in found:
            found.add(name)
            shapes_of(shapes[name], shapes, found)
    for one in known.values() if isinstance(known, dict) else known if isinstance(known, list) else ():
        shapes_of(one, shapes, found)

def asked_for(known):
    operations = {name: one for name, one in known["operations"].items() if is_asked_for(name)}
    found = set()
    shapes_of(operations, known["shapes"], found)
    return {**known, "operations": operations, "shapes": {name: known["shapes"][name] for name in sorted(found)}}

for file in data.rglob("*.json.gz"):
    known = undocumented(json.loads(gzip.decompress(file.read_bytes())))
    of_ours = file.name == "service-2.json.gz" and file.parent.parent.name != "sts"  # to take on roles, botocore asks
    write(file.with_suffix(""), asked_for(known) if of_ours else known)
    file.unlink()
END
# What documents its methods, for whoever asks a client for help: it reads HTML.
find "$folder"/botocore/docs -type f ! -name __init__.py ! -name utils.py -exec rm -f {} +
: > "$folder"/botocore/docs/__init__.py
cat > "$folder"/botocore/docs/docstring.py <<'END'
def undocumented(*of, **more):
    return ""

ClientMethodDocstring = PaginatorDocstring = WaiterDocstring = undocumented
END
# What looks for plugins of pydantic reads what every package says of itself, and none says anything by now; so does
# what has urllib3 speak HTTP/2, for which a package is missing.
echo 'def get_plugins(): return ()' > "$folder"/pydantic/plugin/_loader.py
: > "$folder"/urllib3/http2/__init__.py
# anyio reads its own sources to know what to import when it is asked for. Without them, it would import all at once.
"$PYTHON" - "$folder"/anyio <<'END'
import importlib.util, pathlib, pprint, sys, types
anyio = pathlib.Path(sys.argv[1])
file = anyio / "_lazyimport.py"
spec = importlib.util.spec_from_file_location("lazyimport", file)
lazy = importlib.util.module_from_spec(spec)
spec.loader.exec_module(lazy)
maps = {}
for name, source in (("anyio", anyio / "__init__.py"), ("anyio.abc", anyio / "abc" / "__init__.py")):
    module = types.ModuleType(name)
    module.__file__ = str(source)
    maps[name] = lazy._build_lazy_map(module)
    assert maps[name][0], f"{name} names nothing to be imported when it is asked for"
with file.open("a", encoding="utf-8") as more:
    more.write(f"\nMAPS = {pprint.pformat(maps)}\ndef _build_lazy_map(module): return MAPS[module.__name__]\n")
END
for part in "$folder"/aws_lambda_powertools/event_handler "$folder"/aws_lambda_powertools/utilities/*; do
    case $(basename "$part") in __init__.py | jmespath_utils) ;; *) rm -rf "$part" ;; esac
done
# cryptography needs the compiled half of cffi alone, and nobody the first version of pydantic, or Strawberry elsewhere.
rm -rf "$folder"/cffi "$folder"/pycparser "$folder"/pydantic/v1
for host in aiohttp chalice channels cli codegen codemods django fastapi flask litestar quart sanic schema_codegen; do
    rm -rf "$folder/strawberry/$host"
done
# Of what these packages import of themselves, what no answer of ours needs. The next build says so if they have changed.
if [ -d "$folder/strawberry" ]; then
    sed -i 's/^from \. import experimental, federation, relay$/from . import relay/' "$folder/strawberry/__init__.py"
    rm -rf "$folder"/strawberry/experimental "$folder"/strawberry/federation
fi
# Strawberry asks for packaging to trace into one monitoring service alone.
rm -rf "$folder"/packaging "$folder"/strawberry/extensions/tracing
rm -rf "$folder"/anyio/_backends/_trio.py "$folder"/dateutil/zoneinfo/*.tar.gz "$folder"/pydantic/mypy.py
rm -rf "$folder"/bin "$folder"/.lock
find "$folder" \( -name __pycache__ -o -name '*.pyi' \) -prune -exec rm -rf {} +
# What a package says of itself is read where it brings a provider, and nowhere else.
for said in "$folder"/*.dist-info; do
    grep -qs '^\[fleetgraph\.providers\]' "$said/entry_points.txt" || rm -rf "$said"
done

# /var/task is read only, so what is not compiled here is compiled at every cold start. Unchecked, because the time of
# a file in a zip is nothing to go by; in order and with paths as Lambda has them, so that bytes come out the same.
if [ -n "$RUNTIME" ]; then
    cd "$folder"
    compile() { "$RUNTIME" -m compileall -q -j 0 --invalidation-mode unchecked-hash -s . -p /var/task "$@"; }
    mkdir .ours && for ours in "$@"; do mv "$(basename "$ours")" .ours/; done
    # What others wrote goes compiled alone, in the place of its source: a quarter of the size is such source, which
    # would be read for the lines of a traceback and nothing else. Ours keeps it for that.
    compile -b ./*
    find . -path ./.ours -prune -o -name '*.py' -exec rm -f {} +
    mv .ours/* . && rmdir .ours
    for ours in "$@"; do compile "./$(basename "$ours")"; done
    cd - >/dev/null
    # All of it goes into one file, with what a start would compile of it. To know that, one has to import it, which only
    # packages for this machine can.
    importable=$folder
    if [ "$("$RUNTIME" -c 'import sysconfig; print(sysconfig.get_platform())')" != "linux-$machine" ]; then
        importable=$(mktemp -d) && trap 'rm -rf "$importable"' EXIT
        install --target "$importable"
        for ours in "$@"; do cp -R "$ours" "$importable/"; done
    fi
    PYTHONPATH='' PYTHONHASHSEED=0 "$RUNTIME" -P -s -B local/prepare.py "$folder" "$importable" \
        $(for ours in "$@"; do basename "$ours"; done)
else
    echo "NOT COMPILED: no Python $python on this machine. The functions will start two to three times as slowly."
fi

find "$folder" -type d -empty -delete

# Every file as old as the first zip can say: an unchanged build is then an unchanged zip.
find "$folder" -exec touch -h -d 1980-01-01T00:00:00Z {} +
bytes=$(find "$folder" -type f -exec cat {} + | wc -c)
echo "$(basename "$folder"): $((bytes / 1000000)) MB of $budget, for $processor and Python $python"
if [ "$bytes" -gt $((budget * 1000000)) ]; then echo 'That is too large: see what came along.' >&2 && exit 1; fi
