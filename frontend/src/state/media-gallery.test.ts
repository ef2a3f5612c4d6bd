import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/problem';
import type { MediaItem } from '../api/types';
import { MediaGallery } from './media-gallery.svelte';

const item = (message_id: string) => ({ message_id, index: 0, state: 'stored' }) as MediaItem;

/** Creates a gallery of messages, newest first. Lower-case letters have no media. */
function createGallery(messages: string, size = 2) {
  const state = { messages: [...messages], down: false, asked: [] as (string | null)[] };
  const listMedia = async (_: string, cursor: string | null = null) => {
    state.asked.push(cursor);
    await Promise.resolve();
    if (state.down) throw new ApiError(0, 'Not reached.');
    const from = cursor ? state.messages.indexOf(cursor) : 0;
    const page = state.messages.slice(from, from + size);
    const media = page.filter((gallery) => gallery === gallery.toUpperCase()).map(item);
    return { media, cursor: state.messages[from + size] ?? null };
  };
  const gallery = new MediaGallery('c1', { listMedia });
  return {
    gallery,
    state,
    shown: () => gallery.items.map(({ message_id }) => message_id).join(''),
  };
}

describe('the gallery', () => {
  it('loads one page for a double click', async () => {
    const { gallery, shown } = createGallery('ZYXWVU');
    await gallery.load();
    await Promise.all([gallery.loadMore(), gallery.loadMore()]);
    expect([shown(), gallery.busy]).toEqual(['ZYXW', false]);
    await gallery.loadMore();
    expect([shown(), gallery.cursor]).toEqual(['ZYXWVU', null]);
  });

  it('reloads all loaded pages when media is added, and continues from there', async () => {
    const { gallery, state, shown } = createGallery('XWVUTS');
    await gallery.load();
    await gallery.loadMore();
    state.messages.unshift('Z', 'y');
    await gallery.load();
    expect(shown()).toBe('ZXWVU');
    await gallery.loadMore();
    expect([shown(), gallery.cursor]).toEqual(['ZXWVUTS', null]);
  });

  it('reloads the first page after a running load of an older page', async () => {
    const { gallery, state, shown } = createGallery('XWVUTS');
    await gallery.load();
    const more = gallery.loadMore();
    state.messages.unshift('Z');
    await Promise.all([more, gallery.load()]);
    expect(shown()).toBe('ZXWVUT');
  });

  it('skips pages without media', async () => {
    const { gallery, state, shown } = createGallery('abcTSR');
    await gallery.load();
    await gallery.loadMore();
    expect([shown(), gallery.cursor]).toEqual(['T', 'S']);
    state.messages.unshift('Z');
    await gallery.load();
    expect([shown(), gallery.cursor]).toEqual(['ZTS', 'R']);
  });

  it('removes deleted media on any page', async () => {
    const { gallery, state, shown } = createGallery('ZYXWVU');
    await gallery.load();
    await gallery.loadMore();
    state.messages[1] = 'y';
    state.messages[2] = 'x';
    await gallery.load();
    expect([shown(), gallery.cursor]).toEqual(['ZW', 'V']);
    state.messages = ['Z'];
    await gallery.load();
    expect([shown(), gallery.cursor]).toEqual(['Z', null]);
  });

  it('shows why loading failed and keeps its items', async () => {
    const { gallery, state, shown } = createGallery('ZYXW');
    await gallery.load();
    state.down = true;
    await gallery.loadMore();
    expect([shown(), gallery.cursor, gallery.error]).toEqual(['ZY', 'X', 'Not reached.']);
  });
});
