/** Mails of a shop, signed and not, with a name service in memory, for the tests of who wrote a mail. */
import { generateKeyPairSync } from 'node:crypto';
import { dkimSign } from 'mailauth/lib/dkim/sign.js';
import { vi } from 'vitest';
import type { MailDns } from './mail-dns.ts';
import { type MailEnvelope, parseMail } from '../schema.ts';
import { mailOf, testDeps } from '../test-deps.ts';

const keys = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'der' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
export const { privateKey } = keys;
export const zone: Record<string, string> = {
  'TXT k._domainkey.shop.example': `v=DKIM1; k=rsa; p=${keys.publicKey.toString('base64')}`,
  'TXT shop.example': 'v=spf1 ip4:192.0.2.7 -all',
  'TXT _dmarc.strict.example': 'v=DMARC1; p=reject',
  'TXT strict.example': 'v=spf1 ip4:192.0.2.8 -all',
  'TXT k._domainkey.evil.example': `v=DKIM1; k=rsa; p=${keys.publicKey.toString('base64')}`,
  'TXT evil.example': 'v=spf1 ip4:203.0.113.9 -all',
  'TXT _dmarc.exact.example': 'v=DMARC1; p=reject; aspf=s; adkim=s',
};

export function dnsOf(records: Record<string, string>) {
  return vi.fn<MailDns>(async (name, type) => {
    const record = records[`${type} ${name.toLowerCase()}`];
    if (record === undefined) throw Object.assign(new Error('none'), { code: 'ENOTFOUND' });
    return [[record]];
  });
}

export const plain = (from: string, ...headers: string[]) =>
  mailOf(
    ...headers,
    `From: ${from}`,
    'To: service@centre.test',
    'Subject: Order',
    'Message-ID: <1@x>',
    '',
    'Hello',
    '',
  );

export async function signedBy(signingDomain: string, raw: Buffer): Promise<Buffer> {
  const { signatures } = await dkimSign(raw, {
    signatureData: [{ signingDomain, selector: 'k', privateKey }],
  } as never);
  return Buffer.concat([Buffer.from(signatures), raw]);
}

export const signed = (from: string) => signedBy('shop.example', plain(from));

export const from = (address: string): MailEnvelope => ({
  from: 'ann@shop.example',
  to: ['service@centre.test'],
  peer: { address, helo: 'mail.shop.example' },
});

export async function check(raw: Buffer, envelope: MailEnvelope, dns = dnsOf(zone), trust: object = {}) {
  const deps = testDeps(
    { dns },
    { mailTrust: { relays: ['127.0.0.0/8', '10.1.0.0/16'], authservId: undefined, strictSenders: false, ...trust } },
  );
  const contact = await parseMail(raw, envelope, deps);
  return {
    verdict: contact.authenticity?.verdict,
    grade: contact.identifiers[0]?.grade,
    by: contact.authenticity?.checkedBy,
    from: contact.from,
  };
}
