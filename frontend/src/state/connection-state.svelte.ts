/** `live`: what happens is on the screen at once. `catching-up`: it will be, in a moment. */
export type ConnectionStatus = 'live' | 'syncing' | 'offline';

/** What may happen to the line. */
export type ConnectionEvent =
  | { type: 'socket'; open: boolean }
  /** What is shown is being read again. */
  | { type: 'resync-started' }
  /** It was read. */
  | { type: 'resynced' }
  /** A call reached the server, or did not. */
  | { type: 'reachability'; reachable: boolean }
  /** The browser's own opinion. */
  | { type: 'network'; online: boolean };

/** The state of the line to the server. `apply` is the only writer. */
export class ConnectionState {
  #open = $state(false);
  /** What is shown was read again since the socket opened. */
  #resynced = $state(false);
  /** The socket has been open since the reading began. */
  #resyncCoversSocket = false;
  #reachable = $state(true);
  #online = $state(true);
  /** When the line was lost (ms), while it is. */
  offlineSince = $state<number | null>(null);
  /** How often what is shown was read again: whatever failed may be tried again with it. */
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
