/** Whether the page is visible and has the focus. */
export class PageFocus {
  #active = $state(isPageActive());

  get isActive(): boolean {
    return this.#active;
  }

  /** Calls `onReturn` when the page becomes active. Returns a function that stops it. */
  follow(onReturn: () => void): () => void {
    const update = () => {
      const before = this.#active;
      this.#active = isPageActive();
      if (!before && this.#active) onReturn();
    };
    window.addEventListener('focus', update);
    window.addEventListener('blur', update);
    document.addEventListener('visibilitychange', update);
    return () => {
      window.removeEventListener('focus', update);
      window.removeEventListener('blur', update);
      document.removeEventListener('visibilitychange', update);
    };
  }
}

const isPageActive = () => document.visibilityState === 'visible' && document.hasFocus();
