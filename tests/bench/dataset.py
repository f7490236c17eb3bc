"""Made-up accounts in bulk, the same ones every time: nobody has a number under +999."""

import os
from collections.abc import Iterator
from itertools import islice
from random import Random
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import ClientCursor, sql

from accounts import names

SEED = 2017
NAMES_AT_A_TIME = 20_000
# Which columns a row's position decides, so that every state of a card is there: of twenty accounts
# fifteen have a badge, three are confirmed, one's badge ran out, one's was suspended.
_TABLES = """
CREATE TEMP TABLE made AS
SELECT i, name, '+999' || lpad(i::text, 9, '0') AS number, now() - interval '100 days' + i * interval '1 second' AS at,
       ('01900000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid AS id,
       CASE WHEN i %% 20 < 15 THEN 'active' WHEN i %% 20 = 18 THEN 'expired'
            WHEN i %% 20 = 19 THEN 'suspended' END AS badge
FROM unnest(%(names)s::text[]) WITH ORDINALITY AS given (name, i);

INSERT INTO businesses_business (id, kind, legal_name, registration_number, country, created_at, revision)
SELECT id, CASE WHEN i %% 3 = 0 THEN 'company' ELSE 'sole_trader' END, 'CV ' || name, '', 'ID', at, 1 FROM made;

INSERT INTO businesses_account (id, business_id, number, live_name, country, category, website, photo, about,
                                contact_purposes, confirmed_at, name_protected, created_at, revision)
SELECT id, id, number, name, 'ID', (ARRAY['food', 'retail', 'beauty', 'services'])[1 + i %% 4],
       CASE WHEN i %% 2 = 0 THEN 'https://example.com/' || i ELSE '' END, '', 'Buka setiap hari, 8 sampai 17.',
       ARRAY['order_updates', 'delivery'], at, false, at, 1 FROM made;

INSERT INTO businesses_numberuse (number, account_id, since) SELECT number, id, at FROM made;

INSERT INTO proofs_numberproof (id, account_id, number, method, proven_at, note)
SELECT id, id, number, 'phone_code', at, '' FROM made;

INSERT INTO badges_badge (id, account_id, status, methods, cause, issued_at, term_ends_at, expires_at,
                          renewal_pending, reason, suspended_at, ended_at)
SELECT id, id, badge, ARRAY['phone_code', 'documents'], 'bench', at, at + term, at + term, false,
       CASE WHEN badge = 'suspended' THEN 'owner_request' ELSE '' END,
       CASE WHEN badge = 'suspended' THEN at END, CASE WHEN badge = 'expired' THEN at + term END
FROM (SELECT *, CASE WHEN badge = 'expired' THEN interval '1 day' ELSE interval '365 days' END AS term FROM made) made
WHERE badge IS NOT NULL;

INSERT INTO audit_event (seq, at, kind, by, "on", data, digest)
SELECT (SELECT coalesce(max(seq), 0) FROM audit_event) + i, at, 'badge.issued', 'system', 'acc_' || i, '{}',
       sha256(i::text::bytea) FROM made;

INSERT INTO audit_eventnumber (event_id, number)
SELECT (SELECT max(seq) FROM audit_event) - (SELECT count(*) FROM made) + i, number FROM made;
"""
_FIRST = (
    "Warung", "Toko", "Kedai", "Rumah Makan", "Depot", "Salon", "Bengkel", "Apotek", "Laundry", "Konveksi",
    "Percetakan", "Toko Kue", "Toko Bangunan", "Bakso", "Sate", "Mie Ayam", "Kopi", "Butik", "Klinik", "Pangkas Rambut",
)  # fmt: skip
_WHOSE = (
    "Bu Siti", "Bu Wati", "Bu Sri", "Pak Budi", "Pak Agus", "Mas Eko", "Mbak Dewi", "Bu Ani", "Pak Joko", "Bang Udin",
    "Sumber Rejeki", "Maju Jaya", "Barokah", "Sinar Abadi", "Berkah", "Mekar Sari", "Tiga Putra", "Sederhana",
    "Anugerah", "Cahaya", "Bintang", "Harapan", "Mandiri Jaya", "Makmur", "Lestari", "Rahayu", "Indah", "Murni",
)  # fmt: skip
_WHERE = (
    "Bandung", "Cimahi", "Garut", "Bogor", "Depok", "Bekasi", "Solo", "Sleman", "Bantul", "Malang", "Kediri", "Blitar",
    "Jember", "Medan", "Binjai", "Padang", "Jambi", "Manado", "Kupang", "Ambon", "Ternate", "Denpasar", "Mataram",
)  # fmt: skip
_SYLLABLES = [consonant + vowel for consonant in "bdgjklmnprstwy" for vowel in "aiu"]


