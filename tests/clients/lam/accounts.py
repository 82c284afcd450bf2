"""accounts.py: the life of users and groups through LAM's pages, and the rows in PostgreSQL after each step."""
import sys

from steps import check, run, same, sql
from units import life_in_units, unit_administrator, units
from users import ADMIN, BASE, CREATED, GROUPS, MODIFIED, change, members, new_user, row, says, uid


def life_of_a_user(lam, step):
    with step("log in"):
        lam.login(ADMIN, "admin")
        check("list.php" in lam.b.url(), f"the page after the login is {lam.b.url()}")
    with step("list users"):
        same("ann bob carl dora eve fay gus hal ivy jan", " ".join(lam.list()), "the users")
    with step("list groups"):
        same("devs empty fay ldapusers sysadmins", " ".join(sorted(lam.list("group"))), "the groups, with a private one")
    with step("new user"):
        new_user(lam, "zed", "Zed", "Zeller", mail_0="zed@example.org")
        says(lam, CREATED)
        same("10000|2001|Zed Zeller|Zeller|Zed|zed@example.org|/home/zed|/bin/bash", row("zed"), "the row")
    with step("open the user"):
        lam.edit(uid("zed"))
        same("Zeller", lam.b.value("[name=sn]"), "the surname that is shown")
    with step("replace the mail address"):
        change(lam, "zed", mail_0="zeller@example.org")
        says(lam, MODIFIED)
        same("zeller@example.org", row("zed", "mail"), "the column")
    with step("take the given name, for which the database requires some value"):
        change(lam, "zed", givenName="")
        says(lam, MODIFIED)
        same("", row("zed", "givenName"), "the column")
    with step("add a given name, replace the surname and the mail address"):
        change(lam, "zed", givenName="Zedrick", sn="Zellner", mail_0="zed@example.org")
        same("Zellner|Zedrick|zed@example.org", row("zed", "sn", "givenName", "mail"), "the columns")
    with step("change home directory and shell"):
        lam.edit(uid("zed"))
        lam.tab("posixAccount")
        lam.b.fill("[name=homeDirectory]", "/srv/zed")
        lam.b.choose("[name=loginShell]", "/bin/sh")
        lam.save()
        same("/srv/zed|/bin/sh", row("zed", "homeDirectory", "loginShell"), "the columns")
    with step("rename in another case"):
        change(lam, "zed", "posixAccount", uid="Zed")
        says(lam, MODIFIED)
        same("10000|", f"{row('Zed', 'uidNumber')}|{row('zed')}", "the rows")
        change(lam, "Zed", "posixAccount", uid="zed")
        same("10000|", f"{row('zed', 'uidNumber')}|{row('Zed')}", "the rows")
    with step("add to two groups"):
        lam.edit(uid("zed"))
        same(["devs", "sysadmins"], lam.groups(add=("devs", "sysadmins")), "the groups that are shown")
        lam.save()
        same("ann carl gus zed, ann bob zed", f"{members('devs')}, {members('sysadmins')}", "the members")
    with step("remove from a group"):
        lam.edit(uid("zed"))
        lam.groups(remove=("sysadmins",))
        lam.save()
        same("ann carl gus zed, ann bob", f"{members('devs')}, {members('sysadmins')}", "the members")
    for profile, setting in (("plain", "clear text"), ("hash", "a hash of LAM's"), ("lam", "by Password Modify")):
        with step(f"set a password: {setting}"):
            lam.login(ADMIN, "admin", profile)
            lam.edit(uid("zed"))
            lam.password(f"secret-{profile}")
            lam.save()
            says(lam, MODIFIED)
            stored = row("zed", "userPassword")
            check(stored.startswith("{SSHA}" if profile == "hash" else "$argon2id$"), f"the column is {stored}")
            same(0, step.ldap("ldapwhoami", bind=(uid("zed"), f"secret-{profile}"))[0], "the login")
    with step("change the number of the primary group"):
        lam.edit(uid("zed"))
        lam.tab("posixAccount")
        lam.b.choose("[name=gidNumber]", "empty")
        lam.save()
        same("2003", row("zed", "gidNumber"), "the column")
    identity = step.entry(uid("zed"), "entryUUID").splitlines()[1]
    with step("rename"):
        change(lam, "zed", "posixAccount", uid="zoe")
        says(lam, MODIFIED)
        same("10000||ann carl gus zoe", f"{row('zoe', 'uidNumber')}|{row('zed')}|{members('devs')}", "the rows")
        check(identity in step.entry(uid("zoe"), "entryUUID"), "the entryUUID differs")
    with step("rename and replace the mail address in one save"):
        change(lam, "zoe", mail_0="zora@example.org")
        lam.edit(uid("zoe"))
        lam.b.fill("[name=mail_0]", "zora@example.com")
        lam.tab("posixAccount")
        lam.b.fill("[name=uid]", "zora")
        lam.save()
        same("zora@example.com", row("zora", "mail"), "the column")
    with step("list with a filter"):
        lam.list()
        lam.b.fill("[name=filteruid]", "z*")
        lam.b.click("[name=apply_filter]")
        same(["zora"], lam.names(), "the users")
    with step("delete the user"):
        lam.delete(uid("zora"))
        same("|ann carl gus", f"{row('zora')}|{members('devs')}", "the rows")
    with step("new user whose number the database assigns"):
        lam.login(ADMIN, "admin", "hash")
        new_user(lam, "yan", "Yan", "Young")
        says(lam, CREATED)
        same("2010|2001|Yan Young|Young|Yan|yan@example.com|/home/yan|/bin/bash", row("yan"), "the row")
        lam.delete(uid("yan"))
        lam.login(ADMIN, "admin")


