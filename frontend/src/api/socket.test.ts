import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Socket, MAX_WATCHED, type WebSocketLike } from './socket';
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
    onEvents: (heard) => events.push(...heard),
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
    if (!end) throw new Error('nobody called');
    end.onopen?.();
    return end;
  };
  return { socket, ends, states, events, far, open };
}

describe('the socket', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('shows its ticket in the protocols, never in the address', async () => {
    const { socket, open } = createSocket();
    socket.start();
    expect((await open()).protocols).toEqual(['partyline.v1', 't.t1']);
  });

  it('gives up a connection that does not stand, and tries again', async () => {
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

  it('hands on the events of a frame, and is not disturbed by what is none', async () => {
    const { socket, open, events } = createSocket();
    socket.start();
    const end = await open();
    end.onmessage?.({ data: 'not json' });
    end.onmessage?.({ data: '{"events":5}' });
    end.onmessage?.({ data: '{"events":[{"type":"reload","conversation_ids":["a"]}]}' });
    expect(events).toEqual([{ type: 'reload', conversation_ids: ['a'] }]);
  });

  it('comes back after a loss, later each time, and watches again', async () => {
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

  it('comes back when the attempt itself is cut', async () => {
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

  it('is replaced before two hours, without a gap', async () => {
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

  it('watches the last conversations that were opened, as many as the server takes', async () => {
    const { socket, open } = createSocket();
    socket.start();
    await open();
    for (const id of ['a', 'b', 'c', 'd', 'e']) socket.watch(id);
    socket.watch('a');
    socket.watch('f');
    expect(socket.watched).toEqual(['f', 'a', 'e', 'd', 'c']);
    expect(socket.watched).toHaveLength(MAX_WATCHED);
  });

  it('says all that it watches in one frame, in turn, since frames may overtake each other', async () => {
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

  it('stays away after it was stopped', async () => {
    const { socket, ends, open, states } = createSocket();
    socket.start();
    const end = await open();
    socket.stop();
    expect([end.closed, states]).toEqual([true, [true, false]]);
    await vi.advanceTimersByTimeAsync(180 * MINUTE);
    expect(ends).toHaveLength(1);
  });

  it('opens nothing for the next person with a ticket that was asked for by the last', async () => {
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

  it('gives up what it was opening when it is stopped', async () => {
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
