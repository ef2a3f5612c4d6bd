"""Sinks and subscriptions of Event Streams in the simulator, used by Twilio's official Python library."""

import datetime
import unittest

import simulator
from twilio.base.exceptions import TwilioRestException

RECEIVED = "com.twilio.messaging.inbound-message.received"
READ = "com.twilio.messaging.message.read"


class Events(simulator.Simulated):
    def setUp(self):
        self.events = self.client.events.v1

    def sink(self, destination="http://localhost:9/events", kind="webhook"):
        configuration = {"destination": destination, "method": "POST", "batch_events": True}
        return self.events.sinks.create(
            description="A sink", sink_type=kind, sink_configuration=configuration
        )

    def subscribe(self, sink, *types):
        return self.events.subscriptions.create(
            description="A subscription",
            sink_sid=sink.sid,
            types=[{"type": one, "schema_version": 1} for one in types],
        )

    def refused(self, call):
        with self.assertRaises(TwilioRestException) as raised:
            call()
        return raised.exception.status, raised.exception.code

    def test_a_sink_is_created_fetched_changed_and_deleted(self):
        sink = self.sink()
        self.assertRegex(sink.sid, "^DG[0-9a-f]{32}$")
        self.assertEqual(("active", "webhook"), (sink.status, sink.sink_type))
        self.assertIsInstance(sink.date_created, datetime.datetime)
        fetched = self.events.sinks(sink.sid).fetch()
        self.assertEqual(sink.sink_configuration, fetched.sink_configuration)
        self.assertEqual("Another", sink.update(description="Another").description)
        self.assertEqual("submitted", fetched.sink_test.create().result)
        self.assertTrue(sink.delete())
        self.assertEqual((404, 91001), self.refused(self.events.sinks(sink.sid).fetch))

    def test_a_subscription_is_created_fetched_listed_and_deleted_before_its_sink(self):
        sink = self.sink()
        subscription = self.subscribe(sink, RECEIVED, READ)
        self.assertRegex(subscription.sid, "^DF[0-9a-f]{32}$")
        fetched = self.events.subscriptions(subscription.sid).fetch()
        self.assertEqual((sink.sid, "A subscription"), (fetched.sink_sid, fetched.description))
        listed = self.events.subscriptions.list(sink_sid=sink.sid)
        self.assertEqual([subscription.sid], [one.sid for one in listed])
        types = self.events.subscriptions(subscription.sid).subscribed_events.list()
        self.assertEqual([(RECEIVED, 1), (READ, 1)], [(one.type, one.schema_version) for one in types])
        self.assertEqual((400, 91007), self.refused(sink.delete))
        self.assertTrue(subscription.delete())
        self.assertTrue(sink.delete())

    def test_the_library_lists_each_sink_once_over_several_pages(self):
        made = [self.sink() for _ in range(5)]
        listed = self.events.sinks.list(page_size=2)
        self.assertEqual([one.sid for one in made], [one.sid for one in listed])
        for sink in made:
            sink.delete()
        self.assertEqual([], self.events.sinks.list())

    def test_an_unsupported_request_raises_an_error_with_its_code(self):
        self.assertEqual((400, 91000), self.refused(lambda: self.sink(kind="kinesis")))
        elsewhere = "https://desk.example.com/events"
        self.assertEqual((400, 91000), self.refused(lambda: self.sink(elsewhere)))
        sink = self.sink()
        self.assertEqual((400, 91103), self.refused(lambda: self.subscribe(sink)))
        unknown = "com.twilio.voice.status"
        self.assertEqual((400, 91104), self.refused(lambda: self.subscribe(sink, unknown)))
        sink.delete()


if __name__ == "__main__":
    unittest.main()
