const CONVERSATION = 'conversation';
const QUARANTINE = 'quarantine';

/** What stands beside the list. */
interface Place {
  conversation: string | null;
  quarantine: boolean;
}

/** What is open beside the list: it stands in the address, and the browser's Back leaves it. */
export class Route {
  #place = $state.raw<Place>(placeOf(location.hash));

  get conversation(): string | null {
    return this.#place.conversation;
  }

  /** What was held back is looked at. */
  get quarantine(): boolean {
    return this.#place.quarantine;
  }

  /** The bare list is looked at. */
  get bare(): boolean {
    return !this.conversation && !this.quarantine;
  }

  /** Opens a conversation, or the bare list. `replace`: without a step in the history. */
  go(conversation: string | null, replace = false): void {
    if (conversation === this.conversation && !this.quarantine) return;
    this.#to({ conversation, quarantine: false }, replace);
  }

  /** Opens what was held back. */
  toQuarantine(): void {
    if (!this.quarantine) this.#to({ conversation: null, quarantine: true }, false);
  }

  /** Goes back to the list, by the history when it is one step behind. */
  back(): void {
    if (isFromList()) history.back();
    else this.go(null);
  }

  /** Follows Back and Forward. Returns how to stop. */
  follow(): () => void {
    const update = () => (this.#place = placeOf(location.hash));
    window.addEventListener('popstate', update);
    window.addEventListener('hashchange', update);
    return () => {
      window.removeEventListener('popstate', update);
      window.removeEventListener('hashchange', update);
    };
  }

  #to(place: Place, replace: boolean): void {
    const state = { fromList: replace ? isFromList() : this.bare };
    this.#place = place;
    const address = location.pathname + location.search + hashOf(place);
    if (replace) history.replaceState(state, '', address);
    else history.pushState(state, '', address);
  }
}

/** Takes the sign-in link out of the address, so that it stays in no history. */
export function takeSignInLink(): string | null {
  const link = named(location.hash).get('sign-in');
  if (link) history.replaceState(null, '', location.pathname + location.search);
  return link;
}

function placeOf(hash: string): Place {
  const names = named(hash);
  return { conversation: names.get(CONVERSATION), quarantine: names.has(QUARANTINE) };
}

function hashOf({ conversation, quarantine }: Place): string {
  if (conversation) return `#${CONVERSATION}=${encodeURIComponent(conversation)}`;
  return quarantine ? `#${QUARANTINE}` : '';
}

function named(hash: string): URLSearchParams {
  return new URLSearchParams(hash.slice(1));
}

function isFromList(): boolean {
  return (history.state as { fromList?: boolean } | null)?.fromList === true;
}
