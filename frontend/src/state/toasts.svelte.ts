/** A line that offers to undo, or tells of something that has left the screen. */
export interface Toast {
  id: number;
  text: string;
  action?: { label: string; run: () => void };
  /** Called when it goes and its action was not taken. */
  onGone?: () => void;
}

const STAYS = 8000;

/** One toast at a time: the newest matters. */
export class Toasts {
  current = $state.raw<Toast | null>(null);
  #next = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  show(text: string, action?: Toast['action'], onGone?: () => void): void {
    const before = this.current;
    const more = { ...(action ? { action } : {}), ...(onGone ? { onGone } : {}) };
    this.current = { id: ++this.#next, text, ...more };
    before?.onGone?.();
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
    gone?.onGone?.();
  }

  /** Nobody loses a toast that they point at or have in focus. */
  hold(): void {
    clearTimeout(this.#timer);
  }

  resume(): void {
    clearTimeout(this.#timer);
    if (this.current) this.#timer = setTimeout(() => this.dismiss(), STAYS);
  }
}
