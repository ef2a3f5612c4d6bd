import type { Conversation } from '../api/types';
import { listStrings } from '../strings/inbox';
import { displayName } from './contact';
import { Notifications } from './notifications.svelte';
import { Sound } from './sound.svelte';

/** Announces messages by sound, by notification and to screen readers. */
export class Announcer {
  readonly sound = new Sound();
  readonly notifications = new Notifications();
  /** The text for screen readers. */
  text = $state('');

  /** Announces a new message. `isOpen`: the user sees its thread, so it needs no text. */
  announceMessage(conversation: Conversation, isOpen: boolean): void {
    const name = displayName(conversation);
    void this.sound.play('message');
    this.notifications.notify(conversation.conversation_id, name);
    if (!isOpen) this.text = listStrings.newMessage(name);
  }

  /** Announces that a message has failed. */
  announceFailure(): void {
    void this.sound.play('failure');
  }
}
