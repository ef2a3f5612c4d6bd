/** A notice at the edge of the screen, with an optional action such as Undo. */
export interface Toast {
  id: number;
  text: string;
  action?: { label: string; run: () => void };
  /** Runs when the toast expires without its action; the action prevents it. */
  onExpire?: () => Promise<void>;
  /** How long it is shown (ms). */
  duration: number;
}

/** How long a toast is shown (ms), unless it says otherwise. */
export const TOAST_DURATION = 8000;

/** Shows one toast at a time. A toast that can be undone is replaced only by another such toast. */
export class Toasts {
  current = $state.raw<Toast | null>(null);
  #next = 0;
  /** The next toast, shown after the current one that can be undone. */
  #queued: Toast | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The running `onExpire` callbacks. */
  readonly #expiring = new Set<Promise<void>>();

  show(
    text: string,
    action?: Toast['action'],
    { onExpire, duration = TOAST_DURATION }: Partial<Pick<Toast, 'onExpire' | 'duration'>> = {},
  ): void {
    const more = { ...(action ? { action } : {}), ...(onExpire ? { onExpire } : {}) };
    const toast = { id: ++this.#next, text, duration, ...more };
    if (this.current?.onExpire && !onExpire) {
      this.#queued = toast;
      return;
    }
    const before = this.current;
    this.current = toast;
    this.#expire(before);
    this.resume();
  }

  /** Runs the action of the visible toast, or dismisses it. */
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

  /** Dismisses the visible toast and waits for all `onExpire` callbacks. */
  async finish(): Promise<void> {
    this.#queued = null;
    this.dismiss();
    await Promise.allSettled(this.#expiring);
  }

  /** Removes the toast without `onExpire` and undoes what it announced. */
  cancel(): void {
    this.#queued = null;
    const toast = this.current;
    this.#showNext();
    if (toast?.onExpire) toast.action?.run();
  }

  /** Stops the timer while the toast is hovered or focused. */
  pause(): void {
    clearTimeout(this.#timer);
  }

  resume(): void {
    clearTimeout(this.#timer);
    const { current } = this;
    if (current) this.#timer = setTimeout(() => this.dismiss(), current.duration);
  }

  /** Shows the queued toast, if any. */
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
