/** Whether somebody looks at this page: it is visible, and has the focus. */
export class PageFocus {
  #active = $state(isPageActive());

  get isActive(): boolean {
    return this.#active;
  }

  /** Follows the window; `onReturn` is called when somebody comes back. Returns how to stop. */
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
