/** Takes `#sign-in=…` out of this page's address, for the desk in its frame: `#sign-in=…`, or nothing. */
export function takeSignInHash(
  location: Pick<Location, 'hash' | 'pathname' | 'search'>,
  history: Pick<History, 'replaceState'>,
): string {
  if (!location.hash.startsWith('#sign-in=')) return '';
  const { hash } = location;
  history.replaceState(null, '', location.pathname + location.search);
  return hash;
}
