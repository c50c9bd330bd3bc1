# SPDX-License-Identifier: Apache-2.0
"""Who gets alerts: an HTTPS server, chat and on-call services behind one, and a mail server on this machine, and certificates
for them."""

import asyncio
import base64
import contextlib
import datetime
import hashlib
import hmac
import http.server
import json
import logging
import pathlib
import ssl
import subprocess
import threading
import time
import urllib.parse
import warnings

from servers import MissingPackage

try:
    from aiosmtpd.smtp import SMTP, AuthResult
except ImportError:
    raise MissingPackage("aiosmtpd is not installed: apt-get install python3-aiosmtpd") from None

logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # aiosmtpd tells there of every handshake that we break off
warnings.filterwarnings("ignore", message="Requiring AUTH while not requiring TLS")  # within TLS, or on loopback


class Certificates:
    """An authority of its own, and what it certifies. All keys are gone with the folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.ca = self.folder / "ca.pem"
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                     "-subj", "/CN=an authority of the test", "-keyout", self.folder / "ca.key", "-out", self.ca)

    def openssl(self, *arguments):
        subprocess.run(["openssl", *(str(a) for a in arguments)], check=True, capture_output=True, cwd=self.folder)

    def server(self, name="127.0.0.1", expired=False):
        """A server's ssl context with a certificate for that address or name."""
        stem = f"{name}{'-expired' if expired else ''}"
        chain = self.folder / f"{stem}.pem"
        if not chain.exists():
            kind = "IP" if name[0].isdigit() else "DNS"
            (self.folder / f"{stem}.ext").write_text(f"subjectAltName={kind}:{name}\n")
            self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=test",
                         "-keyout", f"{stem}.key", "-out", f"{stem}.csr")
            self.openssl("x509", "-req", "-in", f"{stem}.csr", "-CA", self.ca, "-CAkey", "ca.key", "-CAcreateserial",
                         "-days", "-1" if expired else "1", "-extfile", f"{stem}.ext", "-out", chain)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, self.folder / f"{stem}.key")
        return context


class Refused(Exception):
    """What a service answers to a request that does not keep to its published format: a code, or HTTP's."""

    def __init__(self, code, why):
        super().__init__(why)
        self.code = code


def require(condition, code, why):
    if not condition:
        raise Refused(code, why)


def signature(key, text):
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


class Service:
    """A chat or on-call service: checks each request as it is published, keeps the texts that people would see, and answers
    as the service does. `refusals`: why it did not take a request."""

    limit = 20_000  # bytes of a request

    def __init__(self, secret=""):
        self.secret = secret
        self.refusals, self.taken = [], []

    def __call__(self, path, headers, body):
        try:
            require(headers.get("Content-Type") == "application/json", 9499, "the body is not declared as JSON")
            require(len(body) <= self.limit, 9499, f"{len(body)} bytes")
            self.taken.append(self.check(urllib.parse.urlsplit(path), json.loads(body)))
        except Refused as refused:
            self.refusals.append(str(refused))
            return self.refuse(refused)
        return self.accept()

    def accept(self):
        return 200, {"errcode": 0, "errmsg": "ok"}

    def refuse(self, refused):
        return 200, {"errcode": refused.code, "errmsg": f"{refused}: the answer repeats hunter9"}


class DingTalk(Service):
    def check(self, url, message):
        query = {key: values[0] for key, values in urllib.parse.parse_qs(url.query).items()}
        require((url.path, query.get("access_token")) == ("/robot/send", "ding-hunter4"), 300005, "token is not exist")
        timestamp = query.get("timestamp", "0")
        require(abs(int(timestamp) / 1000 - time.time()) < 3600, 310000, "invalid timestamp")
        require(query.get("sign") == signature(self.secret, f"{timestamp}\n{self.secret}"), 310000, "sign not match")
        require(message["msgtype"] == "text" and list(message) == ["msgtype", "text"], 40035, "not a text")
        return message["text"]["content"]


class Feishu(Service):
    def check(self, url, message):
        require(url.path == "/open-apis/bot/v2/hook/feishu-hunter5", 19001, "param invalid: incoming webhook access token")
        require(isinstance(message.get("timestamp"), str), 19021, "no timestamp")
        require(abs(int(message["timestamp"]) - time.time()) < 3600, 19021, "timestamp is not within one hour")
        signed = signature(f"{message['timestamp']}\n{self.secret}", "")
        require(message["sign"] == signed, 19021, "sign match fail")
        require(message["msg_type"] == "post", 9499, "not a post")
        post = message["content"]["post"]["zh_cn"]
        for line in post["content"]:
            for element in line:
                require(element["tag"] == "text" or element["tag"] == "a" and element["href"], 9499, "an unknown tag")
        return "\n".join([post["title"], *("".join(element["text"] for element in line) for line in post["content"])])

    def accept(self):
        return 200, {"code": 0, "msg": "success", "data": {}}

    def refuse(self, refused):
        return 200, {"code": refused.code, "msg": str(refused), "data": {}}


class WeCom(Service):
    def check(self, url, message):
        require((url.path, url.query) == ("/cgi-bin/webhook/send", "key=wecom-hunter6"), 93000, "invalid webhook url")
        require(message["msgtype"] == "text", 40008, "not a text")
        require(len(message["text"]["content"].encode()) <= 2048, 40058, "text.content exceed max length 2048")
        return message["text"]["content"]


