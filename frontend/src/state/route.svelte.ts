const CONVERSATION = 'conversation';
const QUARANTINE = 'quarantine';

/** What is open next to the list. */
interface Place {
  conversation: string | null;
  quarantine: boolean;
}

/** What is open next to the list, kept in the URL's fragment. Back leaves it. */
export class Route {
  #location = $state.raw<Place>(parseHash(location.hash));

  get conversation(): string | null {
    return this.#location.conversation;
  }

  /** Whether the quarantine is open. */
  get quarantine(): boolean {
    return this.#location.quarantine;
  }

  /** Whether only the list is open. */
  get isList(): boolean {
    return !this.conversation && !this.quarantine;
  }

  /** Opens a conversation or, with null, the list. `replace` adds no history entry. */
  goToConversation(conversation: string | null, replace = false): void {
    if (conversation === this.conversation && !this.quarantine) return;
    this.#navigate({ conversation, quarantine: false }, replace);
  }

  /** Opens the quarantine. */
  goToQuarantine(): void {
    if (!this.quarantine) this.#navigate({ conversation: null, quarantine: true }, false);
  }

  /** Returns to the list, through the history if it is one entry back. */
  back(): void {
    if (isFromList()) history.back();
    else this.goToConversation(null);
  }

  /** Follows Back and Forward. Returns a function that stops it. */
  follow(): () => void {
    const update = () => (this.#location = parseHash(location.hash));
    window.addEventListener('popstate', update);
    window.addEventListener('hashchange', update);
    return () => {
      window.removeEventListener('popstate', update);
      window.removeEventListener('hashchange', update);
    };
  }

  #navigate(place: Place, replace: boolean): void {
    const state = { fromList: replace ? isFromList() : this.isList };
    this.#location = place;
    const address = location.pathname + location.search + formatHash(place);
    if (replace) history.replaceState(state, '', address);
    else history.pushState(state, '', address);
  }
}

/** Removes the sign-in link from the URL, so that it stays in no history, and returns it. */
export function takeSignInLink(): string | null {
  const link = hashParams(location.hash).get('sign-in');
  if (link) history.replaceState(null, '', location.pathname + location.search);
  return link;
}

function parseHash(hash: string): Place {
  const names = hashParams(hash);
  return { conversation: names.get(CONVERSATION), quarantine: names.has(QUARANTINE) };
}

function formatHash({ conversation, quarantine }: Place): string {
  if (conversation) return `#${CONVERSATION}=${encodeURIComponent(conversation)}`;
  return quarantine ? `#${QUARANTINE}` : '';
}

function hashParams(hash: string): URLSearchParams {
  return new URLSearchParams(hash.slice(1));
}

function isFromList(): boolean {
  return (history.state as { fromList?: boolean } | null)?.fromList === true;
}
