/** The shown fields of a vCard. All values are plain text. */
export interface VCard {
  name: string;
  organization: string;
  /** Each with its kind ("cell", "work") if the card names one. */
  phones: { number: string; kind: string }[];
  emails: string[];
}

/** The maximum number of characters of a card that are parsed. */
const MAX_LENGTH = 100_000;
const MAX_ENTRIES = 12;

/** Parses the shown fields of a vCard 2.1, 3.0 or 4.0. Missing fields stay empty. */
export function parseVCard(text: string): VCard {
  const card: VCard = { name: '', organization: '', phones: [], emails: [] };
  const lines = text
    .slice(0, MAX_LENGTH)
    .replace(/\r\n?/g, '\n')
    .replace(/\n[ \t]/g, '')
    .split('\n');
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const [field = '', ...parameters] = line.slice(0, colon).toUpperCase().split(';');
    const value = parseValue(line.slice(colon + 1), parameters);
    if (!value) continue;
    // "item1.TEL": the group name before the dot means nothing.
    switch (field.slice(field.indexOf('.') + 1)) {
      case 'FN':
        card.name = value;
        break;
      case 'N':
        card.name ||= splitValue(value).slice(0, 2).reverse().filter(Boolean).join(' ');
        break;
      case 'ORG':
        card.organization = splitValue(value).filter(Boolean).join(', ');
        break;
      case 'TEL':
        if (card.phones.length < MAX_ENTRIES)
          card.phones.push({ number: value.replace(/^tel:/i, ''), kind: phoneKind(parameters) });
        break;
      case 'EMAIL':
        if (card.emails.length < MAX_ENTRIES) card.emails.push(value.replace(/^mailto:/i, ''));
    }
  }
  return card;
}

/** Splits a value at unescaped semicolons. */
function splitValue(value: string): string[] {
  return value
    .replace(/\\;/g, '\u0000')
    .split(';')
    .map((part) => part.replaceAll('\u0000', ';').trim());
}

function parseValue(raw: string, parameters: string[]): string {
  const quoted = parameters.some((parameter) => parameter.includes('QUOTED-PRINTABLE'));
  const text = quoted ? decodeQuotedPrintable(raw) : raw;
  return text
    .replace(/\\n/gi, ' ')
    .replace(/\\([,\\:])/g, '$1')
    .trim();
}

function decodeQuotedPrintable(raw: string): string {
  const bytes: number[] = [];
  for (const [, hex, sign] of raw.matchAll(/=([0-9A-F]{2})|([\s\S])/gi)) {
    if (hex) bytes.push(parseInt(hex, 16));
    else bytes.push(...new TextEncoder().encode(sign));
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}

const KINDS = ['CELL', 'MOBILE', 'WORK', 'HOME', 'MAIN', 'FAX'];

function phoneKind(parameters: string[]): string {
  const types = parameters.join(',').replaceAll('TYPE=', '').replaceAll('"', '').split(',');
  return KINDS.find((kind) => types.includes(kind))?.toLowerCase() ?? '';
}
