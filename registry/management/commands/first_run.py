"""`manage.py first_run`: on an empty registry, whom to sign in as and something to look at. Later it does nothing."""

import csv
import json
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.conf import settings
from django.core.management.base import BaseCommand

from accounts import businesses as package
from accounts.audit import journal as audit
from accounts.businesses import services as businesses
from accounts.clients import services as clients
from accounts.clients.models import Scope
from accounts.people import factors
from accounts.people import services as people
from accounts.people.models import User
from accounts.people.roles import Role
from registry import demo, logs

PROTECTED_NAMES = Path(package.__file__).parent / "data" / "protected-names.csv"


class Command(BaseCommand):
    help = (
        "On an empty registry: staff with random passwords and secrets for their authenticator apps, and the "
        "protected names; on a test deployment also a "
        "client app with a key and a small pilot. Prints them once and writes VAR_DIR/first-run.json."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.VAR_DIR / "first-run.json"
        unfinished = path.with_suffix(".json.part")
        if not User.objects.exclude(role=Role.OWNER).exists():
            self._build(unfinished)
        if unfinished.exists():  # also where an earlier first run was killed between commit and print
            os.replace(unfinished, path)
            if logs.is_json():  # what a program collects is no place for passwords
                logs.say(f"First run. How to sign in stands in {path}.")
            else:
                self._print(json.loads(path.read_text()))

    def _build(self, unfinished: Path) -> None:
        """Everything in one transaction; the facts reach the disk before it commits, and count only after."""
        with audit.together():
            self._write(unfinished, _make())

    def _write(self, path: Path, facts: dict[str, Any]) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(facts, file, indent=2)

    def _print(self, facts: dict[str, Any]) -> None:
        url = facts["url"]
        lines = [
            f"First run. Kept in {settings.VAR_DIR / 'first-run.json'}; shown only now.",
            "",
            f"Admin  {url}/admin/",
        ]
        roles = dict(User.objects.values_list("username", "role"))
        for person in facts["staff"]:
            name = person["username"]
            lines.append(f"       {name:<6} {person['password']}   {roles[name].replace('_', ' ')}")
            lines.append(f"              {_for_the_app(name, person['totp_secret'])}")
        lines += [
            "       The second step asks for a code: give the secret (or the otpauth:// address) to an",
            "       authenticator app, or have one made by: .venv/bin/python -m registry.totp NAME",
        ]
        if "api_key" in facts:
            authorized = f"curl -s -H 'Authorization: Bearer {facts['api_key']}'"
            verified = facts["verified_number"]
            numbers = json.dumps(
                {"numbers": [verified, facts["confirmed_number"], facts["suspended_number"]]}
            )
            lines += [
                f"Apply  {url}/start/   or by the invitation that lies in {url}/outbox/",
                "       A code to any e-mail address or number that you sign in with arrives there, too.",
                f"Status {url}/status/   what works; measured every {settings.PROBE_EVERY} seconds",
                f"API    {url}/v1/docs",
                f"       {facts['api_key']}",
                "",
                "Try it:",
                f"  {authorized} {url}/v1/contacts/{verified}",
                f"  {authorized} -H 'Content-Type: application/json' -d '{numbers}' {url}/v1/contacts/lookup",
                f"  {authorized} '{url}/v1/accounts?search=warung'",
            ]
        self.stdout.write("\n".join([*lines, ""]))


def _make() -> dict[str, Any]:
    with open(PROTECTED_NAMES, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            businesses.protect(row["name"], category=row["category"], country=row["country"], by=audit.SYSTEM)
    if settings.DEPLOYMENT == "live":
        staff, _ = _staff({"operator": Role.OPERATOR})
        return {"url": settings.PUBLIC_URL, "staff": staff}
    staff, users = _staff({"rita": Role.SENIOR_REVIEWER, "rudi": Role.SENIOR_REVIEWER, "olga": Role.OPERATOR})
    app = clients.create_app("Demo messenger", "developer@app.example", by=audit.SYSTEM)
    _, api_key = clients.create_key(app, Scope.values, by=audit.SYSTEM)
    demo.build(users["rita"], users["rudi"], users["olga"])
    return {
        "url": settings.PUBLIC_URL,
        "staff": staff,
        "api_key": api_key,
        "verified_number": demo.VERIFIED.number,
        "confirmed_number": demo.CONFIRMED.number,
        "suspended_number": demo.SUSPENDED.number,
    }


def _for_the_app(name: str, secret: str) -> str:
    """The address that authenticator apps understand."""
    query = urlencode({"secret": secret, "issuer": settings.REGISTRY_NAME}, quote_via=quote)
    return f"otpauth://totp/{quote(name)}?{query}"


def _staff(roles: dict[str, Role]) -> tuple[list[dict[str, str]], dict[str, User]]:
    staff, users = [], {}
    for username, role in roles.items():
        password = secrets.token_urlsafe(15)
        users[username] = people.create_staff(username, password, role=role, by=audit.SYSTEM)
        secret = generate_totp_secret()
        factors.set_up_app(users[username], secret, by=audit.SYSTEM)
        staff.append({"username": username, "password": password, "totp_secret": secret})
    return staff, users
