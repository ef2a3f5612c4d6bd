/**
 * Removes `#sign-in=…` from the URL and returns it for the desk's iframe; or an empty string.
 */
export function takeSignInHash(
  location: Pick<Location, 'hash' | 'pathname' | 'search'>,
  history: Pick<History, 'replaceState'>,
): string {
  if (!location.hash.startsWith('#sign-in=')) return '';
  const { hash } = location;
  history.replaceState(null, '', location.pathname + location.search);
  return hash;
}
