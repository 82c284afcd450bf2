"""delegates.py: administrators with roles use LAM's pages: what each of them sees, may change, and what does not exist for them."""
import sys

from steps import check, run, same, sql
from users import BASE, CREATED, MODIFIED, change, new_user, says, uid

MISSING = "Unable to load LDAP entry"
MINE = "ann dora hank self sven" # the users in ou=bremen and below
ALL = f"{MINE} bea boss brad hugo lam nils nobody"
UNITS = """WITH RECURSIVE tree AS (SELECT id, lower(name) AS name FROM units WHERE parent IS NULL
    UNION ALL SELECT u.id, t.name || '/' || lower(u.name) FROM units u JOIN tree t ON t.id = u.parent)"""


def at(path):
    """The DN of a unit, whose path has the names from the top; the suffix for an empty path."""
    return "".join(f"ou={name}," for name in reversed(path.split("/")) if name) + BASE


BREMEN, STEINTOR, BERLIN = "Bremen", "Bremen/Steintor", "berlin"


def row(name, *columns):
    """The user's unit and columns; nothing if there is no such user."""
    return sql(f"{UNITS} SELECT concat_ws('|', coalesce(tree.name, ''), {', '.join(columns or ['number'])})"
               f" FROM people p LEFT JOIN tree ON tree.id = p.unit WHERE login = '{name}'")


def members(team):
    return sql("SELECT string_agg(login, ' ' ORDER BY login) FROM members JOIN people ON id = person"
               f" WHERE team = (SELECT id FROM teams WHERE name = '{team}')")


def users(lam):
    return " ".join(sorted(lam.list()))


def below(nodes):
    """The nodes of the tree view below that of the suffix."""
    return sorted(node for node in nodes if node != BASE)


def log_in(lam, name):
    lam.login_by_name(name, "secret")
    check("list.php" in lam.b.url(), f"the page after the login is {lam.b.url()}")


def missing(lam, name, place, kind="user"):
    """The page of an entry that does not exist, and says so with the address that was asked for."""
    lam.edit(uid(name, place) if kind == "user" else f"cn={name},{place}", kind)
    says(lam, MISSING)
    return [m.replace(name, "NAME") for m in lam.messages()]


def what_brad_sees(lam, step):
    with step("log in as the administrator of a unit, whose own entry is hidden"):
        log_in(lam, "brad")
    with step("list of users"):
        same(MINE, users(lam), "the users")
    with step("list of groups"):
        same("gb local", " ".join(sorted(lam.list("group"))), "the groups")
    with step("list with a filter that would match hidden users"):
        lam.list()
        lam.b.fill("[name=filteruid]", "b*")
        lam.b.click("[name=apply_filter]")
        same([], lam.names(), "the users")
        lam.list()
        lam.b.fill("[name=filteruid]", "*")
        lam.b.click("[name=apply_filter]")
    with step("places that are offered"):
        lam.edit(uid("ann", at(BREMEN)))
        same(["Bremen > example > com", "Steintor > Bremen > example > com", "a, b + c > Steintor > Bremen > example > com", "example > com"],
             sorted(lam.b.options("[name=accountContainerSuffix]")), "the places")
    with step("tree view"):
        same(["ou=Bremen"], below(lam.tree()), "the nodes")
        same(["cn=gb", "cn=local", "ou=Bremen", "ou=Steintor", "uid=ann", "uid=hank", "uid=self"], below(lam.unfold("ou=Bremen")), "the nodes")
    with step("tree view: a user, without the password and the attribute of the role"):
        seen = lam.node("uid=ann")
        check("ann@example.com" in seen, f"the tree view shows {seen}")
        check("clerk" not in seen and "argon2" not in seen and "SSHA" not in seen, f"the tree view shows {seen}")


