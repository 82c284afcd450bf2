"""steps.py: names what a person does, and compares the directory and the database with what should come of it."""
import os
import re
import shlex
import subprocess
import time

from driver import Browser, Failed, Lam, until

WRITES = ("ADD", "MOD", "MODRDN", "DEL", "EXT")


def check(condition, what):
    if not condition:
        raise Failed(what)


def same(expected, seen, what):
    if expected != seen:
        raise Failed(f"{what}: {seen!r}, expected {expected!r}")


def sql(statement):
    """PostgreSQL's answer, as psql prints it without decoration."""
    done = subprocess.run([*shlex.split(os.environ["PSQL"]), "-c", statement], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"{statement}: {done.stderr}")
    return done.stdout.strip()


class Steps:
    """`with step(NAME):` takes a picture afterwards, and keeps the LDAP operations between. A write must succeed, except `refused` ones."""

    def __init__(self, browser, pictures):
        self.b, self.pictures, self.number, self.failed, self.report, self.own = browser, pictures, 0, [], [], []
        self.log = open(os.environ["SLAPD_LOG"], "rb")
        self.began = time.monotonic()

    def __call__(self, name, refused=()):
        self.name, self.refused = name, list(refused)
        return self

    def __enter__(self):
        self.number += 1
        self.start, self.offset, self.own = time.monotonic(), self.end_of_log(), []

    def __exit__(self, kind, error, trace):
        took = time.monotonic() - self.start
        picture = f"{self.number:02}-{re.sub('[^a-z0-9]+', '-', self.name.lower()).strip('-')}.png"
        operations = self.operations()
        if not error:
            codes = [int(re.search(r" -> (\d+)", o)[1]) for o in operations if o.split()[1] in WRITES]
            if [code for code in codes if code] != self.refused:
                error = Failed(f"the results of the writes are {codes}, and LAM says {self.messages()}")
        self.b.picture(os.path.join(self.pictures, picture))
        print(f"{'FAILED' if error else 'ok':6} {took:5.1f} s  {self.name}" + (f"\n    {error}" if error else ""), flush=True)
        if error:
            print("".join(f"    {o}\n" for o in operations if o.split()[1] in WRITES), end="", flush=True)
            self.failed.append(self.name)
        result = f"{'FAILED: ' + str(error) if error else 'ok'}, {took:.1f} s, {picture}"
        self.report.append("\n".join([f"## {self.name}", "", result, "", "```", *operations, "```", ""]))
        return kind is None or issubclass(kind, Failed) # the following steps may still tell something

    def finish(self):
        with open(os.path.join(self.pictures, "operations.md"), "w") as out:
            out.write("# The LDAP operations of each step\n\n" + "\n".join(self.report))
        print(f"{self.number} steps in {time.monotonic() - self.began:.1f} s, {len(self.failed)} failed")
        return 1 if self.failed else 0

    def messages(self):
        return self.b.js("return [...document.querySelectorAll('.statusError, .statusInfo')].map(e => e.innerText.trim().replace(/\\s+/g, ' '))")

    def end_of_log(self):
        """slapd's log up to here is complete: LAM closes its connection with each page."""
        def closed():
            self.log.seek(0)
            text = self.log.read()
            return text.count(b" ACCEPT ") == text.count(b" closed") and self.log.tell()
        return until(closed, "the end of all connections")

    def ldap(self, tool, *arguments, bind=("cn=admin,dc=example,dc=com", "admin")):
        """An LDAP tool's exit status and output. Its operations are not the step's."""
        start = self.end_of_log()
        command = [tool, "-x", "-H", os.environ["LDAP_URI"], "-D", bind[0], "-w", bind[1], *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        self.own.append((start, self.end_of_log()))
        return done.returncode, done.stdout + done.stderr

    def search(self, condition, *attributes, bind):
        """The lines of the entries that an LDAP search of the whole directory finds, sorted."""
        code, text = self.ldap("ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-b", "dc=example,dc=com", condition, *attributes, bind=bind)
        return sorted(filter(None, text.splitlines())) if code == 0 else [f"result {code}"]

    def entry(self, dn, *attributes):
        code, text = self.ldap("ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-b", dn, "-s", "base", "(objectClass=*)", *attributes)
        return text if code == 0 else f"result {code}"

    def operations(self):
        """What LAM asked, from slapd's log: one line for each operation, with its result."""
        end, text, at = self.end_of_log(), b"", self.offset
        for start, stop in [*self.own, (end, end)]:
            self.log.seek(at)
            text += self.log.read(start - at)
            at = stop
        found = {}
        for line in text.decode(errors="replace").splitlines():
            line = re.search(r"conn=(\d+) op=(\d+) (.*)", line)
            if not line:
                continue
            key, rest = (int(line[1]), int(line[2])), line[3]
            if re.match(r"(SRCH|MOD) attr=", rest) or (rest.startswith("PASSMOD") and key in found):
                found[key] += " " + rest.split(" ", 1)[1]
            elif rest.startswith(("BIND dn", "SRCH base", "CMP", *WRITES)) and key not in found:
                found[key] = rest
            elif key in found and " RESULT " in " " + rest:
                result = re.search(r"err=(\d+)(?:.*?nentries=(\d+))?(?:.*? text=(.+))?", rest)
                found[key] += f" -> {result[1]}" + (f", {result[2]} entries" if result[2] else "") + (f" ({result[3]})" if result[3] else "")
        return [f"{connection}.{operation} {text}" for (connection, operation), text in found.items()]


def run(*parts):
    """Each part gets LAM in one browser and the steps. The exit status."""
    browser = Browser(os.environ["DRIVER_URL"], os.environ["PROFILE"])
    step = Steps(browser, os.environ["PICTURES"])
    try:
        lam = Lam(browser, os.environ["LAM_URL"])
        for part in parts:
            part(lam, step)
    finally:
        browser.end()
    return step.finish()
