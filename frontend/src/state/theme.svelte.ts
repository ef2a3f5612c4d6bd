export type Theme = 'auto' | 'light' | 'dark';

const PLACE = 'partyline-theme';

/** Light, dark, or as the system says. `theme.js` sets it before the first paint. */
export class ThemeChoice {
  #theme = $state<Theme>(read());

  get current(): Theme {
    return this.#theme;
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
