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
  const told = preview ? Date.parse(preview.at) : Infinity;
  const inbound = messages.filter((one) => one.direction === 'inbound');
  const counted = inbound.filter((one) => Date.parse(one.date_created) <= told).length;
  return inbound[Math.max(0, counted - unread_count)]?.message_id ?? null;
}
