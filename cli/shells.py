"""The tab key in each shell: the script that a shell reads, and what that script gets for the line that is being typed.

Click has such scripts. With them, bash puts a name with spaces into the line without quotes, no shell completes
`--flag=value`, fish cuts a name at its first comma, and zsh fails where nothing has loaded its completion yet.
"""

import os
import re

from click.shell_completion import CompletionItem, FishComplete, ShellComplete, ZshComplete, split_arg_string

VARIABLE = "_FLEETGRAPH_COMPLETE"
"""The environment variable with which the shell asks for a completion."""

_CURSOR = "\x00"
_NEEDS_BACKSLASH = re.compile(r"[^\w@%+=:,./-]")
_NEEDS_BACKSLASH_IN_DOUBLE_QUOTES = re.compile(r'["$`\\]')


class _WholeWords(ShellComplete):
    """Click completes what is right of the `=` in `--flag=value`. Shells replace the whole word by what they get."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        flag, equals, _ = incomplete.partition("=")
        completions = super().get_completions(args, incomplete)
        if equals and flag.startswith("-"):
            for one in completions:
                one.value = f"{flag}={one.value}"
        return completions


class Bash(_WholeWords):
    """bash replaces only what is right of the last `=` or `:` (`COMP_WORDBREAKS`): this is `$word` in the script. It
    adds no quotes. bash before 4.4 does not know `nosort`, and before 4 it does not know `compopt`.
    """

    name = "bash"
    source_template = """\
%(complete_func)s() {
    local type value word=${COMP_WORDS[COMP_CWORD]}
    COMPREPLY=()
    while IFS=, read -r type value; do
        case $type in
            dir) compopt -o dirnames 2>/dev/null ;;
            file) compopt -o default 2>/dev/null ;;
            plain) COMPREPLY+=("$value") ;;
        esac
    done < <(env COMP_LINE="${COMP_LINE:0:COMP_POINT}" COMP_WORD="$word" %(complete_var)s=bash_complete "$1")
}

complete -o nosort -F %(complete_func)s %(prog_name)s 2>/dev/null || complete -F %(complete_func)s %(prog_name)s
"""

    def get_completion_args(self) -> tuple[list[str], str]:
        *args, incomplete = split_arg_string(os.environ["COMP_LINE"] + _CURSOR)
        return args[1:], incomplete.removesuffix(_CURSOR)

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        completions = super().get_completions(args, incomplete)
        word = os.environ["COMP_WORD"]
        if not word.strip("=:"):
            word = ""
        replaced = "".join(split_arg_string(word))
        kept = len(incomplete) - len(replaced)
        for one in completions:
            if one.type == "plain":
                one.value = _quote(one.value[kept:], word[:1])
        return completions

    def format_completion(self, item: CompletionItem[str]) -> str:
        return f"{item.type},{item.value}"


def _quote(text: str, opened_by: str) -> str:
    """As it is typed after this quote, which bash closes itself."""
    if opened_by == '"':
        return _NEEDS_BACKSLASH_IN_DOUBLE_QUOTES.sub(r"\\\g<0>", text)
    if opened_by == "'":
        return text.replace("'", "'\\''")
    return _NEEDS_BACKSLASH.sub(r"\\\g<0>", text)


class Zsh(_WholeWords, ZshComplete):
    """Loads zsh's own completion where nothing has loaded it yet."""

    source_template = f"""\
#compdef %(prog_name)s
(( $+functions[compdef] )) || {{ autoload -Uz compinit && compinit -i }}
{ZshComplete.source_template}"""


class Fish(_WholeWords, FishComplete):
    source_template = """\
function %(complete_func)s
    for completion in (env %(complete_var)s=fish_complete COMP_WORDS=(commandline -cp) \
COMP_CWORD=(commandline -ct) %(prog_name)s)
        set -l parts (string split --max 1 , -- $completion)
        switch $parts[1]
            case dir
                __fish_complete_directories $parts[2]
            case file
                __fish_complete_path $parts[2]
            case plain
                echo $parts[2]
        end
    end
end

complete --no-files --command %(prog_name)s --arguments "(%(complete_func)s)"
"""


SHELLS: dict[str, type[ShellComplete]] = {"bash": Bash, "zsh": Zsh, "fish": Fish}
