"""`fleetgraph mcp`: a server of the Model Context Protocol over standard input and output, for an assistant."""

import json
from importlib import import_module
from typing import TYPE_CHECKING, Any

from cli import __version__
from cli.errors import CommandError, Exit, UsageError
from cli.grammar import Flag, Options, Verb
from cli.session import Session

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server

INSTRUCTIONS = (
    "Managed clusters at every provider, as a Fleetgraph observed them last. Null means that something cannot be "
    "known. Changes are only planned here: show the person the requests of a plan and the command that confirms it."
)


def serve(session: Session, options: Options) -> int:
    from cli.assistant import TOOLS

    if options.list_:
        for tool in TOOLS.values():
            session.screen.say(f"{tool.name}: {tool.about}")
        return Exit.OK
    try:
        import_module("mcp")
    except ImportError as error:
        raise UsageError(
            "`fleetgraph mcp` needs the SDK of the protocol.", "`pip install './cli[mcp]'` brings it."
        ) from error
    import anyio

    anyio.run(_serve, session)
    return Exit.OK


async def _serve(session: Session) -> None:
    from mcp.server.stdio import stdio_server

    server = make_server(session)
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())


def make_server(session: Session) -> "Server[Any]":
    import anyio.to_thread
    import mcp_types as types
    from mcp.server.lowlevel import Server

    from cli.assistant import TOOLS, call

    async def list_tools(*_: object) -> types.ListToolsResult:
        return types.ListToolsResult(
            tools=[
                types.Tool(
                    name=tool.name,
                    description=tool.about,
                    input_schema=tool.schema,
                    annotations=types.ToolAnnotations(
                        read_only_hint=True, destructive_hint=False, open_world_hint=False
                    ),
                )
                for tool in TOOLS.values()
            ]
        )

    async def call_tool(_: object, asked: types.CallToolRequestParams) -> types.CallToolResult:
        try:
            data = await anyio.to_thread.run_sync(call, session.client, asked.name, asked.arguments or {})
        except CommandError as error:
            said = types.TextContent(type="text", text=str(error))
            return types.CallToolResult(content=[said], is_error=True)
        text = json.dumps(data, ensure_ascii=False)
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=text)], structured_content=data
        )

    return Server(
        "fleetgraph",
        version=__version__,
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


COMMAND = Verb(
    "mcp",
    serve,
    "Serve the Model Context Protocol, so that an assistant can read the fleet and plan changes.",
    about="""
An assistant starts it by itself; docs/assistants.md shows how. It reads what the key may read. A change is only
planned: a person confirms it with `fleetgraph plans apply`.
""",
    examples="""
fleetgraph mcp --list
""",
    params=[Flag("--list", "list_", is_flag=True, help="list the tools and end")],
)
