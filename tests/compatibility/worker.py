# SPDX-License-Identifier: Apache-2.0
"""A worker of 3.1 or older that only knows the message "kill this task", and keeps what it was sent."""

import json
import socket
import socketserver
import struct
import threading

HEAD = struct.Struct(">BBBqi")  # 0xBE, version 0, type, request id, length of the context


class KilledWorker(socketserver.ThreadingTCPServer):
    """Listens until `leave`. `types`: the type byte of each message; `tasks`: the task that each named."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, host="127.9.9.8"):
        super().__init__((host, 0), Message)
        self.types, self.tasks = [], []
        self.thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    @property
    def address(self):
        return f"{self.server_address[0]}:{self.server_address[1]}"

    def forget(self):
        self.types.clear()
        self.tasks.clear()

    def leave(self):
        self.shutdown()
        self.server_close()


class Message(socketserver.BaseRequestHandler):
    def take(self, count):
        return self.request.recv(count, socket.MSG_WAITALL)

    def handle(self):
        while len(head := self.take(HEAD.size)) == HEAD.size:
            _, _, kind, request, context = HEAD.unpack(head)
            self.take(context)
            body = json.loads(self.take(struct.unpack(">i", self.take(4))[0]))
            self.server.types.append(kind)
            self.server.tasks.append(body["taskInstanceId"])
            answer = {"taskInstanceId": body["taskInstanceId"], "status": "SUCCESS", "processId": 1, "appIds": []}
            text, empty = json.dumps(answer).encode(), b'{"items":{}}'
            self.request.sendall(
                HEAD.pack(0xBE, 0, kind + 1, request, len(empty)) + empty + struct.pack(">i", len(text)) + text
            )
