import { MAX_WATCHED } from './rules';
import type { LiveEvent, LiveFrame, Ticket } from './types';

/** The part of the browser's WebSocket that is used here. */
export interface WebSocketLike {
  onopen: (() => void) | null;
  onclose: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  send(text: string): void;
  close(): void;
}

export interface SocketOptions {
  ticket: () => Promise<Ticket>;
  onEvents: (events: LiveEvent[]) => void;
  /** true: live events arrive from now on. false: they stopped. */
  onOpen: (open: boolean) => void;
  open?: (url: string, protocols: string[]) => WebSocketLike;
  random?: () => number;
}

/** A connection attempt is given up after this time (ms). */
const CONNECT_TIMEOUT = 10_000;
const PING_INTERVAL = 5 * 60_000;
/** API Gateway ends every connection after two hours. It is replaced before that. */
const RENEW_INTERVAL = 110 * 60_000;
const RENEW_JITTER = 5 * 60_000;
const BACKOFF_BASE = 500;
const MAX_BACKOFF = 30_000;

/** A connection that is being opened: its ticket is requested, or its socket is not open yet. */
interface PendingConnection {
  socket: WebSocketLike | null;
  timeout?: ReturnType<typeof setTimeout>;
}

/** The page's socket. Reconnects by itself and renews the connection before it expires. */
export class Socket {
  readonly #options: Required<SocketOptions>;
  #socket: WebSocketLike | null = null;
  #watched: string[] = [];
  #sequence = 0;
  #attempt = 0;
  #started = false;
  #pending: PendingConnection | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #renew: ReturnType<typeof setTimeout> | undefined;
  #ping: ReturnType<typeof setInterval> | undefined;

  constructor(options: SocketOptions) {
    this.#options = {
      open: (url, protocols) => new WebSocket(url, protocols) as unknown as WebSocketLike,
      random: Math.random,
      ...options,
    };
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    void this.#connect();
  }

  stop(): void {
    this.#started = false;
    clearTimeout(this.#retry);
    clearTimeout(this.#pending?.timeout);
    if (this.#pending?.socket) close(this.#pending.socket);
    this.#pending = null;
    this.#watched = [];
    this.#disconnect();
  }

  /** Reconnects without waiting, because the browser is online again. */
  reconnectNow(): void {
    if (!this.#started || this.#socket || this.#pending) return;
    clearTimeout(this.#retry);
    this.#attempt = 0;
    void this.#connect();
  }

  /** Watches a conversation. The one watched longest ago is dropped. */
  watch(conversation_id: string): void {
    const others = this.#watched.filter((id) => id !== conversation_id);
    this.#watched = [conversation_id, ...others].slice(0, MAX_WATCHED);
    this.#sendWatched();
  }

  get watched(): readonly string[] {
    return this.#watched;
  }

  async #connect(): Promise<void> {
    if (this.#pending) return;
    const pending: PendingConnection = { socket: null };
    this.#pending = pending;
    try {
      const { url, ticket } = await this.#options.ticket();
      if (pending !== this.#pending) return;
      this.#adopt(this.#options.open(url, ['partyline.v1', `t.${ticket}`]), pending);
    } catch {
      if (pending === this.#pending) this.#onConnectFailed();
    }
  }

  #adopt(socket: WebSocketLike, pending: PendingConnection): void {
    pending.socket = socket;
    pending.timeout = setTimeout(() => {
      close(socket);
      this.#onConnectFailed();
    }, CONNECT_TIMEOUT);
    socket.onopen = () => {
      clearTimeout(pending.timeout);
      this.#pending = null;
      const renewed = this.#socket;
      this.#socket = socket;
      if (renewed) close(renewed);
      this.#attempt = 0;
      this.#startTimers();
      if (this.#watched.length) this.#sendWatched();
      this.#options.onOpen(true);
    };
    socket.onmessage = (event) => {
      if (socket === this.#socket) this.#options.onEvents(parseEvents(event.data));
    };
    socket.onclose = () => {
      if (socket !== this.#socket) return this.#onConnectFailed();
      this.#disconnect();
      this.#scheduleReconnect();
    };
  }

  /** Gives up the connection attempt and schedules another. */
  #onConnectFailed(): void {
    clearTimeout(this.#pending?.timeout);
    this.#pending = null;
    this.#scheduleReconnect();
  }

  /** Starts the timers that keep the connection alive and renew it. */
  #startTimers(): void {
    clearInterval(this.#ping);
    clearTimeout(this.#renew);
    this.#ping = setInterval(() => this.#send({ action: 'ping' }), PING_INTERVAL);
    const after = RENEW_INTERVAL + (this.#options.random() * 2 - 1) * RENEW_JITTER;
    this.#renew = setTimeout(() => void this.#connect(), after);
  }

  #disconnect(): void {
    clearInterval(this.#ping);
    clearTimeout(this.#renew);
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    close(socket);
    this.#options.onOpen(false);
  }

  /** Full jitter spreads the reconnects of many pages that lost the same server. */
  #scheduleReconnect(): void {
    if (!this.#started) return;
    clearTimeout(this.#retry);
    const maxDelay = Math.min(MAX_BACKOFF, BACKOFF_BASE * 2 ** this.#attempt++);
    this.#retry = setTimeout(() => void this.#connect(), this.#options.random() * maxDelay);
  }

  /**
   * Frames may overtake each other. Each lists all ids, and the server keeps the highest sequence.
   */
  #sendWatched(): void {
    this.#send({ action: 'watch', conversation_ids: this.#watched, sequence: ++this.#sequence });
  }

  #send(frame: object): void {
    this.#socket?.send(JSON.stringify(frame));
  }
}

function close(socket: WebSocketLike): void {
  socket.onopen = socket.onclose = socket.onmessage = null;
  socket.close();
}

/** Returns the events of a frame; none if it is invalid. */
function parseEvents(data: unknown): LiveEvent[] {
  try {
    const frame = JSON.parse(String(data)) as Partial<LiveFrame>;
    return Array.isArray(frame.events) ? frame.events : [];
  } catch {
    return [];
  }
}
