/** A line that offers to undo, or tells of something that has left the screen. */
export interface Toast {
  id: number;
  text: string;
  action?: { label: string; run: () => void };
  /** What follows when it goes and its action was not taken: the action is then what prevents it. */
  onGone?: () => Promise<void>;
}

const STAYS = 8000;

/** One toast at a time: the newest matters. */
export class Toasts {
  current = $state.raw<Toast | null>(null);
  #next = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What follows from those that went, as long as it is being done. */
  readonly #following = new Set<Promise<void>>();

  show(text: string, action?: Toast['action'], onGone?: Toast['onGone']): void {
    const before = this.current;
    const more = { ...(action ? { action } : {}), ...(onGone ? { onGone } : {}) };
    this.current = { id: ++this.#next, text, ...more };
    this.#follow(before);
    this.resume();
  }

  /** Presses the button of the toast on the screen, if there is one. */
  act(): void {
    const action = this.current?.action;
    if (!action) return this.dismiss();
    clearTimeout(this.#timer);
    this.current = null;
    action.run();
  }

  dismiss(): void {
    clearTimeout(this.#timer);
    const gone = this.current;
    this.current = null;
    this.#follow(gone);
  }

  /** Ends the toast on the screen, and waits until all is done that follows. */
  async settle(): Promise<void> {
    this.dismiss();
    await Promise.allSettled(this.#following);
  }

  /** Takes the toast away without what would follow. */
  drop(): void {
    clearTimeout(this.#timer);
    const dropped = this.current;
    this.current = null;
    if (dropped?.onGone) dropped.action?.run();
  }

  /** Nobody loses a toast that they point at or have in focus. */
  hold(): void {
    clearTimeout(this.#timer);
  }

  resume(): void {
    clearTimeout(this.#timer);
    if (this.current) this.#timer = setTimeout(() => this.dismiss(), STAYS);
  }

  #follow(gone: Toast | null): void {
    if (!gone?.onGone) return;
    const following = gone.onGone().finally(() => this.#following.delete(following));
    this.#following.add(following);
  }
}
