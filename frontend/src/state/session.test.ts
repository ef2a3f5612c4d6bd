import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Client } from '../api/client';
import { ApiError } from '../api/problem';
import type { Session as Granted } from '../api/types';
import { strings } from '../strings';
import { Session } from './session.svelte';
import { storage } from './storage.test-data';

beforeEach(() => vi.stubGlobal('localStorage', storage()));

const granted: Granted = {
  access_token: 't',
  expires_in: 600,
  user: { username: 'ada', display_name: 'Ada', role: 'agent' },
};

/** A client whose sign-in and cookie do what the test says. There is a cookie when somebody has signed in here before. */
function session(answers: { signIn?: ApiError; cookie?: boolean | ApiError }) {
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
  return { one: new Session(client), client, tried };
}

describe('the session', () => {
  it('begins with the link', async () => {
    const { one, tried } = session({});
    await one.start('abc');
    expect(tried).toEqual([{ link: 'abc' }]);
    expect([one.phase, one.user?.display_name]).toEqual(['in', 'Ada']);
  });

  it('begins with the cookie when there is no link, or the link is used up', async () => {
    const plain = session({ cookie: true });
    await plain.one.start(null);
    expect(plain.one.phase).toBe('in');
    const used = session({ signIn: new ApiError(401, 'No.'), cookie: true });
    await used.one.start('abc');
    expect([used.one.phase, used.one.problem]).toEqual(['in', null]);
  });

  it('asks for a name otherwise, and says why the link did not do', async () => {
    const { one } = session({ signIn: new ApiError(401, 'No.') });
    await one.start('abc');
    expect([one.phase, one.problem]).toEqual(['out', strings.signIn.link]);
  });

  it('tries no cookie where nobody has signed in, or the last one has signed out', async () => {
    const { one, tried } = session({});
    await one.start(null);
    await one.signIn('ada', 'yes');
    await one.signOut();
    await one.start(null);
    expect([one.phase, one.problem]).toEqual(['out', null]);
    expect(tried).not.toContain('cookie');
  });

  it('tries it once when it no longer opens a session', async () => {
    const { one, tried } = session({ cookie: false });
    await one.start(null);
    await one.start(null);
    expect([one.phase, one.problem]).toEqual(['out', null]);
    expect(tried).toEqual(['cookie']);
  });

  it('says when it cannot be reached', async () => {
    const { one } = session({ cookie: new ApiError(0, 'Not reached.') });
    await one.start(null);
    expect([one.phase, one.problem]).toEqual(['out', 'Not reached.']);
  });

  it('says how long to wait after too many tries', async () => {
    const { one } = session({ signIn: new ApiError(429, 'Wait.', null, 7) });
    await one.signIn('ada', 'no');
    expect(one.problem).toBe('Too many tries. Wait 7 seconds.');
  });

  it('says that somebody else has this browser now, and lets a reload go on as them', async () => {
    const { one, client, tried } = session({ cookie: true });
    await one.start(null);
    client.onSession(null, true);
    expect([one.phase, one.user, one.problem]).toEqual(['out', null, strings.signIn.another]);
    await one.start(null);
    expect([one.phase, tried]).toEqual(['in', ['cookie', 'cookie']]);
  });

  it('says that it has ended, unless you ended it', async () => {
    const { one, client } = session({ cookie: true });
    await one.start(null);
    client.onSession(null, false);
    expect([one.phase, one.problem]).toEqual(['out', strings.signIn.ended]);
    await one.signIn('ada', 'yes');
    await one.signOut();
    expect([one.phase, one.problem]).toEqual(['out', null]);
  });
});
