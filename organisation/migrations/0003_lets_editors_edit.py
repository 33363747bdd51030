"""The group that Wagtail's own rights for pages, images and documents hang on; membership follows the role."""

from django.db import migrations

GROUP = "editor"
# app, model, deeds
PAGES = ("wagtailcore", "page", ["add", "change", "publish", "bulk_delete", "lock", "unlock"])
FILES = [
    ("wagtailimages", "image", ["add", "change", "delete", "choose"]),
    ("wagtaildocs", "document", ["add", "change", "delete", "choose"]),
]


def add_group(apps, schema_editor):
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=GROUP)
    page_permissions = apps.get_model("wagtailcore", "GroupPagePermission")
    collection_permissions = apps.get_model("wagtailcore", "GroupCollectionPermission")
    for root in apps.get_model("wagtailcore", "Page").objects.filter(depth=1):
        for permission in _permissions(apps, *PAGES):
            page_permissions.objects.get_or_create(group=group, page=root, permission=permission)
    for root in apps.get_model("wagtailcore", "Collection").objects.filter(depth=1):
        for kind in FILES:
            for permission in _permissions(apps, *kind):
                collection_permissions.objects.get_or_create(group=group, collection=root, permission=permission)
    for assignment in apps.get_model("organisation", "RoleAssignment").objects.filter(role=GROUP):
        assignment.user.groups.add(group)


def _permissions(apps, app, model, deeds):
    # On an empty database Django makes permissions only after the last migration.
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label=app, model=model)
    for deed in deeds:
        permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
            content_type=content_type, codename=f"{deed}_{model}", defaults={"name": f"Can {deed} {model}"}
        )
        yield permission


def remove_group(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name=GROUP).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("organisation", "0002_forbids_superusers"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
        ("wagtailimages", "0027_image_description"),
        ("wagtaildocs", "0014_alter_document_file_size"),
    ]

    operations = [migrations.RunPython(add_group, remove_group)]
