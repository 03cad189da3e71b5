/** Mail in a customer's name by somebody else, over SMTP, as the centre's own checks judge it. */
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { apiKey, startHub } from '../support/hub.ts';
import { shared } from '../support/shared.ts';
import { sendByWire } from '../support/smtp-wire.ts';
import { ticketClient } from '../support/ticket-client.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'der' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const key = `v=DKIM1; k=rsa; p=${publicKey.toString('base64')}`;
const zone: Record<string, string> = {
  'TXT k._domainkey.bank.example': key,
  'TXT k._domainkey.evil.example': key,
  'TXT _dmarc.bank.example': 'v=DMARC1; p=reject',
  'TXT bank.example': 'v=spf1 ip4:192.0.2.8 -all',
  'TXT evil.example': 'v=spf1 ip4:127.0.0.1 -all',
};

async function dns(name: string, type: string): Promise<string[][]> {
  const record = zone[`${type} ${name.toLowerCase()}`];
  if (record !== undefined) return [[record]];
  const code = name.toLowerCase().endsWith('broken.example') ? 'ESERVFAIL' : 'ENOTFOUND';
  throw Object.assign(new Error(code), { code });
}

async function startCentre(strict: boolean) {
  await using stack = new AsyncDisposableStack();
  const env = { MAIL_TRUSTED_RELAYS: '10.0.0.0/8', MAIL_STRICT_SENDERS: String(strict) };
  const hub = stack.use(await startHub('postgres', { env, overrides: { dns } }));
  const desk = stack.use(await openDesk(hub.url, apiKey));
  const owned = stack.move();
  return { ...hub, ...ticketClient(hub.api, desk), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** With a DKIM signature over From and the text (RFC 6376, both as they stand). */
function signed(domain: string, raw: string): Buffer {
  const from = raw.split('\r\n').find((line) => line.startsWith('From: '));
  const hash = createHash('sha256')
    .update(raw.slice(raw.indexOf('\r\n\r\n') + 4))
    .digest('base64');
  const field = `DKIM-Signature: v=1; a=rsa-sha256; c=simple/simple; d=${domain}; s=k; h=from; bh=${hash}; b=`;
  const signature = sign('sha256', Buffer.from(`${from}\r\n${field}`), privateKey).toString('base64');
  return Buffer.from(`${field}${signature}\r\n${raw}`);
}

describe.each([
  ['taken at their word', false],
  ['confirmed, or nobody', true],
])('senders are %s', (_name, strict) => {
  const centre = shared(() => startCentre(strict));
  const send = async (sender: string, raw: Buffer, id: string) => {
    expect(await sendByWire(centre().ground.smtpPort, raw, false, sender)).toMatch(/^250/);
    return await centre().received(id);
  };
  const newId = () => `<${randomUUID()}@bank.example>`;

  /** A mail that is from whom it says. */
  async function genuine(boss: string) {
    const id = newId();
    const raw = `From: Boss <${boss}>\r\nTo: support@patchbay.test\r\nSubject: Order\r\nMessage-ID: ${id}\r\n\r\nMy order ${id}\r\n`;
    return { id, message: await send(boss, signed('bank.example', raw), id) };
  }

  it.each<[string, string, string, (head: string) => Buffer]>([
    [
      'whose own domain answers nobody',
      'x@broken.example',
      'fail',
      (head) => Buffer.from(`${head}Subject: Re\r\n\r\nPay to another account\r\n`),
    ],
    [
      'who hides a From of their own behind lone CRs',
      'x@broken.example',
      'fail',
      (head) =>
        signed(
          'evil.example',
          `X-A: 1\r${head.replaceAll('\r\n', '\r')}Subject: Re\r\rPay to another account${'\r'.repeat(60)}\r\nFrom: x@evil.example\r\nTo: support@patchbay.test\r\n\r\nx\r\n`,
        ),
    ],
  ])('somebody %s gets a ticket of their own, linked', async (_what, sender, verdict, forge) => {
    const boss = `boss-${randomUUID().slice(0, 8)}@bank.example`;
    const first = await genuine(boss);
    expect(first.message.authenticity.verdict).toBe('pass');
    const again = await genuine(boss);
    expect(again.message.customerId).toBe(first.message.customerId);
    const id = newId();
    const head = `From: Boss <${boss}>\r\nTo: support@patchbay.test\r\nMessage-ID: ${id}\r\nIn-Reply-To: ${first.id}\r\n`;
    const forged = await send(sender, forge(head), id);
    expect(forged).toMatchObject({ from: boss, authenticity: { verdict } });
    expect(forged.ticketId).not.toBe(first.message.ticketId);
    expect(forged.customerId).not.toBe(first.message.customerId);
    const opened = (await centre().timeline(forged.ticketId)).find(({ type }) => type === 'ticket.opened');
    expect(opened?.data).toMatchObject({ linkedTicketId: first.message.ticketId });
  });
});
