import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { soughtPattern } from './sought.ts';

const person = {
  identifiers: [
    { kind: 'email', value: 'anna.lee+shop@example.com' },
    { kind: 'phone', value: '+447700900123', national: '7700900123' },
    { kind: 'account', value: 'C-10042' },
    { kind: 'account', value: '7' },
  ],
  names: ['Anna Lee', 'A. (Lee)'],
};
const masked = (text: string) => text.replaceAll(new RegExp(soughtPattern(person) ?? '', 'gi'), '[erased]');

describe('identifiers in the words of others', () => {
  it.each([
    'anna.lee+shop@example.com',
    'Anna.Lee+Shop@Example.COM',
    'anna.lee%2Bshop%40example.com',
    'anna.lee+shop&#64;example.com',
    '+447700900123',
    '447700900123',
    '00447700900123',
    '+44 7700 900123',
    '+44 (7700) 900-123',
    '%2B447700900123',
    '07700 900 123',
    '(0)7700 900123',
    '07700/900123',
    '07700 – 900123',
    '07700&nbsp;900 123',
    'C-10042',
  ])('are found as %s', (spelling) => {
    expect(masked(`so write ${spelling}, or "${spelling}".`)).toBe('so write [erased], or "[erased]".');
    expect(masked(spelling)).toBe('[erased]');
  });

  it.each([
    'joanna.lee+shop@example.com',
    'anna.lee+shop@example.com.au',
    'anna.lee+shop@example.community',
    'x.anna.lee+shop@example.com',
    'anna.lee@example.com',
    '+4477009001234',
    '1447700900123',
    'C-100421',
    'Anna Lee',
    '7',
  ])('are not part of %s', (other) => expect(masked(`so ${other} stays`)).toBe(`so ${other} stays`));

  it('are found with the domain in its own letters', () => {
    const abroad = { kind: 'email', value: 'jo@xn--mller-kva.example', unicode: 'jo@müller.example' };
    const pattern = new RegExp(soughtPattern({ identifiers: [abroad], names: [] }) ?? '', 'gi');
    expect('jo@müller.example, JO@XN--MLLER-KVA.EXAMPLE'.replaceAll(pattern, '-')).toBe('-, -');
  });

  it('take the name with them that stands before the address', () => {
    expect(masked('"Anna Lee" <anna.lee+shop@example.com> wrote:')).toBe('"[erased]> wrote:');
    expect(masked('A. (Lee) <anna.lee+shop@example.com>')).toBe('[erased]>');
    expect(masked('mailto%3Aanna.lee%2Bshop%40example.com')).toBe('mailto%3A[erased]');
  });

  it('leave nothing to look for when nothing can be told from other words', () => {
    expect(soughtPattern({ identifiers: [{ kind: 'account', value: '12' }], names: ['Anna Lee'] })).toBeNull();
  });

  it('never touch text in which they are not, and leave none where they are', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (left, right) => {
        const text = `${left} anna.lee+shop@example.com ${right}`;
        expect(masked(text)).not.toContain('anna.lee+shop@example.com');
        const plain = left.replaceAll(/\d/g, 'x').replaceAll('@', 'a');
        expect(masked(plain)).toBe(plain);
      }),
    );
  });
});
