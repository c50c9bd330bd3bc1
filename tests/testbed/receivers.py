# SPDX-License-Identifier: Apache-2.0
"""Who gets alerts: an HTTPS server and a mail server on this machine, and certificates for them."""

import asyncio
import contextlib
import http.server
import json
import logging
import pathlib
import ssl
import subprocess
import threading
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


class WebhookReceiver:
    """Takes what is posted to it. `answers`: the codes of the next posts, then 200; "hang": never answers that one."""

    def __init__(self, context):
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver.lock:
                    receiver.posts.append((self.path, dict(self.headers), body))
                    answer = receiver.answers.pop(0) if receiver.answers else 200
                if answer == "hang":
                    receiver.ended.wait()
                    return
                self.send_response(answer)
                self.send_header("Content-Length", "0")
                self.end_headers()

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
