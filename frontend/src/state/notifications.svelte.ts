import { strings } from '../strings';

const STORAGE_KEY = 'partyline-notices';

/** Notifications by the browser: off until somebody wants them, and only for a page out of sight. */
export class Notifications {
  #on = $state(localStorage.getItem(STORAGE_KEY) === 'on');
  /** Why there are none, though they were wanted. */
  problem = $state<string | null>(null);
  /** Called with the conversation whose notification was pressed. */
  onClick: (id: string) => void = () => undefined;

  get on(): boolean {
    return this.#on;
  }

  /** Turns them on or off. The browser asks for leave the first time. */
  async setOn(on: boolean): Promise<void> {
    this.problem = null;
    const allowed = on && (await requestPermission());
    if (on && !allowed) this.problem = strings.notifications.blocked;
    this.#on = allowed;
    if (allowed) localStorage.setItem(STORAGE_KEY, 'on');
    else localStorage.removeItem(STORAGE_KEY);
  }

  /** Another tab has turned them on or off. */
  onStorage(event: StorageEvent): void {
    if (event.key === STORAGE_KEY) this.#on = event.newValue === 'on';
  }

  /** Shows one now, whether the page is in sight or not. */
  async test(): Promise<void> {
    if (!this.#on) await this.setOn(true);
    if (this.#on) this.#show('', strings.notifications.testText, 'test');
  }

  /** Tells of a message, unless somebody sees the page. Its text stays on the desk. */
  notify(id: string, name: string): void {
    if (this.#on && document.visibilityState === 'hidden') {
      this.#show(id, strings.list.newMessage(name), id);
    }
  }

  /** One tag, one notification: two tabs do not say it twice. */
  #show(id: string, body: string, tag: string): void {
    try {
      const notice = new Notification(strings.product, { body, tag, icon: '/icon.svg' });
      notice.onclick = () => {
        window.focus();
        notice.close();
        if (id) this.onClick(id);
      };
    } catch {
      this.problem = strings.notifications.blocked;
    }
  }
}

async function requestPermission(): Promise<boolean> {
  if (!('Notification' in globalThis)) return false;
  if (Notification.permission !== 'default') return Notification.permission === 'granted';
  return (await Notification.requestPermission()) === 'granted';
}
