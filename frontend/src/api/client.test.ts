import { afterEach, describe, expect, it, vi } from 'vitest';
import { Client } from './client';
import { ApiError } from './problem';
import { REQUEST_TIMEOUT } from './transport';
import type { Session } from './types';

interface Call {
  method: string;
  path: string;
  bearer: string | null;
  body: unknown;
}

const ADA = { username: 'ada', display_name: 'Ada', role: 'agent' };
const BEN = { username: 'ben', display_name: 'Ben', role: 'agent' };

/** A server whose access tokens can be invalidated, and the requests it received. */
function server() {
  const calls: Call[] = [];
  const state = { valid: 't0', issued: 0, cookie: true, whose: ADA, down: false, now: 1_000_000 };
  const sessions: (Session | null)[] = [];
  /** Whether each session ended because another user signed in. */
  const replaced: boolean[] = [];
  const json = (body: unknown, status = 200, headers = {}) =>
    new Response(JSON.stringify(body), {
      status,
      headers: { 'content-type': 'application/problem+json', ...headers },
    });
  const client = new Client({
    now: () => state.now,
    exclusively: (job) => job(),
    fetch: async (input, init) => {
      await Promise.resolve();
      if (state.down) throw new TypeError('network');
      const headers = new Headers(init?.headers);
      const path = String(input);
      calls.push({
        method: init?.method ?? 'GET',
        path,
        bearer: headers.get('authorization'),
        body: typeof init?.body === 'string' ? JSON.parse(init.body) : undefined,
      });
      if (path === '/api/session/refresh') {
        if (!state.cookie) return json({ title: 'No session' }, 401);
        state.valid = `t${String(++state.issued)}`;
        return json({ access_token: state.valid, expires_in: 600, user: state.whose });
      }
      if (path === '/api/session' && init?.body === JSON.stringify({ link_token: 'bens' })) {
        state.valid = `t${String(++state.issued)}`;
        return json({ access_token: state.valid, expires_in: 600, user: BEN });
      }
      if (path === '/api/session') {
        return json({ detail: 'Wait.', status: 429 }, 429, { 'retry-after': '7' });
      }
      if (headers.get('authorization') !== `Bearer ${state.valid}`) return json({}, 401);
      if (path.endsWith('/read')) {
        return json({ status: 409, detail: 'More came.', current: { rev: 9 } }, 409);
      }
      return json({ senders: [] });
    },
  });
  client.onSession = (session, another) => {
    sessions.push(session);
    if (!session) replaced.push(another);
  };
  const refreshes = () => calls.filter((call) => call.path === '/api/session/refresh').length;
  return { client, calls, state, sessions, replaced, refreshes };
}

