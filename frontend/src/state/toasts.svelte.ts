/** A line that offers to undo, or tells of something that has left the screen. */
export interface Toast {
  id: number;
  text: string;
  action?: { label: string; run: () => void };
}

const STAYS = 8000;

/** One toast at a time: the newest matters. */
export class Toasts {
  current = $state.raw<Toast | null>(null);
  #next = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  show(text: string, action?: Toast['action']): void {
    this.current = { id: ++this.#next, text, ...(action ? { action } : {}) };
    this.resume();
  }

  /** Presses the button of the toast on the screen, if there is one. */
  act(): void {
    const action = this.current?.action;
    this.dismiss();
    action?.run();
  }

  dismiss(): void {
    clearTimeout(this.#timer);
    this.current = null;
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
