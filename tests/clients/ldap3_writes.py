"""ldap3_writes.py: has ldap3 write to our directory and to one of back-mdb, and compares results, controls and all entries."""
import sys

import ldap3
from ldap3 import MODIFY_ADD, MODIFY_DELETE, MODIFY_INCREMENT, MODIFY_REPLACE
from ldap3.operation.search import compile_filter, parse_filter
from ldap3.protocol.rfc4527 import post_read_control, pre_read_control
from ldap3.utils.asn1 import encode

URI, OURS, THEIRS = sys.argv[1], "dc=example,dc=com", "dc=example,dc=org"
PEOPLE, GROUPS = f"ou=people,{OURS}", f"ou=groups,{OURS}"
ADMIN, NOBODY = (f"cn=admin,{OURS}", "admin"), (None, None)
PERSON, GROUP = ["top", "inetOrgPerson", "posixAccount"], ["top", "posixGroup"]
PHOTO = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\xff\xd9"
PERMISSIVE, MANAGE = ("1.2.840.113556.1.4.1413", True, None), ("2.16.840.1.113730.3.4.2", True, None)
NO_OPERATION = ("1.3.6.1.4.1.4203.666.5.2", True, None)
failures, requests = [], 0


def uid(name):
    return f"uid={name},{PEOPLE}"


def cn(name):
    return f"cn={name},{GROUPS}"


def person(name, number, **more):
    return {"cn": name.title(), "sn": name.title(), "uidNumber": number, "gidNumber": 300, "homeDirectory": f"/home/{name}", **more}


def asserting(text):
    return "1.3.6.1.1.12", True, encode(compile_filter(parse_filter(text, None, False, False, None, False).elements[0]))


