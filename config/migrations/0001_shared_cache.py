"""The table behind the cache that all processes share (django.core.cache.backends.db)."""

from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(
            sql="""
                CREATE TABLE config_shared_cache (
                    cache_key varchar(255) NOT NULL PRIMARY KEY,
                    value text NOT NULL,
                    expires timestamp with time zone NOT NULL
                );
                CREATE INDEX config_shared_cache_expires ON config_shared_cache (expires);
            """,
            reverse_sql="DROP TABLE config_shared_cache;",
        ),
    ]
