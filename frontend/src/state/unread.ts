import type { Conversation, Message } from '../api/types';

/**
 * Where the unread ones begin among the messages of a conversation: counted back from the last
 * message that the count knew of, since there may be newer ones. What came after it was read by
 * nobody.
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

/** Whether a message is as late as the last one that the conversation tells of: both times are its own. */
export function includesPreview(newest: Message | undefined, { preview }: Conversation): boolean {
  return (Date.parse(newest?.date_created ?? '') || 0) >= (Date.parse(preview?.at ?? '') || 0);
}
