"""The words of messages in a column, and an index of it by each database's own means: see `backend.chat.search`."""

from django.core.management import CommandError
from django.db import migrations, models

from backend.chat import search

CHUNK = 500

# External content: the index points to the rows, and has no copy. `ascii` splits at what is ASCII and no letter, digit
# or token character; the column holds only spaces of that kind. Neither positions nor sizes are needed.
#
# A migration that makes SQLite's chat_message anew (Django does so to alter most columns) drops its triggers: make
# them again after it. The tests of search fail otherwise.
SQLITE = [
    "CREATE VIRTUAL TABLE chat_search USING fts5(search, content='chat_message', content_rowid='id',"
    " tokenize=\"ascii tokenchars '.='\", detail=none, columnsize=0)",
    "INSERT INTO chat_search (rowid, search) SELECT id, search FROM chat_message WHERE search <> ''",
    "CREATE TRIGGER chat_search_insert AFTER INSERT ON chat_message WHEN new.search <> '' BEGIN"
    " INSERT INTO chat_search (rowid, search) VALUES (new.id, new.search); END",
    "CREATE TRIGGER chat_search_delete AFTER DELETE ON chat_message WHEN old.search <> '' BEGIN"
    " INSERT INTO chat_search (chat_search, rowid, search) VALUES ('delete', old.id, old.search); END",
    "CREATE TRIGGER chat_search_take AFTER UPDATE OF search ON chat_message"
    " WHEN old.search <> new.search AND old.search <> '' BEGIN"
    " INSERT INTO chat_search (chat_search, rowid, search) VALUES ('delete', old.id, old.search); END",
    "CREATE TRIGGER chat_search_give AFTER UPDATE OF search ON chat_message"
    " WHEN old.search <> new.search AND new.search <> '' BEGIN"
    " INSERT INTO chat_search (rowid, search) VALUES (new.id, new.search); END",
]
SQLITE_BACK = [
    *(f"DROP TRIGGER chat_search_{each}" for each in ("insert", "delete", "take", "give")),
    "DROP TABLE chat_search",
]
# Not `to_tsvector`: its parser takes words apart that have a shape, such as numbers, by the locale of the database.
POSTGRESQL = [
    "CREATE INDEX chat_search ON chat_message USING gin (array_to_tsvector(string_to_array(search, ' ')))",
]
POSTGRESQL_BACK = ["DROP INDEX chat_search"]


def check(apps, schema_editor):
    if schema_editor.connection.vendor != "sqlite":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM pragma_module_list WHERE name = 'fts5'")
        [count] = cursor.fetchone()
    if not count:
        raise CommandError("This Python's SQLite was built without FTS5, which search needs: use another, or PostgreSQL.")


def fill(apps, schema_editor):
    rows = apps.get_model("chat", "Message").objects.filter(deleted_at=None)
    seen = 0
    while found := list(rows.filter(pk__gt=seen).order_by("pk").only("room_id", "body")[:CHUNK]):
        for row in found:
            row.search = search.indexed(row.room_id, row.body)
        rows.bulk_update(found, ["search"])
        seen = found[-1].pk


def index(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    for statement in SQLITE_BACK if schema_editor.connection.vendor == "sqlite" else POSTGRESQL_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('chat', '0005_invitations'),
    ]

    operations = [
        migrations.RunPython(check, migrations.RunPython.noop),
        migrations.AddField(
            model_name='message',
            name='search',
            field=models.TextField(blank=True, default=''),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(index, drop),
    ]
