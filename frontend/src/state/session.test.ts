import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Client } from '../api/client';
import { ApiError } from '../api/problem';
import type { Session as Granted } from '../api/types';
import { signInStrings } from '../strings/sign-in';
import { Session } from './session.svelte';
import { storage } from './storage.test-data';

beforeEach(() => vi.stubGlobal('localStorage', storage()));

const granted: Granted = {
  access_token: 't',
  expires_in: 600,
  user: { username: 'ada', display_name: 'Ada', role: 'agent' },
};

/**
 * A client whose sign-in and cookie behave as given. A cookie exists if someone signed in before.
 */
function createSession(answers: { signIn?: ApiError; cookie?: boolean | ApiError }) {
  const tried: unknown[] = [];
  if (answers.cookie !== undefined) localStorage.setItem('partyline-session', 'begun');
  const client = {
    onSession: () => undefined,
    signIn: (credentials: unknown) => {
      tried.push(credentials);
      if (answers.signIn) return Promise.reject(answers.signIn);
      client.onSession(granted, false);
      return Promise.resolve(granted);
    },
    resume: () => {
      tried.push('cookie');
      if (answers.cookie instanceof ApiError) return Promise.reject(answers.cookie);
      if (answers.cookie) client.onSession(granted, false);
      return Promise.resolve(answers.cookie ?? false);
    },
    signOut: () => {
      client.onSession(null, false);
      return Promise.resolve();
    },
  } as Pick<Client, 'onSession' | 'signIn' | 'resume' | 'signOut'> as Client;
  return { session: new Session(client), client, tried };
}

describe('the session', () => {
  it('signs in by link', async () => {
    const { session, tried } = createSession({});
    await session.start('abc');
    expect(tried).toEqual([{ link_token: 'abc' }]);
    expect([session.phase, session.user?.display_name]).toEqual(['in', 'Ada']);
  });

  it('signs in by cookie without a valid link', async () => {
    const plain = createSession({ cookie: true });
    await plain.session.start(null);
    expect(plain.session.phase).toBe('in');
    const used = createSession({ signIn: new ApiError(401, 'No.'), cookie: true });
    await used.session.start('abc');
    expect([used.session.phase, used.session.problem]).toEqual(['in', null]);
  });

  it('shows the sign-in screen with the reason why the link failed', async () => {
    const { session } = createSession({ signIn: new ApiError(401, 'No.') });
    await session.start('abc');
    expect([session.phase, session.problem]).toEqual(['out', signInStrings.linkInvalid]);
  });

  it('does not try the cookie if no user is signed in', async () => {
    const { session, tried } = createSession({});
    await session.start(null);
    await session.signIn('ada', 'yes');
    await session.signOut();
    await session.start(null);
    expect([session.phase, session.problem]).toEqual(['out', null]);
    expect(tried).not.toContain('cookie');
  });

  it('tries an expired cookie once', async () => {
    const { session, tried } = createSession({ cookie: false });
    await session.start(null);
    await session.start(null);
    expect([session.phase, session.problem]).toEqual(['out', null]);
    expect(tried).toEqual(['cookie']);
  });

  it('reports that the server is unreachable', async () => {
    const { session } = createSession({ cookie: new ApiError(0, 'Not reached.') });
    await session.start(null);
    expect([session.phase, session.problem]).toEqual(['out', 'Not reached.']);
  });

  it('says how long to wait after too many attempts', async () => {
    const { session } = createSession({ signIn: new ApiError(429, 'Wait.', null, 7) });
    await session.signIn('ada', 'no');
    expect(session.problem).toBe('Too many attempts. Try again in 7 seconds.');
  });

  it('reports another user on this browser and continues as them after a reload', async () => {
    const { session, client, tried } = createSession({ cookie: true });
    await session.start(null);
    client.onSession(null, true);
    expect([session.phase, session.user, session.problem]).toEqual([
      'out',
      null,
      signInStrings.otherUser,
    ]);
    await session.start(null);
    expect([session.phase, tried]).toEqual(['in', ['cookie', 'cookie']]);
  });

  it('reports that it has expired, unless the user signed out', async () => {
    const { session, client } = createSession({ cookie: true });
    await session.start(null);
    client.onSession(null, false);
    expect([session.phase, session.problem]).toEqual(['out', signInStrings.expired]);
    await session.signIn('ada', 'yes');
    await session.signOut();
    expect([session.phase, session.problem]).toEqual(['out', null]);
  });
});