describe('the client', () => {
  it('shows its token, and sends JSON', async () => {
    const { client, calls } = server();
    await client.listSenders();
    expect(calls.at(-1)).toMatchObject({ path: '/api/senders', bearer: 'Bearer t1' });
    expect(calls[0]).toMatchObject({ method: 'POST', path: '/api/session/refresh', body: {} });
  });

  it('refreshes the token once for concurrent calls', async () => {
    const { client, state, refreshes } = server();
    await client.listSenders();
    state.valid = 'other';
    await Promise.all([client.listSenders(), client.listSenders(), client.listSenders()]);
    expect(refreshes()).toBe(2);
  });

  it('refreshes the token before it expires', async () => {
    const { client, state, calls, refreshes } = server();
    await client.listSenders();
    state.now += 575_000;
    await client.listSenders();
    expect(refreshes()).toBe(2);
    expect(calls.map((call) => call.bearer)).not.toContain('Bearer expired');
  });

  it('ends the session when the refresh is rejected', async () => {
    const { client, state, sessions } = server();
    await client.listSenders();
    state.valid = 'other';
    state.cookie = false;
    await expect(client.listSenders()).rejects.toMatchObject({ status: 401 });
    expect(sessions.at(-1)).toBeNull();
  });

  it('ends the session when the cookie belongs to another user, without any call as that user', async () => {
    const { client, state, calls, sessions, replaced } = server();
    await client.listSenders();
    [state.valid, state.whose] = ['other', BEN];
    calls.length = 0;
    const late = () => client.markRead('a', 3).catch((thrown: unknown) => thrown);
    expect(await Promise.all([late(), late()])).toMatchObject([{ status: 401 }, { status: 401 }]);
    expect(await late()).toMatchObject({ status: 401 });
    expect(
      calls.filter(({ bearer, path }) => path.endsWith('/read') && bearer !== 'Bearer t1'),
    ).toEqual([]);
    expect(sessions.map((session) => session?.user.username)).not.toContain('ben');
    expect([sessions.at(-1), new Set(replaced)]).toEqual([null, new Set([true])]);
    state.cookie = false;
    await late();
    expect(replaced.at(-1)).toBe(false);
  });

  it('switches to another user only when they sign in here', async () => {
    const { client, state, calls, replaced } = server();
    await client.listSenders();
    [state.valid, state.whose] = ['other', BEN];
    await client.listSenders().catch(() => undefined);
    await client.signIn({ link_token: 'bens' });
    await client.signOut().catch(() => undefined);
    expect(replaced).toEqual([true, false]);
    await client.signIn({ link_token: 'bens' });
    state.valid = 'other';
    await client.listSenders();
    expect(calls.at(-1)).toMatchObject({ path: '/api/senders', bearer: 'Bearer t6' });
  });

  it('does not end another user’s session by signing out', async () => {
    const { client, calls, state, replaced } = server();
    await client.listSenders();
    state.whose = BEN;
    await client.signOut();
    expect(calls.filter(({ method }) => method === 'DELETE')).toEqual([]);
    expect(replaced).toEqual([true]);
  });

  it('does not end the session when the server cannot be reached', async () => {
    const { client, state, sessions } = server();
    await client.listSenders();
    state.valid = 'other';
    state.down = true;
    const error = await client.listSenders().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 0, isUncertain: true });
    expect(sessions).not.toContain(null);
  });

  it('turns a problem response into an error with its message and data', async () => {
    const { client } = server();
    await expect(client.markRead('a/b', 3)).rejects.toMatchObject({
      message: 'More came.',
      status: 409,
      problem: { current: { rev: 9 } },
    });
    await expect(client.signIn({ username: 'a', password: 'b' })).rejects.toMatchObject({
      status: 429,
      retryAfter: 7,
    });
  });

  it('escapes ids in URLs', async () => {
    const { client, calls } = server();
    await client.listMessages('a/b?c', { before: 'x&y' });
    expect(calls.at(-1)?.path).toBe('/api/conversations/a%2Fb%3Fc/messages?before=x%26y');
  });
});

describe('a hanging connection', () => {
  afterEach(() => void vi.useRealTimers());

  /** A server that never responds, or never ends its response. */
  function hanging(begun: boolean) {
    const reached: boolean[] = [];
    const client = new Client({
      exclusively: (job) => job(),
      onReachable: (now) => reached.push(now),
      fetch: (_, init) => {
        const cut = new Promise<never>((_, reject) => {
          init?.signal?.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
        });
        const rest = new ReadableStream({ pull: () => cut });
        return begun ? Promise.resolve(new Response(rest)) : cut;
      },
    });
    return { client, reached };
  }

  it.each([false, true])(
    'times out, whether the response has started (%s) or not',
    async (begun) => {
      vi.useFakeTimers();
      const { client, reached } = hanging(begun);
      const asked = client.listSenders().catch((thrown: unknown) => thrown);
      await vi.advanceTimersByTimeAsync(REQUEST_TIMEOUT);
      expect(await asked).toMatchObject({ status: 0, isUncertain: true });
      expect(reached).toEqual([false]);
    },
  );

  it('counts as online while later calls get a response', async () => {
    vi.useFakeTimers();
    const reached: boolean[] = [];
    const line = { dead: false };
    const client = new Client({
      exclusively: (job) => job(),
      onReachable: (now) => reached.push(now),
      fetch: (path, init) => {
        if (line.dead || path === '/api/conversations/a') {
          return new Promise((_, reject) => {
            init?.signal?.addEventListener('abort', () =>
              reject(new DOMException('', 'AbortError')),
            );
          });
        }
        const session = { access_token: 't', expires_in: 600, user: ADA };
        return Promise.resolve(new Response(JSON.stringify(session)));
      },
    });
    await client.resume();
    const ask = (id: string) => client.getConversation(id).catch((thrown: unknown) => thrown);
    const hanging = ask('a');
    await vi.advanceTimersByTimeAsync(REQUEST_TIMEOUT / 2);
    await ask('b');
    await vi.advanceTimersByTimeAsync(REQUEST_TIMEOUT / 2);
    expect(await hanging).toMatchObject({ status: 0, isUncertain: true });
    expect(reached).toEqual([true, true]);
    line.dead = true;
    const dead = ask('b');
    await vi.advanceTimersByTimeAsync(REQUEST_TIMEOUT);
    await dead;
    expect(reached).toEqual([true, true, false]);
  });
});
