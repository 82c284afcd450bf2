"""units.py: LAM makes units, and users live and move in them: the rows in PostgreSQL, and what SSSD finds, after each step."""
from steps import check, same, sql
from users import ADMIN, CREATED, GROUPS, MODIFIED, PEOPLE, change, members, new_user, row, says, uid

UNITS = """WITH RECURSIVE tree AS (SELECT id, name FROM units WHERE parent IS NULL
    UNION ALL SELECT u.id, t.name || '/' || u.name FROM units u JOIN tree t ON t.id = u.parent)"""


def at(path):
    """The DN of a unit, whose path has the names from the top; that of all people for an empty path."""
    return "".join(f"ou={name}," for name in reversed(path.split("/")) if name) + PEOPLE


def paths():
    return sql(f"{UNITS} SELECT string_agg(name, ', ' ORDER BY name) FROM tree")


def path_of(name):
    """The user's unit and number; nothing if there is no such user."""
    return sql(f"""{UNITS} SELECT coalesce(tree.name, ''), "uidNumber" FROM "Users" LEFT JOIN tree ON id = unit WHERE uid = '{name}'""")


class Resident:
    """A user who moves and is renamed. Number, groups and entryUUID stay, and it can log in."""

    def __init__(self, step, number, password):
        self.step, self.number, self.password, self.groups, self.identity, self.dn = step, number, password, [], "", ""

    def lives(self, name, path):
        """The row, and what SSSD's searches find: the user, and then the groups."""
        found = uid(name, at(path))
        same(f"{path}|{self.number}", path_of(name), "the row")
        user = self.search(f"(&(uid={name})(objectclass=posixAccount)(uid=*)(&(uidNumber=*)(!(uidNumber=0))))",
                           "uid", "uidNumber", "gidNumber", "homeDirectory", "loginShell", "entryUUID")
        self.identity = self.identity or next((line for line in user if line.startswith("entryUUID: ")), "")
        same(sorted([f"dn: {found}", f"uid: {name}", f"uidNumber: {self.number}", "gidNumber: 2001", "homeDirectory: /home/nora",
                     "loginShell: /bin/bash", self.identity]), user, "the user")
        same([f"dn: cn={group},{GROUPS}" for group in self.groups],
             self.search(f"(&(memberuid={name})(objectClass=posixGroup)(cn=*)(&(gidNumber=*)(!(gidNumber=0))))", "1.1"), "the groups")
        same([f"dn: {found}"], self.search(f"({self.identity.replace(': ', '=')})", "1.1"), "the entry with the entryUUID")
        if self.dn not in ("", found):
            same("result 32", self.step.entry(self.dn), "what is left of it")
        self.dn = found
        same(0, self.step.ldap("ldapwhoami", bind=(found, self.password))[0], "the login")

    def search(self, condition, *attributes):
        return self.step.search(condition, *attributes, bind=(uid("jan"), "jan-secret"))


def units(lam, step):
    with step("places"):
        lam.edit(uid("ann"))
        same(["people > example > com"], lam.b.options("[name=accountContainerSuffix]"), "the places that are offered")
    with step("new unit"):
        lam.new_unit(PEOPLE, "bremen")
        says(lam, "New OU created successfully.")
        same("bremen", paths(), "the rows")
    with step("new unit below it"):
        lam.new_unit(at("bremen"), "steintor")
        says(lam, "New OU created successfully.")
        same("bremen, bremen/steintor", paths(), "the rows")
    with step("new units, one with the name of another"):
        lam.new_unit(PEOPLE, "New Town")
        lam.new_unit(at("New Town"), "steintor")
        same("New Town, New Town/steintor, bremen, bremen/steintor", paths(), "the rows")
    with step("new unit whose name is taken in another case"): # LAM refuses this itself
        lam.new_unit(PEOPLE, "Bremen")
        says(lam, "OU already exists!")
    with step("new unit below the groups, which have none", refused=[53]):
        lam.new_unit(GROUPS, "bremen")
        says(lam, "Unable to create new OU!")
    with step("places in units"):
        lam.new()
        same(["bremen > people > example > com", "New Town > people > example > com", "people > example > com",
              "steintor > bremen > people > example > com", "steintor > New Town > people > example > com"],
             sorted(lam.b.options("[name=accountContainerSuffix]"), key=str.lower), "the places that are offered")
    with step("delete a unit with a unit in it"): # LAM refuses this itself
        lam.delete_unit(at("bremen"))
        says(lam, "OU is not empty or invalid!")
    with step("delete a unit that gets a user while LAM asks", refused=[66]):
        lam.delete_unit(at("New Town/steintor"))
        sql("UPDATE \"Users\" SET unit = (SELECT max(id) FROM units) WHERE uid = 'dora'")
        lam.sure()
        says(lam, "Unable to delete OU!")
        same("New Town/steintor|2003", path_of("dora"), "the row")
    with step("delete the unit after the user has moved"):
        lam.edit(uid("dora", at("New Town/steintor")))
        lam.move(PEOPLE)
        lam.save()
        says(lam, MODIFIED)
        lam.delete_unit(at("New Town/steintor"))
        lam.sure()
        says(lam, "OU deleted successfully.")
        same("New Town, bremen, bremen/steintor, |2003", f"{paths()}, {path_of('dora')}", "the rows")


