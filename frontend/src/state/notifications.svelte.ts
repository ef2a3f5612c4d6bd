import { appStrings } from '../strings/app';
import { notificationStrings, listStrings } from '../strings/inbox';

const STORAGE_KEY = 'partyline-notices';

/** Browser notifications. Off by default and shown only while the page is hidden. */
export class Notifications {
  #on = $state(localStorage.getItem(STORAGE_KEY) === 'on');
  /** Why notifications could not be turned on. */
  problem = $state<string | null>(null);
  /** Called with the conversation of a clicked notification. */
  onClick: (id: string) => void = () => undefined;

  get on(): boolean {
    return this.#on;
  }

  /** Turns notifications on or off. Asks the browser for permission the first time. */
  async setOn(on: boolean): Promise<void> {
    this.problem = null;
    const allowed = on && (await requestPermission());
    if (on && !allowed) this.problem = notificationStrings.blocked;
    this.#on = allowed;
    if (allowed) localStorage.setItem(STORAGE_KEY, 'on');
    else localStorage.removeItem(STORAGE_KEY);
  }

  /** Follows a change made in another tab. */
  onStorage(event: StorageEvent): void {
    if (event.key === STORAGE_KEY) this.#on = event.newValue === 'on';
  }

  /** Shows a test notification, even while the page is visible. */
  async test(): Promise<void> {
    if (!this.#on) await this.setOn(true);
    if (this.#on) this.#show('', notificationStrings.testText, 'test');
  }

  /** Notifies about a new message while the page is hidden. Does not show its text. */
  notify(id: string, name: string): void {
    if (this.#on && document.visibilityState === 'hidden') {
      this.#show(id, listStrings.newMessage(name), id);
    }
  }

  /** Tabs share the tag, so a message is announced once. */
  #show(id: string, body: string, tag: string): void {
    try {
      const notice = new Notification(appStrings.product, { body, tag, icon: '/icon.svg' });
      notice.onclick = () => {
        window.focus();
        notice.close();
        if (id) this.onClick(id);
      };
    } catch {
      this.problem = notificationStrings.blocked;
    }
  }
}

async function requestPermission(): Promise<boolean> {
  if (!('Notification' in globalThis)) return false;
  if (Notification.permission !== 'default') return Notification.permission === 'granted';
  return (await Notification.requestPermission()) === 'granted';
}
