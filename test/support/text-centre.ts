/** A hub whose carrier is the loopback stand-in, and what customers of it do with their phones. */
import { randomUUID } from 'node:crypto';
import type { HubOverrides } from '@patchbay/engine';
import { expect } from 'vitest';
import { openDesk } from './agent-desk.ts';
import type { Backend } from './backends.ts';
import { carrierAccount, carrierEnvironment, centreNumber, postSigned, smsFields, whatsappFields } from './carrier.ts';
import { startCarrierRest } from './carrier-rest.ts';
import { apiKey, startHub } from './hub.ts';
import { ticketClient } from './ticket-client.ts';

const newSid = (prefix: 'SM' | 'MM') => prefix + randomUUID().replaceAll('-', '');

export async function startTextCentre(backend: Backend, overrides: HubOverrides = {}) {
  await using stack = new AsyncDisposableStack();
  const carrier = stack.use(await startCarrierRest());
  const hub = stack.use(await startHub(backend, { env: carrierEnvironment(carrier.url), overrides }));
  const desk = stack.use(await openDesk(hub.url, apiKey));
  const client = ticketClient(hub.api, desk);

  async function arrive(path: string, fields: Record<string, string>) {
    const answer = await postSigned(hub.url, path, fields);
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringMatching(/<Response ?\/>$/)]);
    return client.received(fields['MessageSid'] ?? '');
  }
  const owned = stack.move();
  return {
    carrier,
    ...hub,
    desk,
    ...client,
    textFrom(from: string, body: string, more: Record<string, string> = {}) {
      const sid = newSid(more['NumMedia'] ? 'MM' : 'SM');
      return arrive('/webhooks/twilio/sms', { ...smsFields({ sid, from, body }), ...more });
    },
    whatsappFrom(from: string, body: string, more: Record<string, string> = {}) {
      const sid = newSid(more['NumMedia'] ? 'MM' : 'SM');
      return arrive('/webhooks/twilio/whatsapp', { ...whatsappFields({ sid, from, body, name: 'Ada' }), ...more });
    },
    /** The carrier's word on a message; `network` is `whatsapp` for a message that went there. */
    tellStatus(
      network: 'sms' | 'whatsapp',
      sid: string,
      to: string,
      MessageStatus: string,
      more: Record<string, string> = {},
    ) {
      const address = (number: string) => (network === 'whatsapp' ? `whatsapp:${number}` : number);
      return postSigned(hub.url, `/webhooks/twilio/${network}/status`, {
        SmsSid: sid,
        SmsStatus: MessageStatus,
        MessageStatus,
        To: address(to),
        MessageSid: sid,
        AccountSid: carrierAccount.accountSid,
        From: address(centreNumber),
        ApiVersion: '2010-04-01',
        ...more,
      });
    },
    /** Waits until a message of ours has come so far. */
    becomes: (messageId: string, status: string) =>
      desk.event('message.status-changed', ({ data }) => data['messageId'] === messageId && data['status'] === status),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
