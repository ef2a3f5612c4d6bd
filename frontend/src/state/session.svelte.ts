import type { Client } from '../api/client';
import { ApiError, errorMessage } from '../api/problem';
import type { Session as Granted, User } from '../api/types';
import { signInStrings } from '../strings/sign-in';

/** Set while someone is signed in on this browser, so a refresh cookie may exist. */
const STORAGE_KEY = 'partyline-session';

/** `starting`: it is not known yet whether the cookie is valid. */
export type Phase = 'starting' | 'out' | 'in';

/** The session of the signed-in user. */
export class Session {
  phase = $state<Phase>('starting');
  user = $state.raw<User | null>(null);
  /** Why the sign-in screen is shown or sign-in failed. */
  problem = $state<string | null>(null);
  busy = $state(false);

  readonly #client: Client;
  #signingOut = false;

  constructor(client: Client) {
    this.#client = client;
    client.onSession = (granted, another) => this.#onSession(granted, another);
  }

  /** Signs in by link or cookie, or shows the sign-in screen. */
  async start(link: string | null): Promise<void> {
    if (link) {
      await this.#signInWith({ link_token: link }, signInStrings.linkInvalid);
      if (this.user) return;
    }
    if (localStorage.getItem(STORAGE_KEY) === null) {
      this.phase = 'out';
      return;
    }
    try {
      if (!(await this.#client.resume())) this.#onSession(null, false);
    } catch (thrown) {
      this.problem = errorMessage(thrown);
      this.phase = 'out';
    }
  }

  signIn = (username: string, password: string) =>
    this.#signInWith({ username, password }, signInStrings.invalid);

  async signOut(): Promise<void> {
    this.#signingOut = true;
    try {
      await this.#client.signOut();
    } catch {
      // The token is discarded in any case.
    } finally {
      this.#signingOut = false;
    }
  }

  async #signInWith(
    credentials: { username: string; password: string } | { link_token: string },
    unauthorizedText: string,
  ): Promise<void> {
    this.busy = true;
    this.problem = null;
    try {
      await this.#client.signIn(credentials);
    } catch (thrown) {
      const status = thrown instanceof ApiError ? thrown.status : 0;
      const retryAfter = thrown instanceof ApiError ? thrown.retryAfter : null;
      if (status === 401) this.problem = unauthorizedText;
      else if (status === 429 && retryAfter)
        this.problem = signInStrings.tooManyAttempts(retryAfter);
      else this.problem = errorMessage(thrown);
    } finally {
      this.busy = false;
    }
  }

  #onSession(session: Granted | null, otherUser: boolean): void {
    if (session) {
      localStorage.setItem(STORAGE_KEY, 'begun');
      this.user = session.user;
      this.phase = 'in';
      this.problem = null;
    } else {
      if (!otherUser) localStorage.removeItem(STORAGE_KEY);
      if (this.phase === 'in' && !this.#signingOut) {
        this.problem = otherUser ? signInStrings.otherUser : signInStrings.expired;
      }
      this.user = null;
      this.phase = 'out';
    }
  }
}
