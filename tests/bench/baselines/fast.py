"""FastAPI and asyncpg: the stored JSON of a card, and its key, by one prepared statement on one way to the database."""

import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg  # type: ignore[import-untyped]  # has no stubs
from fastapi import FastAPI, HTTPException, Request, Response

CONNECTIONS = 8
QUERY = """
SELECT k.scopes, c.card, c.etag
FROM clients_apikey k
JOIN clients_clientapp app ON app.id = k.app_id AND app.is_active
LEFT JOIN bench_card c ON c.number = $2
WHERE k.digest = $1 AND k.revoked_at IS NULL
"""
JSON = "application/json"


async def _nothing(connection: object) -> None:
    """What a pool otherwise sends whenever a connection comes back: a second way to the database and back."""


@asynccontextmanager
async def _connected(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(
        os.environ["DATABASE_URL"], min_size=CONNECTIONS, max_size=CONNECTIONS, reset=_nothing
    ) as app.state.pool:
        yield


app = FastAPI(lifespan=_connected, openapi_url=None)


@app.get("/v1/contacts/{number}")
async def contact(number: str, request: Request) -> Response:
    secret = request.headers.get("authorization", "").removeprefix("Bearer ")
    row = await app.state.pool.fetchrow(QUERY, hashlib.sha256(secret.encode()).digest(), number)
    if row is None:
        raise HTTPException(401)
    if '"contacts:read"' not in row["scopes"]:
        raise HTTPException(403)
    if row["card"] is None:
        return Response(b'{"number":"%b","listed":false}' % number.encode(), media_type=JSON)
    headers = {"etag": row["etag"], "cache-control": "private, no-cache"}
    if request.headers.get("if-none-match") == row["etag"]:
        return Response(status_code=304, headers=headers)
    return Response(row["card"], media_type=JSON, headers=headers)
