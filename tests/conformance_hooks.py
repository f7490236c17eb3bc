"""What schemathesis can't know from the OpenAPI document alone (`schemathesis.toml` names this file)."""

from typing import Any

import requests
import schemathesis
from schemathesis import Case, GenerationMode, HookContext, Response
from schemathesis.checks import CheckContext

# Refusals of requests in the right form, by what no schema can say. Any other 422 says that the document is wrong.
RULES = {
    "code_expired", "code_used_up", "code_wrong", "country_unknown", "cursor_invalid", "evidence_empty",
    "evidence_heic", "evidence_kind", "evidence_not_what_it_says", "hidden_characters", "number_invalid",
    "number_not_canonical", "number_not_listed", "owner_contact_invalid", "reference_contact_invalid",
    "website_invalid", "website_missing", "website_unfit",
}  # fmt: skip


@schemathesis.check
def valid_data_is_refused_by_a_rule_only(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    if (
        response.status_code != 422
        or case.meta is None
        or case.meta.generation.mode is not GenerationMode.POSITIVE
    ):
        return
    problem = response.json()
    if problem["code"] == "requirements_missing":  # on the case as it stands, not on what was sent
        return
    codes = {problem["code"], *(fault["code"] for fault in problem["problems"])} - {"invalid"}
    assert codes <= RULES, f"in the right form, and refused with {codes - RULES}"


@schemathesis.hook
def before_call(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
    """Of well-formed changes, every other one carries the ETag that is in force: those go through."""
    if (
        case.method != "PATCH"
        or case.meta is None
        or case.meta.generation.mode is not GenerationMode.POSITIVE
    ):
        return
    if "If-Match" not in (case.headers or {}) or len(str(case.body)) % 2:
        return
    url = kwargs.get("base_url") or case.operation.base_url
    read = requests.get(f"{url}{case.formatted_path}", headers=kwargs.get("headers"), timeout=10)
    if tag := read.headers.get("ETag"):
        case.headers["If-Match"] = tag