def life_in_units(lam, step):
    nora = Resident(step, 10000, "nora-secret")
    with step("new user in a unit"):
        new_user(lam, "nora", "Nora", "Neu", at("bremen/steintor"), password="nora-secret")
        says(lam, CREATED)
        nora.lives("nora", "bremen/steintor")
    with step("delete a unit with a user"): # LAM refuses this itself
        lam.delete_unit(at("bremen/steintor"))
        says(lam, "OU is not empty or invalid!")
    with step("change the user in the unit"):
        change(lam, "nora", place=at("bremen/steintor"), sn="Neumann", mail_0="nora@example.org")
        says(lam, MODIFIED)
        same("Neumann|nora@example.org", row("nora", "sn", "mail"), "the columns")
        nora.lives("nora", "bremen/steintor")
    with step("add the user in the unit to groups"):
        lam.edit(uid("nora", at("bremen/steintor")))
        lam.groups(add=("devs", "sysadmins"))
        lam.save()
        same("ann carl nora, ann bob nora", f"{members('devs')}, {members('sysadmins')}", "the members")
        nora.groups = ["devs", "sysadmins"]
        nora.lives("nora", "bremen/steintor")
    with step("move to another unit"):
        lam.edit(uid("nora", at("bremen/steintor")))
        lam.move(at("New Town"))
        lam.save()
        says(lam, MODIFIED)
        nora.lives("nora", "New Town")
    with step("rename in the unit"):
        change(lam, "nora", "posixAccount", at("New Town"), uid="norah")
        says(lam, MODIFIED)
        same("ann carl norah, ann bob norah", f"{members('devs')}, {members('sysadmins')}", "the members")
        nora.lives("norah", "New Town")
    with step("move, rename and change in one save"):
        lam.edit(uid("norah", at("New Town")))
        lam.move(at("bremen"))
        lam.b.fill("[name=sn]", "Neuer")
        lam.tab("posixAccount")
        lam.b.fill("[name=uid]", "nell")
        lam.save()
        says(lam, MODIFIED)
        same("Neuer", row("nell", "sn"), "the column")
        nora.lives("nell", "bremen")
    with step("list of a unit"):
        same(["nell"], lam.list_place(at("bremen")), "the users")
        same([], lam.list_place(at("bremen/steintor")), "the users")
    with step("tree view of units"):
        lam.tree()
        nodes = lam.unfold("ou=people")
        check("ou=bremen" in nodes and "ou=New Town" in nodes and "uid=nell" not in nodes, f"the nodes are {nodes}")
        nodes = lam.unfold("ou=bremen")
        check("ou=steintor" in nodes and "uid=nell" in nodes, f"the nodes are {nodes}")
        check("Neuer" in lam.node("uid=nell"), "the surname is not shown")
    with step("tree view: move a user"):
        same("[]", lam.tree_move(uid("nell", at("bremen")), at("bremen/steintor")), "LAM's answer")
        nora.lives("nell", "bremen/steintor")
    with step("tree view: move a unit with a user, which LAM copies", refused=[19]):
        answer = lam.tree_move(at("bremen/steintor"), at("New Town"))
        check("Was unable to create DN" in answer, f"LAM says {answer}")
        same("New Town, New Town/steintor, bremen, bremen/steintor", paths(), "the rows")
        nora.lives("nell", "bremen/steintor")
    with step("tree view: move a unit without entries"):
        identity = step.entry(at("New Town/steintor"), "entryUUID").splitlines()[1:]
        same("[]", lam.tree_move(at("New Town/steintor"), PEOPLE), "LAM's answer")
        same("New Town, bremen, bremen/steintor, steintor", paths(), "the rows")
        same(identity, step.entry(at("steintor"), "entryUUID").splitlines()[1:], "the entryUUID")
    with step("tree view: rename a unit, which would keep the old name", refused=[53]):
        answer = lam.tree_save(at("steintor"), ou=("steintor", "ostertor"))
        check("ou: the database stores one value" in answer, f"LAM says {answer}")
        same("New Town, bremen, bremen/steintor, steintor", paths(), "the rows")
    with step("set a password in the unit"):
        lam.edit(uid("nell", at("bremen/steintor")))
        lam.password("nell-secret")
        lam.save()
        says(lam, MODIFIED)
        nora.password = "nell-secret"
        nora.lives("nell", "bremen/steintor")
    with step("move back, and remove from a group in the same save"):
        lam.edit(uid("nell", at("bremen/steintor")))
        lam.move(PEOPLE)
        lam.groups(remove=("sysadmins",))
        lam.save()
        says(lam, MODIFIED)
        same("ann carl nell, ann bob", f"{members('devs')}, {members('sysadmins')}", "the members")
        nora.groups = ["devs"]
        nora.lives("nell", "")
    with step("tree view: delete a unit with a user"):
        lam.edit(uid("dora"))
        lam.move(at("steintor"))
        lam.save()
        lam.tree()
        lam.tree_request("deleteNode", at("steintor"))
        same("New Town, bremen, bremen/steintor|", f"{paths()}|{path_of('dora')}", "the rows")