def what_does_not_exist(lam, step):
    with step("the page of a user that does not exist"):
        expected = missing(lam, "nosuch", at(BERLIN))
    with step("the page of a user elsewhere, by its address"):
        same(expected, missing(lam, "bea", at(BERLIN)), "what LAM says")
        check("bea@example.com" not in lam.b.text(), "the page shows the address")
    with step("the pages of other entries elsewhere, by their addresses"):
        same(missing(lam, "nosuch", BASE), missing(lam, "boss", BASE), "what LAM says")
        same(missing(lam, "nosuch", BASE), missing(lam, "brad", BASE), "what LAM says of the own entry")
        same(missing(lam, "nosuch", BASE, "group"), missing(lam, "all", BASE, "group"), "what LAM says")
        same(missing(lam, "nosuch", at(BERLIN), "group"), missing(lam, "gbe", at(BERLIN), "group"), "what LAM says")
    with step("tree view: what is below a hidden unit, by its address"):
        lam.tree()
        same("[]", lam.tree_request("getNodes", at(BERLIN)), "the nodes")
        same("[]", lam.tree_request("getNodes", at("nosuch")), "the nodes")
    with step("tree view: delete a user elsewhere, by its address"): # LAM lists what is below it first
        answer = lam.tree_request("deleteNode", uid("bea", at(BERLIN)))
        check("No such object" in answer, f"LAM says {answer}")
        same(answer.replace("bea", "nosuch"), lam.tree_request("deleteNode", uid("nosuch", at(BERLIN))), "what LAM says")
    with step("tree view: move a user to a hidden unit, and to one that does not exist", refused=[32, 32]):
        answer = lam.tree_move(uid("ann", at(BREMEN)), at(BERLIN))
        same(answer.replace("berlin", "nosuch"), lam.tree_move(uid("ann", at(BREMEN)), at("nosuch")), "what LAM says")
        same("bremen|1002", row("ann"), "the row")
    with step("tree view: move a user from a hidden unit"): # LAM lists what is below it first
        answer = lam.tree_move(uid("bea", at(BERLIN)), at(BREMEN))
        same(answer.replace("bea", "nosuch"), lam.tree_move(uid("nosuch", at(BERLIN)), at(BREMEN)), "what LAM says")
        same("berlin|1004", row("bea"), "the row")


