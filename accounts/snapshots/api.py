"""Downloading snapshots and deltas, and the keys that signed them."""

import functools
import hashlib
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.clients.lists import require_known
from accounts.clients.models import Scope
from accounts.display.answers import is_known
from accounts.errors import DomainError, NotFound, Stale
from accounts.snapshots import folders, keys, manifests, ranges
from accounts.snapshots.serializers import IndexSerializer

TYPES = {
    ".json": "application/json",
    ".jws": "application/jose",
    ".gz": "application/gzip",
    ".rice": "application/octet-stream",
}
# What was published never changes; a day, so that an erased number leaves the caches soon after it left here.
FOR_A_DAY = "private, max-age=86400, immutable"
KEYS_FOR = 86_400  # seconds; keys.PUBLISHED_BEFORE is twice that
_EMPTY_INDEX = b'{"snapshots": [], "deltas": []}\n'


def _header(name: str, description: str, *statuses: int) -> OpenApiParameter:
    return OpenApiParameter(
        name, str, OpenApiParameter.HEADER, response=list(statuses) or False, description=description
    )


IF_NONE_MATCH = _header("If-None-Match", "The ETag of your copy.")
NOT_MODIFIED = OpenApiResponse(description="Your copy is still right.")


class SnapshotsView(APIView):
    required_scope = Scope.SNAPSHOTS_READ

    @extend_schema(
        operation_id="snapshots",
        tags=["snapshots"],
        parameters=[IF_NONE_MATCH, _header("ETag", "Of the list.", 200, 304)],
        responses={200: IndexSerializer, 304: NOT_MODIFIED},
    )
    def get(self, request: Request) -> HttpResponse:
        """Which copies of all listed cards there are, newest first, and what changed from one to the next."""
        require_known(request.query_params, set())
        try:
            content = (folders.root() / folders.INDEX).read_bytes()
        except FileNotFoundError:
            content = _EMPTY_INDEX
        tag = f'"{hashlib.sha256(content).hexdigest()}"'
        headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
        if is_known(tag, request.META.get("HTTP_IF_NONE_MATCH", "")):
            return HttpResponse(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        return HttpResponse(content, content_type="application/json", headers=headers)


class SnapshotFileView(APIView):
    """A file, or a part of it. A platform may take the same files from a CDN: docs/snapshot.md."""

    required_scope = Scope.SNAPSHOTS_READ
    refuses_with = (
        HTTPStatus.PRECONDITION_FAILED,
        HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
    )  # besides what all do

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """A file is what it is; `Accept: application/gzip` is no reason to refuse it."""
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(
        operation_id="snapshot_file",
        tags=["snapshots"],
        parameters=[
            OpenApiParameter(
                "snapshot_id", str, OpenApiParameter.PATH, description="Of a snapshot or a delta."
            ),
            OpenApiParameter(
                "name",
                str,
                OpenApiParameter.PATH,
                description="manifest.json, manifest.jws, or a file that it names.",
            ),
            IF_NONE_MATCH,
            _header("If-Match", "The ETag that the file must have."),
            _header("Range", "One range of bytes (RFC 9110); of several, the whole file is answered."),
            _header("If-Range", "The ETag of what you have: another file is answered whole."),
            _header("ETag", "SHA-256 of the file.", 200, 206, 304),
            _header("Accept-Ranges", "bytes", 200, 206),
            _header("Content-Range", "Which bytes these are.", 206),
        ],
        responses={
            **{
                (status, kind): OpenApiTypes.BINARY
                for status in (200, 206)
                for kind in sorted({*TYPES.values()})
            },
            304: NOT_MODIFIED,
        },
    )
    def get(self, request: Request, snapshot_id: str, name: str) -> HttpResponse:
        """A file of a snapshot or delta, or a part of it."""
        require_known(request.query_params, set())
        path, size, digest = _find(snapshot_id, name)
        tag = f'"{digest}"'
        headers = {"ETag": tag, "Cache-Control": FOR_A_DAY, "Accept-Ranges": "bytes"}
        wanted = request.META.get("HTTP_IF_MATCH")
        if wanted is not None and not {"*", tag} & set(parse_etags(wanted)):
            raise Stale("stale")
        if is_known(tag, request.META.get("HTTP_IF_NONE_MATCH", "")):
            return HttpResponse(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        part = None
        # A weak tag, or a date, says nothing about bytes (RFC 9110 section 13.1.5). HEAD has no ranges (14.2).
        if request.method == "GET" and request.META.get("HTTP_IF_RANGE", tag) == tag:
            part = ranges.part(request.META.get("HTTP_RANGE"), size)
        status = HTTPStatus.OK
        if part is not None:
            status = HTTPStatus.PARTIAL_CONTENT
            headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
        content = b"" if request.method == "HEAD" else _read(path, part or range(size))
        headers["Content-Length"] = str(len(part or range(size)))
        return HttpResponse(content, status=status, content_type=TYPES[path.suffix], headers=headers)

    def handle_exception(self, exc: Exception) -> Response:
        answer = super().handle_exception(exc)
        if isinstance(exc, DomainError) and exc.code == "range_unsatisfiable":
            answer.headers["Content-Range"] = f"bytes */{exc.params['size']}"
        return answer


@require_safe
def jwks(request: HttpRequest) -> HttpResponse:
    """The keys that sign manifests, for everybody (RFC 7517)."""
    answer = JsonResponse(keys.key_set(), content_type="application/jwk-set+json")
    answer.headers["Cache-Control"] = f"public, max-age={KEYS_FOR}"
    return answer


def _find(snapshot_id: str, name: str) -> tuple[Path, int, str]:
    """Where a file lies, its size and its SHA-256: only what a manifest names is found. Raises NotFound."""
    if not (folders.SNAPSHOT.fullmatch(snapshot_id) or folders.DELTA.fullmatch(snapshot_id)):
        raise NotFound("not_found")
    folder = folders.root() / snapshot_id
    try:
        size, digest = _contents(folder)[name]
    except (FileNotFoundError, KeyError) as missing:
        raise NotFound("not_found") from missing
    return folder / name, size, digest


@functools.lru_cache(maxsize=32)
def _contents(folder: Path) -> dict[str, tuple[int, str]]:
    """Size and SHA-256 of each file of a folder that never changes."""
    found = {file["name"]: (file["bytes"], file["sha256"]) for file in manifests.read(folder)["files"]}
    for name in (manifests.NAME, manifests.SIGNED_NAME):
        content = (folder / name).read_bytes()
        found[name] = len(content), hashlib.sha256(content).hexdigest()
    return found


def _read(path: Path, part: range) -> bytes:
    """Raises NotFound: it was removed a moment ago."""
    try:
        with path.open("rb") as file:
            file.seek(part.start)
            return file.read(len(part))
    except FileNotFoundError as removed:
        raise NotFound("not_found") from removed
