import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/problem';
import type { GalleryItem } from '../api/types';
import { Gallery } from './gallery.svelte';

const item = (message_id: string) => ({ message_id, index: 0, state: 'stored' }) as GalleryItem;

/** A gallery of messages, newest first; those with a small letter brought nothing. */
function gallery(messages: string, size = 2) {
  const state = { messages: [...messages], down: false, asked: [] as (string | null)[] };
  const listMedia = async (_: string, cursor: string | null = null) => {
    state.asked.push(cursor);
    await Promise.resolve();
    if (state.down) throw new ApiError(0, 'Not reached.');
    const from = cursor ? state.messages.indexOf(cursor) : 0;
    const page = state.messages.slice(from, from + size);
    const media = page.filter((one) => one === one.toUpperCase()).map(item);
    return { media, next: state.messages[from + size] ?? null };
  };
  const one = new Gallery('c1', { listMedia });
  return { one, state, shown: () => one.items.map(({ message_id }) => message_id).join('') };
}

describe('the gallery', () => {
  it('reads one page for a button that is pressed twice', async () => {
    const { one, shown } = gallery('ZYXWVU');
    await one.load();
    await Promise.all([one.more(), one.more()]);
    expect([shown(), one.busy]).toEqual(['ZYXW', false]);
    await one.more();
    expect([shown(), one.next]).toEqual(['ZYXWVU', null]);
  });

  it('comes back as deep as it was when something new comes, and reads on from there', async () => {
    const { one, state, shown } = gallery('XWVUTS');
    await one.load();
    await one.more();
    state.messages.unshift('Z', 'y');
    await one.load();
    expect(shown()).toBe('ZXWVU');
    await one.more();
    expect([shown(), one.next]).toEqual(['ZXWVUTS', null]);
  });

  it('reads the top after a page that is under way, which belongs below the old one', async () => {
    const { one, state, shown } = gallery('XWVUTS');
    await one.load();
    const more = one.more();
    state.messages.unshift('Z');
    await Promise.all([more, one.load()]);
    expect(shown()).toBe('ZXWVUT');
  });

  it('goes on through pages on which nothing is', async () => {
    const { one, state, shown } = gallery('abcTSR');
    await one.load();
    await one.more();
    expect([shown(), one.next]).toEqual(['T', 'S']);
    state.messages.unshift('Z');
    await one.load();
    expect([shown(), one.next]).toEqual(['ZTS', 'R']);
  });

  it('lets go what is no longer there, however far down', async () => {
    const { one, state, shown } = gallery('ZYXWVU');
    await one.load();
    await one.more();
    state.messages[1] = 'y';
    state.messages[2] = 'x';
    await one.load();
    expect([shown(), one.next]).toEqual(['ZW', 'V']);
    state.messages = ['Z'];
    await one.load();
    expect([shown(), one.next]).toEqual(['Z', null]);
  });

  it('says why it could not be read, and keeps what is there', async () => {
    const { one, state, shown } = gallery('ZYXW');
    await one.load();
    state.down = true;
    await one.more();
    expect([shown(), one.next, one.error]).toEqual(['ZY', 'X', 'Not reached.']);
  });
});
