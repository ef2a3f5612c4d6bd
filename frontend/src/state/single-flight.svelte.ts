/** Runs one loader at a time; calls made in the meantime share one follow-up run. */
export class SingleFlight {
  /** Whether a loader is running. */
  busy = $state(false);
  readonly #load: () => Promise<void>;
  #running: Promise<void> | null = null;
  #next: Promise<void> | null = null;

  constructor(read: () => Promise<void>) {
    this.#load = read;
  }

  /** Runs the loader. A call during a run starts one follow-up run, which reads newer data. */
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

  /** Runs another loader unless one is running. */
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
