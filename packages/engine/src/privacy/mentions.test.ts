import { expect, it } from 'vitest';
import { mentions } from './mentions.ts';

const pattern = String.raw`(?<![\w.+-])ada@example\.org(?![\w-])`;
const swapped = (bytes: Buffer) => Buffer.from(bytes).swap16();

it.each([
  ['as it is', Buffer.from('From: ADA@example.org')],
  ['quoted-printable', Buffer.from('a=64a=40exam=\r\nple.org')],
  ['base64', Buffer.from(`x ${Buffer.from('to ada@example.org').toString('base64')}`)],
  ['UTF-16, little end first', Buffer.from('to ada@example.org', 'utf16le')],
  ['UTF-16, big end first', swapped(Buffer.from('to ada@example.org', 'utf16le'))],
  ['UTF-16 after a byte', Buffer.concat([Buffer.from('x'), Buffer.from('to ada@example.org', 'utf16le')])],
  ['base64 of UTF-16', Buffer.from(Buffer.from('to ada@example.org', 'utf16le').toString('base64'))],
])('is seen %s', (_name, bytes) => expect(mentions(bytes, pattern)).toBe(true));

it('is not seen where it is not', () => expect(mentions(Buffer.from('bada@example.org'), pattern)).toBe(false));
