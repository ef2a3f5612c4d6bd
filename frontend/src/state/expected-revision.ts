import { ApiError } from '../api/problem';
import type { Conversation } from '../api/types';
import type { Conversations, LastMessage } from './conversations.svelte';

/** How often an action is repeated when the conversation has changed in irrelevant ways. */
const MAX_ATTEMPTS = 3;

/**
 * Calls the server with the expected revision. Returns null if `hasChanged` says it must not.
 *
 * Repeats the call with the current revision when only names, notes or statuses have changed.
 */
export async function withExpected<E extends LastMessage, T>(
  conversations: Conversations,
  expected: E,
  hasChanged: (expected: E, current: E | Conversation) => boolean,
  call: (rev: number) => Promise<T>,
): Promise<T | null> {
  let current: E | Conversation = conversations.get(expected.conversation_id) ?? expected;
  for (let attempt = 1; !hasChanged(expected, current); attempt += 1) {
    try {
      return await call(current.rev);
    } catch (thrown) {
      const newer = applyCurrent(conversations, thrown);
      if (!newer || attempt === MAX_ATTEMPTS) throw thrown;
      current = newer;
    }
  }
  return null;
}

/** Applies the current conversation from a 409 response and returns it. */
export function applyCurrent(conversations: Conversations, thrown: unknown): Conversation | null {
  const current = thrown instanceof ApiError ? thrown.problem?.current : null;
  if (current) conversations.apply({ type: 'conversation', conversation: current });
  return current ?? null;
}
