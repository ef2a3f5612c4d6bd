import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byActivity, Conversations, type ConversationEvent } from './conversations.svelte';
import { conversation } from './samples.test-data';

/** Returns a change whose content depends only on `rev`. */
const updateEvent = (id: number, rev: number): ConversationEvent => ({
  type: 'conversation',
  conversation: conversation({
    conversation_id: `c${String(id)}`,
    rev,
    contact_name: `Name ${String(rev)}`,
    unread_count: rev % 3,
    date_updated: new Date(Date.UTC(2026, 10, 1, 9, 0, rev)).toISOString(),
  }),
});

const anyEvent = fc.oneof(
  fc
    .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 6 }))
    .map(([id, rev]) => updateEvent(id, rev)),
  fc
    .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 6 }))
    .map(([id, rev]): ConversationEvent => ({
      type: 'gone',
      conversation_id: `c${String(id)}`,
      rev,
    })),
);

function outcome(events: ConversationEvent[]) {
  const conversations = new Conversations();
  for (const event of events) conversations.apply(event);
  return [...conversations.all].sort(byActivity);
}

describe('the conversations', () => {
  it('do not depend on the order and repetition of events', () => {
    fc.assert(
      fc.property(
        fc.array(anyEvent, { maxLength: 10 }),
        fc.infiniteStream(fc.nat()),
        (events, n) => {
          const shuffled = [...events, ...events]
            .map((event) => ({ event, key: n.next().value as number }))
            .sort((a, b) => a.key - b.key)
            .map(({ event }) => event);
          expect(outcome(shuffled)).toEqual(outcome(events));
        },
      ),
      { numRuns: 300 },
    );
  });

  describe('announce a new message of a customer', () => {
    const at = (second: number) => new Date(Date.UTC(2026, 10, 1, 9, 0, second)).toISOString();
    const row = (
      conversation_id: string,
      [rev, unread_count, second]: [rev: number, unread: number, second: number],
      direction: 'inbound' | 'outbound' = 'inbound',
    ): ConversationEvent => ({
      type: 'conversation',
      conversation: conversation({
        conversation_id,
        rev,
        unread_count,
        preview: { body: '', direction, at: at(second), media: null, media_count: 0 },
      }),
    });

    /** Returns the conversations announced as new to a page whose first list held `old`. */
    function announced(...events: ConversationEvent[]) {
      const conversations = new Conversations();
      const ids: string[] = [];
      conversations.onNewMessage = (conversation) => ids.push(conversation.conversation_id);
      conversations.apply(row('old', [1, 1, 10]));
      conversations.apply({ type: 'listed' });
      for (const event of events) conversations.apply(event);
      return ids;
    }

    it('once, whether pushed or loaded', () => {
      const update = row('old', [2, 2, 12]);
      expect(announced(update, update)).toEqual(['old']);
      expect(announced(row('new', [1, 1, 11]), row('new', [1, 1, 11]))).toEqual(['new']);
    });

    it('again, when the previous message was read meanwhile', () => {
      expect(announced(row('old', [3, 1, 12]))).toEqual(['old']);
    });

    it('but not a reply, a note or a read message', () => {
      expect(announced(row('old', [2, 1, 10]))).toEqual([]);
      expect(announced(row('old', [2, 1, 12], 'outbound'))).toEqual([]);
      expect(announced(row('old', [2, 0, 12]))).toEqual([]);
      const closed = row('other', [1, 1, 12]);
      if (closed.type === 'conversation') closed.conversation.status = 'closed';
      expect(announced(closed)).toEqual([]);
    });

    it('but not messages from before the page was loaded', () => {
      expect(announced(row('older', [7, 3, 9]), row('older', [8, 3, 9]))).toEqual([]);
    });
  });

  it('are sorted by latest activity', () => {
    expect(
      outcome([updateEvent(1, 1), updateEvent(2, 5), updateEvent(3, 2)]).map(
        (conversation) => conversation.conversation_id,
      ),
    ).toEqual(['c2', 'c3', 'c1']);
  });
});