def what_brad_may_do(lam, step):
    with step("new user in the unit"):
        new_user(lam, "nora", "Nora", "Neu", at(BREMEN), "first", "local", mail_0="nora@example.org")
        says(lam, CREATED)
        same("bremen|20000|2004|Nora Neu|Neu|Nora|nora@example.org|/home/nora|/bin/bash|clerk",
             row("nora", "number", "gid", "shown", "surname", "given", "mail", "home", "shell", "rank"), "the row")
        same(0, step.ldap("ldapwhoami", bind=(uid("nora", at(BREMEN)), "first"))[0], "the login")
    with step("new user outside of the unit", refused=[50]):
        new_user(lam, "norman", "Norman", "Neu", BASE, group="local")
        same("", row("norman"), "the row")
    with step("new user with the name of a hidden user", refused=[19]):
        new_user(lam, "bea", "Bea", "Neu", at(BREMEN), group="local")
        same("berlin|1004", row("bea"), "the row")
    with step("new user with an attribute of the role", refused=[50]):
        new_user(lam, "norman", "Norman", "Neu", at(BREMEN), group="local", title_0="chief")
        same("", row("norman"), "the row")
    with step("change a user"):
        change(lam, "ann", place=at(BREMEN), sn="Archer", mail_0="archer@example.org")
        says(lam, MODIFIED)
        same("bremen|Archer|archer@example.org", row("ann", "surname", "mail"), "the row")
    with step("change a user in a unit whose name has special characters"):
        place = at("Bremen/Steintor/a\\2C b \\2B c")
        change(lam, "dora", place=place, mail_0="dora@example.org")
        says(lam, MODIFIED)
        same("bremen/steintor/a, b + c|dora@example.org", row("dora", "mail"), "the row")
    with step("an attribute of the role", refused=[50]):
        change(lam, "ann", place=at(BREMEN), title_0="chief")
        says(lam, "Insufficient access")
        same("bremen|clerk", row("ann", "rank"), "the row")
    with step("set a password"):
        lam.edit(uid("nora", at(BREMEN)))
        lam.password("second")
        lam.save()
        says(lam, MODIFIED)
        same(0, step.ldap("ldapwhoami", bind=(uid("nora", at(BREMEN)), "second"))[0], "the login")
    with step("set the password of a user whose roles are about the own entry only"):
        lam.edit(uid("ann", at(BREMEN)))
        lam.password("fresh")
        lam.save()
        says(lam, MODIFIED)
        same(0, step.ldap("ldapwhoami", bind=(uid("ann", at(BREMEN)), "fresh"))[0], "the login")
    with step("set the password of an administrator of another unit", refused=[50]):
        lam.edit(uid("hank", at(BREMEN)))
        lam.password("stolen")
        lam.save()
        same(0, step.ldap("ldapwhoami", bind=(uid("hank", at(BREMEN)), "secret"))[0], "the login")
    with step("add to a group, and remove from it"):
        lam.edit(uid("nora", at(BREMEN)))
        same(["gb"], lam.groups(add=("gb",)), "the groups that are shown")
        lam.save()
        same("ann dora nora", members("gb"), "the members")
        lam.edit(uid("nora", at(BREMEN)))
        lam.groups(remove=("gb",))
        lam.save()
        same("ann dora", members("gb"), "the members")
    with step("a group of a user elsewhere, which is not shown, stays"):
        lam.edit(uid("ann", at(BREMEN)))
        same(["gb"], lam.groups(remove=()), "the groups that are shown")
        lam.groups(remove=("gb",))
        lam.save()
        says(lam, MODIFIED)
        same("dora, ann bea", f"{members('gb')}, {members('gbe')}", "the members")
    with step("move inside the unit"):
        lam.edit(uid("nora", at(BREMEN)))
        lam.move(at(STEINTOR))
        lam.save()
        says(lam, MODIFIED)
        same("bremen/steintor|20000", row("nora"), "the row")
        same(["nora", "sven"], sorted(lam.list_place(at(STEINTOR)))[-2:], "the users")
    with step("move, rename and change in one save"):
        lam.edit(uid("nora", at(STEINTOR)))
        lam.move(at(BREMEN))
        lam.b.fill("[name=sn]", "Neuer")
        lam.tab("posixAccount")
        lam.b.fill("[name=uid]", "nell")
        lam.save()
        says(lam, MODIFIED)
        same("bremen|20000|Neuer", row("nell", "number", "surname"), "the row")
    with step("tree view: move inside the unit"):
        lam.tree()
        same("[]", lam.tree_move(uid("nell", at(BREMEN)), at(STEINTOR)), "LAM's answer")
        same("bremen/steintor|20000", row("nell"), "the row")
    with step("move out of the unit", refused=[50]):
        lam.edit(uid("nell", at(STEINTOR)))
        lam.move(BASE)
        lam.save()
        same("bremen/steintor|20000", row("nell"), "the row")
    with step("units, which the role may not make or delete", refused=[50]):
        lam.new_unit(at(BREMEN), "ostertor")
        says(lam, "Unable to create new OU!")
        same("6", sql("SELECT count(*) FROM units"), "the number of units")
    with step("delete the user"):
        lam.delete(uid("nell", at(STEINTOR)))
        same("", row("nell"), "the row")
    with step("new group in the unit, and delete it"):
        lam.new("group")
        lam.move(at(BREMEN))
        lam.b.fill("[name=cn]", "crew")
        lam.save()
        says(lam, CREATED)
        same("1", sql("SELECT unit FROM teams WHERE name = 'crew'"), "the row")
        lam.delete(f"cn=crew,{at(BREMEN)}", "group")
        same("4", sql("SELECT count(*) FROM teams"), "the number of groups")
    with step("new user whose number LAM would choose from those that it sees", refused=[19]): # that of a hidden user, here of bea
        sql("UPDATE people SET number = 10000 WHERE login = 'bea'")
        lam.login(uid("brad", BASE), "secret", "range")
        new_user(lam, "norman", "Norman", "Neu", at(BREMEN), group="local")
        same("", row("norman"), "the row")
        sql("UPDATE people SET number = 1004 WHERE login = 'bea'")