def life_of_a_group(lam, step):
    with step("new group"):
        lam.new("group")
        lam.b.fill("[name=cn]", "crew")
        lam.save()
        says(lam, CREATED)
        same("10000", sql("SELECT \"gidNumber\" FROM \"Groups\" WHERE cn = 'crew'"), "the row")
    with step("rename the group"):
        lam.edit(f"cn=crew,{GROUPS}", "group")
        lam.b.fill("[name=cn]", "team")
        lam.save()
        same("team", sql('SELECT cn FROM "Groups" WHERE "gidNumber" = 10000'), "the row")
    with step("delete the primary group of users"): # LAM refuses this itself
        lam.delete(f"cn=ldapusers,{GROUPS}", "group")
        same("5", sql('SELECT count(*) FROM "Groups"'), "the number of groups")
    with step("delete the group"):
        lam.delete(f"cn=team,{GROUPS}", "group")
        same("4", sql('SELECT count(*) FROM "Groups"'), "the number of groups")


def corners(lam, step):
    """What an LDAP server with a database behind it could answer differently."""
    with step("save a user with a private group"):
        change(lam, "fay", mail_0="fay@example.org")
        says(lam, MODIFIED)
        same("fay@example.org", row("fay", "mail"), "the column")
    with step("rename a user with a private group", refused=[32]): # LAM then writes the group's old name
        change(lam, "fay", "posixAccount", uid="faye")
        same("|2005", f"{row('fay')}|{row('faye', 'uidNumber')}", "the rows")
    with step("delete a user with a private group"):
        lam.delete(uid("faye"))
        same("", row("faye"), "the row")
    with step("take the mail address, and the default that is shown then"):
        change(lam, "carl", mail_0="")
        same("", row("carl", "mail"), "the column")
        lam.edit(uid("carl"))
        same("carl@example.com", lam.b.value("[name=mail_0]"), "the default")
        lam.b.fill("[name=mail_0]", "")
        lam.save()
        says(lam, MODIFIED)
        same("", row("carl", "mail"), "the column")
    with step("replace the default by an address"):
        change(lam, "carl", mail_0="carl@example.org")
        same("carl@example.org", row("carl", "mail"), "the column")
    with step("add the extension of shadow accounts, which the database ignores"):
        lam.edit(uid("gus"))
        lam.tab("shadowAccount")
        lam.b.click("[name=form_subpage_shadowAccount_attributes_addObjectClass]")
        lam.save()
        says(lam, MODIFIED)
    with step("take the gecos, which is computed", refused=[19]):
        change(lam, "gus", "posixAccount", gecos="")
        says(lam, "gecos: the values are computed")
    with step("save a user whom the primary group lists"): # LAM removes such a membership, here of carl and jan
        change(lam, "jan", mail_0="jan@example.org")
        same("ann bob dora eve hal ivy", members("ldapusers"), "the members")
    with step("rename a member in another case", refused=[19]): # LAM would add and remove the membership first
        change(lam, "carl", "posixAccount", uid="Carl")
        same("2002||ann carl", f"{row('carl', 'uidNumber')}|{row('Carl', 'uidNumber')}|{members('devs')}", "the rows")
    with step("new user whose RDN is not uid", refused=[53]):
        lam.new()
        lam.b.choose("[name=accountContainerRDN]", "cn")
        lam.b.fill("[name=sn]", "Xerxes")
        lam.tab("posixAccount")
        lam.b.fill("[name=uid]", "xerxes")
        lam.save()
    with step("new user whose name is taken in another case", refused=[68]):
        new_user(lam, "Jan", "Jan", "Young")
    with step("an address that another user has", refused=[19]):
        change(lam, "bob", mail_0="ann@example.com")
    with step("a telephone number, which has no column", refused=[53]):
        change(lam, "bob", telephoneNumber_0="+1 2")
        says(lam, "the database has no place for this attribute")
    with step("delete two users of the list"):
        lam.list()
        lam.b.js("for (const row of document.querySelectorAll('table.accountlist tr'))"
                 "if (/^\\s*(eve|ivy)\\s/.test(row.innerText)) row.querySelector('input[type=checkbox]').checked = true")
        lam.b.click("[name=del]")
        lam.b.click("[name=delete]")
        same("|", f"{row('eve')}|{row('ivy')}", "the rows")


