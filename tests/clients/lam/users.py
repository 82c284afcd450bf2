"""users.py: a user's columns in PostgreSQL, and what a person does with users in LAM."""
from steps import check, sql

BASE = "dc=example,dc=com"
ADMIN, PEOPLE, GROUPS = f"cn=admin,{BASE}", f"ou=people,{BASE}", f"ou=groups,{BASE}"
CREATED, MODIFIED = "Account was created successfully.", "Account was modified successfully."


def uid(name, place=PEOPLE):
    return f"uid={name},{place}"


def row(name, *columns):
    """The user's columns, as psql prints them; nothing if there is no such user."""
    columns = columns or ("uidNumber", "gidNumber", "cn", "sn", "givenName", "mail", "homeDirectory", "loginShell")
    return sql("SELECT {} FROM \"Users\" WHERE uid = '{}'".format(", ".join(f'"{c}"' for c in columns), name))


def members(group):
    return sql(f"""SELECT string_agg(uid, ' ' ORDER BY uid) FROM "Groups" g JOIN "UserGroups" USING ("gidNumber")
        JOIN "Users" USING ("uidNumber") WHERE g.cn = '{group}'""")


def new_user(lam, name, given, family, place=None, password=None, group="ldapusers", **fields):
    """Fills in both tabs of a new user, and saves."""
    lam.new()
    if place:
        lam.move(place)
    lam.b.fill("[name=givenName]", given)
    lam.b.fill("[name=sn]", family)
    for field, value in fields.items():
        lam.b.fill(f"[name={field}]", value)
    lam.tab("posixAccount")
    lam.b.fill("[name=uid]", name)
    lam.b.choose("[name=gidNumber]", group)
    if password:
        lam.password(password)
    lam.save()


def change(lam, name, tab=None, place=PEOPLE, **fields):
    """Fills in fields of one tab of a user, and saves."""
    lam.edit(uid(name, place))
    if tab:
        lam.tab(tab)
    for field, value in fields.items():
        lam.b.fill(f"[name={field}]", value)
    lam.save()


def says(lam, text):
    check(any(text in m for m in lam.messages()), f"LAM says {lam.messages()}, not: {text}")
