import type { Conversation, Message } from '../api/types';

/**
 * Returns the first unread message.
 *
 * Counts back from the last message that the unread count includes. Newer messages are also unread.
 */
export function firstUnread(
  messages: readonly Message[],
  { unread_count, preview }: Conversation,
): string | null {
  const previewAt = preview ? Date.parse(preview.at) : Infinity;
  const inbound = messages.filter((message) => message.direction === 'inbound');
  const counted = inbound.filter((message) => Date.parse(message.date_created) <= previewAt).length;
  return inbound[Math.max(0, counted - unread_count)]?.message_id ?? null;
}

/** Returns whether a message is at least as new as the conversation's preview. */
export function includesPreview(newest: Message | undefined, { preview }: Conversation): boolean {
  return (Date.parse(newest?.date_created ?? '') || 0) >= (Date.parse(preview?.at ?? '') || 0);
}