class Teams(Service):
    limit = 28_000

    def check(self, url, message):
        require(url.path == "/workflows/teams-hunter7", 401, "an unknown workflow")
        require(message["type"] == "message" and len(message["attachments"]) == 1, 400, "not a message with one card")
        attachment = message["attachments"][0]
        require(attachment["contentType"] == "application/vnd.microsoft.card.adaptive", 400, "not an Adaptive Card")
        card = attachment["content"]
        require((card["type"], card["$schema"]) == ("AdaptiveCard", "http://adaptivecards.io/schemas/adaptive-card.json"), 400,
                "not an Adaptive Card")
        texts = []
        for element in card["body"]:
            require(element["type"] in ("TextBlock", "RichTextBlock"), 400, "an unknown element")
            texts += [element["text"]] if "text" in element else [run["text"] for run in element["inlines"]]
        for action in card.get("actions", []):
            require(action["type"] == "Action.OpenUrl" and action["url"].startswith("http"), 400, "an unknown action")
            texts.append(action["url"])
        return "\n".join(texts)

    def accept(self):
        return 202, None

    def refuse(self, refused):
        return refused.code, None


class PagerDuty(Service):
    """`incidents`: the deduplication keys that are open."""

    limit = 512 * 1024

    def __init__(self, secret):
        super().__init__(secret)
        self.incidents = set()

    def check(self, url, event):
        require(url.path == "/v2/enqueue", 404, "an unknown path")
        require(event["routing_key"] == self.secret, 400, "an invalid routing key")
        require(len(event["dedup_key"]) <= 255, 400, "dedup_key is too long")
        if event["event_action"] == "resolve":
            self.incidents.discard(event["dedup_key"])
            return "resolve"
        require(event["event_action"] == "trigger", 400, "an unknown action")
        payload = event["payload"]
        require(0 < len(payload["summary"]) <= 1024 and payload["source"], 400, "no summary or source")
        require(payload["severity"] in ("critical", "error", "warning", "info"), 400, "an unknown severity")
        datetime.datetime.fromisoformat(payload["timestamp"].replace("Z", "+00:00"))
        self.incidents.add(event["dedup_key"])
        return "\n".join([payload["summary"], event["client_url"]])

    def accept(self):
        return 202, {"status": "success", "message": "Event processed"}

    def refuse(self, refused):
        return refused.code, {"status": "invalid event", "message": str(refused)}


class WebhookReceiver:
    """Takes what is posted to it. `answers`: the codes of the next posts, then 200, or what `service` answers; "hang": never
    answers that one."""

    def __init__(self, context, service=None):
        receiver = self
        self.service = service

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver.lock:
                    receiver.posts.append((self.path, dict(self.headers), body))
                    answer, text = receiver.answers.pop(0) if receiver.answers else 200, None
                    if receiver.service and answer == 200:
                        answer, text = receiver.service(self.path, self.headers, body)
                if answer == "hang":
                    receiver.ended.wait()
                    return
                self.send_response(answer)
                text = b"" if text is None else json.dumps(text).encode()
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass  # a handshake that the client broke off

            def finish_request(self, request, address):
                request.settimeout(10)
                with contextlib.closing(context.wrap_socket(request, server_side=True)) as encrypted:
                    self.RequestHandlerClass(encrypted, address, self)

        self.lock = threading.Lock()
        self.posts, self.answers = [], []
        self.ended = threading.Event()
        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def bodies(self):
        with self.lock:
            return [json.loads(body) for _, _, body in self.posts]

    def stop(self):
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(10)


class MailServer:
    """Takes mail for anybody, from who logs in as user/password. context None: it offers no STARTTLS."""

    def __init__(self, context, user="ds", password="mail-hunter2", implicit_tls=False, login=True):
        self.mails = []  # (sender, recipients, bytes)
        self.refused = set()

        class Handler:
            async def handle_RCPT(_, server, session, envelope, address, options):
                if address in self.refused:
                    return "550 no such user"
                envelope.rcpt_tos.append(address)
                return "250 OK"

            async def handle_DATA(_, server, session, envelope):
                self.mails.append((envelope.mail_from, list(envelope.rcpt_tos), envelope.content))
                return "250 OK"

        def authenticate(server, session, envelope, mechanism, data):
            known = (data.login, data.password) == (user.encode(), password.encode())
            return AuthResult(success=known, handled=known)  # else the server answers 535

        options = {"auth_required": login, "authenticator": authenticate} if login else {}
        if context is None or implicit_tls:
            options["auth_require_tls"] = False
        else:
            options |= {"tls_context": context, "require_starttls": True}
        self.loop = asyncio.new_event_loop()
        self.server = self.loop.run_until_complete(
            self.loop.create_server(lambda: SMTP(Handler(), loop=self.loop, **options), "127.0.0.1", 0,
                                    ssl=context if implicit_tls else None))
        self.port = self.server.sockets[0].getsockname()[1]
        self.loop.set_exception_handler(lambda *_: None)  # handshakes that the client broke off
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.server.close()
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()
