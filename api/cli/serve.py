"""Commands: the server."""

import asyncio
import os
import socket
import sys
from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from api import messages
from api.cli import output
from api.settings import PREFIX, from_environment
from geo.errors import ConflictError

PORT: Final = 8000
GRACE_S: Final = 2
SWITCH_S: Final = 0.001  # after each statement of its store a request waits so long for one that counts
FACTORIES: Final = {
    "address": "api.main:whole_from_environment",
    "public": "api.main:public_from_environment",
    "tiles": "api.main:public_tiles_from_environment",
}
SAID: Final = {"address": "serve.ready", "public": "serve.public", "tiles": "serve.tiles"}


def require_loopback(host: str) -> str:
    """Return the loopback address that ``host`` means, or raise `ConflictError` ``serve.not_loopback``."""
    if host == "localhost":
        return "127.0.0.1"
    try:
        inner = ip_address(host.strip("[]"))
    except ValueError:
        raise ConflictError("serve.not_loopback", host[:60]) from None
    if not inner.is_loopback:
        raise ConflictError("serve.not_loopback", host)
    return str(inner)


def bound_socket(host: str, port: int) -> socket.socket:
    """Return a socket that listens at ``host`` and ``port`` (0: any free one), or raise ``serve.port_taken``."""
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(128)  # from now on a browser waits instead of being turned away
    except OSError as error:
        made.close()
        raise ConflictError("serve.port_taken", str(port)) from error
    return made


def _address(host: str, listening: socket.socket) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}/"


def run_servers(applications: list[tuple[str, socket.socket]]) -> None:
    """Serve each (factory, socket) until the first server is told to stop; then all stop."""
    import uvicorn  # noqa: PLC0415

    sys.setswitchinterval(SWITCH_S)

    class Quiet(uvicorn.Server):
        """A server that leaves signals to the first one."""

        @contextmanager
        def capture_signals(self) -> Generator[None]:
            with nullcontext():
                yield

    def config(factory: str) -> Any:
        return uvicorn.Config(
            factory,
            factory=True,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=GRACE_S,
            server_header=False,
        )

    servers = [(uvicorn.Server if i == 0 else Quiet)(config(f)) for i, (f, _) in enumerate(applications)]

    async def serve() -> None:
        others = [
            asyncio.create_task(server.serve(sockets=[listening]))
            for server, (_, listening) in zip(servers[1:], applications[1:], strict=True)
        ]
        await servers[0].serve(sockets=[applications[0][1]])
        for server in servers[1:]:
            server.should_exit = True
        await asyncio.gather(*others)

    with asyncio.Runner(loop_factory=servers[0].config.get_loop_factory()) as runner:
        runner.run(serve())


def _set_base_map(path: Path | None) -> None:
    """Hand the base map to the applications, which read their settings themselves; errors: those of opening it."""
    from data.basemap import open_base_map  # noqa: PLC0415

    if path is not None:
        os.environ[f"{PREFIX}BASE_MAP"] = str(path.resolve())
    settings = from_environment()
    if settings.base_map:
        open_base_map(Path(settings.base_map))


def serve(
    host: Annotated[str, typer.Option(help="只能是本机地址 / a loopback address")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="端口，0 表示任选 / port, 0 for any")] = PORT,
    public_port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="另开一个端口，只给公示牌页 / a second port for boards only")
    ] = None,
    tiles_port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="另开一个端口，只给现行网格的瓦片 / a third port for tiles only"),
    ] = None,
    base_map: Annotated[
        Path | None,
        typer.Option("--base-map", metavar="PATH", help="本机底图：PMTiles 文件或 z/x/y 瓦片目录 / raster tiles"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")] = False,
) -> None:
    """在本机开网页服务。Serve the pages on this computer."""
    _set_base_map(base_map)  # a misspelt setting and an unusable base map are refused before anything listens
    inner = require_loopback(host)
    wanted = {"address": port, "public": public_port, "tiles": tiles_port}
    listening = {name: bound_socket(inner, number) for name, number in wanted.items() if number is not None}
    addresses = {name: _address(inner, made) for name, made in listening.items()}
    if as_json:
        output.write_json({"format": "serve/1", **{name: addresses.get(name) for name in wanted}})
    else:
        lang = from_environment().lang
        for name, address in addresses.items():
            output.write_line(messages.sentence(SAID[name], lang, {"where": address}))
    sys.stdout.flush()
    run_servers([(FACTORIES[name], made) for name, made in listening.items()])


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    app.command("serve")(serve)
