"""driver.py: drives LAM in a real browser by the W3C WebDriver protocol, with Python's standard library only."""
import base64
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf" # the protocol's key of an element's reference


class Failed(Exception):
    """What was seen is not what was expected."""


def until(look, what, seconds=30):
    """The first true result of look(); a failure in the meantime, such as between two pages, does not count."""
    end = time.monotonic() + seconds
    while True:
        problem = None
        try:
            if result := look():
                return result
        except Failed as error:
            problem = error
        if time.monotonic() > end:
            raise Failed(f"not in time: {what}" + (f" ({problem})" if problem else ""))
        time.sleep(0.05)


class Browser:
    """One Chromium without a window; end() ends it."""

    def __init__(self, driver, profile):
        self.driver, self.session = driver, None
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server",
                     "--disable-background-networking", "--disable-component-update", "--no-first-run", "--window-size=1280,1100",
                     "--remote-debugging-pipe", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--user-data-dir=" + profile]
        wanted = {"browserName": "chrome", "goog:chromeOptions": {"args": arguments}, "unhandledPromptBehavior": "accept"}
        self.session = self.call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]

    def call(self, method, path, body=None):
        """One command; its value."""
        if self.session:
            path = f"/session/{self.session}{path}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.driver + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            value = json.load(error)["value"]
            raise Failed(f"{method} {path}: {value['error']}: {value['message'].splitlines()[0]}") from None

    def end(self):
        self.call("DELETE", "")

    def js(self, script, *arguments):
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def open(self, url):
        self.call("POST", "/url", {"url": url})

    def url(self):
        return self.call("GET", "/url")

    def text(self):
        return self.js("return document.body.innerText")

    def until(self, script, what, seconds=30):
        try:
            until(lambda: self.js(script), what, seconds)
        except Failed as error:
            raise Failed(f"{error}; the page {self.url()} says: {self.text()[:600]}") from None

    def find(self, css, seconds=10):
        """The first element for css that is shown and enabled."""
        def look():
            elements = self.call("POST", "/elements", {"using": "css selector", "value": css})
            return next((e for e in elements if self.js("return arguments[0].checkVisibility() && !arguments[0].disabled", e)), None)
        try:
            return until(look, f"an element {css}", seconds)
        except Failed as error:
            raise Failed(f"{error}; the page {self.url()} says: {self.text()[:600]}") from None

    def click(self, css, page=True):
        """Clicks, and waits for the page that follows (page=False: none follows)."""
        element = self.find(css)
        if page:
            self.js("window.beforeTheClick = true")
        self.js("arguments[0].scrollIntoView({block: 'center'})", element)
        try:
            self.call("POST", f"/element/{element[ELEMENT]}/click", {})
        except Failed as error: # something floats above it
            if "intercepted" not in str(error):
                raise
            self.js("arguments[0].click()", element)
        if page:
            self.until("return !window.beforeTheClick && document.readyState === 'complete'", f"a page after a click on {css}")
        self.idle()

    def idle(self):
        self.until("return !window.jQuery || !jQuery.active", "the end of the page's requests")

    def fill(self, css, text):
        element = self.find(css)[ELEMENT]
        self.call("POST", f"/element/{element}/clear", {})
        if text:
            self.call("POST", f"/element/{element}/value", {"text": text})

    def choose(self, css, *values):
        """Chooses options of a list by value or text, by script: LAM covers its lists with elements of its own."""
        offered = self.js("""
            const [css, values] = arguments, list = document.querySelector(css);
            if (!list) return 'nothing, as there is no such list';
            const wanted = o => values.includes(o.value) || values.includes(o.text.trim());
            if ([...list.options].filter(wanted).length < values.length) return [...list.options].map(o => o.text).join(' | ') || 'nothing';
            for (const o of list.options) o.selected = wanted(o);
            list.dispatchEvent(new Event('change', {bubbles: true}));
            return ''""", css, list(values))
        if offered:
            raise Failed(f"{css} does not offer {values}, but {offered}")

    def options(self, css):
        return self.js("return [...(document.querySelector(arguments[0]) || {options: []}).options].map(o => o.text.trim())", css)

    def value(self, css):
        return self.js("return arguments[0].value", self.find(css))

    def picture(self, file):
        with open(file, "wb") as out:
            out.write(base64.b64decode(self.call("GET", "/screenshot")))


