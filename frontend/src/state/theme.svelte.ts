export type Theme = 'auto' | 'light' | 'dark';

const STORAGE_KEY = 'partyline-theme';

/** The theme: light, dark or the system's. `theme.js` sets it before the first paint. */
export class ThemeChoice {
  #theme = $state<Theme>(loadTheme());

  get current(): Theme {
    return this.#theme;
  }

  /** Follows a change made in another tab. */
  onStorage({ key, newValue }: StorageEvent): void {
    if (key !== STORAGE_KEY) return;
    this.#theme = newValue === 'light' || newValue === 'dark' ? newValue : 'auto';
    const { dataset } = document.documentElement;
    if (this.#theme === 'auto') delete dataset.theme;
    else dataset.theme = this.#theme;
  }

  set(theme: Theme): void {
    this.#theme = theme;
    const { dataset } = document.documentElement;
    if (theme === 'auto') {
      delete dataset.theme;
      localStorage.removeItem(STORAGE_KEY);
    } else {
      dataset.theme = theme;
      localStorage.setItem(STORAGE_KEY, theme);
    }
  }
}

function loadTheme(): Theme {
  const stored = document.documentElement.dataset.theme;
  return stored === 'light' || stored === 'dark' ? stored : 'auto';
}
