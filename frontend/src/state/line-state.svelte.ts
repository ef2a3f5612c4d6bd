/** `live`: what happens is on the screen at once. `catching-up`: it will be, in a moment. */
export type LineStatus = 'live' | 'catching-up' | 'offline';

/** What may happen to the line. */
export type LineEvent =
  | { type: 'socket'; open: boolean }
  /** What is shown is being read again. */
  | { type: 'healing' }
  /** It was read. */
  | { type: 'healed' }
  /** A call reached the server, or did not. */
  | { type: 'reached'; reached: boolean }
  /** The browser's own opinion. */
  | { type: 'network'; online: boolean };

/** The state of the line to the server. `apply` is the only writer. */
export class LineState {
  #open = $state(false);
  /** What is shown was read again since the socket opened. */
  #healed = $state(false);
  /** The socket has been open since the reading began. */
  #covered = false;
  #reached = $state(true);
  #online = $state(true);
  /** When the line was lost (ms), while it is. */
  since = $state<number | null>(null);
  /** How often what is shown was read again: whatever failed may be tried again with it. */
  heals = $state(0);
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  readonly status: LineStatus = $derived.by(() => {
    if (!this.#online || !this.#reached) return 'offline';
    return this.#open && this.#healed ? 'live' : 'catching-up';
  });

  apply(event: LineEvent): void {
    switch (event.type) {
      case 'socket':
        if (event.open !== this.#open) this.#covered = this.#healed = false;
        this.#open = event.open;
        break;
      case 'healing':
        this.#covered = this.#open;
        break;
      case 'healed':
        this.#healed = this.#covered;
        this.heals += 1;
        break;
      case 'reached':
        this.#reached = event.reached;
        break;
      case 'network':
        this.#online = event.online;
        break;
    }
    const lost = !this.#online || !this.#reached;
    this.since = lost ? (this.since ?? this.#now()) : null;
  }
}
