#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Alerts that leave the cluster: to a real HTTPS server and a real mail server, and what happens when those hang, refuse
or cannot be trusted. The sweeps go on in time, whatever they do."""

import email
import email.policy
import hashlib
import hmac
import json
import os
import pathlib
import re
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from testbed import Daemon, StandIn, World, define_workflow, free_port, main, now, wait_for  # noqa: E402
from testbed.daemon import DONE, HELD, USAGE  # noqa: E402
from testbed.receivers import (  # noqa: E402
    Certificates, DingTalk, Feishu, MailServer, PagerDuty, Teams, WebhookReceiver, WeCom,
)

DEAD = "127.9.9.9:5678"
TOKEN = "token-hunter1"
MAIL_PASSWORD = "mail-hunter2"
SECRET = "signing-hunter3"
PAGE = "https://ops.example.org/ds-reconciler/a=1&b=2"

# What the daemon must not inherit: a proxy would stand between it and the servers of this test.
for variable in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[variable]


class WithReceivers(unittest.TestCase):
    """A dead master's run that nobody may hand over (failover is off): two alerts, a lost master and a hold."""

    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.world.__enter__()
        cls.addClassCleanup(cls.world.__exit__)
        cls.certificates = Certificates(cls.world.scratch / "certificates")

    def setUp(self):
        self.number = getattr(WithReceivers, "number", 0) + 1
        WithReceivers.number = self.number
        self.database = self.world.database(f"ds{self.number}")
        define_workflow(self.database, 9001)
        self.database.insert("t_ds_process_instance", id=1, name="wf", process_definition_code=9001,
                             process_definition_version=1, state=1, start_time=now(3600), run_times=1, host=DEAD,
                             command_type=0, command_param="{}", executor_id=1)
        self.namespace = f"ds{self.number}"
        self.addCleanup(StandIn(self.world.zookeeper, "127.9.9.1:5678", namespace=self.namespace).leave)

    def started(self, server):
        self.addCleanup(server.stop)
        return server

    def webhook_receiver(self, service=None, **certificate):
        return self.started(WebhookReceiver(self.certificates.server(**certificate), service))

    def mail_server(self, **options):
        context = options.pop("context", self.certificates.server())
        return self.started(MailServer(context, password=MAIL_PASSWORD, **options))

    def secret(self, name, text):
        """A file of its own for each test and use."""
        self.secrets = getattr(self, "secrets", 0) + 1
        file = self.world.scratch / f"{name}{self.number}-{self.secrets}"
        file.touch(mode=0o600)
        file.write_text(text + "\n")
        return str(file)

    def webhook(self, port, **changes):
        url = f"https://127.0.0.1:{port}/hook/{TOKEN}?also={TOKEN}"
        return {"url_file": self.secret("url", url), "ca_file": str(self.certificates.ca), "timeout": "5s"} | changes

    def mail(self, port, **changes):
        return {"server": f"127.0.0.1:{port}", "ca_file": str(self.certificates.ca), "user": "ds", "timeout": "5s",
                "password_file": self.secret("mail", MAIL_PASSWORD), "from": "ds-reconciler@example.org",
                "to": "oncall@example.org,Boss@example.org"} | changes

    def daemon(self, level="debug", format="text", external_url=None, **alerts):
        daemon = Daemon(self.world.scratch / f"daemon{self.number}", self.world.zookeeper, self.database,
                        namespace=self.namespace, failover={"enabled": False}, sweep={"interval": "1s"},
                        alerts=alerts, log={"level": level, "format": format})
        if external_url:
            daemon.configure(http={"external_url": external_url})
        self.addCleanup(self.assert_no_secret_in, daemon)
        self.addCleanup(daemon.kill_if_running)
        return daemon

    def running(self, **options):
        daemon = self.daemon(**options)
        self.world.start(daemon)
        return daemon

    def assert_no_secret_in(self, daemon):
        self.assertNotIn("hunter", daemon.log_text(), "a secret was logged")

    def assert_sweeps_in_time(self, daemon, seconds=4):
        """One a second, give or take what a loaded machine takes; behind a channel that waits, each would take its timeout."""
        begun, before = time.monotonic(), daemon.sweeps()
        wait_for("sweeps in time", lambda: daemon.sweeps() >= before + seconds, 60, daemon.log_tail)
        self.assertLess(time.monotonic() - begun, 2 * seconds + 4, daemon.log_tail())


