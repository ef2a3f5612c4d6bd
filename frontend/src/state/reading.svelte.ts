/** One thing that is read, and never twice at once. */
export class Reading {
  /** Something is being read. */
  busy = $state(false);
  readonly #read: () => Promise<void>;
  #running: Promise<void> | null = null;
  #next: Promise<void> | null = null;

  constructor(read: () => Promise<void>) {
    this.#read = read;
  }

  /** Reads. While something is being read, that has its turn first: it may have looked too early. */
  anew(): Promise<void> {
    if (!this.#running) return this.#run(this.#read);
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = null;
        return this.anew();
      });
    return this.#next;
  }

  /** Reads something else of the same, unless something is being read. */
  async further(read: () => Promise<void>): Promise<void> {
    if (!this.#running) await this.#run(read);
  }

  #run(read: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.#running = read().finally(() => {
      this.#running = null;
      this.busy = false;
    });
    return this.#running;
  }
}
