/** One thing that is read, and never twice at once. */
export class SingleFlight {
  /** Something is being read. */
  busy = $state(false);
  readonly #load: () => Promise<void>;
  #running: Promise<void> | null = null;
  #next: Promise<void> | null = null;

  constructor(read: () => Promise<void>) {
    this.#load = read;
  }

  /** Reads. While something is being read, that has its turn first: it may have looked too early. */
  run(): Promise<void> {
    if (!this.#running) return this.#start(this.#load);
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = null;
        return this.run();
      });
    return this.#next;
  }

  /** Reads something else of the same, unless something is being read. */
  async runIfIdle(read: () => Promise<void>): Promise<void> {
    if (!this.#running) await this.#start(read);
  }

  #start(read: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.#running = read().finally(() => {
      this.#running = null;
      this.busy = false;
    });
    return this.#running;
  }
}
