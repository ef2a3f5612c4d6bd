import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MAX_WATCHED } from './rules';
import { Socket, type WebSocketLike } from './socket';
import type { LiveEvent } from './types';

/** The server's end of a socket, controlled by the test. */
class FarEnd implements WebSocketLike {
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  sent: unknown[] = [];
  closed = false;
  readonly protocols: string[];

  constructor(protocols: string[]) {
    this.protocols = protocols;
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.closed = true;
  }
}

const MINUTE = 60_000;

function createSocket() {
  const ends: FarEnd[] = [];
  const states: boolean[] = [];
  const events: LiveEvent[] = [];
  let tickets = 0;
  const far = { refuses: false, slow: Promise.resolve() };
  const socket = new Socket({
    ticket: async () => {
      const ticket = `t${String(++tickets)}`;
      if (far.refuses) throw new Error('unreachable');
      await far.slow;
      return { ticket, url: 'ws://desk/ws', expires_in: 30 };
    },
    onEvents: (received) => events.push(...received),
    onOpen: (open) => states.push(open),
    open: (_, protocols) => {
      const end = new FarEnd(protocols);
      ends.push(end);
      return end;
    },
    random: () => 0.5,
  });
  /** Opens the newest connection and returns its server end. */
  const open = async () => {
    await vi.advanceTimersByTimeAsync(0);
    const end = ends.at(-1);
    if (!end) throw new Error('no connection was opened');
    end.onopen?.();
    return end;
  };
  return { socket, ends, states, events, far, open };
}

describe('the socket', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('sends its ticket as a subprotocol, never in the URL', async () => {
    const { socket, open } = createSocket();
    socket.start();
    expect((await open()).protocols).toEqual(['partyline.v1', 't.t1']);
  });

  it('gives up a connection attempt that times out and tries again', async () => {
    const { socket, ends, states, open } = createSocket();
    socket.start();
    await vi.advanceTimersByTimeAsync(10_000);
    expect([ends.length, ends[0]?.closed]).toEqual([1, true]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ends).toHaveLength(2);
    await open();
    await vi.advanceTimersByTimeAsync(20_000);
    expect([ends.length, states]).toEqual([2, [true]]);
  });

  it('passes on the events of a frame and ignores invalid frames', async () => {
    const { socket, open, events } = createSocket();
    socket.start();
    const end = await open();
    end.onmessage?.({ data: 'not json' });
    end.onmessage?.({ data: '{"events":5}' });
    end.onmessage?.({ data: '{"events":[{"type":"reload","conversation_ids":["a"]}]}' });
    expect(events).toEqual([{ type: 'reload', conversation_ids: ['a'] }]);
  });

  it('reconnects with growing delays and watches again', async () => {
    const { socket, open, ends, states, far } = createSocket();
    socket.start();
    socket.watch('a');
    (await open()).onclose?.();
    expect(states).toEqual([true, false]);
    far.refuses = true;
    await vi.advanceTimersByTimeAsync(250);
    await vi.advanceTimersByTimeAsync(499);
    expect(ends).toHaveLength(1);
    far.refuses = false;
    await vi.advanceTimersByTimeAsync(1);
    const again = await open();
    expect(ends).toHaveLength(2);
    expect(again.sent).toEqual([{ action: 'watch', conversation_ids: ['a'], sequence: 3 }]);
    expect(states).toEqual([true, false, true]);
  });

  it('reconnects when a connection attempt fails', async () => {
    const { socket, ends } = createSocket();
    socket.start();
    await vi.advanceTimersByTimeAsync(0);
    ends[0]?.onclose?.();
    await vi.advanceTimersByTimeAsync(250);
    expect(ends).toHaveLength(2);
  });

  it('pings more often than every ten minutes', async () => {
    const { socket, open } = createSocket();
    socket.start();
    const end = await open();
    await vi.advanceTimersByTimeAsync(16 * MINUTE);
    expect(end.sent).toEqual([{ action: 'ping' }, { action: 'ping' }, { action: 'ping' }]);
  });

  it('renews the connection before two hours, without a gap', async () => {
    const { socket, ends, open, states } = createSocket();
    socket.start();
    const first = await open();
    await vi.advanceTimersByTimeAsync(110 * MINUTE);
    expect(ends).toHaveLength(2);
    expect(first.closed).toBe(false);
    await open();
    expect(first.closed).toBe(true);
    expect(states).toEqual([true, true]);
  });

  it('watches the last opened conversations, as many as the server accepts', async () => {
    const { socket, open } = createSocket();
    socket.start();
    await open();
    for (const id of ['a', 'b', 'c', 'd', 'e']) socket.watch(id);
    socket.watch('a');
    socket.watch('f');
    expect(socket.watched).toEqual(['f', 'a', 'e', 'd', 'c']);
    expect(socket.watched).toHaveLength(MAX_WATCHED);
  });

  it('sends all watched conversations in one sequenced frame', async () => {
    const { socket, open } = createSocket();
    socket.start();
    const end = await open();
    socket.watch('a');
    socket.watch('b');
    socket.watch('b');
    expect(end.sent).toEqual([
      { action: 'watch', conversation_ids: ['a'], sequence: 1 },
      { action: 'watch', conversation_ids: ['b', 'a'], sequence: 2 },
      { action: 'watch', conversation_ids: ['b', 'a'], sequence: 3 },
    ]);
  });

  it('does not reconnect after it was stopped', async () => {
    const { socket, ends, open, states } = createSocket();
    socket.start();
    const end = await open();
    socket.stop();
    expect([end.closed, states]).toEqual([true, [true, false]]);
    await vi.advanceTimersByTimeAsync(180 * MINUTE);
    expect(ends).toHaveLength(1);
  });

  it('does not use a ticket that the previous user requested', async () => {
    const { socket, ends, open, far } = createSocket();
    let come = () => {};
    far.slow = new Promise((done) => (come = done));
    socket.start();
    socket.stop();
    far.slow = Promise.resolve();
    socket.start();
    expect((await open()).protocols).toContain('t.t2');
    come();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(ends).toHaveLength(1);
  });

  it('cancels a connection attempt when it is stopped', async () => {
    const { socket, ends, open, states } = createSocket();
    socket.start();
    await vi.advanceTimersByTimeAsync(0);
    socket.stop();
    expect([ends[0]?.closed, ends[0]?.onopen]).toEqual([true, null]);
    socket.start();
    expect((await open()).protocols).toContain('t.t2');
    await vi.advanceTimersByTimeAsync(10_000);
    expect([ends.length, states]).toEqual([2, [true]]);
  });
});