def moved(value, old, new):
    """The same with the DNs of the other directory, at any depth."""
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, bytes):
        return value.replace(old.encode(), new.encode())
    if isinstance(value, dict):
        return {moved(k, old, new): moved(v, old, new) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(moved(v, old, new) for v in value)
    return value


def sets(attributes):
    """Neither values nor attributes have an order. Ours never shows a password, back-mdb does."""
    return {k: sorted(v) for k, v in sorted(attributes.items()) if k != "userPassword"}


class Directory:
    def __init__(self, suffix):
        self.suffix, self.connections = suffix, {}

    def connect(self, user, password, get_info=ldap3.NONE, strategy=ldap3.SYNC):
        """With a schema ldap3 refuses many requests itself."""
        return ldap3.Connection(ldap3.Server(URI, get_info=get_info, connect_timeout=20), self.its(user), password,
                                client_strategy=strategy, receive_timeout=20, check_names=get_info != ldap3.NONE)

    def its(self, value):
        return moved(value, OURS, self.suffix)

    def common(self, value):
        return moved(value, self.suffix, OURS)

    def connection(self, who):
        if who not in self.connections:
            self.connections[who] = self.connect(*who)
            if not self.connections[who].bind():
                sys.exit(f"{who} cannot bind: {self.connections[who].result}")
        return self.connections[who]

    def ask(self, who, request, *arguments, **options):
        """The result code, the matched DN, the message, and the entries in the controls."""
        connection = self.connection(who)
        try:
            request(connection, *self.its(arguments), **self.its(options))
        except KeyError as unnamed:  # ldap3 has no name for 16654 noOperation
            return unnamed.args[0], "", "", {}
        result = connection.result
        controls = {oid: sets(control["value"]["result"]) for oid, control in (result.get("controls") or {}).items() if "1.3.6.1.1.13." in oid}
        return self.common((result["result"], result["dn"], result["message"], controls))

    def entries(self):
        connection = self.connection(ADMIN)
        connection.search(self.suffix, "(objectClass=*)", attributes=["*"])
        return self.common({e["dn"]: sets(e["raw_attributes"]) for e in connection.response})

    def login(self, user, password):
        connection = self.connect(user, password)
        connection.bind()
        return connection.result["result"]


ours, theirs = Directory(OURS), Directory(THEIRS)


def fail(what, *lines):
    failures.append(what)
    print("\n  ".join([f"{what}:", *map(str, lines)]))


def same_entries(what):
    mine, its = ours.entries(), theirs.entries()
    if mine != its:
        fail(f"the entries after {what}", *[f"{dn}\n    ours:     {mine.get(dn)}\n    back-mdb: {its.get(dn)}"
                                            for dn in sorted({*mine, *its}) if mine.get(dn) != its.get(dn)])


def alike(code, what, request, *arguments, who=ADMIN, mdb=None, undo=None, **options):
    """Both directories give the same answer with this code, and have the same entries afterwards.

    A known difference has `mdb`, the code of back-mdb, and `undo`, a request that takes back what only back-mdb has done."""
    global requests
    requests += 1
    mine, its = (d.ask(who, request, *arguments, **options) for d in (ours, theirs))
    expected = mine[0] if code is None else code
    if mine[0] != expected or its[0] != (expected if mdb is None else mdb) or (mdb is None and mine != its):
        fail(what, f"expected: {code}", f"ours:     {mine}", f"back-mdb: {its}")
    if undo and theirs.ask(ADMIN, *undo)[0] != 0:
        fail(f"the undoing of {what}")
    same_entries(what)


C = ldap3.Connection


def modify(code, what, name, *changes, **options):
    """Changes: (attribute, operation, values…)."""
    by_attribute = {}
    for attribute, operation, *values in changes:
        by_attribute.setdefault(attribute, []).append((operation, values))
    alike(code, what, C.modify, name if "=" in name or not name else uid(name), by_attribute, **options)


def adds():
    for name, number in (("ann", 2000), ("bob", 2001), ("hid", 2002)):
        alike(0, f"add {name}", C.add, uid(name), PERSON,
              person(name, number, uid=name, mail=[f"{name}@example.net"], manager=uid("boss"), userPassword=f"{name}-secret"))
    alike(0, "add without the value of the RDN", C.add, uid("eve"), PERSON, person("eve", 2003))
    alike(0, "add a group with members", C.add, cn("crew"), GROUP, {"gidNumber": 300, "memberUid": ["ann", "bob"]})
    alike(0, "add a group without members", C.add, cn("none"), GROUP, {"gidNumber": 301})
    alike(68, "add what exists", C.add, uid("ANN"), PERSON, person("ann", 2000))
    alike(68, "add the root DSE", C.add, "", PERSON, person("x", 1))
    for code, what, classes, attributes in (
            (65, "add without a required attribute", PERSON, {"cn": "x", "uidNumber": 1, "gidNumber": 1, "homeDirectory": "/"}),
            (65, "add an attribute that is not allowed", PERSON, person("x", 1, memberUid="ann")),
            (65, "add without a structural class", ["top", "posixAccount"], {k: v for k, v in person("x", 1).items() if k != "sn"}),
            (65, "add two structural classes", ["inetOrgPerson", "posixGroup"], person("x", 1)),
            (21, "add an unknown class", ["top", "nosuch"], person("x", 1)),
            (21, "add an invalid number", PERSON, person("x", "many")),
            (19, "add two values of a single-valued attribute", PERSON, person("x", ["1", "2"])),
            (20, "add a value twice", PERSON, person("x", 1, mail=["a@b", "A@b"])),
            (17, "add an undefined attribute", PERSON, person("x", 1, nosuch="1")),
            (19, "add an operational attribute", PERSON, person("x", 1, createTimestamp="20200101000000Z"))):
        alike(code, what, C.add, uid("x"), classes, attributes)
    alike(34, "add an invalid DN", C.add, "what", PERSON, person("x", 1))
    alike(32, "add below a missing entry", C.add, f"uid=x,ou=nowhere,{OURS}", PERSON, person("x", 1))
    alike(53, "add outside of every database", C.add, "uid=x,dc=other", PERSON, person("x", 1))
    below = f"uid=x,{uid('ann')}"
    alike(53, "add below an entry", C.add, below, PERSON, person("x", 1), mdb=0, undo=(C.delete, below))
    taken = C.delete, uid("x")
    alike(19, "add another value of the RDN", C.add, uid("x"), PERSON, person("x", 1, uid="y"), mdb=0, undo=taken)
    alike(19, "add a value that is too long for the column", C.add, uid("x"), PERSON, person("x", 1, employeeNumber="123456789"), mdb=0, undo=taken)
    alike(53, "add a value without a column", C.add, uid("x"), PERSON, person("x", 1, title="Dr"), mdb=0, undo=taken)
    alike(19, "add a value that must be unique", C.add, cn("x"), GROUP, {"gidNumber": 300}, mdb=0, undo=(C.delete, cn("x")))


def modifications():
    modify(0, "add, replace and delete", "ann", ("mail", MODIFY_ADD, "a@x", "b@x"), ("sn", MODIFY_REPLACE, "Archer", "Smith"), ("manager", MODIFY_DELETE))
    modify(0, "delete and add a value in one request", "ann", ("mail", MODIFY_DELETE, "A@x"), ("mail", MODIFY_ADD, "A@X"))
    modify(0, "increment", "ann", ("uidNumber", MODIFY_INCREMENT, 5))
    modify(0, "decrement", "ann", ("uidNumber", MODIFY_INCREMENT, -2))
    modify(0, "add bytes", "ann", ("jpegPhoto", MODIFY_ADD, PHOTO))
    modify(0, "add odd values", "ann", ("description", MODIFY_ADD, "ü€😀", " x  y ", "'; DROP TABLE people; --", "\\", "{a,b}", '"', "NULL"))
    modify(0, "replace by the same", "ann", ("sn", MODIFY_REPLACE, "Archer", "Smith"))
    modify(0, "replace what is missing by nothing", "ann", ("telephoneNumber", MODIFY_REPLACE))
    modify(16, "delete a missing value", "ann", ("mail", MODIFY_DELETE, "zzz"))
    modify(16, "delete a missing attribute", "ann", ("telephoneNumber", MODIFY_DELETE))
    modify(17, "an undefined attribute", "ann", ("nosuch", MODIFY_ADD, "1"))
    modify(18, "delete a value that cannot be compared", "ann", ("jpegPhoto", MODIFY_DELETE, PHOTO))
    modify(19, "add to a single-valued attribute", "ann", ("uidNumber", MODIFY_ADD, 1))
    modify(19, "replace by two values", "ann", ("uidNumber", MODIFY_REPLACE, 1, 2))
    modify(19, "increment beyond what the column holds", "ann", ("uidNumber", MODIFY_INCREMENT, 2147483647), mdb=0,
           undo=(C.modify, uid("ann"), {"uidNumber": [(MODIFY_INCREMENT, [-2147483647])]}))
    modify(19, "increment text", "ann", ("sn", MODIFY_INCREMENT, 1))
    modify(19, "replace an operational attribute", "ann", ("entryUUID", MODIFY_REPLACE, "12345678-1234-1234-1234-1234567890ab"))
    modify(20, "add what exists", "ann", ("mail", MODIFY_ADD, "a@x"))
    modify(20, "add a value twice", "ann", ("mail", MODIFY_ADD, "q@x", "Q@x"))
    modify(21, "an invalid number", "ann", ("uidNumber", MODIFY_REPLACE, "x"))
    modify(21, "an invalid DN", "ann", ("manager", MODIFY_REPLACE, "x"))
    modify(21, "an empty value", "ann", ("sn", MODIFY_REPLACE, ""))
    modify(21, "bytes that are not UTF-8", "ann", ("sn", MODIFY_REPLACE, b"\xff"))
    modify(2, "increment by two numbers", "ann", ("uidNumber", MODIFY_INCREMENT, 1, 2))
    modify(2, "add no value", "ann", ("mail", MODIFY_ADD))
    modify(32, "a missing entry", "nobody", ("sn", MODIFY_REPLACE, "x"))
    modify(34, "an entry with an invalid DN", "=", ("sn", MODIFY_REPLACE, "x"))
    modify(53, "the root DSE", "", ("sn", MODIFY_ADD, "x"))
    modify(64, "replace the RDN's value", "ann", ("uid", MODIFY_REPLACE, "x"))
    modify(64, "delete the RDN's attribute", "ann", ("uid", MODIFY_DELETE))
    modify(65, "delete a required attribute", "ann", ("sn", MODIFY_DELETE))
    modify(65, "add what is not allowed", cn("crew"), ("sn", MODIFY_ADD, "x"))
    modify(65, "delete the classes", "ann", ("objectClass", MODIFY_DELETE))
    modify(69, "replace the structural class", "ann", ("objectClass", MODIFY_REPLACE, "top", "account", "posixAccount"))
    modify(0, "replace a member", cn("crew"), ("memberUid", MODIFY_DELETE, "bob"), ("memberUid", MODIFY_ADD, "hid"))
    modify(16, "delete a missing member", cn("crew"), ("memberUid", MODIFY_DELETE, "bob"))
    modify(20, "add a member that exists", cn("crew"), ("memberUid", MODIFY_ADD, "ann"))
    modify(0, "delete all members", cn("crew"), ("memberUid", MODIFY_REPLACE))
    modify(0, "add members", cn("crew"), ("memberUid", MODIFY_ADD, "ann", "bob"))


def renames():
    def rename(code, what, name, rdn, **options):
        alike(code, what, C.modify_dn, name if "=" in name else uid(name), rdn, **options)
    rename(0, "rename", "bob", "uid=rob")
    rename(0, "keep the RDN, deleteoldrdn 0", "rob", "uid=rob", delete_old_dn=False)
    rename(0, "keep RDN and parent", "rob", "uid=rob", delete_old_dn=False, new_superior=PEOPLE)
    rename(0, "rename to another case", "rob", "uid=Rob")
    rename(0, "rename a group", cn("crew"), "cn=team")
    rename(53, "rename, deleteoldrdn 0", "rob", "uid=robert", delete_old_dn=False, mdb=0, undo=(C.modify_dn, uid("robert"), "uid=Rob"))
    rename(53, "move to another container", "rob", "uid=Rob", new_superior=GROUPS, mdb=0,
           undo=(lambda c, *a: c.modify_dn(*a, new_superior=moved(PEOPLE, OURS, THEIRS)), f"uid=Rob,{GROUPS}", "uid=Rob"))
    rename(68, "rename to what exists", "rob", "uid=ann")
    rename(32, "rename a missing entry", "nobody", "uid=x")
    rename(32, "move to a missing entry", "rob", "uid=rob", new_superior=f"ou=nowhere,{OURS}")
    rename(34, "rename to an invalid RDN", "rob", "what")
    rename(34, "rename to a DN", "rob", "uid=a,ou=b")
    rename(34, "rename by an undefined attribute", "rob", "nosuch=a")
    rename(65, "rename by an attribute of another class", "rob", "ou=rob")
    rename(71, "move to another database", "rob", "uid=rob", new_superior="cn=config")


def comparisons():
    for code, what, name, attribute, value in (
            (6, "compare", uid("ann"), "sn", "archer"), (5, "compare another value", uid("ann"), "sn", "Baker"),
            (16, "compare a missing attribute", uid("ann"), "telephoneNumber", "1"), (17, "compare an undefined attribute", uid("ann"), "nosuch", "1"),
            (32, "compare a missing entry", uid("nobody"), "sn", "Baker"), (6, "compare a member", cn("team"), "memberUid", "ann")):
        alike(code, what, C.compare, name, attribute, value)


def controls():
    note = lambda text: ("description", MODIFY_REPLACE, text)
    modify(0, "a true assertion", "ann", note("asserted"), controls=[asserting("(sn=Archer)")])
    modify(122, "a false assertion", "ann", note("no"), controls=[asserting("(&(sn=Baker)(uid=ann))")])
    alike(122, "an assertion before a delete", C.delete, uid("ann"), controls=[asserting("(!(sn=Archer))")])
    alike(122, "an undefined assertion before a rename", C.modify_dn, uid("ann"), "uid=anne", controls=[asserting("(nosuch=x)")])
    alike(122, "an assertion before an add", C.add, uid("x"), PERSON, person("x", 1), controls=[asserting("(sn=other)")])
    alike(122, "an assertion before a compare", C.compare, uid("ann"), "sn", "Archer", controls=[asserting("(sn=x)")])

    def read(what):
        return [pre_read_control(what, True), post_read_control(what, True)]
    modify(0, "read before and after", "ann", note("read"), ("uidNumber", MODIFY_INCREMENT, 1), controls=read(["description", "uidNumber", "telephoneNumber"]))
    modify(0, "read everything", "ann", note("all"), controls=read("*"))
    modify(0, "read nothing", "ann", note("none"), controls=read("1.1"))
    modify(17, "read an undefined attribute", "ann", note("no"), controls=read("nosuch"))
    modify(16, "read what is refused", "ann", ("mail", MODIFY_DELETE, "zzz"), controls=read("mail"))
    alike(0, "read after an add", C.add, uid("x"), PERSON, person("x", 1, userPassword="x"), controls=[post_read_control("*", True)])
    alike(0, "read around a rename", C.modify_dn, uid("x"), "uid=y", controls=read("uid"))
    alike(0, "read before a delete", C.delete, uid("y"), controls=[pre_read_control(["sn", "uidNumber"], True)])
    alike(12, "read before an add", C.add, uid("x"), PERSON, person("x", 1), controls=[pre_read_control("*", True)])
    alike(12, "read after a delete", C.delete, uid("ann"), controls=[post_read_control("*", True)])

    modify(0, "permit to add what exists", "ann", ("mail", MODIFY_ADD, "a@x", "c@x"), controls=[PERMISSIVE])
    modify(0, "permit to delete a missing attribute", "ann", ("telephoneNumber", MODIFY_DELETE), controls=[PERMISSIVE])
    modify(16, "permit to delete a missing value", "ann", ("sn", MODIFY_DELETE, "nosuch"), note("no"), controls=[PERMISSIVE])
    modify(0, "permit to add a member that exists", cn("team"), ("memberUid", MODIFY_ADD, "ann", "eve"), controls=[PERMISSIVE])
    modify(19, "permit no second value", "ann", ("uidNumber", MODIFY_ADD, 9), controls=[PERMISSIVE])

    # slapd does not announce it, and obeys.
    modify(16654, "no-op: modify", "ann", note("no"), controls=[NO_OPERATION])
    modify(65, "no-op: a refusal", "ann", ("sn", MODIFY_REPLACE), controls=[NO_OPERATION])
    alike(16654, "no-op: delete", C.delete, uid("ann"), controls=[NO_OPERATION])
    alike(16654, "no-op: add", C.add, uid("x"), PERSON, person("x", 1), controls=[NO_OPERATION])
    alike(16654, "no-op: rename", C.modify_dn, uid("ann"), "uid=anne", controls=[NO_OPERATION])
    alike(12, "an unknown control", C.delete, uid("ann"), controls=[("1.2.3.4", True, None)])
    alike(12, "delete a tree", C.delete, uid("ann"), controls=[("1.2.840.113556.1.4.805", True, None)])

    # Each control that slapd announces, critical, in the life of an entry.
    values = {MANAGE[0]: None, "1.3.6.1.1.22": None, "1.3.6.1.1.12": asserting("(objectClass=top)")[2],
              "2.16.840.1.113730.3.4.18": b"dn:" + uid("ann").encode(), "1.3.6.1.4.1.4203.1.10.1": b"\x01\x01\xff",
              "1.2.840.113556.1.4.319": b"\x30\x05\x02\x01\x64\x04\x00", "1.2.826.0.1.3344810.2.3": b"\x30\x09\xa3\x07\x04\x02cn\x04\x01X",
              "1.3.6.1.1.13.1": b"\x30\x04\x04\x02cn", "1.3.6.1.1.13.2": b"\x30\x04\x04\x02cn", "1.2.840.113556.1.4.473": b"\x30\x06\x30\x04\x04\x02cn",
              "2.16.840.1.113730.3.4.9": b"\x30\x0e\x02\x01\x00\x02\x01\x02\xa0\x06\x02\x01\x01\x02\x01\x00"}
    server = ours.connect(*ADMIN, get_info=ldap3.DSA)
    server.bind()
    announced = sorted(oid for oid, *_ in server.server.info.supported_controls)
    if MANAGE[0] not in announced or set(announced) - set(values):
        fail("the announced controls", announced)
    for oid in announced:
        control = [(oid, True, values.get(oid))]
        alike(None, f"add with {oid}", C.add, uid("x"), PERSON, person("x", 1), controls=control)
        modify(None, f"modify with {oid}", "x", note("controlled"), controls=control)
        alike(None, f"rename with {oid}", C.modify_dn, uid("x"), "uid=y", controls=control)
        for name in "xy":
            alike(None, f"delete {name} with {oid}", C.delete, uid(name), controls=control)
            alike(None, f"delete {name} after {oid}", C.delete, uid(name))
    for code, oid, value in ((0, *MANAGE[::2]), (50, "2.16.840.1.113730.3.4.18", values["2.16.840.1.113730.3.4.18"])):
        modify(code, f"the code with {oid}", "eve", note("controlled"), controls=[(oid, True, value)])


def deletes():
    alike(0, "delete", C.delete, cn("none"))
    alike(32, "delete it again", C.delete, cn("none"))
    alike(34, "delete an invalid DN", C.delete, "what")
    alike(53, "delete the root DSE", C.delete, "")
    for name in PEOPLE, OURS:
        alike(53, "delete a container", C.delete, name, mdb=66)


def rights():
    ann = uid("ann"), "ann-secret"
    modify(0, "her own address", "ann", ("mail", MODIFY_REPLACE, "ann@example.org"), who=ann)
    modify(50, "her own name", "ann", ("sn", MODIFY_REPLACE, "x"), who=ann)
    modify(50, "another's address", "eve", ("mail", MODIFY_REPLACE, "x@x"), who=ann)
    modify(32, "a hidden entry", "hid", ("mail", MODIFY_REPLACE, "x@x"), who=ann, mdb=50)
    modify(8, "an anonymous change", "ann", ("mail", MODIFY_REPLACE, "x@x"), who=NOBODY)
    alike(50, "add without rights", C.add, uid("x"), PERSON, person("x", 1), who=ann)
    alike(50, "delete without rights", C.delete, uid("eve"), who=ann)
    alike(32, "delete a hidden entry", C.delete, uid("hid"), who=ann, mdb=50)
    alike(50, "rename without rights", C.modify_dn, uid("eve"), "uid=x", who=ann)


def passwords():
    def password(code, what, *arguments, **options):
        alike(code, what, lambda c, *a: c.extend.standard.modify_password(*a), *arguments, **options)

    def logins(code, password):
        if (seen := [d.login(uid("ann"), password) for d in (ours, theirs)]) != [code, code]:
            fail(f"the logins with {password}", seen)
    ann = uid("ann"), "ann-secret"
    password(0, "one's own password", uid("ann"), "ann-secret", "second", who=ann)
    logins(0, "second")
    logins(49, "ann-secret")
    password(0, "one's own password, without a name", None, "second", "third", who=ann)
    password(49, "a wrong old password", uid("ann"), "second", "no", who=ann, mdb=53)
    password(50, "another's password", uid("eve"), None, "no", who=ann)
    password(32, "the password of a missing entry", uid("nobody"), None, "no")
    password(21, "the password of an invalid DN", "what", None, "no")
    logins(0, "third")
    password(0, "another's password by the rootdn", uid("ann"), None, "fourth")
    logins(0, "fourth")
    for directory in ours, theirs:
        generated = directory.connection(ADMIN).extend.standard.modify_password(directory.its(uid("ann")))
        if not isinstance(generated, str) or directory.login(uid("ann"), generated) != 0:
            fail("a generated password", directory.suffix, generated)
    modify(0, "a password by a modify", "ann", ("userPassword", MODIFY_REPLACE, "fifth"))
    logins(0, "fifth")
    for who, name in ((ann, f"dn:{uid('ann')}"), (ADMIN, f"dn:{ADMIN[0]}")):
        if (seen := ours.connection(who).extend.standard.who_am_i()) != name:
            fail("who am I?", seen)


def pages():
    """A list in pages whose entries are deleted while it is read."""
    for n in range(7):
        alike(0, f"add p{n}", C.add, uid(f"p{n}"), PERSON, person(f"p{n}", 2100 + n))
    for directory in ours, theirs:
        connection, found = directory.connect(*ADMIN), []
        connection.bind()
        for entry in connection.extend.standard.paged_search(directory.its(PEOPLE), "(uid=p*)", attributes=["uid"], paged_size=2, generator=True):
            found += entry["attributes"]["uid"]
            if not directory.connection(ADMIN).delete(entry["dn"]):
                fail("a delete between pages", directory.connection(ADMIN).result)
        if sorted(found) != [f"p{n}" for n in range(7)]:
            fail("the pages", directory.suffix, found)
    same_entries("the pages")


def pipelined():
    """Changes of one entry that are sent at once, without waiting for results: each is stored."""
    for directory in ours, theirs:
        connection = directory.connect(*ADMIN, strategy=ldap3.ASYNC)
        connection.bind()
        sent = [connection.modify(directory.its(uid("eve")), {"mail": [(MODIFY_ADD, [f"eve{n}@example.net"])]}) for n in range(10)]
        codes = [connection.get_response(number, timeout=20)[1]["result"] for number in sent]
        if codes != [0] * 10:
            fail("changes at the same time", directory.suffix, codes)
        connection.unbind()
    same_entries("changes at the same time")
    modify(0, "the ten values", "eve", *[("mail", MODIFY_DELETE, f"eve{n}@example.net") for n in range(10)])


def objects():
    """ldap3's objects: it reads the schema, checks names and values itself, and reads each entry again after a commit."""
    def writer(directory, *query):
        connection = directory.connect(*ADMIN, get_info=ldap3.ALL)
        connection.bind()
        kind = ldap3.ObjectDef(["inetOrgPerson", "posixAccount"], connection)
        if not query:
            return ldap3.Writer(connection, kind)
        reader = ldap3.Reader(connection, kind, directory.its(PEOPLE), *query)
        reader.search()
        return ldap3.Writer.from_cursor(reader)

    def commit(what, entry):
        if not entry.entry_commit_changes():
            fail(what, entry)

    for directory in ours, theirs:
        entry = writer(directory).new(directory.its(uid("zoe")))
        entry.objectClass, entry.mail = PERSON, ["zoe@example.net", "z@example.net"]
        entry.cn, entry.sn, entry.uidNumber, entry.gidNumber, entry.homeDirectory = "Zoe", "Zimmer", 2200, 300, "/home/zoe"
        commit("a new object", entry)
        entry = writer(directory, "uid: zoe")[0]
        entry.mail -= "z@example.net"
        entry.description += "of note"
        entry.sn, entry.uidNumber = "Zander", 2201
        commit("a changed object", entry)
        if (seen := (entry.sn.value, entry.mail.value, entry.description.value, entry.uidNumber.value)) != ("Zander", "zoe@example.net", "of note", 2201):
            fail("the object that is read again", seen)
        entry.entry_rename("uid=zora")
        commit("a renamed object", entry)
    same_entries("the changes of objects")
    if uid("zora") not in ours.entries():
        fail("the renamed object", *ours.entries())
    for directory in ours, theirs:
        entry = writer(directory, "uid: zora")[0]
        entry.entry_delete()
        commit("a deleted object", entry)
    same_entries("the delete of objects")
    if uid("zora") in ours.entries():
        fail("the deleted object")


for dn, attributes in sorted(ours.entries().items(), key=lambda entry: len(entry[0])):  # the containers
    theirs.connection(ADMIN).add(theirs.its(dn), attributes=theirs.its(attributes))
same_entries("the start")
for part in adds, modifications, renames, comparisons, controls, deletes, rights, passwords, pages, pipelined, objects:
    part()
print(f"{requests} requests, {len(failures)} differences")
sys.exit(1 if failures else 0)
