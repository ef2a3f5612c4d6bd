/** Whether somebody looks at this page: it is visible, and has the focus. */
export class Attention {
  #looked = $state(looking());

  get here(): boolean {
    return this.#looked;
  }

  /** Follows the window; `onReturn` is called when somebody comes back. Returns how to stop. */
  follow(onReturn: () => void): () => void {
    const update = () => {
      const before = this.#looked;
      this.#looked = looking();
      if (!before && this.#looked) onReturn();
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

const looking = () => document.visibilityState === 'visible' && document.hasFocus();
