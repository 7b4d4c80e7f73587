"""The client against a server that fails at times."""

import http.server
import json
import threading
import unittest
import unittest.mock

import banglaser

HEARD = {"model": "m", "outcome": "emotion", "emotion": "sad"}


class Server(http.server.ThreadingHTTPServer):
    """Gives the answers that it is told, one after the other: status, body, headers; `None` hangs up."""

    def __init__(self, answers):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = list(answers)
        self.asked = []

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, body, self.headers.get("Authorization")))
        answer = self.server.answers.pop(0)
        if answer is None:
            self.connection.close()
            return
        status, answer, headers = answer
        body = json.dumps(answer).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Clients(unittest.TestCase):
    def setUp(self):
        self.waits = []
        patch = unittest.mock.patch("banglaser.client.time.sleep", self.waits.append)
        patch.start()
        self.addCleanup(patch.stop)

    def test_a_clip_is_the_body(self):
        with Server([(200, HEARD, {})]) as server:
            found = banglaser.Client(server.url, "key").score(b"clip", model="m", speakers=2)
            self.assertEqual(found, HEARD)
            path = "/api/v1/recognitions?model=m&speakers=2"
            self.assertEqual(server.asked, [(path, b"clip", "Bearer key")])

    def test_it_asks_again_when_the_server_says_so_and_later_and_later(self):
        busy = {"success": False, "error": {"code": "overloaded", "retry_after_s": 7}}
        with Server([(503, busy, {"Retry-After": "7"}), None, (502, {}, {}), (200, HEARD, {})]) as server:
            self.assertEqual(banglaser.Client(server.url).score(b"clip"), HEARD)
            self.assertEqual(len(server.asked), 4)
        self.assertEqual(self.waits[0], 7.0)
        self.assertTrue(0.5 <= self.waits[1] <= 1.0 <= self.waits[2] <= 2.0, self.waits)

    def test_it_gives_up(self):
        busy = {"success": False, "error": {"code": "overloaded", "retry_after_s": 1}}
        with Server([(503, busy, {})] * 3) as server:
            with self.assertRaises(banglaser.ServerError) as refused:
                banglaser.Client(server.url, retries=2).score(b"clip")
            self.assertEqual((refused.exception.status, len(server.asked)), (503, 3))
            self.assertEqual(refused.exception.error["code"], "overloaded")
        with self.assertRaises(OSError):
            banglaser.Client("http://127.0.0.1:9", retries=1).score(b"clip")

    def test_a_bad_clip_is_a_value_and_a_refusal_is_not(self):
        short = {"success": False, "error": {"code": "too_short", "duration_s": 0.1, "min_duration_s": 0.5}}
        stranger = {"success": False, "error": {"code": "unauthorized"}}
        unknown = {"success": False, "error": {"code": "unknown_model", "models": ["m"]}}
        with Server([(422, short, {}), (401, stranger, {}), (422, unknown, {})]) as server:
            client = banglaser.Client(server.url)
            self.assertEqual(client.score(b"clip"), {"error": short["error"]})
            for code in ["unauthorized", "unknown_model"]:
                with self.assertRaisesRegex(banglaser.ServerError, code):
                    client.score(b"clip")
        self.assertEqual(self.waits, [])


if __name__ == "__main__":
    unittest.main()