class Lam:
    """LAM's pages as a person uses them."""

    def __init__(self, browser, url):
        self.b, self.root = browser, url

    def go(self, path, **query):
        self.b.open(f"{self.root}/templates/{path}" + ("?" + urllib.parse.urlencode(query) if query else ""))
        self.b.idle()

    def messages(self):
        """What LAM says in its colored boxes."""
        return self.b.js("return [...document.querySelectorAll('.statusError, .statusInfo, .statusWarn')].filter(e => e.checkVisibility())"
                         ".map(e => e.innerText.trim().replace(/\\s+/g, ' '))")

    def login(self, dn, password, profile="lam"):
        self.go("login.php", useProfile=profile)
        self.b.choose("#username", dn)
        self.b.fill("#passwd", password)
        self.b.click("[name=checklogin]")

    def login_by_name(self, name, password, profile="lam"):
        """With a profile whose administrators LAM searches for."""
        self.go("login.php", useProfile=profile)
        self.b.fill("#username, [name=username]", name)
        self.b.fill("#passwd", password)
        self.b.click("[name=checklogin]")

    def logout(self):
        self.go("logout.php")
        self.b.find("[name=checklogin]")

    def list(self, kind="user"):
        """The names in a list."""
        self.go("lists/list.php", type=kind)
        return self.names()

    def names(self):
        rows = self.b.js("return [...document.querySelectorAll('table.accountlist tr')].filter(r => r.querySelector('a[href*=\"DN=\"]'))"
                         ".map(r => [...r.querySelectorAll('td')].map(c => c.innerText.trim()).filter(t => t))")
        return [row[0] for row in rows]

    def new(self, kind="user"):
        self.go("account/edit.php", type=kind)

    def edit(self, dn, kind="user"):
        self.go("account/edit.php", type=kind, DN=f"'{dn}'")

    def tab(self, module):
        self.b.click(f"[name=form_main_{module}]")

    def save(self):
        self.b.click("[name=accountContainerSaveAccount]")

    def password(self, new):
        """Answers the dialog; LAM sends the password with the next save."""
        self.b.click("[name=accountContainerPassword]", page=False)
        self.b.fill("[name=newPassword1]", new)
        self.b.fill("[name=newPassword2]", new)
        self.b.click("[name=changePwdOk]", page=False)
        self.b.until("return (document.querySelector('.swal2-popup') || {innerText: ''}).innerText.includes('after you save')", "the dialog's end")
        self.b.js("document.querySelector('.swal2-confirm').click()")
        self.b.until("return !document.querySelector('.swal2-container')", "the end of the message")

    def groups(self, add=(), remove=()):
        """The memberships of the user who is edited; LAM sends them with the next save."""
        self.tab("posixAccount")
        self.b.click("[name=form_subpage_posixAccount_group_open]")
        if add:
            self.b.choose("[name='groups_2[]']", *add)
            self.b.click("[name=groups_left]")
        if remove:
            self.b.choose("[name='groups_1[]']", *remove)
            self.b.click("[name=groups_right]")
        member = self.b.options("[name='groups_1[]']")
        self.b.click("[name=form_subpage_posixAccount_attributes_back]")
        return member

    def delete(self, dn, kind="user"):
        """As the list's trash can does: LAM asks, and then deletes."""
        self.go("lists/deletelink.php", type=kind, DN=f"'{dn}'")
        self.b.click("[name=delete]")

    def move(self, place):
        """The place of the user who is edited or new; LAM sends it with the next save."""
        self.b.choose("[name=accountContainerSuffix]", place)

    def list_place(self, place):
        """The names in the list of one place."""
        self.list()
        self.b.js("window.beforeTheChoice = true")
        self.b.choose("[name=suffix]", place)
        self.b.until("return !window.beforeTheChoice && document.readyState === 'complete'", f"the list of {place}")
        return self.names()

    # The OU editor.
    def new_unit(self, parent, name):
        self.go("tools/ou_edit.php")
        self.b.choose("[name=parentOU]", parent)
        self.b.fill("[name=newOU]", name)
        self.b.click("[name=createOU]")

    def delete_unit(self, dn):
        """LAM either asks, or refuses; sure() is the answer."""
        self.go("tools/ou_edit.php")
        self.b.choose("[name=deleteableOU]", dn)
        self.b.click("[name=deleteOU]")

    def sure(self):
        self.b.click("[name=sure]")

    # The tree view: its nodes come one level at a time.
    def tree(self):
        self.go("tools/treeView.php")
        return self.nodes()

    def nodes(self):
        self.b.until("return document.querySelector('#ldap_tree .jstree-anchor') && !document.querySelector('.jstree-loading') && !jQuery.active", "the tree")
        return self.b.js("return [...document.querySelectorAll('#ldap_tree .jstree-anchor')].map(a => a.innerText.trim())")

    def unfold(self, rdn):
        self.b.js("window.unfolded = false;"
                  "const node = [...document.querySelectorAll('#ldap_tree .jstree-anchor')].find(a => a.innerText.trim() === arguments[0]);"
                  "jQuery('#ldap_tree').jstree(true).open_node(node, () => window.unfolded = true, false)", rdn)
        self.b.until("return window.unfolded", f"what is below {rdn}")
        return self.nodes()

    def node(self, rdn):
        """The attributes and values that the tree view shows of an entry."""
        self.b.js("[...document.querySelectorAll('#ldap_tree .jstree-anchor')].find(a => a.innerText.trim() === arguments[0]).click()", rdn)
        self.b.until("return document.querySelector('#ldap_actionarea input, #ldap_actionarea .statusError') && !jQuery.active", f"the entry {rdn}")
        return self.b.js("return document.querySelector('#ldap_actionarea').innerText + ' ' +"
                         "[...document.querySelectorAll('#ldap_actionarea input')].map(e => e.name + '=' + e.value).join(' ')")

    def internal(self):
        """What the tree view shows of the entry's operational attributes."""
        self.b.js("[...document.querySelectorAll('#ldap_actionarea a')].find(a => a.innerText.includes('Show internal')).click()")
        self.b.until("return document.body.innerText.includes('Internal attributes') && !jQuery.active", "the operational attributes")
        return self.b.text().split("Internal attributes")[-1]

    def tree_request(self, command, dn, **data):
        """What the page's script sends when a person saves, pastes or deletes in the tree view; the answer."""
        token = self.b.js("return [...document.scripts].map(s => s.text).join(' ').match(/treeview\\.[a-zA-Z]+\\(\"sec_token\",\\s*\"([^\"]+)\"/)[1]")
        data = {"jsonInput": "", "sec_token": token, "dn": base64.b64encode(dn.encode()).decode(), **data}
        return self.b.js("return jQuery.ajax({url: '../misc/ajax.php?function=treeview&command=' + arguments[0], method: 'POST', async: false,"
                         "data: arguments[1]}).responseText", command, data)

    def tree_move(self, dn, place):
        """Cut and paste in the tree view."""
        return self.tree_request("paste", dn, action="CUT", targetDn=base64.b64encode(place.encode()).decode())

    def tree_save(self, dn, **values):
        """Replaces attributes in the tree view: each (old, new)."""
        changes = {attribute: {"old": [old], "new": [new]} for attribute, (old, new) in values.items()}
        return self.tree_request("saveAttributes", dn, changes=json.dumps(changes))
