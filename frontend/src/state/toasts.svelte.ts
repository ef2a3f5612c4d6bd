/** A line that offers to undo, or tells of something that has left the screen. */
export interface Toast {
  id: number;
  text: string;
  action?: { label: string; run: () => void };
  /** What follows when it goes and its action was not taken: the action is then what prevents it. */
  onGone?: () => Promise<void>;
}

const STAYS = 8000;

/** One toast at a time: the newest matters. Only one of its kind ends the time in which something can be taken back. */
export class Toasts {
  current = $state.raw<Toast | null>(null);
  #next = 0;
  /** Comes when the one on the screen, which can be taken back, has gone. */
  #waiting: Toast | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What follows from those that went, as long as it is being done. */
  readonly #following = new Set<Promise<void>>();

  show(text: string, action?: Toast['action'], onGone?: Toast['onGone']): void {
    const more = { ...(action ? { action } : {}), ...(onGone ? { onGone } : {}) };
    const toast = { id: ++this.#next, text, ...more };
    if (this.current?.onGone && !onGone) {
      this.#waiting = toast;
      return;
    }
    const before = this.current;
    this.current = toast;
    this.#follow(before);
    this.resume();
  }

  /** Presses the button of the toast on the screen, if there is one. */
  act(): void {
    const action = this.current?.action;
    if (!action) return this.dismiss();
    this.#proceed();
    action.run();
  }

  dismiss(): void {
    const gone = this.current;
    this.#proceed();
    this.#follow(gone);
  }

  /** Ends the toast on the screen, and waits until all is done that follows. */
  async settle(): Promise<void> {
    this.#waiting = null;
    this.dismiss();
    await Promise.allSettled(this.#following);
  }

  /** Takes the toast away without what would follow. */
  drop(): void {
    this.#waiting = null;
    const dropped = this.current;
    this.#proceed();
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

  /** The one that waits takes its turn, if one does. */
  #proceed(): void {
    this.current = this.#waiting;
    this.#waiting = null;
    this.resume();
  }

  #follow(gone: Toast | null): void {
    if (!gone?.onGone) return;
    const following = gone.onGone().finally(() => this.#following.delete(following));
    this.#following.add(following);
  }
}
