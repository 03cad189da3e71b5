/** What was received, as a person looks at it: headers of a mail, fields of a webhook, and the beginning as text. */
import type { InboxDetail, ReceivedField } from '@patchbay/contracts';

/** Bytes that are looked at; the rest is for the download. */
export const shownBytes = 64 * 1024;
const mostFields = 200;
const longestValue = 2_000;
const previewLength = 2_000;

/** Names under which providers and forms send what nobody should read on a screen. */
const secretName =
  /pass(word|wd|phrase)?$|token|secret|signature|authori[sz]ation|api[-_]?key|cookie|credential|session|private[-_]?key|\bpin\b|\bcvv?\b|\bcvc\b/i;

/** Text without what could hide or move other text on the screen: control characters but line breaks and tabs, direction marks. */
function plain(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(/[^\P{Cc}\n\t]|\p{Bidi_Control}/gu, '\uFFFD');
}

/** The beginning of the bytes as text. */
export function textOf(bytes: Uint8Array): { text: string; truncated: boolean } {
  const truncated = bytes.byteLength > shownBytes;
  // `stream`: a character that is cut in two at the end is left out.
  const text = new TextDecoder('utf-8').decode(bytes.subarray(0, shownBytes), { stream: truncated });
  return { text: plain(text), truncated };
}

type Fields = Pick<InboxDetail, 'kind' | 'fields' | 'fieldsCut'>;

/** Headers or fields, by the media type under which the bytes came. */
export function fieldsOf(bytes: Uint8Array, rawType: string): Fields {
  const { text } = textOf(bytes);
  if (/^message\/rfc822\b/i.test(rawType)) return listed('headers', headersOf(text));
  if (/^application\/x-www-form-urlencoded\b/i.test(rawType)) return listed('fields', [...new URLSearchParams(text)]);
  if (/^application\/([\w.+-]+\+)?json\b/i.test(rawType)) return listed('fields', jsonFields(text));
  return { kind: 'none', fields: [], fieldsCut: false };
}

function listed(kind: 'headers' | 'fields', pairs: readonly [string, string][]): Fields {
  const fields = pairs.slice(0, mostFields).map(([name, value]): ReceivedField => {
    const masked = kind === 'fields' && secretName.test(name);
    return { name: plain(name).slice(0, 200), value: masked ? '' : plain(value).slice(0, longestValue), masked };
  });
  return { kind, fields, fieldsCut: pairs.length > mostFields };
}

/** A mail's header fields in their order, unfolded (RFC 5322, 2.2.3) and decoded; lines that are no header are left out. */
export function headersOf(text: string): [string, string][] {
  const head = text.split(/\n\n/, 1)[0] ?? '';
  return head
    .replaceAll(/\n(?=[ \t])/g, '')
    .split('\n')
    .flatMap((line): [string, string][] => {
      const [, name, value] = /^([\x21-\x39\x3b-\x7e]+)[ \t]*:(.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, decodedWords((value ?? '').trim())]];
    });
}

/** Encoded words (RFC 2047); one that cannot be decoded stays as it is. */
function decodedWords(value: string): string {
  const word = /=\?([\w.-]+)(?:\*[\w-]+)?\?([bq])\?([^?\s]*)\?=/gi;
  return value
    .replaceAll(/(\?=)\s+(?==\?)/g, '$1')
    .replaceAll(word, (whole, charset: string, encoding: string, content: string) => {
      try {
        const bytes =
          encoding.toLowerCase() === 'b'
            ? Buffer.from(content, 'base64')
            : Buffer.from(unquoted(content.replaceAll('_', ' ')), 'latin1');
        return new TextDecoder(charset).decode(bytes);
      } catch {
        return whole;
      }
    });
}

function unquoted(text: string): string {
  return text.replaceAll(/=([\da-f]{2})/gi, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** The values of a JSON document by their paths, e.g. `message.from.0.name`; of no more than are listed. */
function jsonFields(text: string): [string, string][] {
  const found: [string, string][] = [];
  const walk = (value: unknown, path: string, depth: number): void => {
    if (found.length > mostFields) return;
    if (typeof value !== 'object' || value === null || depth > 12 || secretName.test(path.split('.').at(-1) ?? ''))
      found.push([path, typeof value === 'string' ? value : (JSON.stringify(value)?.slice(0, longestValue) ?? '')]);
    else for (const [name, inner] of Object.entries(value)) walk(inner, path ? `${path}.${name}` : name, depth + 1);
  };
  try {
    walk(JSON.parse(text), '', 0);
  } catch {
    return [];
  }
  return found;
}

/** First words as plain text: what was understood of it, or of a mail what follows its headers. */
export function previewOf(bytes: Uint8Array, rawType: string, understood: string | undefined): string | null {
  const body = /^message\/rfc822\b/i.test(rawType) ? textOf(bytes).text.split(/\n\n/).slice(1).join('\n\n') : '';
  const text = plain(understood || body).trim();
  return text === '' ? null : text.slice(0, previewLength).toWellFormed();
}