class Webhook(WithReceivers):
    def test_delivered_once_and_signed(self):
        receiver = self.webhook_receiver()
        webhook = self.webhook(receiver.port, secret_file=self.secret("secret", SECRET))
        daemon = self.running(cluster="prod", webhook=webhook)
        wait_for("both alerts", lambda: len(receiver.bodies()) >= 2, seen=daemon.log_tail)
        daemon.after_sweeps(3)
        self.assertEqual([(b["key"], b["severity"], b["cluster"]) for b in receiver.bodies()],
                         [(f"lost_master:{DEAD}", "serious", "prod"), ("held:disabled", "serious", "prod")])
        self.assertIn("failover.enabled", receiver.bodies()[1]["summary"])
        for path, headers, body in receiver.posts:
            self.assertEqual(path, f"/hook/{TOKEN}?also={TOKEN}")
            self.assertEqual(headers["Content-Type"], "application/json")
            timestamp = headers["X-DS-Reconciler-Timestamp"]
            self.assertLess(abs(int(timestamp) - time.time()), 60)
            signed = hmac.new(SECRET.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
            self.assertEqual(headers["X-DS-Reconciler-Signature"], f"sha256={signed}")

    def test_tried_again_after_a_500(self):
        receiver = self.webhook_receiver()
        receiver.answers = [500, 503]
        daemon = self.running(webhook=self.webhook(receiver.port, template="slack"))
        wait_for("both alerts, one after its second try",
                 lambda: len({json.dumps(b) for b in receiver.bodies()}) == 2 and len(receiver.posts) == 4,
                 seen=daemon.log_tail)
        wait_for("a word that it works again", lambda: daemon.logged("alerts go through webhook .*again, after 2 failed"),
                 seen=daemon.log_tail)
        self.assertEqual(daemon.logged(r"through webhook \(https://127.0.0.1:\d+\) and are retried.*HTTP 500"), 1)
        self.assertEqual(daemon.logged("through webhook .*HTTP 503"), 1)

    def test_a_hanging_one_holds_up_neither_sweeps_nor_mail_nor_the_end(self):
        receiver = self.webhook_receiver()
        receiver.answers = ["hang"] * 100
        mail = self.mail_server()
        daemon = self.running(webhook=self.webhook(receiver.port, timeout="2s"), email=self.mail(mail.port))
        wait_for("the first try", lambda: receiver.posts, seen=daemon.log_tail)
        self.assert_sweeps_in_time(daemon)
        wait_for("a clear word", lambda: daemon.logged(r"through webhook .*no answer within 2(\.0)? s"),
                 seen=daemon.log_tail)
        wait_for("the mails", lambda: len(mail.mails) == 2, seen=daemon.log_tail)

        daemon.configure(alerts={"webhook": self.webhook(receiver.port, timeout="60s")})
        tries = len(receiver.posts)
        daemon.hangup()
        wait_for("a try with the longer timeout", lambda: len(receiver.posts) > tries, seen=daemon.log_tail)
        begun = time.monotonic()
        daemon.stop(timeout=30)
        self.assertEqual(daemon.process.returncode, 0, daemon.log_tail())
        self.assertLess(time.monotonic() - begun, 10, daemon.log_tail())
        self.assertTrue(daemon.logged("abandoned: this process ends"), daemon.log_tail())

    def test_one_shot_sweep_delivers_before_it_ends(self):
        receiver = self.webhook_receiver()
        receiver.answers = [500]
        result = self.daemon(webhook=self.webhook(receiver.port, template="alertmanager")).sweep()
        self.assertEqual(result.code, HELD, result)
        delivered = {b[0]["labels"]["key"] for b in receiver.bodies()}
        self.assertEqual(delivered, {f"lost_master:{DEAD}", "held:disabled"}, result)
        self.assertEqual(len(receiver.posts), 3, result)

    def test_what_cannot_be_trusted_or_reached(self):
        def case(said, receiver=None, **changes):
            port = receiver.port if receiver else free_port()
            with self.subTest(said):
                daemon = self.running(webhook=self.webhook(port, **changes))
                wait_for(f"a clear word: {said}", lambda: daemon.logged(f"cannot be sent through webhook.*: .*{said}"),
                         seen=daemon.log_tail)
                self.assert_sweeps_in_time(daemon, 2)
                self.assertEqual(daemon.logged("cannot be sent through webhook"), 1, daemon.log_tail())
                daemon.stop()
                self.assertEqual(daemon.process.returncode, 0, daemon.log_tail())
                daemon.log.unlink()
                if receiver:
                    self.assertEqual(receiver.posts, [], "it was told all the same")

        case("unable to get local issuer certificate", self.webhook_receiver(), ca_file=None)
        case("certificate has expired", self.webhook_receiver(expired=True))
        case("no alternative certificate subject name matches", self.webhook_receiver(name="127.0.0.2"))
        case("cannot connect: Connection refused")
        case("ca_file cannot be read", self.webhook_receiver(), ca_file="/nonexistent/ca.pem")


class Services(WithReceivers):
    """Chat and on-call services, each a stand-in that refuses what is not as published."""

    def services(self):
        """Their stand-ins by name, and the configuration for all of them."""
        services, webhooks = {}, {}

        def add(name, service, path, **changes):
            receiver = self.webhook_receiver(service)
            services[name] = service
            webhooks[name] = {"template": name, "ca_file": str(self.certificates.ca), "timeout": "5s",
                              "url_file": self.secret("url", f"https://127.0.0.1:{receiver.port}{path}")} | changes

        add("dingtalk", DingTalk("SEChunter8"), "/robot/send?access_token=ding-hunter4",
            secret_file=self.secret("secret", "SEChunter8"))
        add("feishu", Feishu("feishu-hunter8"), "/open-apis/bot/v2/hook/feishu-hunter5",
            secret_file=self.secret("secret", "feishu-hunter8"))
        add("wecom", WeCom(), "/cgi-bin/webhook/send?key=wecom-hunter6")
        add("teams", Teams(), "/workflows/teams-hunter7?sig=hunter")
        add("pagerduty", PagerDuty("routing-hunter8"), "/v2/enqueue", secret_file=self.secret("secret", "routing-hunter8"))
        return services, webhooks

    def test_firing_and_resolved_on_every_service_at_once(self):
        services, webhooks = self.services()
        plain, own, alertmanager = (self.webhook_receiver() for _ in range(3))
        webhooks["own"] = self.webhook(own.port, template="custom",
                                       body='{"msg": "{{status}} {{title}}: {{summary}}", "see": ["{{link}}"]}')
        webhooks["prometheus"] = self.webhook(alertmanager.port, template="alertmanager")
        daemon = self.running(cluster="prod", webhook=self.webhook(plain.port), webhooks=webhooks, external_url=PAGE)
        chats = [name for name in services if name != "pagerduty"]

        def delivered(count):
            return all(len(service.taken) >= count for service in services.values()) and all(
                len(receiver.posts) >= count for receiver in (plain, own, alertmanager))

        wait_for("a lost master and a hold everywhere", lambda: delivered(2), seen=daemon.log_tail)
        daemon.after_sweeps(2)
        for name, service in services.items():
            self.assertEqual(service.refusals, [], name)
            self.assertEqual(len(service.taken), 2, name)
            self.assertIn("failover.enabled", service.taken[1], name)
            for text in service.taken:
                self.assertIn("prod", text, name)
                self.assertIn(PAGE, text, name)
        pagerduty = services["pagerduty"]
        self.assertEqual(len(pagerduty.incidents), 2)
        self.assertRegex(own.bodies()[1]["msg"], "^firing ds-reconciler holds: disabled: ")
        self.assertEqual(own.bodies()[1]["see"], [PAGE])
        self.assertEqual({body["link"] for body in plain.bodies()}, {PAGE})
        self.assertEqual({body[0]["generatorURL"] for body in alertmanager.bodies()}, {PAGE})
        self.assertTrue(daemon.logged(r"ALERT \[[^]]+\] ds-reconciler holds: .* https://ops\.example\.org/ds-reconciler/"))
        held = self.database.value("select content from t_ds_alert where title like '[%] ds-reconciler holds'")
        self.assertEqual(json.loads(held)[0]["link"], PAGE)

        # Failover is enabled, so nothing holds any more; the grace keeps the lost master's workflow where it is.
        daemon.configure(failover={"enabled": True, "grace": "1h"})
        daemon.hangup()
        wait_for("the end of the hold everywhere", lambda: delivered(3), seen=daemon.log_tail)
        self.addCleanup(StandIn(self.world.zookeeper, DEAD, namespace=self.namespace).leave)
        wait_for("the master's return everywhere", lambda: delivered(4), seen=daemon.log_tail)
        daemon.after_sweeps(2)
        for name in chats:
            self.assertEqual(services[name].refusals, [], name)
            self.assertEqual(len(services[name].taken), 4, name)
            self.assertIn("Resolved: ds-reconciler holds\nno longer held by disabled", services[name].taken[2], name)
            self.assertIn(f"registered again: {DEAD}", services[name].taken[3], name)
        self.assertEqual(pagerduty.taken[2:], ["resolve", "resolve"])
        self.assertEqual(pagerduty.incidents, set())
        self.assertEqual([body.get("resolves") for body in plain.bodies()],
                         [None, None, ["held:disabled"], [f"lost_master:{DEAD}"]])
        self.assertRegex(own.bodies()[2]["msg"], "^resolved Resolved: ds-reconciler holds")
        (lost,), (hold,), (hold_ended,), (back,) = alertmanager.bodies()
        self.assertEqual(hold_ended["labels"], hold["labels"])
        self.assertEqual(back["labels"], lost["labels"])
        self.assertLessEqual(hold_ended["endsAt"], back["endsAt"])
        self.assertGreater(hold["endsAt"], back["endsAt"])
        self.assertEqual(self.database.value("select count(*) from t_ds_alert where title like '[%] Resolved: %'"), 2)
        self.assertEqual(daemon.logged(r"ALERT \[[^]]+\] Resolved: "), 2)

    def test_a_refusal_with_http_200_is_a_failure(self):
        services, webhooks = self.services()
        wrong = self.secret("secret", "another-hunter")
        for name in ("dingtalk", "feishu", "pagerduty"):
            webhooks[name]["secret_file"] = wrong
        daemon = self.daemon(table=False, log=False, webhooks=webhooks)
        result = daemon.call("test-alert", "--config", daemon.config)
        self.assertEqual(result.code, HELD, result)
        self.assertNotIn("hunter", result.out + result.err)
        lines = {line.split()[0]: line for line in result.out.splitlines()}
        self.assertEqual(set(lines), {f"webhook:{name}" for name in services}, result)
        self.assertRegex(lines["webhook:dingtalk"], r" https://127.0.0.1:\d+ failed: it answered errcode 310000: its security")
        self.assertRegex(lines["webhook:feishu"], r" failed: it answered code 19021: the signature is wrong")
        self.assertRegex(lines["webhook:pagerduty"], r" failed: it answered HTTP 400")
        for name in ("wecom", "teams"):
            self.assertRegex(lines[f"webhook:{name}"], r" https://127.0.0.1:\d+ sent$")
            self.assertIn("a test alert", services[name].taken[0])


class Mail(WithReceivers):
    def assert_delivered(self, server, daemon):
        wait_for("both mails", lambda: len(server.mails) >= 2, seen=daemon.log_tail)
        daemon.after_sweeps(2)
        self.assertEqual(len(server.mails), 2)
        for sender, recipients, _ in server.mails:
            self.assertEqual(sender, "ds-reconciler@example.org")
            self.assertEqual(recipients, ["oncall@example.org", "Boss@example.org"])
        mails = [email.message_from_bytes(content, policy=email.policy.default) for _, _, content in server.mails]
        self.assertEqual(str(mails[1]["Subject"]), "[Größe · prod] ds-reconciler holds")
        self.assertEqual([a.addr_spec for a in mails[1]["To"].addresses], ["oncall@example.org", "Boss@example.org"])
        self.assertEqual(mails[1].defects, [])
        self.assertLess(abs(mails[1]["Date"].datetime.timestamp() - time.time()), 120)
        self.assertNotEqual(mails[0]["Message-ID"], mails[1]["Message-ID"])
        self.assertRegex(mails[1]["Message-ID"], r"^<[0-9a-f]{32}@example\.org>$")
        body = mails[1].get_content()
        self.assertIn("failover.enabled", body)
        self.assertIn("cluster:  Größe · prod", body)

    def test_starttls_and_login(self):
        server = self.mail_server()
        daemon = self.running(cluster="Größe · prod", email=self.mail(server.port))
        self.assert_delivered(server, daemon)

    def test_tls_from_the_first_byte(self):
        server = self.mail_server(implicit_tls=True)
        daemon = self.running(cluster="Größe · prod", email=self.mail(server.port, tls="tls"))
        self.assert_delivered(server, daemon)

    def test_in_the_clear_on_this_machine(self):
        server = self.mail_server(context=None, login=False)
        mail = self.mail(server.port, tls="none", ca_file=None, user=None, password_file=None)
        daemon = self.running(cluster="Größe · prod", email={k: v for k, v in mail.items() if v is not None})
        self.assert_delivered(server, daemon)

    def test_one_bad_recipient_keeps_the_others_from_nothing(self):
        server = self.mail_server()
        server.refused = {"oncall@example.org"}
        daemon = self.running(email=self.mail(server.port))
        wait_for("both mails", lambda: len(server.mails) == 2, seen=daemon.log_tail)
        self.assertEqual([recipients for _, recipients, _ in server.mails], [["Boss@example.org"]] * 2)
        strict = daemon.call("test-alert", "--config", daemon.config)
        self.assertEqual(strict.code, HELD, strict)
        self.assertRegex(strict.out, r"email .*failed: .*550")

    def test_what_cannot_be_trusted_or_does_not_let_us_in(self):
        def case(said, server, **changes):
            with self.subTest(said):
                daemon = self.running(email=self.mail(server.port, **changes))
                wait_for(f"a clear word: {said}", lambda: daemon.logged(f"cannot be sent through email.*: .*{said}"),
                         seen=daemon.log_tail)
                self.assert_sweeps_in_time(daemon, 2)
                self.assertEqual(daemon.logged("cannot be sent through email"), 1, daemon.log_tail())
                daemon.stop()
                daemon.log.unlink()
                self.assertEqual(server.mails, [], "it was told all the same")

        case("refused user and password", self.mail_server(user="another"))
        case("does not offer STARTTLS", self.mail_server(context=None))
        case("certificate has expired", self.mail_server(context=self.certificates.server(expired=True)))
        case("unable to get local issuer certificate", self.mail_server(), ca_file=None)


class TestAlert(WithReceivers):
    def call(self, **alerts):
        daemon = self.daemon(**alerts)
        result = daemon.call("test-alert", "--config", daemon.config)
        self.assertNotIn("hunter", result.out + result.err)
        return result

    def test_all(self):
        receiver, server = self.webhook_receiver(), self.mail_server()
        result = self.call(webhook=self.webhook(receiver.port), email=self.mail(server.port))
        self.assertEqual(result.code, DONE, result)
        lines = [re.sub(r" +", " ", line) for line in result.out.splitlines()]
        self.assertEqual(lines, ["table sent", "log sent", f"webhook https://127.0.0.1:{receiver.port} sent",
                                 f"email 127.0.0.1:{server.port} sent"])
        self.assertRegex(result.err, r"ALERT \[[^]]+\] ds-reconciler: a test alert")
        self.assertEqual(self.database.value("select count(*) from t_ds_alert where title like '%test alert'"), 1)
        self.assertEqual(receiver.bodies()[0]["title"], "ds-reconciler: a test alert")
        self.assertEqual(len(server.mails), 1)

    def test_one_fails_and_the_others_are_still_told(self):
        receiver, server = self.webhook_receiver(), self.mail_server(user="another")
        receiver.answers = [404]
        result = self.call(webhook=self.webhook(receiver.port), email=self.mail(server.port))
        self.assertEqual(result.code, HELD, result)
        self.assertRegex(result.out, r"webhook +https://127.0.0.1:\d+ failed: it answered HTTP 404")
        self.assertRegex(result.out, r"email +127.0.0.1:\d+ failed: the server refused user and password \(it answered 535\)")
        self.assertRegex(result.out, r"table +sent")
        self.assertEqual(len(receiver.posts), 1, "a test is one try")

    def test_none_configured(self):
        result = self.call(table=False, log=False)
        self.assertEqual(result.code, USAGE, result)
        self.assertIn("no channel is configured", result.out)

    def test_url_with_user_and_password(self):
        result = self.call(webhook={"url_file": self.secret("url", "https://me:pass-hunter@127.0.0.1/x")})
        self.assertEqual(result.code, USAGE, result)
        self.assertIn("alerts.webhook.url_file", result.err)
        self.assertIn("user or password", result.err)


class Log(WithReceivers):
    def test_every_line_of_a_sweep_carries_its_name(self):
        daemon = self.running(format="json")
        daemon.after_sweeps(2)
        daemon.stop()
        lines = [json.loads(line) for line in daemon.log_text().splitlines() if line.startswith("{")]
        of_sweeps = [line for line in lines if line["message"].startswith(("sweep ", "ALERT ", "workflow instance"))]
        self.assertGreater(len(of_sweeps), 4, daemon.log_tail())
        for line in of_sweeps:
            self.assertRegex(line.get("sweep", ""), r"^\d{4}-\d\d-\d\dT[\d:.]+Z/ds-reconciler .+ pid \d+$", line)
        ends = [line["sweep"] for line in of_sweeps if line["message"].startswith("sweep ")]
        self.assertEqual(len(ends), len(set(ends)), "one line ends each sweep")
        alerts = [line["sweep"] for line in of_sweeps if line["message"].startswith("ALERT ")]
        self.assertEqual(set(alerts), {ends[0]}, "the first sweep told")
        self.assertTrue([line for line in lines if "sweep" not in line], "lines of no sweep carry none")

    def test_a_server_that_does_not_answer_is_summed_up(self):
        daemon = self.daemon(level="info")
        daemon.configure(registry={"connect": f"127.0.0.1:{free_port()}", "session_timeout": "2s"})
        self.world.start(daemon)
        wait_for("failed sweeps", lambda: daemon.logged("sweep failed"), seen=daemon.log_tail)
        begun = time.monotonic()
        wait_for("some time", lambda: time.monotonic() - begun > 12, seen=daemon.log_tail)
        messages = [re.sub(r"\d+ m?s", "~", line.split(" ", 2)[2].split(" sweep=")[0])
                    for line in daemon.log_text().splitlines()]
        repeated = {m for m in messages if messages.count(m) > 1}
        self.assertEqual(repeated, set(), daemon.log_tail())
        self.assertLess(len(messages), 20, daemon.log_tail())


if __name__ == "__main__":
    main()
