# SPDX-License-Identifier: Apache-2.0
"""A server that speaks MySQL's handshake and then asks the client to log in by a plugin of its own choice (AuthSwitch), as
an attacker does who wants the password itself."""

import contextlib
import socket
import struct
import threading

PROTOCOL = 10
SCRAMBLE = b"0123456789abcdefghij"
CAPABILITIES = 0x00080000 | 0x8000 | 0x0200 | 0x0008 | 0x0001  # plugin auth, secure connection, 4.1, with a database


class MysqlImpostor:
    def __init__(self, plugin):
        self.plugin = plugin.encode()
        self.met = threading.Event()  # one client came and went
        self.received = []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.server.accept()
                with connection, contextlib.suppress(OSError):
                    connection.settimeout(5)
                    self.handshake(connection)
                self.met.set()

    def handshake(self, connection):
        greeting = (bytes([PROTOCOL]) + b"8.0.30\0" + struct.pack("<I", 7) + SCRAMBLE[:8] + b"\0"
                    + struct.pack("<H", CAPABILITIES & 0xFFFF) + b"\x21" + struct.pack("<H", 2)
                    + struct.pack("<H", CAPABILITIES >> 16) + b"\x15" + b"\0" * 10 + SCRAMBLE[8:] + b"\0"
                    + b"mysql_native_password\0")  # fmt: skip
        self.send(connection, 0, greeting)
        self.receive(connection)
        switch = b"\xfe" + self.plugin + b"\0" + (b"\x04Password:" if self.plugin == b"dialog" else SCRAMBLE + b"\0")
        self.send(connection, 2, switch)
        self.receive(connection)

    def send(self, connection, number, body):
        connection.sendall(struct.pack("<I", len(body))[:3] + bytes([number]) + body)

    def receive(self, connection):
        """One packet."""
        header = connection.recv(4, socket.MSG_WAITALL)
        if len(header) == 4:
            length = int.from_bytes(header[:3], "little")
            self.received.append(connection.recv(length, socket.MSG_WAITALL))

    def heard(self):
        return b"".join(self.received)

    def stop(self):
        self.server.close()