def unit_administrator(lam, step):
    """bob may write in bremen only."""
    nell = Resident(step, 10000, "nell-secret")
    nell.groups = ["devs"]
    with step("the administrator moves a user to another's unit"):
        lam.edit(uid("nell"))
        lam.move(at("bremen"))
        lam.save()
        nell.lives("nell", "bremen")
    with step("log in as the administrator of the unit"):
        lam.login(uid("bob"), "bob-secret")
        check("list.php" in lam.b.url(), f"the page after the login is {lam.b.url()}")
    with step("the unit's administrator moves and changes a user in the unit"):
        lam.edit(uid("nell", at("bremen")))
        lam.move(at("bremen/steintor"))
        lam.b.fill("[name=sn]", "Neu")
        lam.save()
        says(lam, MODIFIED)
        same("Neu", row("nell", "sn"), "the column")
        nell.lives("nell", "bremen/steintor")
    with step("the unit's administrator moves a user out of it", refused=[50]):
        lam.edit(uid("nell", at("bremen/steintor")))
        lam.move(at("New Town"))
        lam.save()
        says(lam, "no write access to new superior's children")
        nell.lives("nell", "bremen/steintor")
    with step("the unit's administrator changes a user elsewhere", refused=[50]):
        change(lam, "carl", sn="Cook")
        says(lam, "Insufficient access")
        same("Cooper", row("carl", "sn"), "the column")
    with step("the unit's administrator makes units", refused=[50]):
        lam.new_unit(at("bremen"), "ostertor")
        says(lam, "New OU created successfully.")
        lam.new_unit(PEOPLE, "berlin")
        says(lam, "Unable to create new OU!")
        same("New Town, bremen, bremen/ostertor, bremen/steintor", paths(), "the rows")
    with step("delete the user in the unit"):
        lam.login(ADMIN, "admin")
        lam.delete(uid("nell", at("bremen/steintor")))
        same("|ann carl", f"{path_of('nell')}|{members('devs')}", "the rows")
        same([], nell.search("(|(uid=nell)(memberUid=nell))"), "what is left of it")
    with step("delete the units"):
        for path in ("bremen/steintor", "bremen/ostertor", "bremen", "New Town"):
            lam.delete_unit(at(path))
            lam.sure()
            says(lam, "OU deleted successfully.")
        same("", paths(), "the rows")