def made_up_names(count: int) -> Iterator[str]:
    """As a country would have them: a third are among a few hundred common ones, the others mostly single."""
    random = Random(SEED)
    for _ in range(count):
        first, whose = random.choice(_FIRST), random.choice(_WHOSE)
        match random.randrange(6):
            case 0:
                yield f"{first} {_WHOSE[int(random.paretovariate(1)) % len(_WHOSE)]}"
            case 1:
                yield f"{first} {whose} {random.choice(_WHERE)}"
            case 2 | 3:
                yield f"{first} {_word(random)} {random.choice(_WHERE)}"
            case _:
                yield f"{first} {_word(random)} {_word(random)}"


def _word(random: Random) -> str:
    return "".join(random.choices(_SYLLABLES, k=random.randint(2, 4))).capitalize()


def numbers(count: int) -> list[str]:
    return [f"+999{i:09}" for i in range(1, count + 1)]


def unlisted(count: int) -> list[str]:
    return [f"+998{i:09}" for i in range(1, count + 1)]


def url_of(database: str, role: str = "superuser") -> str:
    """The throw-away cluster's address for one of its databases."""
    variable = {"superuser": "SUPERUSER_DATABASE_URL", "owner": "OWNER_DATABASE_URL", "web": "DATABASE_URL"}
    return urlunsplit(urlsplit(os.environ[variable[role]])._replace(path=f"/{database}"))


def clone(template: str, database: str) -> None:
    with psycopg.connect(url_of("postgres"), autocommit=True) as server:
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER registry_owner").format(
                sql.Identifier(database), sql.Identifier(template)
            )
        )


def load(database: str, count: int, *, with_name_keys: bool) -> None:
    """`count` accounts with business, number, proof, badge, journal line, and what the index of look-alikes holds.

    As the superuser, for two reasons: foreign keys are not checked row by row, and secondary indexes are
    built once, at the end.
    """
    with psycopg.connect(url_of(database), autocommit=True, cursor_factory=ClientCursor) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET maintenance_work_mem = '512MB'")
        given = list(made_up_names(count))
        rebuilt = _drop_secondary_indexes(connection)
        for statement in filter(str.strip, _TABLES.split(";\n")):
            connection.execute(statement, {"names": given})
        if with_name_keys:
            _load_name_keys(connection, given)
        for definition in rebuilt:
            connection.execute(definition)
        connection.execute("RESET session_replication_role")
        connection.execute("VACUUM ANALYZE")


def _load_name_keys(connection: psycopg.Connection[tuple[object, ...]], given: list[str]) -> None:
    every = enumerate(given, start=1)
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY businesses_namekey (key, account_id, guarded) FROM STDIN") as copy,
    ):
        while some := list(islice(every, NAMES_AT_A_TIME)):
            lines = []
            for i, name in some:
                account = f"\t01900000-0000-7000-8000-{i:012x}\tf\n"
                lines += [f"{key}{account}" for key in names.keys(name)]
            copy.write("".join(lines))


def _drop_secondary_indexes(connection: psycopg.Connection[tuple[object, ...]]) -> list[str]:
    """Drop those that hold up no constraint; returns the statements that make them again."""
    found = connection.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i "
        "JOIN pg_class c ON c.oid = i.indrelid WHERE c.relname = ANY (%s) AND NOT indisunique",
        [["businesses_account", "businesses_business", "businesses_namekey", "badges_badge", "businesses_numberuse",
          "proofs_numberproof", "audit_event", "audit_eventnumber"]],
    ).fetchall()  # fmt: skip
    for name, _ in found:
        connection.execute(f"DROP INDEX {name}")
    return [str(definition) for _, definition in found]
