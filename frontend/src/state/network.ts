/** Follows whether the browser says there is a network. Returns how to stop. */
export function followNetwork(onChange: (online: boolean) => void): () => void {
  const update = () => onChange(navigator.onLine);
  window.addEventListener('online', update);
  window.addEventListener('offline', update);
  return () => {
    window.removeEventListener('online', update);
    window.removeEventListener('offline', update);
  };
}

/** Follows what other tabs of this browser keep. Returns how to stop. */
export function followTabs(onChange: (event: StorageEvent) => void): () => void {
  window.addEventListener('storage', onChange);
  return () => window.removeEventListener('storage', onChange);
}
