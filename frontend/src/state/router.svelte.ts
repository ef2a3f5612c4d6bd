/** What is open next to the list. A screen is one more variant, with its format in `FORMATS`. */
export type Route = { screen: 'inbox'; conversation: string | null } | { screen: 'quarantine' };

type Variant<S extends Route['screen']> = Extract<Route, { screen: S }>;

/** How a screen is written in the URL's fragment. */
interface Format<S extends Route['screen']> {
  /** Returns the route of a fragment, or null if it belongs to another screen. */
  parse: (params: URLSearchParams) => Variant<S> | null;
  format: (route: Variant<S>) => string;
}

/** Tried in this order. The inbox is last, because it accepts any fragment. */
const FORMATS: { [S in Route['screen']]: Format<S> } = {
  quarantine: {
    parse: (params) => (params.has('quarantine') ? { screen: 'quarantine' } : null),
    format: () => '#quarantine',
  },
  inbox: {
    parse: (params) => ({ screen: 'inbox', conversation: params.get('conversation') }),
    format: ({ conversation }) =>
      conversation ? `#conversation=${encodeURIComponent(conversation)}` : '',
  },
};

const LIST: Route = { screen: 'inbox', conversation: null };

/** The current route, kept in the URL's fragment. Back leaves it. */
export class Router {
  #route = $state.raw<Route>(parseHash(location.hash));

  get route(): Route {
    return this.#route;
  }

  /** The open conversation. */
  get conversation(): string | null {
    return this.#route.screen === 'inbox' ? this.#route.conversation : null;
  }

  /** Whether only the list is open. */
  get isList(): boolean {
    return formatHash(this.#route) === formatHash(LIST);
  }

  /** Opens a route. `replace` adds no history entry. */
  open(route: Route, replace = false): void {
    const hash = formatHash(route);
    if (hash === formatHash(this.#route)) return;
    const state = { fromList: replace ? isFromList() : this.isList };
    this.#route = route;
    const url = location.pathname + location.search + hash;
    if (replace) history.replaceState(state, '', url);
    else history.pushState(state, '', url);
  }

  /** Opens a conversation or, with null, the list. */
  openConversation(conversation: string | null, replace = false): void {
    this.open({ screen: 'inbox', conversation }, replace);
  }

  /** Returns to the list, through the history if it is one entry back. */
  back(): void {
    if (isFromList()) history.back();
    else this.open(LIST);
  }

  /** Follows Back and Forward. Returns a function that stops it. */
  follow(): () => void {
    const update = () => (this.#route = parseHash(location.hash));
    window.addEventListener('popstate', update);
    window.addEventListener('hashchange', update);
    return () => {
      window.removeEventListener('popstate', update);
      window.removeEventListener('hashchange', update);
    };
  }
}

/** Removes the sign-in link from the URL, so that it stays in no history, and returns it. */
export function takeSignInLink(): string | null {
  const link = hashParams(location.hash).get('sign-in');
  if (link) history.replaceState(null, '', location.pathname + location.search);
  return link;
}

/** Returns the route of a URL's fragment. */
export function parseHash(hash: string): Route {
  const params = hashParams(hash);
  for (const { parse } of Object.values(FORMATS)) {
    const route = parse(params);
    if (route) return route;
  }
  return LIST;
}

/** Returns the fragment of a route; empty for the list. */
export function formatHash<S extends Route['screen']>(route: Variant<S>): string {
  return FORMATS[route.screen as S].format(route);
}

function hashParams(hash: string): URLSearchParams {
  return new URLSearchParams(hash.slice(1));
}

function isFromList(): boolean {
  return (history.state as { fromList?: boolean } | null)?.fromList === true;
}
