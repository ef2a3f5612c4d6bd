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
  it('holds every command while nothing is written', () => {
    expect(found(' ')).toHaveLength(4);
  });

  it('finds words in any order, what begins so first', () => {
    expect(found('conv new')).toEqual(['New conversation']);
    expect(found('de')).toEqual(['Delete conversation']);
    expect(found('l')).toEqual(['Light theme', 'Close conversation', 'Delete conversation']);
    expect(found('nothing')).toEqual([]);
  });
});
