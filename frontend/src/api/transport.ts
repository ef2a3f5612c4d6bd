import type { Session } from './types';
import { ApiError, toApiError, unreachable } from './problem';

/** The dependencies of the transport. */
export interface TransportOptions {
  fetch?: typeof fetch;
  /** Runs one job at a time across all tabs of the browser. */
  exclusively?: <T>(job: () => Promise<T>) => Promise<T>;
  /** The current time in ms. */
  now?: () => number;
  /** Called when a request reached the server (true) or failed to (false). */
  onReachable?: (reached: boolean) => void;
}

/** An access token is renewed this long (ms) before it expires. */
const RENEW_MARGIN = 30_000;

/** A request without a response is given up after this time (ms). */
export const REQUEST_TIMEOUT = 10_000;

/** Sends API requests and renews the session. The access token is kept in memory only. */
export class Transport {
  /**
   * Called when a session starts, is renewed or, with null, has ended.
   *
   * `otherUser`: the cookie, which all tabs share, now belongs to another user.
   */
  onSession: (session: Session | null, otherUser: boolean) => void = () => undefined;

  #token: string | null = null;
  /** The last signed-in user. The cookie of any other user is not accepted. */
  #username: string | null = null;
  #otherUser = false;
  #expires = 0;
  /** The number of started requests, and the sequence number of the last one with a response. */
  #started = 0;
  #answered = 0;
  #refreshing: Promise<boolean> | null = null;
  readonly #fetch: typeof fetch;
  readonly #exclusively: NonNullable<TransportOptions['exclusively']>;
  readonly #now: () => number;
  readonly #onReachable: (reached: boolean) => void;

  constructor(options: TransportOptions = {}) {
    this.#fetch = options.fetch ?? ((...request) => fetch(...request));
    this.#exclusively = options.exclusively ?? withSessionLock;
    this.#now = options.now ?? Date.now;
    this.#onReachable = options.onReachable ?? (() => undefined);
  }

  async signIn(
    credentials: { username: string; password: string } | { link_token: string },
  ): Promise<void> {
    this.#startSession(await this.#requestSession('/api/session', credentials));
  }

  /** Ends the session unless the cookie belongs to another user. */
  async signOut(): Promise<void> {
    try {
      if (!(await this.resume())) return;
      await this.call('DELETE', '/api/session');
    } finally {
      this.#endSession();
    }
  }

  /** Returns whether the cookie is valid for the same user. Throws if the server is unreachable. */
  resume(): Promise<boolean> {
    this.#refreshing ??= this.#exclusively(() => this.#refresh()).finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  /** Sends a request. Renews the token before it if needed, and once after a 401. */
  async call<T>(method: string, path: string, body?: object, signal?: AbortSignal): Promise<T> {
    if (!this.#token || this.#now() > this.#expires - RENEW_MARGIN) await this.#renew();
    let response = await this.#request(method, path, body, signal);
    if (response.status === 401) {
      await this.#renew();
      response = await this.#request(method, path, body, signal);
    }
    if (response.status === 401) this.#endSession();
    if (!response.ok) throw await toApiError(response);
    return (response.status === 204 ? undefined : await response.json()) as T;
  }

  async #renew(): Promise<void> {
    if (await this.resume()) return;
    this.#endSession();
    throw new ApiError(401, '');
  }

  async #refresh(): Promise<boolean> {
    this.#otherUser = false;
    try {
      const session = await this.#requestSession('/api/session/refresh', {});
      this.#otherUser = this.#username !== null && this.#username !== session.user.username;
      if (!this.#otherUser) this.#startSession(session);
      return !this.#otherUser;
    } catch (thrown) {
      if (thrown instanceof ApiError && thrown.status === 401) return false;
      throw thrown;
    }
  }

  async #requestSession(path: string, body: object): Promise<Session> {
    this.#token = null;
    const response = await this.#request('POST', path, body);
    if (!response.ok) throw await toApiError(response);
    return (await response.json()) as Session;
  }

  #startSession(session: Session): void {
    this.#token = session.access_token;
    this.#expires = this.#now() + session.expires_in * 1000;
    this.#username = session.user.username;
    this.#otherUser = false;
    this.onSession(session, false);
  }

  #endSession(): void {
    this.#token = null;
    this.onSession(null, this.#otherUser);
  }

  async #request(
    method: string,
    path: string,
    body?: object,
    signal?: AbortSignal,
  ): Promise<Response> {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (body) headers['content-type'] = 'application/json';
    if (this.#token) headers.authorization = `Bearer ${this.#token}`;
    const sequence = (this.#started += 1);
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), REQUEST_TIMEOUT);
    try {
      const response = await this.#fetch(path, {
        method,
        headers,
        credentials: 'same-origin',
        ...(body ? { body: JSON.stringify(body) } : {}),
        signal: signal ? AbortSignal.any([signal, timeout.signal]) : timeout.signal,
      });
      // Reads the whole body within the timeout, because it can hang, too.
      await response.clone().arrayBuffer();
      this.#answered = Math.max(this.#answered, sequence);
      this.#onReachable(true);
      return response;
    } catch (thrown) {
      if (signal?.aborted) throw thrown;
      // A timeout does not mean offline if a later request got a response.
      if (!timeout.signal.aborted || this.#answered < sequence) this.#onReachable(false);
      throw unreachable();
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Prevents two tabs from rotating the refresh token at once. Web Locks need a secure context. */
function withSessionLock<T>(job: () => Promise<T>): Promise<T> {
  const locks = (navigator as { locks?: LockManager }).locks;
  return locks ? (locks.request('partyline-session', job) as Promise<T>) : job();
}