def withdrawn(lam, step):
    with step("log in from a list of administrators"):
        lam.login(uid("brad", BASE), "secret", "list")
        same(MINE, users(lam), "the users")
    with step("the role is withdrawn: the next page"):
        sql("CREATE TABLE kept AS SELECT * FROM roles WHERE login = 'brad'; DELETE FROM roles WHERE login = 'brad'")
        same("", users(lam), "the users")
    with step("the role is withdrawn: a user's page"):
        missing(lam, "ann", at(BREMEN))
    with step("the role is granted again"):
        sql("INSERT INTO roles SELECT * FROM kept")
        same(MINE, users(lam), "the users")


def help_desk(lam, step):
    with step("log in as the help desk"):
        log_in(lam, "hugo")
    with step("the help desk lists users"):
        same(MINE, users(lam), "the users")
    with step("the help desk sets a password, with a role that shows too little for LAM"): # LAM refuses this itself
        lam.edit(uid("sven", at(STEINTOR)))
        check("sven@example.com" not in lam.b.text(), "the page shows the address")
        lam.password("reset")
        lam.save()
        says(lam, "Last name contains invalid characters or is empty!")
    with step("the help desk sets a password"):
        sql("INSERT INTO roles VALUES ('hugo', 'account-reader', 'ou=bremen')")
        lam.edit(uid("sven", at(STEINTOR)))
        lam.password("reset")
        lam.save()
        says(lam, MODIFIED)
        same(0, step.ldap("ldapwhoami", bind=(uid("sven", at(STEINTOR)), "reset"))[0], "the login")
    with step("the help desk changes a surname", refused=[50]):
        change(lam, "sven", place=at(STEINTOR), sn="Stein")
        same("bremen/steintor|Sven", row("sven", "surname"), "the row")
    with step("the help desk deletes a user", refused=[50]):
        lam.delete(uid("sven", at(STEINTOR)))
        same("bremen/steintor|1003", row("sven"), "the row")


def own_entry(lam, step):
    with step("log in as a user without an administrator's role"):
        log_in(lam, "self")
        same("self", users(lam), "the users")
    with step("a user changes the own mail address"):
        change(lam, "self", place=at(BREMEN), mail_0="mine@example.org")
        says(lam, MODIFIED)
        same("bremen|mine@example.org", row("self", "mail"), "the row")
    with step("a user changes the own surname", refused=[50]):
        change(lam, "self", place=at(BREMEN), sn="Mine")
        same("bremen|Self", row("self", "surname"), "the row")


def domain_administrator(lam, step):
    with step("log in as the administrator of the domain, by a group"):
        log_in(lam, "boss")
    with step("the administrator of the domain lists users and groups"):
        same(" ".join(sorted(ALL.split())), users(lam), "the users")
        same("all gb gbe local", " ".join(sorted(lam.list("group"))), "the groups")
    with step("the administrator of the domain opens the user's page"):
        lam.edit(uid("bea", at(BERLIN)))
        same("bea@example.com", lam.b.value("[name=mail_0]"), "the address that is shown")
    with step("the administrator of the domain moves a user, and changes the attribute of the role"):
        lam.edit(uid("bea", at(BERLIN)))
        lam.move(at(STEINTOR))
        lam.b.fill("[name=title_0]", "chief")
        lam.save()
        says(lam, MODIFIED)
        same("bremen/steintor|chief", row("bea", "rank"), "the row")
    with step("the administrator of the domain makes a unit"):
        lam.new_unit(at(BREMEN), "ostertor")
        says(lam, "New OU created successfully.")
        lam.delete_unit(at("Bremen/ostertor"))
        lam.sure()
        says(lam, "OU deleted successfully.")
    with step("the tree of the administrator of the domain"):
        same(["cn=all", "ou=Bremen", "ou=berlin", "ou=bremen-nord", "uid=boss", "uid=brad", "uid=hugo", "uid=lam", "uid=nobody"],
             below(lam.tree()), "the nodes")
    with step("the user who was moved is the unit administrator's now"):
        log_in(lam, "brad")
        same(" ".join(sorted(f"{MINE} bea".split())), users(lam), "the users")
        lam.edit(uid("bea", at(STEINTOR)))
        same("bea@example.com", lam.b.value("[name=mail_0]"), "the address that is shown")


sys.exit(run(what_brad_sees, what_does_not_exist, what_brad_may_do, withdrawn, help_desk, own_entry, domain_administrator))
