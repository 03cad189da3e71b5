/** Text messages as the carrier posts them, made and signed before anything is measured. */
import { inboundContact } from '@patchbay/contracts';
import type { InboundContact } from '@patchbay/contracts';
import twilio from 'twilio';
import { carrierAccount, centreNumber, smsFields } from '../support/carrier.ts';
import type { Customers } from './protocol.ts';

export const smsPath = '/webhooks/twilio/sms';

export interface Text {
  readonly sid: string;
  readonly fields: Record<string, string>;
  readonly contact: InboundContact;
}

const knownNumber = (index: number) => `+49151${String(20_000_000 + index)}`;
const newNumber = (serial: number) => `+49160${String(10_000_000 + serial)}`;

/** Numbers, SIDs and people that were not there before, however often it is asked. */
export function createTexts(knownCustomers: number): (customers: Customers, count: number) => Text[] {
  let serial = 0;
  return (customers, count) =>
    Array.from({ length: count }, () => {
      serial += 1;
      const sid = `SM${serial.toString(16).padStart(32, '0')}`;
      const from = customers === 'known' ? knownNumber(serial % knownCustomers) : newNumber(serial);
      const body = `My parcel ${serial} has not come yet. Can you tell me where it is?`;
      const contact = inboundContact.parse({
        channel: 'sms',
        channelAccount: centreNumber,
        externalId: sid,
        identifiers: [{ kind: 'phone', value: from, grade: 'known' }],
        from,
        to: [centreNumber],
        text: body,
        receivedAt: new Date().toISOString(),
      });
      return { sid, fields: smsFields({ sid, from, body }), contact };
    });
}

export interface SignedPost {
  readonly sid: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** The webhook for this address; `x-request-id` follows the contact to the live event. */
export function signedPost(url: string, { sid, fields }: Text): SignedPost {
  const body = new URLSearchParams(fields).toString();
  return {
    sid,
    body,
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'content-length': String(Buffer.byteLength(body)),
      'x-twilio-signature': twilio.getExpectedTwilioSignature(carrierAccount.authToken, url + smsPath, fields),
      'x-request-id': sid,
    },
  };
}
