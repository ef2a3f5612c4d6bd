/**
 * The connection to the server. `syncing`: live updates or the resync after them are still missing.
 */
export type ConnectionStatus = 'live' | 'syncing' | 'offline';

/** What can change the connection state. */
export type ConnectionEvent =
  | { type: 'socket'; open: boolean }
  /** A resync has started. */
  | { type: 'resync-started' }
  /** A resync has succeeded. */
  | { type: 'resynced' }
  /** A request reached the server, or failed to. */
  | { type: 'reachability'; reachable: boolean }
  /** The browser went online or offline. */
  | { type: 'network'; online: boolean };

/** The state of the connection to the server. `apply` is the only writer. */
export class ConnectionState {
  #open = $state(false);
  /** Whether a resync has succeeded that began after the socket opened. */
  #resynced = $state(false);
  /** Whether the socket was already open when the running resync began. */
  #resyncCoversSocket = false;
  #reachable = $state(true);
  #online = $state(true);
  /** When the connection was lost (ms); null while it is up. */
  offlineSince = $state<number | null>(null);
  /** The number of successful resyncs. A failed action may be repeated when it changes. */
  resyncCount = $state(0);
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  readonly status: ConnectionStatus = $derived.by(() => {
    if (!this.#online || !this.#reachable) return 'offline';
    return this.#open && this.#resynced ? 'live' : 'syncing';
  });

  apply(event: ConnectionEvent): void {
    switch (event.type) {
      case 'socket':
        if (event.open !== this.#open) this.#resyncCoversSocket = this.#resynced = false;
        this.#open = event.open;
        break;
      case 'resync-started':
        this.#resyncCoversSocket = this.#open;
        break;
      case 'resynced':
        this.#resynced = this.#resyncCoversSocket;
        this.resyncCount += 1;
        break;
      case 'reachability':
        this.#reachable = event.reachable;
        break;
      case 'network':
        this.#online = event.online;
        break;
    }
    const lost = !this.#online || !this.#reachable;
    this.offlineSince = lost ? (this.offlineSince ?? this.#now()) : null;
  }
}
