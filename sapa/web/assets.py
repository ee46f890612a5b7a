"""The static files: style, script, icon. Addressed by digest, kept by browsers for a year."""

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from sapa.web.render import STATIC


class Assets(StaticFiles):
    """Our own files only; a versioned address never changes its content."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, with how long it may be kept."""
        response = await super().get_response(path, scope)
        versioned = scope.get("query_string", b"").startswith(b"v=")
        keep = "public, max-age=31536000, immutable" if versioned else "public, max-age=300"
        response.headers["Cache-Control"] = keep
        return response
