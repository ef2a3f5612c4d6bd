import type {
  Conversation,
  ConversationPage,
  ConversationStatus,
  Filter,
  Message,
  MessagePage,
  NumberCheck,
  QuarantinePage,
  Sender,
  Session,
  Ticket,
} from './types';
import { ApiError, errorOf, unreachable } from './problem';

/** What the client needs from the world around it. */
export interface ClientOptions {
  fetch?: typeof fetch;
  /** Runs one job at a time over all tabs of the browser. */
  exclusively?: <T>(job: () => Promise<T>) => Promise<T>;
  /** Milliseconds. */
  now?: () => number;
  /** Called whenever a call reached the server (true) or did not (false). */
  onReach?: (reached: boolean) => void;
}

type Query = Record<string, string | number | null | undefined>;

/** An access token this close to its end (ms) is renewed before it is used. */
const RENEW_EARLY = 30_000;

/** All calls of the people's API. The access token lives here, in memory, and nowhere else. */
export class Client {
  /** Called when a session begins or is renewed, and with null when it has ended. */
  onSession: (session: Session | null) => void = () => undefined;

  #token: string | null = null;
  #expires = 0;
  #refreshing: Promise<boolean> | null = null;
  readonly #fetch: typeof fetch;
  readonly #exclusively: NonNullable<ClientOptions['exclusively']>;
  readonly #now: () => number;
  readonly #onReach: (reached: boolean) => void;

  constructor(options: ClientOptions = {}) {
    this.#fetch = options.fetch ?? ((...request) => fetch(...request));
    this.#exclusively = options.exclusively ?? underSessionLock;
    this.#now = options.now ?? Date.now;
    this.#onReach = options.onReach ?? (() => undefined);
  }

  signIn = (credentials: { username: string; password: string } | { link: string }) =>
    this.#begin('/api/session', credentials);

  async signOut(): Promise<void> {
    try {
      await this.#call('DELETE', '/api/session');
    } finally {
      this.#end();
    }
  }

  /** Whether the cookie still opens a session. Throws when the server cannot be asked. */
  resume(): Promise<boolean> {
    this.#refreshing ??= this.#exclusively(() => this.#refresh()).finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  listConversations = (query: {
    filter: Filter;
    search?: string;
    cursor?: string | null;
    limit?: number;
  }) => this.#call<ConversationPage>('GET', `/api/conversations${search(query)}`);

  getConversation = (id: string) => this.#call<Conversation>('GET', conversation(id));

  startConversation = (body: { to: string; contact_name?: string }) =>
    this.#call<Conversation>('POST', '/api/conversations', body);

  /** An empty name takes the name away. */
  rename = (id: string, contact_name: string, previous_contact_name: string | null) =>
    this.#call<Conversation>('PATCH', conversation(id), { contact_name, previous_contact_name });

  setStatus = (id: string, status: ConversationStatus) =>
    this.#call<Conversation>('PATCH', conversation(id), { status });

  markRead = (id: string, rev: number) =>
    this.#call<Conversation>('POST', `${conversation(id)}/read`, { rev });

  listMessages = (
    id: string,
    query: { before?: string | null; after?: string | null; limit?: number } = {},
  ) => this.#call<MessagePage>('GET', `${conversation(id)}/messages${search(query)}`);

  sendMessage = (id: string, body: { body: string; idempotency_key: string }) =>
    this.#call<Message>('POST', `${conversation(id)}/messages`, body);

  retryMessage = (id: string, message: string, idempotency_key: string) =>
    this.#call<Message>(
      'POST',
      `${conversation(id)}/messages/${encodeURIComponent(message)}/retry`,
      {
        idempotency_key,
      },
    );

  listSenders = () => this.#call<{ senders: Sender[] }>('GET', '/api/senders');

  checkNumber = (number: string, signal?: AbortSignal) =>
    this.#call<NumberCheck>('POST', '/api/numbers/check', { number }, signal);

  listQuarantine = (cursor?: string | null) =>
    this.#call<QuarantinePage>('GET', `/api/quarantine${search({ cursor })}`);

  releaseQuarantine = (id: string) =>
    this.#call<{ released: boolean; message: Message | null }>(
      'POST',
      `/api/quarantine/${encodeURIComponent(id)}/release`,
      {},
    );

  issueTicket = () => this.#call<Ticket>('POST', '/api/sockets/ticket', {});

  async #call<T>(method: string, path: string, body?: object, signal?: AbortSignal): Promise<T> {
    if (!this.#token || this.#now() > this.#expires - RENEW_EARLY) await this.#renew();
    let answer = await this.#request(method, path, body, signal);
    if (answer.status === 401) {
      await this.#renew();
      answer = await this.#request(method, path, body, signal);
    }
    if (answer.status === 401) this.#end();
    if (!answer.ok) throw await errorOf(answer);
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  }

  async #renew(): Promise<void> {
    if (await this.resume()) return;
    this.#end();
    throw new ApiError(401, '');
  }

  async #refresh(): Promise<boolean> {
    try {
      await this.#begin('/api/session/refresh', {});
      return true;
    } catch (thrown) {
      if (thrown instanceof ApiError && thrown.status === 401) return false;
      throw thrown;
    }
  }

  async #begin(path: string, body: object): Promise<Session> {
    this.#token = null;
    const answer = await this.#request('POST', path, body);
    if (!answer.ok) throw await errorOf(answer);
    const session = (await answer.json()) as Session;
    this.#token = session.access_token;
    this.#expires = this.#now() + session.expires_in * 1000;
    this.onSession(session);
    return session;
  }

  #end(): void {
    this.#token = null;
    this.onSession(null);
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
    try {
      const answer = await this.#fetch(path, {
        method,
        headers,
        credentials: 'same-origin',
        ...(body ? { body: JSON.stringify(body) } : {}),
        ...(signal ? { signal } : {}),
      });
      this.#onReach(true);
      return answer;
    } catch (thrown) {
      if (signal?.aborted) throw thrown;
      this.#onReach(false);
      throw unreachable();
    }
  }
}

const conversation = (id: string) => `/api/conversations/${encodeURIComponent(id)}`;

function search(query: Query): string {
  const set = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const text = new URLSearchParams(set.map(([name, value]) => [name, String(value)])).toString();
  return text && `?${text}`;
}

/** Two tabs never rotate the refresh token at once. Web Locks need a secure context. */
function underSessionLock<T>(job: () => Promise<T>): Promise<T> {
  const locks = (navigator as { locks?: LockManager }).locks;
  return locks ? (locks.request('partyline-session', job) as Promise<T>) : job();
}
