// Sinks and subscriptions of Event Streams in the simulator, used by Twilio's official library.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import twilio from 'twilio';
import { startSimulator } from './simulator.js';

const RECEIVED = 'com.twilio.messaging.inbound-message.received';
const SENT = 'com.twilio.messaging.message.sent';
const DELIVERED = 'com.twilio.messaging.message.delivered';
let simulator;
let events;

before(async () => {
  simulator = await startSimulator();
  events = simulator.client.events.v1;
});
after(() => simulator.stop());

const makeSink = (destination, batch = true) =>
  events.sinks.create({
    description: 'A sink',
    sinkType: 'webhook',
    sinkConfiguration: { destination, method: 'POST', batch_events: batch },
  });

const subscribe = (sink, ...types) =>
  events.subscriptions.create({
    description: 'A subscription',
    sinkSid: sink.sid,
    types: types.map((type) => ({ type, schema_version: 1 })),
  });

const remove = ({ sid }) => events.sinks(sid).remove();

/** Returns the error that the library throws for a rejected call. */
async function refused(call) {
  let thrown;
  await assert.rejects(call, (error) => {
    thrown = error;
    return error instanceof twilio.RestException;
  });
  return [thrown.status, thrown.code];
}

test('a sink is created, fetched, changed and deleted', async () => {
  const sink = await makeSink('http://localhost:9/events');
  assert.match(sink.sid, /^DG[0-9a-f]{32}$/);
  assert.equal(sink.status, 'active');
  assert.equal(sink.sinkType, 'webhook');
  assert.equal(sink.sinkConfiguration.destination, 'http://localhost:9/events');
  assert.ok(sink.dateCreated instanceof Date && !Number.isNaN(sink.dateCreated.valueOf()));
  const own = events.sinks(sink.sid);
  const fetched = await own.fetch();
  assert.deepEqual(fetched.toJSON(), sink.toJSON());
  assert.equal((await own.update({ description: 'Another' })).description, 'Another');
  assert.equal((await own.sinkTest.create()).result, 'submitted');
  assert.equal(await own.remove(), true);
  assert.deepEqual(await refused(own.fetch()), [404, 91001]);
});

test('a subscription is created, fetched, listed with its types and deleted before its sink', async () => {
  const sink = await makeSink('http://localhost:9/events');
  const subscription = await subscribe(sink, RECEIVED, DELIVERED);
  assert.match(subscription.sid, /^DF[0-9a-f]{32}$/);
  assert.equal(subscription.sinkSid, sink.sid);
  assert.equal(subscription.accountSid, simulator.accountSid);
  const own = events.subscriptions(subscription.sid);
  const fetched = await own.fetch();
  assert.deepEqual(fetched.toJSON(), subscription.toJSON());
  const listed = await events.subscriptions.list({ sinkSid: sink.sid });
  assert.deepEqual(
    listed.map(({ sid }) => sid),
    [subscription.sid],
  );
  const types = await own.subscribedEvents.list();
  assert.deepEqual(
    types.map(({ type, schemaVersion }) => [type, schemaVersion]),
    [
      [RECEIVED, 1],
      [DELIVERED, 1],
    ],
  );
  assert.deepEqual(await refused(remove(sink)), [400, 91007]);
  assert.equal(await own.remove(), true);
  assert.equal(await remove(sink), true);
});

test('the library lists each sink once over several pages', async () => {
  const made = [];
  for (let count = 0; count < 5; count++) made.push(await makeSink('http://localhost:9/events'));
  const sids = (sinks) => sinks.map(({ sid }) => sid);
  assert.deepEqual(sids(await events.sinks.list({ pageSize: 2 })), sids(made));
  const first = await events.sinks.page({ pageSize: 2 });
  const second = await first.nextPage();
  assert.deepEqual(sids(second.instances), sids(made.slice(2, 4)));
  assert.deepEqual(sids((await second.previousPage()).instances), sids(made.slice(0, 2)));
  for (const sink of made) await remove(sink);
  assert.deepEqual(await events.sinks.list({ inUse: false }), []);
});

test('an unsupported request throws an error with its code', async () => {
  const kinesis = { description: 'K', sinkType: 'kinesis', sinkConfiguration: { arn: 'arn:aws' } };
  assert.deepEqual(await refused(events.sinks.create(kinesis)), [400, 91000]);
  assert.deepEqual(await refused(makeSink('https://desk.example.com/events')), [400, 91000]);
  const sink = await makeSink('http://localhost:9/events');
  assert.deepEqual(await refused(subscribe(sink, 'com.twilio.voice.status')), [400, 91104]);
  await remove(sink);
});

test('the events of a message have a signature that the library accepts', async (t) => {
  const came = [];
  const server = createServer(async (request, response) => {
    const parts = await request.toArray();
    came.push({ request, body: Buffer.concat(parts).toString() });
    response.writeHead(204).end();
    server.emit('event');
  }).listen(0, '127.0.0.1');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, 'listening');
  const base = `http://127.0.0.1:${server.address().port}`;
  const sink = await makeSink(`${base}/events`, false);
  await subscribe(sink, SENT, DELIVERED);
  const { number, client } = simulator;
  const { sid } = await client.messages.create({ to: '+12065550123', from: number, body: 'Hi' });
  while (came.length < 2) await once(server, 'event');
  for (const { request, body } of came) {
    const signature = request.headers['x-twilio-signature'];
    const url = `${base}${request.url}`;
    assert.ok(twilio.validateRequestWithBody(simulator.authToken, signature, url, body));
    assert.ok(!twilio.validateRequestWithBody(simulator.authToken, signature, url, `${body} `));
  }
  const told = came.map(({ body }) => JSON.parse(body));
  assert.deepEqual(told.map(({ type }) => type).sort(), [DELIVERED, SENT]);
  assert.deepEqual(
    told.map(({ data }) => data.messageSid),
    [sid, sid],
  );
});
