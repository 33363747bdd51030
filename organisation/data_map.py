"""What of the organisation's data is how delicate, what for, and how long it is kept: see ``core.data_map``."""

from core import data_map

MAP = data_map.read(
    "organisation",
    """
Organisation: the group that runs this Liferaft
public | * | stands on every page | changed

LegalEntity: a body that may issue receipts
public | * | stands on every receipt | changed

User: a member of staff
personal | username email name | to sign in, to be told, to be named beside what they did | staff
confidential | password | slow hash, to sign in | staff
internal | id last_login is_superuser is_staff is_active date_joined groups user_permissions | what they may do, and since when | staff

User_groups: which groups of Wagtail's a member of staff is in
internal | * | follows from their roles | staff

User_user_permissions: unused, Django's
internal | * | stays empty: rights come from roles | staff

RoleAssignment: a person holds a role
internal | * | who may do what, and who allowed it | staff

AuditEvent: one deed, in a hash chain
internal | * | who did what and when; tells of nobody outside | good

AuditNote: the sealed words beside an audit event
internal | id position salt | ties the words to the chain | note
confidential | sealed_text | why something was done | note
""",
)
