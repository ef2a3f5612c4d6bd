import type { LiveEvent, LiveFrame, Ticket } from './types';

/** The part of a browser's WebSocket that is used here. */
export interface Wire {
  onopen: (() => void) | null;
  onclose: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  send(text: string): void;
  close(): void;
}

export interface SocketOptions {
  ticket: () => Promise<Ticket>;
  onEvents: (events: LiveEvent[]) => void;
  /** true: frames come in from now on. false: they stopped. */
  onOpen: (open: boolean) => void;
  open?: (url: string, protocols: string[]) => Wire;
  random?: () => number;
}

/** A conversation is watched while it is among the last this many that were opened: as many as the server takes. */
export const WATCH_LIMIT = 5;
/** A connection that does not stand after so long (ms) is given up. */
const OPEN_WITHIN = 10_000;
const PING_EVERY = 5 * 60_000;
/** API Gateway ends every connection after two hours; the next one stands before that. */
const RENEW_AFTER = 110 * 60_000;
const RENEW_JITTER = 5 * 60_000;
const BACKOFF_BASE = 500;
const BACKOFF_CAP = 30_000;

/** A connection that is being opened: its ticket is asked for, or its wire does not stand yet. */
interface Coming {
  wire: Wire | null;
  hung?: ReturnType<typeof setTimeout>;
}

/** The page's one socket: it comes back by itself, and is renewed before it must end. */
export class Socket {
  readonly #options: Required<SocketOptions>;
  #wire: Wire | null = null;
  #watched: string[] = [];
  #turn = 0;
  #attempt = 0;
  #started = false;
  #coming: Coming | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #renew: ReturnType<typeof setTimeout> | undefined;
  #ping: ReturnType<typeof setInterval> | undefined;

  constructor(options: SocketOptions) {
    this.#options = {
      open: (url, protocols) => new WebSocket(url, protocols) as unknown as Wire,
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
    clearTimeout(this.#coming?.hung);
    if (this.#coming?.wire) close(this.#coming.wire);
    this.#coming = null;
    this.#watched = [];
    this.#drop();
  }

  /** Tries at once when it is waiting to: the browser says that the network is back. */
  hurry(): void {
    if (!this.#started || this.#wire || this.#coming) return;
    clearTimeout(this.#retry);
    this.#attempt = 0;
    void this.#connect();
  }

  /** Asks for the messages of a conversation; the one watched longest ago makes room. */
  watch(conversation_id: string): void {
    const others = this.#watched.filter((id) => id !== conversation_id);
    this.#watched = [conversation_id, ...others].slice(0, WATCH_LIMIT);
    this.#show();
  }

  get watched(): readonly string[] {
    return this.#watched;
  }

  async #connect(): Promise<void> {
    if (this.#coming) return;
    const coming: Coming = { wire: null };
    this.#coming = coming;
    try {
      const { url, ticket } = await this.#options.ticket();
      if (coming !== this.#coming) return;
      this.#take(this.#options.open(url, ['partyline.v1', `t.${ticket}`]), coming);
    } catch {
      if (coming === this.#coming) this.#failed();
    }
  }

  #take(wire: Wire, coming: Coming): void {
    coming.wire = wire;
    coming.hung = setTimeout(() => {
      close(wire);
      this.#failed();
    }, OPEN_WITHIN);
    wire.onopen = () => {
      clearTimeout(coming.hung);
      this.#coming = null;
      const renewed = this.#wire;
      this.#wire = wire;
      if (renewed) close(renewed);
      this.#attempt = 0;
      this.#keep();
      if (this.#watched.length) this.#show();
      this.#options.onOpen(true);
    };
    wire.onmessage = (event) => {
      if (wire === this.#wire) this.#options.onEvents(eventsOf(event.data));
    };
    wire.onclose = () => {
      if (wire !== this.#wire) return this.#failed();
      this.#drop();
      this.#again();
    };
  }

  /** The connection that was being opened does not come. */
  #failed(): void {
    clearTimeout(this.#coming?.hung);
    this.#coming = null;
    this.#again();
  }

  /** Keeps the connection from idling out, and replaces it before it ends. */
  #keep(): void {
    clearInterval(this.#ping);
    clearTimeout(this.#renew);
    this.#ping = setInterval(() => this.#send({ action: 'ping' }), PING_EVERY);
    const after = RENEW_AFTER + (this.#options.random() * 2 - 1) * RENEW_JITTER;
    this.#renew = setTimeout(() => void this.#connect(), after);
  }

  #drop(): void {
    clearInterval(this.#ping);
    clearTimeout(this.#renew);
    const wire = this.#wire;
    this.#wire = null;
    if (!wire) return;
    close(wire);
    this.#options.onOpen(false);
  }

  /** Full jitter: a thousand pages that lost one server do not come back as one. */
  #again(): void {
    if (!this.#started) return;
    clearTimeout(this.#retry);
    const most = Math.min(BACKOFF_CAP, BACKOFF_BASE * 2 ** this.#attempt++);
    this.#retry = setTimeout(() => void this.#connect(), this.#options.random() * most);
  }

  /** Frames may overtake each other: each says all, and the server goes by the highest turn. */
  #show(): void {
    this.#send({ action: 'show', conversation_ids: this.#watched, turn: ++this.#turn });
  }

  #send(frame: object): void {
    this.#wire?.send(JSON.stringify(frame));
  }
}

function close(wire: Wire): void {
  wire.onopen = wire.onclose = wire.onmessage = null;
  wire.close();
}

/** The events of a frame; none when it is not one of ours. */
function eventsOf(data: unknown): LiveEvent[] {
  try {
    const frame = JSON.parse(String(data)) as Partial<LiveFrame>;
    return Array.isArray(frame.events) ? frame.events : [];
  } catch {
    return [];
  }
}
