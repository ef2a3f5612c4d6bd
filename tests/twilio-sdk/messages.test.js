// Messages in the simulator, used by Twilio's official library.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import twilio from 'twilio';
import { startSimulator } from './simulator.js';

const CUSTOMER = '+12065550123';
let simulator;
let messages;

before(async () => {
  simulator = await startSimulator();
  messages = simulator.client.messages;
});
after(() => simulator.stop());

const send = (fields) => messages.create({ to: CUSTOMER, from: simulator.number, ...fields });

/** Returns the error that the library throws for a rejected call. */
async function refused(call) {
  let thrown;
  await assert.rejects(call, (error) => {
    thrown = error;
    return error instanceof twilio.RestException;
  });
  return thrown;
}

/** Fetches a message until its status is final. */
async function settled(sid) {
  for (;;) {
    const message = await messages(sid).fetch();
    if (['delivered', 'undelivered', 'failed'].includes(message.status)) return message;
  }
}

test('a message is created with every field in the type that the library documents', async () => {
  const message = await send({ body: 'hey, how is it going? ☀️ a+b=c&d' });
  assert.match(message.sid, /^SM[0-9a-f]{32}$/);
  assert.equal(message.status, 'queued');
  assert.equal(message.direction, 'outbound-api');
  assert.equal(message.body, 'hey, how is it going? ☀️ a+b=c&d');
  assert.equal(message.accountSid, simulator.accountSid);
  assert.equal(message.numSegments, '1');
  assert.equal(message.numMedia, '0');
  assert.equal(message.errorCode, null);
  assert.ok(message.dateCreated instanceof Date && !Number.isNaN(message.dateCreated.valueOf()));
  assert.match(message.subresourceUris.media, /\/Media\.json$/);
});

test('a delivered message has the time at which it was sent', async () => {
  const { sid } = await send({ body: 'are you there?' });
  const message = await settled(sid);
  assert.equal(message.status, 'delivered');
  assert.ok(message.dateSent instanceof Date && !Number.isNaN(message.dateSent.valueOf()));
});

test('a message to an unreachable phone ends as undelivered with its code', async () => {
  const { sid } = await send({ to: '+12065550199', body: 'are you there?' });
  const message = await settled(sid);
  assert.equal(message.status, 'undelivered');
  assert.equal(message.errorCode, 30003);
});

test('the library lists each message once over several pages, newest first', async () => {
  const to = '+12065550177';
  const bodies = ['one', 'two', 'three', 'four', 'five', 'six', 'seven'];
  for (const body of bodies) await send({ to, body });
  const all = await messages.list({ to, pageSize: 3 });
  assert.deepEqual(
    all.map((message) => message.body),
    bodies.toReversed(),
  );

  const limited = await messages.list({ to, pageSize: 3, limit: 4 });
  assert.equal(limited.length, 4);

  const first = await messages.page({ to, pageSize: 3 });
  const second = await first.nextPage();
  assert.deepEqual(
    second.instances.map((message) => message.body),
    ['four', 'three', 'two'],
  );
  const back = await second.previousPage();
  assert.deepEqual(
    back.instances.map((message) => message.body),
    ['seven', 'six', 'five'],
  );
});

test('a list is filtered by sender and by date in the format of the library', async () => {
  const to = '+12065550178';
  await send({ to, body: 'today' });
  const hour = 3_600_000;
  const count = async (filter) => (await messages.list({ to, ...filter })).length;
  assert.equal(await count({ from: simulator.number }), 1);
  assert.equal(await count({ from: CUSTOMER }), 0);
  assert.equal(await count({ dateSent: new Date() }), 1);
  assert.equal(await count({ dateSentAfter: new Date(Date.now() - hour) }), 1);
  assert.equal(await count({ dateSentBefore: new Date(Date.now() - hour) }), 0);
});

