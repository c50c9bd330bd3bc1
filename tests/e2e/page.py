#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The web page in a real browser, served by a real daemon beside a real ZooKeeper and PostgreSQL.

DSR_PICTURES=docs makes the pictures of the pages anew."""

import os
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from browser import start_browser  # noqa: E402
from http_client import ask  # noqa: E402
from testbed import Daemon, StandIn, World, define_workflow, free_port, main, now, wait_for  # noqa: E402

LIVE = ("10.0.0.5:5678", "10.0.0.6:5678")
DEAD = "10.0.0.7:5678"
SCRIPT = "<script>window.hacked=1</script>"
EVIL_NAME = f"{SCRIPT}<img src=x onerror=window.hacked=2>\u202eevil & 'quoted' \"too\""
EVIL_HOST = "10.0.0.66:5678" if os.environ.get("DSR_PICTURES") else "10.0.0.66:5678\"><img src=x onerror=window.hacked=3>"
WAITING, HOSTILE, OWNED, PARKED, UNASSIGNED, RECOVERED, UNRECOVERABLE = 4711, 4712, 4713, 4714, 4715, 4716, 4717
MORE = range(4801, 4861)  # more that wait: two pages
TOKEN = "a-token-for-this-test-0123456789"
DS_PAGES = "https://ds.example.org/dolphinscheduler/ui"


def seconds_in(text):
    """The duration in "in 4 m 05 s"."""
    found = re.search(r"in (?:(\d+) m )?(\d+) s", text)
    if not found:
        raise AssertionError(f"no duration in {text!r}")
    return int(found[1] or 0) * 60 + int(found[2])


def insert_workflow(database, id, name, host, ago, **changes):
    """One that `host` has been running for `ago` seconds, but for `changes`."""
    row = dict(id=id, name=name, process_definition_code=9001, process_definition_version=1, state=1, start_time=now(ago),
               run_times=1, host=host, command_type=0, command_param="{}", executor_id=1)
    database.insert("t_ds_process_instance", **(row | changes))


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser, expect, cls.axe = start_browser(cls)
        cls.expect = staticmethod(lambda it, timeout=20_000: expect_within(expect, it, timeout))
        cls.world = World()
        cls.addClassCleanup(cls.world.__exit__)
        cls.world.__enter__()
        cls.database = cls.world.database("ds")
        define_workflow(cls.database, 9001)
        cls.database.insert("t_ds_project", id=1, name="nightly", code=1, create_time=now(), update_time=now())
        for id, name, host, ago, changes in (
            (WAITING, "load-orders", DEAD, 1500, {}),
            (HOSTILE, EVIL_NAME, EVIL_HOST, 1500, {}),
            (OWNED, "send-letters", LIVE[0], -3, {}),
            (PARKED, "close-books", DEAD, 1500, {"state": 14}),
            (UNASSIGNED, "new-prices", None, 1500, {}),
            (RECOVERED, "stock-levels", LIVE[1], 3600, {}),
            (UNRECOVERABLE, "old-report", LIVE[1], 3600, {"process_definition_code": 7777}),
            *((id, f"invoice-run-{id}", DEAD, 900, {}) for id in MORE),
        ):
            insert_workflow(cls.database, id, name, host, ago, **changes)
        cls.masters = []
        cls.masters_come()
        cls.port = free_port()
        cls.secret = cls.world.scratch / "token"
        cls.secret.touch(mode=0o600)
        cls.secret.write_text(TOKEN)
        cls.daemon = cls.make_daemon("daemon", f"127.0.0.1:{cls.port}", token_file=str(cls.secret))
        cls.world.start(cls.daemon)
        wait_for("what is lost is handed over", lambda: cls.counts().get("pending") == 1, seen=cls.daemon.log_tail)

    @classmethod
    def make_daemon(cls, name, listen, **http):
        folder = cls.world.scratch / name
        return Daemon(folder, cls.world.zookeeper, cls.database, sweep={"interval": "2s"},
                      failover={"grace": "20m", "confirmations": 2}, dolphinscheduler={"ui_url": f"{DS_PAGES}/"},
                      http={"enabled": True, "listen": listen, "socket": str(folder / "http.sock"), **http})

    @classmethod
    def masters_come(cls):
        cls.masters = [cls.world.end(StandIn(cls.world.zookeeper, address, process_id=100 + i)) for i, address in enumerate(LIVE)]
        for address in LIVE:
            cls.database.start_workflow(address)  # proves the time zone of this incarnation

    @classmethod
    def masters_go(cls):
        for master in cls.masters:
            master.leave()

    @classmethod
    def counts(cls):
        try:
            return ask(cls.port, "/api/v1/status").json["verdicts"] or {}
        except ConnectionRefusedError:
            return {}

    def setUp(self):
        self.noise, self.requests, self.expected_noise, self.expected_changes = [], [], (), []

    def tearDown(self):
        noise = [line for line in self.noise if not any(re.search(known, line) for known in self.expected_noise)]
        self.assertEqual(noise, [], "the browser's console")
        changes = [url.split("/")[-1] for method, url in self.requests if method != "GET"]
        self.assertEqual(changes, self.expected_changes, "the page changes only what is asked for")
        elsewhere = [url for _, url in self.requests if not re.match(r"http://127\.0\.0\.1:\d+/", url)]
        self.assertEqual(elsewhere, [], "the page asks nobody else")

    def open(self, place="", port=None, live=True, **context):
        context.setdefault("viewport", {"width": 1280, "height": 900})
        browser_context = self.browser.new_context(**context)
        self.addCleanup(browser_context.close)
        page = browser_context.new_page()
        page.on("console", lambda message: message.type in ("error", "warning") and self.noise.append(message.text))
        page.on("pageerror", lambda error: self.noise.append(f"uncaught: {error}"))
        page.on("request", lambda request: self.requests.append((request.method, request.url)))
        page.goto(f"http://127.0.0.1:{port or self.port}/{place}")
        if live:
            self.expect(page.locator("#connection")).to_contain_text("live updates")
        return page

    def row(self, page, where, text):
        return page.locator(f"{where} tbody tr").filter(has_text=text)

    def test_headers_and_caching(self):
        whole = ask(self.port, "/")
        self.assertEqual((whole.status, whole.headers["Content-Type"]), (200, "text/html; charset=utf-8"))
        self.assertEqual(whole.headers["X-Content-Type-Options"], "nosniff")
        self.assertIn("default-src 'self'", whole.headers["Content-Security-Policy"])
        self.assertEqual(whole.headers["Cache-Control"], "no-cache")
        again = ask(self.port, "/", If_None_Match=whole.headers["ETag"])
        self.assertEqual((again.status, again.text, again.headers["ETag"]), (304, "", whole.headers["ETag"]))
        self.assertEqual(ask(self.port, "/page.js", "POST").status, 405)

    def test_a_overview(self):
        """First, while the sweep that recovered is among those of the chart."""
        page = self.open()
        self.expect(page.locator("#state-body")).to_contain_text("Working")
        self.expect(page.locator("#state-body [data-key='Guards']")).to_contain_text("none holds")
        self.expect(page.locator("#holds")).to_be_hidden()
        self.expect(page.locator("#summary-body .verdict-line")).to_have_text(re.compile("2 of 4 masters are absent. 1 workflow needs you."))
        tiles = {"Masters": "2/4", "Lost workflows": "62", "Waiting": "62", "Needs you": "1"}
        for tile, value in tiles.items():
            self.expect(page.locator(f"#summary-body [data-key='{tile}'] .value")).to_have_text(value)
        self.expect(page.locator("#summary-body [data-key='Next hand-over']")).to_contain_text(re.compile(r"in \d+ m \d\d s at"))
        self.expect(page).to_have_title(re.compile(r"^\(1\) .*ds-reconciler$"))
        wanted = {"waiting": 62, "owned": 1, "parked": 1, "unassigned": 1, "pending": 1, "unrecoverable": 1}
        for verdict, count in wanted.items():
            row = self.row(page, "#counts-body", re.compile(rf"^\s*{verdict}"))
            self.expect(row.locator(".count")).to_have_text(str(count))
        self.assertEqual({k: v for k, v in self.counts().items() if v}, wanted)
        self.assertEqual(page.locator("#counts-body tbody tr").count(), len(wanted))
        self.expect(self.row(page, "#masters-body", LIVE[0])).to_contain_text("live")
        dead = self.row(page, "#masters-body", DEAD)
        self.expect(dead).to_contain_text(re.compile(r"at least since \d\d:\d\d:\d\d, absent for"))
        before = seconds_in(dead.inner_text())
        width = float(dead.locator(".fill").get_attribute("width"))
        wait_for("the grace runs down", lambda: seconds_in(dead.inner_text()) <= before - 2)
        self.assertGreater(float(dead.locator(".fill").get_attribute("width")), width)
        timeline = page.locator("#timeline-body li")
        recovery = timeline.filter(has_text="1 workflow of 1 master handed over: 1 not taken up yet")
        recovery.locator("summary").click()
        self.expect(self.row(page, "#timeline-body", LIVE[1])).to_contain_text(str(RECOVERED))
        self.expect(timeline.filter(has_text="2 masters absent already when this daemon first looked")).to_contain_text(DEAD)
        page.get_by_role("link", name="Journal", exact=True).click()
        self.expect(page.locator("#journal-body")).to_contain_text(f"handed over {RECOVERED} from {LIVE[1]}")
        page.get_by_role("link", name="Overview").click()
        self.expect(page.locator("#sweeps-body svg[role=img]")).to_have_attribute("aria-label", re.compile("1 rows? handed over"))
        self.picture(page, "absent")
        page.get_by_text("The same as a table").click()
        sweeps = page.locator("#sweeps-body tbody tr")
        before = sweeps.first.get_attribute("data-key")
        wait_for("another sweep in the open table", lambda: sweeps.first.get_attribute("data-key") != before)

    def test_list_and_pages(self):
        page = self.open()
        page.locator("#counts-body").get_by_role("link", name="waiting").click()
        self.expect(page.locator("#list-title")).to_have_text("Verdict waiting")
        rows = page.locator("#list-body > table").first.locator("tbody tr")
        self.expect(rows).to_have_count(50)
        first = rows.first
        self.expect(first).to_contain_text("load-orders")
        before = seconds_in(first.inner_text())
        self.assertLess(before, 1201)
        wait_for("the row counts down", lambda: seconds_in(first.inner_text()) <= before - 2)
        page.get_by_role("link", name="Next page").click()
        self.expect(rows).to_have_count(12)
        self.expect(page.get_by_role("link", name="Next page")).to_have_count(0)
        page.go_back()
        self.expect(rows).to_have_count(50)
        page.goto(f"http://127.0.0.1:{self.port}/#/verdicts?host={DEAD}")
        self.expect(page.locator("#list-title")).to_contain_text(DEAD)
        page.get_by_role("link", name="Next page").click()  # what is parked comes after what waits
        self.expect(page.locator("#list-body")).to_contain_text("close-books")

    def test_filter_and_order(self):
        page = self.open("#/verdicts")
        form = page.get_by_role("form", name="Filter and order")
        rows = page.locator("#list-body > table").first.locator("tbody tr")
        self.expect(rows).to_have_count(50)
        form.get_by_label("Workflow contains").fill("INVOICE-RUN-480")
        form.get_by_label("Project").fill("nightly")
        form.get_by_label("Order").select_option("name")
        page.keyboard.press("Tab")
        form.get_by_role("button", name="Show").press("Enter")
        self.expect(page.locator("#list-title")).to_have_text("All unfinished workflows in project nightly named INVOICE-RUN-480")
        self.expect(rows).to_have_count(9)
        self.expect(rows.first).to_contain_text("nightly")
        self.picture(page, "verdicts")
        page.reload()  # the link has it all
        self.expect(form.get_by_label("Project")).to_have_value("nightly")
        self.expect(form.get_by_label("Order")).to_have_value("name")
        self.expect(rows).to_have_count(9)
        page.get_by_role("link", name="Show all").click()
        self.expect(form.get_by_label("Project")).to_have_value("")
        self.expect(rows).to_have_count(50)
        page.locator("#list-body").get_by_role("link", name="waiting").click()
        form.get_by_label("Host").fill(DEAD)
        form.get_by_label("Order").select_option("id")
        form.get_by_role("button", name="Show").click()
        self.expect(page.locator("#list-title")).to_have_text(f"Verdict waiting of {DEAD}")
        self.expect(rows.first).to_contain_text("load-orders")
        form.get_by_label("Host").fill("")
        form.get_by_label("State").select_option("SERIAL_WAIT")
        form.get_by_role("button", name="Show").click()
        self.expect(page.locator("#list-body")).to_contain_text("There are none.")
        for field in ("state", "sort"):
            for value in form.locator(f"select[name={field}] option").evaluate_all("all => all.map((one) => one.value)"):
                self.assertEqual(ask(self.port, f"/api/v1/verdicts?{field}={value}" if value else "/api/v1/verdicts").status, 200, value)

    def test_search_and_explain(self):
        page = self.open()
        page.get_by_role("textbox", name="Workflow instance").fill(str(WAITING))
        page.get_by_role("button", name="Explain").click()
        self.expect(page.locator("#explain-title")).to_have_text(f"Workflow instance {WAITING}: load-orders")
        self.assertTrue(page.url.endswith(f"#/explain/{WAITING}"))
        explained = ask(self.port, f"/api/v1/explain/{WAITING}").json
        gates = page.locator("#explain-body table").first.locator("tbody tr")
        self.assertEqual(gates.count(), len(explained["gates"]))
        for row, gate in zip(gates.all(), explained["gates"]):
            self.expect(row).to_contain_text(gate["gate"])
            said = {True: "passed", False: "stops here", None: "not evaluated"}[gate["passed"]]
            self.expect(row.locator(".answer")).to_have_text(said)
        # Each fact once, and no alarm where nobody must act.
        self.assertEqual(page.locator("#explain-body").inner_text().count("due after"), 1)
        self.assertEqual(page.locator("#explain-body .bad, #explain-body .warn").count(), 0)
        page.goto(f"http://127.0.0.1:{self.port}/#/explain/{OWNED}")
        self.expect(page.locator("#explain-body")).to_contain_text("owned, see above")
        self.assertEqual(page.locator("#explain-body .bad, #explain-body .warn").count(), 0)
        page.goto(f"http://127.0.0.1:{self.port}/#/explain/{UNRECOVERABLE}")
        self.expect(page.locator("#explain-body .answer.bad")).to_have_text("stops here")
        page.goto(f"http://127.0.0.1:{self.port}/#/explain/{WAITING}")
        self.expect(page.locator(".prospect")).to_contain_text(re.compile(r"Next step in \d+ m \d\d s, at .*handed over"))
        page.goto("about:blank")
        page.goto(f"http://127.0.0.1:{self.port}/#/explain/{RECOVERED}")  # as somebody else who was sent the link
        self.expect(page.locator("#explain-body")).to_contain_text("waits for a master to take it up")
        self.expect(page.locator("#explain-body .verdict-line")).to_contain_text("pending")
        self.expected_noise = ("404",)
        page.get_by_role("textbox", name="Workflow instance").fill("99")
        page.keyboard.press("Enter")
        self.expect(page.locator("#explain-body")).to_contain_text("There is no workflow instance")
        for wrong in ("", "abc", "0", "9999999999", "-1"):
            page.get_by_role("textbox", name="Workflow instance").fill(wrong)
            page.get_by_role("button", name="Explain").click()
            self.expect(page.get_by_role("alert").filter(has_text="whole number")).to_be_visible()
            self.assertTrue(page.url.endswith("#/explain/99"))

    def test_hostile_names(self):
        page = self.open(f"#/explain/{HOSTILE}")
        self.expect(page.locator("#explain-title")).to_have_text(f"Workflow instance {HOSTILE}: {EVIL_NAME}")
        for place in ("#/verdicts", "#/", f"#/verdicts?host={EVIL_HOST}", f"#/verdicts?verdict={SCRIPT}"):
            page.goto(f"http://127.0.0.1:{self.port}/{place}")
            if "verdict=" in place:
                self.expect(page.locator("#list-body")).to_contain_text("is not known")
            else:
                self.expect(page.locator("main")).to_contain_text(EVIL_HOST)
        self.expected_noise = ("400",)
        self.assertEqual(page.locator("main img, main script").count(), 0)
        self.assertIsNone(page.evaluate("() => window.hacked ?? null"))

    def test_keyboard_only(self):
        page = self.open()

        def tab_to(wanted):
            for _ in range(60):
                page.keyboard.press("Tab")
                if page.locator(":focus").count() and page.locator(wanted).evaluate("e => e === document.activeElement"):
                    outline = page.locator(":focus").evaluate("e => getComputedStyle(e).outlineStyle")
                    self.assertEqual(outline, "solid", f"focus on {wanted} cannot be seen")
                    return
            self.fail(f"{wanted} is not reached with the tabulator")

        page.keyboard.press("Tab")
        self.expect(page.locator("#skip")).to_be_focused()
        page.keyboard.press("Enter")
        self.expect(page.locator("#main")).to_be_focused()
        tab_to("#counts-body tbody tr:has-text('waiting') a")
        before = now().isoformat()
        page.evaluate("() => { window.focused = document.activeElement; }")
        wait_for("a sweep", lambda: ask(self.port, "/api/v1/sweeps").json["sweeps"][1]["started_at"] > before)
        self.assertTrue(page.evaluate("() => document.activeElement === window.focused"), "focus is lost over an update")
        page.keyboard.press("Enter")
        self.expect(page.locator("#list-title")).to_be_focused()
        tab_to("#list-body tbody tr:first-child th a >> nth=0")
        page.keyboard.press("Enter")
        self.expect(page.locator("#explain-title")).to_be_focused()
        self.expect(page.locator("#explain-title")).to_contain_text("load-orders")
        page.reload()
        tab_to("#instance")
        page.keyboard.type(str(OWNED))
        page.keyboard.press("Enter")
        self.expect(page.locator("#explain-title")).to_contain_text("send-letters")

    def test_phone(self):
        page = self.open(viewport={"width": 360, "height": 740})
        for place, ready in (("#/", "1 master handed over"), ("#/journal", f"handed over {RECOVERED}"), ("#/verdicts", "load-orders"), (f"#/explain/{HOSTILE}", "grace_over"),
                             (f"#/explain/{RECOVERED}", "stock-levels")):
            page.goto(f"http://127.0.0.1:{self.port}/{place}")
            self.expect(page.locator("main")).to_contain_text(ready)
            for open_too in page.locator("summary:visible").all():
                open_too.click()
            width = page.evaluate("() => document.documentElement.scrollWidth")
            self.assertLessEqual(width, 360, f"{place} is wider than the screen")

    def test_dark(self):
        for scheme, dark in (("light", False), ("dark", True)):
            page = self.open(color_scheme=scheme)
            colour = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
            brightness = sum(int(part) for part in re.findall(r"\d+", colour)[:3]) / 3
            self.assertEqual(brightness < 128, dark, colour)

    def violations(self, page):
        page.evaluate(self.axe)
        found = page.evaluate("() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']})")
        self.assertGreater(len(found["passes"]), 15, "axe did not look")
        return [(v["id"], [node["html"] + node["failureSummary"] for node in v["nodes"]][:3]) for v in found["violations"]]

    def test_axe(self):
        for scheme in ("light", "dark"):
            for width in (1280, 360):
                page = self.open(color_scheme=scheme, viewport={"width": width, "height": 800}, bypass_csp=True)
                for place, ready in (("#/", "1 master handed over"), ("#/journal", f"handed over {RECOVERED}"), ("#/verdicts", "load-orders"),
                                     (f"#/explain/{WAITING}", "grace_over")):
                    page.goto(f"http://127.0.0.1:{self.port}/{place}")
                    self.expect(page.locator("main")).to_contain_text(ready)
                    self.assertEqual(self.violations(page), [], (scheme, width, place))

    def test_events_out_of_reach(self):
        self.expected_noise = ("ERR_FAILED",)
        page = self.open(live=False)
        page.route("**/api/v1/events", lambda route: route.abort())
        page.reload()
        self.expect(page.locator("#connection")).to_contain_text("polled every few seconds")
        newest = page.locator("#sweeps-body [role=img] g").first
        before = newest.get_attribute("data-key")
        wait_for("another sweep in the chart", lambda: newest.get_attribute("data-key") != before)

    def test_token(self):
        """Off loopback it asks for the token; it is a follower too, and says so."""
        port = free_port()
        follower = self.make_daemon("follower", f"0.0.0.0:{port}", token_file=str(self.secret))
        self.world.start(follower)
        wait_for("a sweep", follower.sweeps, seen=follower.log_tail)
        self.expected_noise = ("401",)
        page = self.open(port=port, live=False)
        self.expect(page.get_by_role("textbox", name="Token")).to_be_focused()
        self.expect(page.locator("#token-form")).to_contain_text("http.read_token_file")
        page.get_by_role("textbox", name="Token").fill("wrong-token-wrong-token")
        page.keyboard.press("Enter")
        self.expect(page.get_by_text("does not accept this token")).to_be_visible()
        page.get_by_role("textbox", name="Token").fill(TOKEN)
        page.keyboard.press("Enter")
        self.expect(page.locator("#state-body")).to_contain_text("Following")
        self.expect(page.locator("#holds-body")).to_contain_text("Another replica leads")
        self.expect(page.locator("#connection")).to_contain_text("polled every few seconds")
        self.assertEqual(page.evaluate("() => [Object.values(sessionStorage), localStorage.length, document.cookie]"), [[TOKEN], 0, ""])
        page.reload()
        self.expect(page.locator("#state-body")).to_contain_text("Following")
        self.expect(page.locator("#timeline-body li").first).to_be_visible()
        self.picture(page, "follower")
        self.assertFalse([url for _, url in self.requests if TOKEN in url])
        follower.stop()

    def test_one_goes_ahead(self):
        """In another cluster, where two were lost and one sweep may hand over one."""
        database = self.world.database("ahead")
        define_workflow(database, 9001)
        for id in (1, 2):
            insert_workflow(database, id, f"wf {id}", DEAD, 1500)
        self.world.end(StandIn(self.world.zookeeper, LIVE[0], namespace="ahead"))
        port = free_port()
        folder = self.world.scratch / "ahead"
        daemon = Daemon(folder, self.world.zookeeper, database, namespace="ahead", sweep={"interval": "2s"},
                        failover={"grace": "0s", "confirmations": 1, "max_per_sweep": 1},
                        http={"enabled": True, "listen": f"127.0.0.1:{port}", "socket": str(folder / "http.sock")})
        self.world.start(daemon)
        self.addCleanup(daemon.stop)
        wait_for("the port", lambda: daemon.logged("listening on"), seen=daemon.log_tail)
        page = self.open(port=port)
        ahead = page.locator("#state-body [data-key='Canary']")
        self.expect(ahead).to_contain_text("1 orphan waits for workflow instance 1, which was handed over first at")
        self.expect(ahead).to_contain_text("run `ds-reconcilerd release 1`")
        self.assertEqual(database.value("select count(*) from t_ds_command"), 1)

    def other_cluster(self, name, **settings):
        """Five masters, each with workflows; those of an absent master are handed over at once."""
        database = self.world.database(name)
        define_workflow(database, 9001)
        database.insert("t_ds_project", id=1, name="nightly", code=1, create_time=now(), update_time=now())
        masters = [self.world.end(StandIn(self.world.zookeeper, f"10.0.0.{host}:5678", namespace=name)) for host in range(5, 10)]
        for id in range(1, 31):
            insert_workflow(database, id, f"load-{id}", f"10.0.0.{5 + id % 5}:5678", -3)
        port = free_port()
        folder = self.world.scratch / name
        daemon = Daemon(folder, self.world.zookeeper, database, namespace=name, sweep={"interval": "2s"},
                        http={"enabled": True, "listen": f"127.0.0.1:{port}", "socket": str(folder / "http.sock"), "token_file": str(self.secret)},
                        failover={"grace": "0s", "confirmations": 1} | settings)
        self.world.start(daemon)
        self.addCleanup(daemon.stop)
        wait_for("the port", lambda: daemon.logged("listening on"), seen=daemon.log_tail)
        return masters, database, self.open(port=port)

    def test_states_of_a_cluster(self):
        """Fine, recovered, mass loss, released."""
        self.expected_changes = ["release"]
        masters, database, page = self.other_cluster("states")
        headline = page.locator("#summary-body .verdict-line")
        self.expect(headline).to_have_text("All 5 masters are registered.")
        self.expect(page.locator("#summary-body [data-key='Needs you']")).to_contain_text("nothing")
        self.picture(page, "fine")
        masters[4].leave()
        self.expect(page.locator("#timeline-body")).to_contain_text("6 workflows of 1 master handed over: 6 not taken up yet")
        # What a master does.
        database.execute(f"update t_ds_process_instance set host = '10.0.0.5:5678', restart_time = '{now()}',"
                         " run_times = run_times + 1, recovery = 1 where id in (select process_instance_id from t_ds_command)")
        database.execute("delete from t_ds_command")
        self.expect(page.locator("#timeline-body")).to_contain_text("6 workflows of 1 master handed over: all taken up in")
        self.expect(headline).to_have_text("1 of 5 masters is absent.")
        lost = self.row(page, "#masters-body", "10.0.0.9:5678")
        self.expect(lost).to_contain_text("owns no unfinished workflow")
        self.expect(lost).to_contain_text(re.compile(r"in \d+ views(?! 10 s apart)"))  # without a grace each counts
        self.picture(page, "recovered")
        for master in masters[1:4]:
            master.leave()
        self.expect(page.locator("#holds-body")).to_contain_text("mass_loss")
        self.expect(headline).to_have_text("4 of 5 masters are absent.")
        self.expect(page.locator("#summary-body [data-key='Next hand-over']")).to_contain_text("mass loss")
        self.expect(page.locator("#timeline-body")).to_contain_text("Hold began: Many masters were lost at once")
        self.picture(page, "mass-loss")
        page.locator("#holds-body").get_by_role("button", name="Release the guard mass_loss…").click()
        for name, text in (("Reason", "the rack is off"), ("Your name", "ada"), ("Token for changes", TOKEN)):
            page.get_by_role("textbox", name=name).fill(text)
        page.keyboard.press("Enter")
        self.expect(page.locator("#done")).to_contain_text("The mass loss is released")
        self.expect(page.locator("#holds")).to_be_hidden()
        self.expect(page.locator("#timeline-body")).to_contain_text("24 workflows of 4 masters handed over: 6 taken up, 18 not taken up yet")
        self.expect(page.locator("#timeline-body")).to_contain_text("the rack is off")
        self.expect(self.row(page, "#counts-body", "pending").locator(".count")).to_have_text("18")
        self.picture(page, "released")

    def test_shadow(self):
        masters, database, page = self.other_cluster("shadow", mode="shadow")
        self.expect(page.locator("#state-body")).to_contain_text("Shadow")
        masters[4].leave()
        self.expect(page.locator("#timeline-body")).to_contain_text("6 workflows of 1 master would have been handed over")
        self.expect(page.locator("#timeline-body")).not_to_contain_text("taken up yet")
        self.expect(page.locator("#state-body [data-key='Shadow']")).to_contain_text("6 open")
        self.assertEqual(database.value("select count(*) from t_ds_command"), 0)
        self.picture(page, "shadow")

    def test_pause(self):
        page = self.open()
        told = self.daemon.call("pause", "--config", self.daemon.config, "--reason", "an upgrade", "--for", "2h", "--by", "ada")
        self.assertEqual(told.code, 0, told)
        self.expect(page.locator("#holds-body")).to_contain_text("Failover is paused")
        self.expect(page.locator("#holds-body")).to_contain_text("ds-reconcilerd resume")
        self.expect(page.locator("#state-body")).to_contain_text(re.compile(r"until .*ends in 1 h 59 m, by ada: an upgrade"))
        self.expect(page.locator("#news")).to_have_text("New hold: Failover is paused.")
        self.picture(page, "paused")
        self.assertEqual(self.daemon.call("resume", "--config", self.daemon.config, "--reason", "done").code, 0)
        self.expect(page.locator("#holds")).to_be_hidden()
        self.expect(page.locator("#timeline-body")).to_contain_text("ada paused until")
        self.expect(page.locator("#timeline-body")).to_contain_text(re.compile("Hold ended after .*: Failover is paused"))

    def test_actions(self):
        """Pause, resume and release, with a reason and the token for changes."""
        self.expected_noise = ("401", "409")
        self.expected_changes = ["pause", "pause", "resume", "release"]
        page = self.open(bypass_csp=True)
        dialog = page.get_by_role("dialog")
        trouble = dialog.get_by_role("alert")
        page.get_by_role("button", name="Pause failover…").click()
        self.expect(page.get_by_role("textbox", name="Reason")).to_be_focused()
        self.assertEqual(self.violations(page), [])
        self.expect(dialog.locator("code.type")).to_contain_text('--reason "WHY" --for 2h')
        page.keyboard.press("Enter")
        self.expect(trouble).to_contain_text("Enter a reason")
        page.get_by_role("textbox", name="Reason").fill("an upgrade")
        page.keyboard.press("Enter")
        self.expect(trouble).to_contain_text("Enter the token of http.token_file")
        page.get_by_role("textbox", name="Your name").fill("eve")
        page.get_by_role("textbox", name="Token for changes").fill("wrong-token-wrong-token")
        page.keyboard.press("Enter")
        self.expect(trouble).to_contain_text("the token is not the one of http.token_file")
        page.get_by_role("textbox", name="Token for changes").fill(TOKEN)
        page.keyboard.press("Enter")
        self.expect(dialog).to_have_count(0)
        self.expect(page.locator("#done")).to_contain_text("Paused until")
        self.expect(page.locator("#holds-body")).to_contain_text("Failover is paused")
        self.assertEqual(self.violations(page), [])
        self.assertEqual(page.evaluate("() => [sessionStorage.length, localStorage.length, document.cookie]"), [0, 0, ""])
        page.locator("#holds-body").get_by_role("button", name="Resume failover…").click()
        page.get_by_role("textbox", name="Reason").fill("the upgrade is done")
        page.keyboard.press("Enter")  # with the token given before
        self.expect(page.locator("#holds")).to_be_hidden()
        self.expect(page.locator("#timeline-body")).to_contain_text("eve resumed: the upgrade is done")
        page.get_by_role("button", name="Pause failover…").click()
        page.keyboard.press("Escape")
        self.expect(dialog).to_have_count(0)
        # What a living master owns is refused, with the reason.
        page.goto(f"http://127.0.0.1:{self.port}/#/explain/{OWNED}")
        self.expect(page.locator("#explain-body")).to_contain_text("owned, see above")
        self.expect(page.get_by_role("button", name=f"Release {OWNED}…")).to_have_count(0)
        page.evaluate("""id => {
            const button = Object.assign(document.createElement("button"), {id: "pressed"});
            Object.assign(button.dataset, {action: "release", instance: id});
            document.body.append(button);
            button.click();
        }""", str(OWNED))
        page.get_by_role("textbox", name="Reason").fill("try")
        page.keyboard.press("Enter")
        self.expect(trouble).to_contain_text(f"workflow instance {OWNED} is not released")

    def test_commands_and_links(self):
        page = self.open(f"#/explain/{WAITING}")
        link = page.get_by_role("link", name="in DolphinScheduler")
        self.expect(link).to_have_attribute("href", f"{DS_PAGES}/projects/1/workflow/instances/{WAITING}?code=9001")
        self.expect(link).to_have_attribute("rel", "noopener noreferrer")
        page.get_by_role("button", name="Copy the command").first.click()
        self.expect(page.get_by_text(re.compile("^(Copied|Selected)$"))).to_be_visible()
        page.goto(f"http://127.0.0.1:{self.port}/")
        self.expect(page.get_by_role("link", name="masters in DolphinScheduler")).to_have_attribute("href", f"{DS_PAGES}/monitor/master")

    def test_many_masters(self):
        """The absent ones first; beyond ten both are collapsed."""
        self.expected_noise = ("ERR_FAILED",)

        def status_of_many(route):
            answer = route.fetch()
            status = answer.json()
            live = next(m for m in status["masters"] if m["state"] == "live")
            absent = next(m for m in status["masters"] if m["state"] == "absent")
            status["masters"] = [{**live, "address": f"10.1.0.{i}:5678"} for i in range(12)]
            status["masters"] += [{**absent, "address": f"10.2.0.{i}:5678"} for i in range(11)]
            route.fulfill(response=answer, json=status)

        page = self.open(live=False)
        page.route("**/api/v1/events", lambda route: route.abort())
        page.route("**/api/v1/status", status_of_many)
        page.reload()
        self.expect(page.locator("#summary-body")).to_contain_text("11 of 23 masters are absent.")
        rows = page.locator("#masters-body tbody tr:visible")
        self.expect(rows).to_have_count(10)
        self.expect(rows.first).to_contain_text("10.2.0.0:5678")
        page.locator("summary", has_text="12 live masters").click()
        self.expect(rows).to_have_count(22)
        page.locator("summary", has_text="1 more absent master").click()
        self.expect(rows).to_have_count(23)
        page.unroute_all(behavior="ignoreErrors")

    def test_other_clusters(self):
        """A line for each that another daemon of this machine watches; no panel where there is none."""
        page = self.open()
        self.expect(page.locator("#clusters")).to_be_hidden()
        status = ask(self.port, "/api/v1/status").json
        status["cluster"] |= {"name": "the blue one", "page_url": "https://blue.example/"}
        older = {name: value for name, value in status.items() if name != "masters"}
        clusters = [{"name": "blue", "status": status, "error": None}, {"name": "old", "status": older, "error": None},
                    {"name": "green", "status": None, "error": "no daemon answers at /run/x: Connection refused"}]
        page.route("**/api/v1/clusters", lambda route: route.fulfill(json={"now": status["now"], "clusters": clusters}))
        page.reload()
        blue = self.row(page, "#clusters-body", "the blue one")
        self.expect(blue).to_contain_text(re.compile(r"\d+ of \d+ masters (is|are) absent\."))
        self.expect(blue.locator("a")).to_have_attribute("href", "https://blue.example/")
        self.expect(self.row(page, "#clusters-body", "green")).to_contain_text("no daemon answers at /run/x")
        self.expect(self.row(page, "#clusters-body", "old")).to_contain_text("of another version")
        page.unroute_all(behavior="ignoreErrors")

    def test_x_hold_appears_live(self):
        page = self.open(bypass_csp=True)
        page.evaluate("() => { window.same_page = true; }")
        self.masters_go()
        try:
            self.expect(page.locator("#holds-body")).to_contain_text("No master is registered")
            self.expect(page.locator("#holds-body")).to_contain_text("Start a master; the next sweep continues.")
            self.expect(page.locator("#state-body")).to_contain_text("Held")
            self.expect(page.locator("#news")).to_contain_text("New hold")
            self.expect(self.row(page, "#masters-body", LIVE[0])).to_contain_text("absent")
            self.assertEqual(self.violations(page), [])
            self.pictures()
        finally:
            self.masters_come()
        self.expect(page.locator("#holds")).to_be_hidden()
        self.expect(page.locator("#news")).to_contain_text("No longer held")
        self.expect(page.locator("#timeline-body")).to_contain_text(re.compile("Hold ended after .*: No master is registered"))
        self.assertTrue(page.evaluate("() => window.same_page"))

    def test_y_daemon_killed(self):
        self.expected_noise = ("ERR_", "Failed to load resource")
        page = self.open(bypass_csp=True)
        self.daemon.process.kill()
        self.daemon.process.wait()
        self.expect(page.locator("#connection")).to_contain_text("The daemon does not answer")
        self.expect(page.locator("#connection")).to_contain_text("The page shows its last answer")
        dead = self.row(page, "#masters-body", DEAD)
        self.expect(dead).to_contain_text(re.compile(r"absent for .* s.*in \d+ m \d\d s"))
        for panel in ("#summary-body", "#state-body", "#counts-body", "#masters-body"):
            self.expect(page.locator(panel)).to_have_class("old")
            self.expect(page.locator(f"{panel} .as-of")).to_contain_text(re.compile(r"As of \d\d:\d\d:\d\d\."))
        before, asked = dead.inner_text(), len(self.requests)
        wait_for("two more tries, seconds apart", lambda: dead.inner_text() and len(self.requests) >= asked + 2)
        self.assertEqual(dead.inner_text(), before, "it goes on counting")
        self.expect(page.locator("#counts-body")).to_contain_text("waiting")
        self.assertEqual(self.violations(page), [])
        self.picture(page, "down")
        self.daemon.launch()
        self.expect(page.locator("#connection"), 40_000).to_contain_text("live updates")
        self.expect(self.row(page, "#masters-body", DEAD)).to_contain_text(re.compile(r"in \d+ m \d\d s"))
        self.expect(page.locator(".old, .as-of")).to_have_count(0)

    def test_z_registry_lost(self):
        """Last, because the masters do not come back from it."""
        self.expected_noise = ("503", "ERR_")
        page = self.open(bypass_csp=True)
        self.world.zookeeper.suspend()
        try:
            self.expect(page.locator("#state-body"), 60_000).to_contain_text("Failing")
            self.expect(page.locator("#connection")).to_contain_text("The last sweep failed: ")
            self.expect(page.locator("#state-body [data-key='Guards']")).to_contain_text("not judged, because the last sweep failed")
            for panel in ("#summary-body", "#counts-body", "#masters-body"):
                self.expect(page.locator(panel)).to_have_class("old")
                self.expect(page.locator(f"{panel} .as-of")).to_contain_text("As of ")
            live = self.row(page, "#masters-body", LIVE[0]).locator(".mark").first
            quiet = page.locator("#masters-body .as-of .mark")
            colour = "e => getComputedStyle(e).color"
            self.assertEqual(live.evaluate(colour), quiet.evaluate(colour), "a master that may be gone looks alive")
            self.assertEqual(self.violations(page), [])
            self.picture(page, "no-registry")
            said = self.daemon.call("status", "--config", self.daemon.config)
            self.assertIn("Not judged, because the last sweep failed. What follows is as of ", said.out)
        finally:
            self.world.zookeeper.resume()

    def picture(self, page, name):
        """For docs/commands.md, when it is asked for."""
        if folder := os.environ.get("DSR_PICTURES"):
            page.evaluate("() => scrollTo(0, 0)")
            page.screenshot(path=f"{folder}/page-{name}.png")

    def pictures(self):
        """For the README, when they are asked for."""
        folder = os.environ.get("DSR_PICTURES")
        if not folder:
            return
        for name, place, ready, context in (
            ("light", "#/", "Start a master", {"color_scheme": "light", "viewport": {"width": 1440, "height": 1080}}),
            ("dark", f"#/explain/{WAITING}", "grace_over", {"color_scheme": "dark", "viewport": {"width": 1180, "height": 860}}),
            ("phone", "#/", "Start a master", {"color_scheme": "light", "viewport": {"width": 360, "height": 740}}),
        ):
            page = self.open(place, **context)
            self.expect(page.locator("main")).to_contain_text(ready)
            page.screenshot(path=f"{folder}/page-{name}.png")


def expect_within(expect, it, timeout):
    expect.set_options(timeout=timeout)
    return expect(it)


if __name__ == "__main__":
    main()