def tree_view(lam, step):
    with step("tree view"):
        same([BASE, "ou=groups", "ou=people"], sorted(lam.tree()), "the nodes")
        check("uid=ann" in lam.unfold("ou=people"), "ann is not below ou=people")
    with step("tree view: an entry"):
        check("bob@example.com" in lam.node("uid=bob"), "the address is not shown")
        check("entryUUID" in lam.internal(), "entryUUID is not shown")
    with step("tree view: replace an attribute"):
        check("All changes were successful" in lam.tree_save(uid("bob"), sn=("Baker", "Builder")), "LAM does not say so")
        same("Builder", row("bob", "sn"), "the column")
    with step("tree view: rename, which would keep the old name", refused=[53]):
        answer = lam.tree_save(uid("bob"), uid=("bob", "bert"))
        check("uid: the database stores one value" in answer, f"LAM says {answer}")
        same("bob", sql("SELECT uid FROM \"Users\" WHERE uid IN ('bob', 'bert')"), "the row")
    with step("tree view: delete"):
        lam.tree_request("deleteNode", uid("hal"))
        same("", row("hal"), "the row")


def another_administrator(lam, step):
    with step("log in as another administrator"):
        lam.login(uid("ann"), "ann-secret", "plain")
        check("list.php" in lam.b.url(), f"the page after the login is {lam.b.url()}")
    with step("another administrator sets a password"):
        lam.edit(uid("bob"))
        lam.password("bob-new")
        lam.save()
        says(lam, MODIFIED)
        same(0, step.ldap("ldapwhoami", bind=(uid("bob"), "bob-new"))[0], "the login")
    with step("another administrator sets a hash", refused=[19]):
        lam.login(uid("ann"), "ann-secret", "hash")
        lam.edit(uid("bob"))
        lam.password("bob-hash")
        lam.save()
    with step("log out"):
        lam.logout()
    with step("log in with a wrong password"):
        lam.login(uid("ann"), "wrong")
        says(lam, "Wrong password")


sys.exit(run(life_of_a_user, life_of_a_group, corners, tree_view, units, life_in_units, unit_administrator, another_administrator))