test('a message is redacted, then deleted, and no longer found', async () => {
  const { sid } = await send({ body: 'a secret' });
  await settled(sid);
  assert.equal((await messages(sid).update({ body: '' })).body, '');
  assert.equal(await messages(sid).remove(), true);
  const gone = await refused(messages(sid).fetch());
  assert.equal(gone.status, 404);
  assert.equal(gone.code, 20404);
});

test('the file of a message is listed, described and deleted', async () => {
  const [message] = await messages.list({ from: '+12065550188' });
  assert.equal(message.numMedia, '1');
  const [file] = await messages(message.sid).media.list();
  assert.match(file.sid, /^ME[0-9a-f]{32}$/);
  const fetched = await messages(message.sid).media(file.sid).fetch();
  assert.equal(fetched.contentType, 'image/png');
  assert.equal(fetched.parentSid, message.sid);
  assert.equal(await messages(message.sid).media(file.sid).remove(), true);
  assert.equal((await refused(messages(message.sid).media(file.sid).fetch())).code, 20404);
});

test('a file is sent on WhatsApp by its URL, and is listed as fetched', async () => {
  const picture = Buffer.from('89504e470d0a1a0a', 'hex');
  const host = createServer((_, answer) =>
    answer.writeHead(200, { 'content-type': 'image/png' }).end(picture),
  );
  await once(host.listen(0, '127.0.0.1'), 'listening');
  const mediaUrl = [`http://127.0.0.1:${host.address().port}/cat.png`];
  const to = 'whatsapp:+12065550188';
  const { sid } = await messages.create({
    to,
    from: simulator.whatsapp,
    body: 'a cat',
    mediaUrl,
  });
  assert.match(sid, /^MM[0-9a-f]{32}$/);
  const message = await settled(sid);
  assert.equal(message.status, 'delivered');
  assert.equal(message.numMedia, '1');
  const [file] = await messages(sid).media.list();
  assert.equal(file.contentType, 'image/png');
  host.close();
});

test('a WhatsApp contact who has not written can only be sent a template', async () => {
  const to = 'whatsapp:+12065550177';
  const { sid } = await messages.create({
    to,
    from: simulator.whatsapp,
    body: 'out of the blue',
  });
  const message = await settled(sid);
  assert.equal(message.status, 'failed');
  assert.equal(message.errorCode, 63016);
});

test('a message through a Messaging Service is accepted, then sent from its pool', async () => {
  const through = {
    to: CUSTOMER,
    messagingServiceSid: simulator.service,
    body: 'from the pool',
  };
  const accepted = await messages.create(through);
  assert.equal(accepted.status, 'accepted');
  assert.equal(accepted.from, null);
  assert.equal((await settled(accepted.sid)).from, simulator.number);
});

test('a message is scheduled and canceled', async () => {
  const later = {
    to: CUSTOMER,
    messagingServiceSid: simulator.service,
    body: 'later',
    scheduleType: 'fixed',
  };
  const { sid, status } = await messages.create({
    ...later,
    sendAt: new Date(Date.now() + 3_600_000),
  });
  assert.equal(status, 'scheduled');
  assert.equal((await messages(sid).update({ status: 'canceled' })).status, 'canceled');
  assert.equal((await refused(messages.create({ ...later, sendAt: new Date() }))).code, 35117);
});

test('a rejected message throws an error with code and more information', async () => {
  const error = await refused(send({ to: '+1206', body: 'x' }));
  assert.equal(error.status, 400);
  assert.equal(error.code, 21211);
  assert.equal(error.moreInfo, 'https://www.twilio.com/docs/errors/21211');
  assert.match(error.message, /not a valid phone number/);
  assert.equal((await refused(send({ body: '' }))).code, 21602);
  assert.equal((await refused(send({ from: '+12065550100', body: 'x' }))).code, 21606);
});

test('a wrong token throws an authentication error', async () => {
  const stranger = simulator.clientWith('wrong').messages;
  const error = await refused(stranger.create({ to: CUSTOMER, from: simulator.number, body: 'x' }));
  assert.equal(error.status, 401);
  assert.equal(error.code, 20003);
});
