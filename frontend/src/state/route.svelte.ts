const NAME = 'conversation';

/** Which conversation is open: it stands in the address, and the browser's Back leaves it. */
export class Route {
  #conversation = $state<string | null>(read(NAME));

  get conversation(): string | null {
    return this.#conversation;
  }

  /** Opens a conversation, or the bare list. `replace`: without a step in the history. */
  go(id: string | null, replace = false): void {
    if (id === this.#conversation) return;
    const inside = this.#conversation !== null;
    this.#conversation = id;
    const address = `${location.pathname}${location.search}${id ? `#${NAME}=${encodeURIComponent(id)}` : ''}`;
    const state = { fromList: replace ? isFromList() : !inside };
    if (replace) history.replaceState(state, '', address);
    else history.pushState(state, '', address);
  }

  /** Goes back to the list, by the history when it is one step behind. */
  back(): void {
    if (isFromList()) history.back();
    else this.go(null);
  }

  /** Follows Back and Forward. Returns how to stop. */
  follow(): () => void {
    const update = () => (this.#conversation = read(NAME));
    window.addEventListener('popstate', update);
    window.addEventListener('hashchange', update);
    return () => {
      window.removeEventListener('popstate', update);
      window.removeEventListener('hashchange', update);
    };
  }
}

/** Takes the sign-in link out of the address, so that it stays in no history. */
export function takeSignInLink(): string | null {
  const link = read('sign-in');
  if (link) history.replaceState(null, '', location.pathname + location.search);
  return link;
}

function read(name: string): string | null {
  return new URLSearchParams(location.hash.slice(1)).get(name);
}

function isFromList(): boolean {
  return (history.state as { fromList?: boolean } | null)?.fromList === true;
}
