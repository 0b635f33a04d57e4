"""The grammar of the command line: nouns, their verbs, and short forms.

Click parses. Added are lazy imports (a noun's module is imported when it is used), groups of flags in the help, and
sentences instead of usage lines.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from cli import __version__
from cli.errors import GraphQLErrors
from cli.flags import FlagsOf

if TYPE_CHECKING:
    from cli.session import Session

Options = SimpleNamespace
"""The values of a verb's flags and arguments by name. `flags` are its flags as an error names them."""

Run = Callable[["Session", Options], int]

CONNECTION = "which Fleetgraph"
HELP = ["-h", "--help"]
CONTEXT = {"max_content_width": 100, "help_option_names": HELP}


class Flag(click.Option):
    """An option with its group in the help."""

    def __init__(self, *names: str, group: str = "", **settings: Any) -> None:
        super().__init__(names, **settings)
        self.group = group


def connection_flags() -> list[click.Parameter]:
    return [
        Flag("--url", metavar="URL", help="its GraphQL endpoint", group=CONNECTION),
        Flag("--key", metavar="KEY", help="better in FLEETGRAPH_KEY: others see arguments", group=CONNECTION),
        Flag("--profile", metavar="NAME", help="one of `fleetgraph profiles`", group=CONNECTION),
    ]


class _Helpful(click.Command):
    """Help, printed to the session's stream of results."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        def show(ctx: click.Context, _: click.Parameter, is_wanted: bool) -> None:
            if is_wanted and not ctx.resilient_parsing:
                ctx.obj.screen.say(ctx.get_help())
                ctx.exit()

        return Flag(
            *self.get_help_option_names(ctx),
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=show,
            help="show this",
        )

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            if (record := parameter.get_help_record(ctx)) is not None:
                groups.setdefault(getattr(parameter, "group", ""), []).append(record)
        # Special flags come first, those of every command last.
        for name in sorted(groups, key=lambda name: (name == CONNECTION, name != "")):
            with formatter.section(f"{name[:1].upper()}{name[1:]}" or "Options"):
                formatter.write_dl(groups[name])

    def format_examples(self, formatter: click.HelpFormatter, examples: str) -> None:
        if examples:
            with formatter.section("Examples"):
                for line in examples.strip().splitlines():
                    formatter.write(f"  {line}\n")


class Verb(_Helpful):
    """A verb. `examples` are command lines."""

    def __init__(
        self,
        name: str,
        run: Run,
        summary: str,
        *,
        examples: str,
        params: Sequence[click.Parameter] = (),
        about: str = "",
        is_local: bool = False,
    ) -> None:
        super().__init__(
            name,
            help=f"{summary}\n\n{about.strip()}" if about else summary,
            short_help=summary,
            params=[*params, *([] if is_local else connection_flags())],
            context_settings=CONTEXT,
        )
        self.run = run
        self.examples = examples

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.format_examples(formatter, self.examples)

    def invoke(self, ctx: click.Context) -> int:
        session: Session = ctx.obj
        session.settle(**{name: nearest(ctx, name) for name in ("url", "key", "profile")})
        flags = FlagsOf(self, [one for one in self.params if one.name and is_typed(ctx, one.name)])
        try:
            return self.run(session, Options(**ctx.params, flags=flags))
        except GraphQLErrors as errors:
            raise (errors.reworded(flags.reword) if errors.is_ours else errors) from None


def is_typed(ctx: click.Context, name: str) -> bool:
    return ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE


def nearest(ctx: click.Context | None, name: str) -> Any:
    """Flags before the noun are defaults; flags after the verb replace them."""
    while ctx is not None:
        if ctx.params.get(name) is not None:
            return ctx.params[name]
        ctx = ctx.parent
    return None


class Noun(_Helpful, click.Group):
    """A noun. The noun without a verb means its `default` verb, if it has one."""

    def __init__(
        self, name: str, summary: str, verbs: Iterable[click.Command], *, default: str = "", about: str = ""
    ) -> None:
        super().__init__(
            name,
            help=f"{summary}\n\n{about.strip()}" if about else summary,
            short_help=summary,
            commands=list(verbs),
            context_settings=CONTEXT,
        )
        self.default = default

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        is_help = bool(args) and args[0] in HELP
        if (
            self.default
            and not is_help
            and (not args or args[0].startswith("-"))
            and not ctx.resilient_parsing
        ):
            args = [self.default, *args]
        if not args:
            args = ["--help"]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.format_commands(ctx, formatter)
        super().format_options(ctx, formatter)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] in self.commands or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        raise unknown_command(ctx, args[0], self.commands)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.default:
            short = ctx.command_path
            formatter.write(f"\n`{short}` alone means `{short} {self.default}`.\n")


@dataclass(frozen=True, kw_only=True)
class Place:
    """The module of a noun or a verb of the root, and its line in the help."""

    module: str
    summary: str
    section: str


class Root(_Helpful, click.Group):
    """`fleetgraph`: it knows the modules of its commands, and imports only the used one."""

    def __init__(
        self,
        *,
        places: Mapping[str, Place],
        short_forms: Mapping[str, Sequence[str]],
        about: str,
        epilog: str,
    ) -> None:
        version = Flag(
            "--version",
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_show_version,
            help="show the version",
        )
        params = [*connection_flags(), version]
        super().__init__("fleetgraph", help=about, params=params, context_settings=CONTEXT)
        self.places = places
        self.short_forms = short_forms
        self._epilog = epilog

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.places:
            return None
        command: click.Command = import_module(self.places[cmd_name].module).COMMAND
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, args or ["--help"])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        args = self.long_form(ctx, args)
        if args[0] in self.places or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        raise unknown_command(ctx, args[0], {**self.places, **self.short_forms})

    def long_form(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Short forms: `stop X` is `clusters stop X`; `cluster X` is `clusters show X`, and `cluster list` is `clusters
        list`.
        """
        form = self.short_forms.get(args[0])
        if form is None:
            return args
        noun = self.get_command(ctx, form[0])
        is_verb_given = (
            len(form) > 1 and len(args) > 1 and isinstance(noun, Noun) and args[1] in noun.commands
        )
        if is_verb_given and args[0] == form[0].removesuffix("s"):
            return [form[0], *args[1:]]
        return [*form, *args[1:]]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.format_commands(ctx, formatter)
        super().format_options(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        sections: dict[str, list[tuple[str, str]]] = {}
        for name, place in self.places.items():
            sections.setdefault(place.section, []).append((name, place.summary))
        for section, rows in sections.items():
            with formatter.section(section):
                formatter.write_dl(rows)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write(f"\n{self._epilog}")


def _show_version(ctx: click.Context, _: click.Parameter, is_wanted: bool) -> None:
    if is_wanted and not ctx.resilient_parsing:
        ctx.obj.screen.say(f"fleetgraph {__version__}")
        ctx.exit()


def unknown_command(ctx: click.Context, name: str, known: Iterable[str]) -> click.UsageError:
    close = get_close_matches(name, list(known), n=1)
    meant = f" Did you mean `{ctx.command_path} {close[0]}`?" if close else ""
    return click.UsageError(f"There is no command `{ctx.command_path} {name}`.{meant}", ctx)
