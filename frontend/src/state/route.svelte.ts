const CONVERSATION = 'conversation';
const QUARANTINE = 'quarantine';

/** What stands beside the list. */
interface Place {
  conversation: string | null;
  quarantine: boolean;
}

/** What is open beside the list: it stands in the address, and the browser's Back leaves it. */
export class Route {
  #location = $state.raw<Place>(parseHash(location.hash));

  get conversation(): string | null {
    return this.#location.conversation;
  }

  /** What was held back is looked at. */
  get quarantine(): boolean {
    return this.#location.quarantine;
  }

  /** The bare list is looked at. */
  get isList(): boolean {
    return !this.conversation && !this.quarantine;
  }

  /** Opens a conversation, or the bare list. `replace`: without a step in the history. */
  goToConversation(conversation: string | null, replace = false): void {
    if (conversation === this.conversation && !this.quarantine) return;
    this.#navigate({ conversation, quarantine: false }, replace);
  }

  /** Opens what was held back. */
  goToQuarantine(): void {
    if (!this.quarantine) this.#navigate({ conversation: null, quarantine: true }, false);
  }

  /** Goes back to the list, by the history when it is one step behind. */
  back(): void {
    if (isFromList()) history.back();
    else this.goToConversation(null);
  }

  /** Follows Back and Forward. Returns how to stop. */
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

/** Takes the sign-in link out of the address, so that it stays in no history. */
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
