import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldsOf, previewOf, shownBytes, textOf } from './received-fields.ts';

const bytes = (text: string) => Buffer.from(text);
const form = 'application/x-www-form-urlencoded; charset=UTF-8';

describe('what was received, as it is looked at', () => {
  it('lists the headers of a mail, unfolded and decoded', () => {
    const mail =
      'Subject: =?UTF-8?B?R3LDvMOfZQ==?=\r\n =?iso-8859-1?Q?_aus_K=F6ln?=\r\nX-Long: one\r\n\ttwo\r\nno header\r\nFrom: a@example.org\r\n\r\nHello: body';
    expect(fieldsOf(bytes(mail), 'message/rfc822')).toEqual({
      kind: 'headers',
      fieldsCut: false,
      fields: [
        { name: 'Subject', value: 'Grüße aus Köln', masked: false },
        { name: 'X-Long', value: 'one\ttwo', masked: false },
        { name: 'From', value: 'a@example.org', masked: false },
      ],
    });
  });

  it.each([
    ['a form', form, 'Body=Hello+there&AuthToken=s3cret&card_pin=&X-Api-Key=s3cret&password=s3cret'],
    [
      'JSON',
      'application/json',
      '{"Body":"Hello there","auth":{"access_token":["s3cret"]},"Cookie":{"a":"s3cret"},"api_key":"s3cret"}',
    ],
  ])('masks the secrets of %s', (_name, type, raw) => {
    const { kind, fields } = fieldsOf(bytes(raw), type);
    expect(kind).toBe('fields');
    expect(fields).toContainEqual({ name: 'Body', value: 'Hello there', masked: false });
    expect(fields.filter(({ masked }) => masked).length).toBeGreaterThanOrEqual(3);
    expect(JSON.stringify(fields)).not.toContain('s3cret');
  });

  it('shows the first 64 KiB and says that there is more', () => {
    expect(textOf(Buffer.alloc(shownBytes, 'x'))).toMatchObject({ truncated: false });
    const { text, truncated } = textOf(Buffer.concat([Buffer.alloc(shownBytes - 1, 'x'), bytes('é and more')]));
    expect({ length: text.length, truncated }).toEqual({ length: shownBytes - 1, truncated: true });
  });

  it('previews what was understood before what was not', () => {
    expect(previewOf(bytes('A: b\r\n\r\nthe body\r\n'), 'message/rfc822', 'understood')).toBe('understood');
    expect(previewOf(bytes('A: b\r\n\r\nthe body\r\n'), 'message/rfc822', undefined)).toBe('the body');
    expect(previewOf(bytes('Body=x'), form, undefined)).toBeNull();
  });

  it('takes any bytes, and shows nothing that could hide other text', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        fc.constantFrom('message/rfc822', form, 'application/json', 'image/png', ''),
        (raw, type) => {
          const shown = JSON.stringify([fieldsOf(raw, type), textOf(raw).text, previewOf(raw, type, undefined)]);
          expect(JSON.parse(shown)).toBeDefined();
          expect(shown).not.toMatch(/\p{Bidi_Control}/u);
          expect(textOf(raw).text).not.toMatch(/[^\P{Cc}\n\t]/u);
        },
      ),
    );
  });
});
