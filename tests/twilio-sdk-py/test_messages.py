"""The official Python library, driven against the simulator: it must not notice a difference."""

import datetime
import json
import pathlib
import subprocess
import unittest

from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

ROOT = pathlib.Path(__file__).resolve().parents[2]
CUSTOMER = "+12065550123"


class Here(TwilioHttpClient):
    """The library's own client; only the host is another."""

    def __init__(self, url):
        super().__init__()
        self.url = url

    def request(self, method, url, *args, **kwargs):
        return super().request(
            method, url.replace("https://api.twilio.com", self.url), *args, **kwargs
        )


class Messages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = subprocess.Popen(
            ["cargo", "run", "--quiet", "--package", "partyline-local", "--example", "simulator"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        cls.known = json.loads(cls.program.stdout.readline())
        cls.client = Client(
            cls.known["account_sid"], cls.known["auth_token"], http_client=Here(cls.known["url"])
        )

    @classmethod
    def tearDownClass(cls):
        cls.program.stdin.close()
        cls.program.wait()
        cls.program.stdout.close()

    def settled(self, sid):
        while True:
            message = self.client.messages(sid).fetch()
            if message.status in ("delivered", "undelivered", "failed"):
                return message

    def send(self, **fields):
        return self.client.messages.create(to=CUSTOMER, **fields)

    def test_a_message_is_created_delivered_redacted_and_deleted(self):
        created = self.send(from_=self.known["number"], body="hey, a+b=c&d")
        self.assertEqual(("queued", "1"), (created.status, created.num_segments))
        self.assertIsInstance(created.date_created, datetime.datetime)
        delivered = self.settled(created.sid)
        self.assertEqual("delivered", delivered.status)
        self.assertEqual("-0.00790", delivered.price)
        self.assertEqual("", self.client.messages(created.sid).update(body="").body)
        self.assertTrue(self.client.messages(created.sid).delete())

    def test_a_file_is_listed_and_described(self):
        message = self.client.messages.list(from_="+12065550188")[0]
        file = self.client.messages(message.sid).media.list()[0]
        fetched = self.client.messages(message.sid).media(file.sid).fetch()
        self.assertEqual("image/png", fetched.content_type)

    def test_whatsapp_reaches_who_has_written_there_and_nobody_else(self):
        for number, status, code in (("188", "delivered", None), ("177", "failed", 63016)):
            created = self.client.messages.create(
                to=f"whatsapp:+12065550{number}", from_=self.known["whatsapp"], body="Hi"
            )
            message = self.settled(created.sid)
            self.assertEqual((message.status, message.error_code), (status, code))

    def test_a_message_is_scheduled_and_taken_back(self):
        at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
        service = self.known["service"]
        scheduled = self.send(
            messaging_service_sid=service, body="later", schedule_type="fixed", send_at=at
        )
        self.assertEqual("scheduled", scheduled.status)
        canceled = self.client.messages(scheduled.sid).update(status="canceled")
        self.assertEqual("canceled", canceled.status)

    def test_a_message_through_a_service_is_sent_from_its_pool(self):
        accepted = self.send(messaging_service_sid=self.known["service"], body="pool")
        self.assertEqual("accepted", accepted.status)
        self.assertEqual(self.known["number"], self.settled(accepted.sid).from_)

    def test_a_refused_message_is_raised_with_its_code(self):
        with self.assertRaises(TwilioRestException) as raised:
            self.client.messages.create(to="+1206", from_=self.known["number"], body="x")
        self.assertEqual((400, 21211), (raised.exception.status, raised.exception.code))


if __name__ == "__main__":
    unittest.main()
