import type { Client } from '../api/client';
import { ApiError, sentenceOf } from '../api/problem';
import type { Session as Granted, User } from '../api/types';
import { strings } from '../strings';

/** Somebody has signed in here, and may be signed in still: only then is there a cookie to try. */
const PLACE = 'partyline-session';

/** `starting`: not known yet whether the cookie still opens a session. */
export type Phase = 'starting' | 'out' | 'in';

/** Who sits at this desk. */
export class Session {
  phase = $state<Phase>('starting');
  user = $state.raw<User | null>(null);
  /** Why the sign-in screen is there, or why it did not let you in. */
  problem = $state<string | null>(null);
  busy = $state(false);

  readonly #client: Client;
  #leaving = false;

  constructor(client: Client) {
    this.#client = client;
    client.onSession = (granted, another) => this.#changed(granted, another);
  }

  /** Begins with the link, the cookie, or the sign-in screen. */
  async start(link: string | null): Promise<void> {
    if (link) {
      await this.#try({ link }, strings.signIn.link);
      if (this.user) return;
    }
    if (localStorage.getItem(PLACE) === null) {
      this.phase = 'out';
      return;
    }
    try {
      if (!(await this.#client.resume())) this.#changed(null, false);
    } catch (thrown) {
      this.problem = sentenceOf(thrown);
      this.phase = 'out';
    }
  }

  signIn = (username: string, password: string) =>
    this.#try({ username, password }, strings.signIn.wrong);

  async signOut(): Promise<void> {
    this.#leaving = true;
    try {
      await this.#client.signOut();
    } catch {
      // The token is forgotten here in any case.
    } finally {
      this.#leaving = false;
    }
  }

  async #try(
    credentials: { username: string; password: string } | { link: string },
    refused: string,
  ): Promise<void> {
    this.busy = true;
    this.problem = null;
    try {
      await this.#client.signIn(credentials);
    } catch (thrown) {
      const status = thrown instanceof ApiError ? thrown.status : 0;
      const wait = thrown instanceof ApiError ? thrown.retryAfter : null;
      if (status === 401) this.problem = refused;
      else if (status === 429 && wait) this.problem = strings.signIn.slow(wait);
      else this.problem = sentenceOf(thrown);
    } finally {
      this.busy = false;
    }
  }

  #changed(granted: Granted | null, another: boolean): void {
    if (granted) {
      localStorage.setItem(PLACE, 'begun');
      this.user = granted.user;
      this.phase = 'in';
      this.problem = null;
    } else {
      if (!another) localStorage.removeItem(PLACE);
      if (this.phase === 'in' && !this.#leaving) {
        this.problem = another ? strings.signIn.another : strings.signIn.ended;
      }
      this.user = null;
      this.phase = 'out';
    }
  }
}
