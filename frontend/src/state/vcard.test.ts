import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseVCard } from './vcard';

describe('a vCard', () => {
  it('is parsed with its numbers and their kinds', () => {
    const card = parseVCard(
      'BEGIN:VCARD\r\nVERSION:3.0\r\nN:Lindqvist;Maya;;;\r\nFN:Maya Lindqvist\r\n' +
        'ORG:Bright Cycles\\, Ltd;Repairs\r\nTEL;TYPE=CELL,VOICE:+44 7700 900123\r\n' +
        'item1.TEL;TYPE="work":tel:+442079460018\r\nEMAIL;type=INTERNET:maya@example.com\r\nEND:VCARD',
    );
    expect(card).toEqual({
      name: 'Maya Lindqvist',
      organization: 'Bright Cycles, Ltd, Repairs',
      phones: [
        { number: '+44 7700 900123', kind: 'cell' },
        { number: '+442079460018', kind: 'work' },
      ],
      emails: ['maya@example.com'],
    });
  });

  it('is parsed with folded lines and quoted-printable', () => {
    expect(parseVCard('FN:Maya\n  Lindqvist').name).toBe('Maya Lindqvist');
    expect(parseVCard('FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=BCrgen').name).toBe(
      'Jürgen',
    );
  });

  it('falls back to the parts of the name', () => {
    expect(parseVCard('N:Lindqvist;Maya;;;').name).toBe('Maya Lindqvist');
  });

  it('is parsed without errors and with limited lists', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), (text) => {
        expect(parseVCard(text).phones.length).toBeLessThanOrEqual(12);
      }),
    );
    expect(parseVCard('TEL:1\n'.repeat(500)).phones).toHaveLength(12);
  });
});
