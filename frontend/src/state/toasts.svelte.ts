/** A line that offers to undo, or tells of something that has left the screen. */
export interface Toast {
  id: number;
  text: string;
  action?: { label: string; run: () => void };
  /** What follows when it goes and its action was not taken: the action is then what prevents it. */
  onExpire?: () => Promise<void>;
}

const DURATION = 8000;

/** One toast at a time: the newest matters. Only one of its kind ends the time in which something can be taken back. */
export class Toasts {
  current = $state.raw<Toast | null>(null);
  #next = 0;
  /** Comes when the one on the screen, which can be taken back, has gone. */
  #queued: Toast | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What follows from those that went, as long as it is being done. */
  readonly #expiring = new Set<Promise<void>>();

  show(text: string, action?: Toast['action'], onExpire?: Toast['onExpire']): void {
    const more = { ...(action ? { action } : {}), ...(onExpire ? { onExpire } : {}) };
    const toast = { id: ++this.#next, text, ...more };
    if (this.current?.onExpire && !onExpire) {
      this.#queued = toast;
      return;
    }
    const before = this.current;
    this.current = toast;
    this.#expire(before);
    this.resume();
  }

  /** Presses the button of the toast on the screen, if there is one. */
  runAction(): void {
    const action = this.current?.action;
    if (!action) return this.dismiss();
    this.#showNext();
    action.run();
  }

  dismiss(): void {
    const toast = this.current;
    this.#showNext();
    this.#expire(toast);
  }

  /** Ends the toast on the screen, and waits until all is done that follows. */
  async finish(): Promise<void> {
    this.#queued = null;
    this.dismiss();
    await Promise.allSettled(this.#expiring);
  }

  /** Takes the toast away without what would follow. */
  cancel(): void {
    this.#queued = null;
    const toast = this.current;
    this.#showNext();
    if (toast?.onExpire) toast.action?.run();
  }

  /** Nobody loses a toast that they point at or have in focus. */
  pause(): void {
    clearTimeout(this.#timer);
  }

  resume(): void {
    clearTimeout(this.#timer);
    if (this.current) this.#timer = setTimeout(() => this.dismiss(), DURATION);
  }

  /** The one that waits takes its turn, if one does. */
  #showNext(): void {
    this.current = this.#queued;
    this.#queued = null;
    this.resume();
  }

  #expire(toast: Toast | null): void {
    if (!toast?.onExpire) return;
    const following = toast.onExpire().finally(() => this.#expiring.delete(following));
    this.#expiring.add(following);
  }
}
