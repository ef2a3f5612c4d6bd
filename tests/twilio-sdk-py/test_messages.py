"""Messages in the simulator, used by Twilio's official Python library."""

import datetime
import unittest

import simulator
from twilio.base.exceptions import TwilioRestException

CUSTOMER = "+12065550123"


class Messages(simulator.Simulated):
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

    def test_whatsapp_reaches_only_contacts_who_have_written(self):
        for number, status, code in (("188", "delivered", None), ("177", "failed", 63016)):
            created = self.client.messages.create(
                to=f"whatsapp:+12065550{number}", from_=self.known["whatsapp"], body="Hi"
            )
            message = self.settled(created.sid)
            self.assertEqual((message.status, message.error_code), (status, code))

    def test_a_message_is_scheduled_and_canceled(self):
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

    def test_a_rejected_message_raises_an_error_with_its_code(self):
        with self.assertRaises(TwilioRestException) as raised:
            self.client.messages.create(to="+1206", from_=self.known["number"], body="x")
        self.assertEqual((400, 21211), (raised.exception.status, raised.exception.code))


if __name__ == "__main__":
    unittest.main()
