export type Theme = 'auto' | 'light' | 'dark';

const PLACE = 'partyline-theme';

/** Light, dark, or as the system says. `theme.js` sets it before the first paint. */
export class ThemeChoice {
  #theme = $state<Theme>(read());

  get current(): Theme {
    return this.#theme;
  }

  /** Another tab has chosen: this one follows. */
  heard({ key, newValue }: StorageEvent): void {
    if (key !== PLACE) return;
    this.#theme = newValue === 'light' || newValue === 'dark' ? newValue : 'auto';
    const { dataset } = document.documentElement;
    if (this.#theme === 'auto') delete dataset.theme;
    else dataset.theme = this.#theme;
  }

  choose(theme: Theme): void {
    this.#theme = theme;
    const { dataset } = document.documentElement;
    if (theme === 'auto') {
      delete dataset.theme;
      localStorage.removeItem(PLACE);
    } else {
      dataset.theme = theme;
      localStorage.setItem(PLACE, theme);
    }
  }
}

function read(): Theme {
  const kept = document.documentElement.dataset.theme;
  return kept === 'light' || kept === 'dark' ? kept : 'auto';
}
