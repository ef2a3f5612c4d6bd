/** What is shown of a business card. Only ever text. */
export interface Card {
  name: string;
  organisation: string;
  /** Each with its kind ("cell", "work"), where the card tells one. */
  phones: { number: string; kind: string }[];
  mails: string[];
}

/** At most this much (characters) of a card is read. */
const MOST = 100_000;
const LINES = 12;

/** Reads the fields that the desk shows from a vCard 2.1, 3.0 or 4.0; what it lacks stays empty. */
export function readCard(text: string): Card {
  const card: Card = { name: '', organisation: '', phones: [], mails: [] };
  const lines = text
    .slice(0, MOST)
    .replace(/\r\n?/g, '\n')
    .replace(/\n[ \t]/g, '')
    .split('\n');
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const [field = '', ...parameters] = line.slice(0, colon).toUpperCase().split(';');
    const value = valueOf(line.slice(colon + 1), parameters);
    if (!value) continue;
    // "item1.TEL" belongs to a group, whose name says nothing.
    switch (field.slice(field.indexOf('.') + 1)) {
      case 'FN':
        card.name = value;
        break;
      case 'N':
        card.name ||= parts(value).slice(0, 2).reverse().filter(Boolean).join(' ');
        break;
      case 'ORG':
        card.organisation = parts(value).filter(Boolean).join(', ');
        break;
      case 'TEL':
        if (card.phones.length < LINES)
          card.phones.push({ number: value.replace(/^tel:/i, ''), kind: kindOf(parameters) });
        break;
      case 'EMAIL':
        if (card.mails.length < LINES) card.mails.push(value.replace(/^mailto:/i, ''));
    }
  }
  return card;
}

/** `;` parts a value unless it is escaped. */
function parts(value: string): string[] {
  return value
    .replace(/\\;/g, '\u0000')
    .split(';')
    .map((part) => part.replaceAll('\u0000', ';').trim());
}

function valueOf(raw: string, parameters: string[]): string {
  const quoted = parameters.some((one) => one.includes('QUOTED-PRINTABLE'));
  const text = quoted ? unquote(raw) : raw;
  return text
    .replace(/\\n/gi, ' ')
    .replace(/\\([,\\:])/g, '$1')
    .trim();
}

function unquote(raw: string): string {
  const bytes: number[] = [];
  for (const [, hex, sign] of raw.matchAll(/=([0-9A-F]{2})|([\s\S])/gi)) {
    if (hex) bytes.push(parseInt(hex, 16));
    else bytes.push(...new TextEncoder().encode(sign));
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}

const KINDS = ['CELL', 'MOBILE', 'WORK', 'HOME', 'MAIN', 'FAX'];

function kindOf(parameters: string[]): string {
  const said = parameters.join(',').replaceAll('TYPE=', '').replaceAll('"', '').split(',');
  return KINDS.find((kind) => said.includes(kind))?.toLowerCase() ?? '';
}
