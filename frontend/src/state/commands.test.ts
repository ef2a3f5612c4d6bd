import { describe, expect, it } from 'vitest';
import { filterCommands } from './commands';

const commands = [
  'Close conversation',
  'New conversation',
  'Light theme',
  'Delete conversation',
].map((label) => ({ label, run: () => undefined }));
const found = (text: string) => filterCommands(commands, text).map((command) => command.label);

describe('the palette', () => {
  it('shows every command while no text is entered', () => {
    expect(found(' ')).toHaveLength(4);
  });

  it('finds words in any order, with prefix matches first', () => {
    expect(found('conv new')).toEqual(['New conversation']);
    expect(found('de')).toEqual(['Delete conversation']);
    expect(found('l')).toEqual(['Light theme', 'Close conversation', 'Delete conversation']);
    expect(found('nothing')).toEqual([]);
  });
});
