/** Follows the browser's network state. Returns a function that stops it. */
export function followNetwork(onChange: (online: boolean) => void): () => void {
  const update = () => onChange(navigator.onLine);
  window.addEventListener('online', update);
  window.addEventListener('offline', update);
  return () => {
    window.removeEventListener('online', update);
    window.removeEventListener('offline', update);
  };
}

/** Follows storage changes of other tabs. Returns a function that stops it. */
export function followTabs(onChange: (event: StorageEvent) => void): () => void {
  window.addEventListener('storage', onChange);
  return () => window.removeEventListener('storage', onChange);
}
