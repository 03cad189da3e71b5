/** Webhooks as the carrier sends them: its real fields, form encoded, with a real signature. */
import twilio from 'twilio';

export interface CarrierAccount {
  readonly accountSid: string;
  readonly authToken: string;
}

export const carrierAccount: CarrierAccount = {
  accountSid: `AC${'0123456789abcdef'.repeat(2)}`,
  authToken: 'fedcba9876543210fedcba9876543210',
};
export const centreNumber = '+15005550006';

/** The environment of a hub that has this account, with its REST calls going to `apiBaseUrl`. */
export function carrierEnvironment(apiBaseUrl: string): Record<string, string> {
  return {
    TWILIO_ACCOUNT_SID: carrierAccount.accountSid,
    TWILIO_AUTH_TOKEN: carrierAccount.authToken,
    TWILIO_API_BASE_URL: apiBaseUrl,
    TWILIO_NUMBER: centreNumber,
  };
}

export async function postSigned(
  url: string,
  path: string,
  fields: Record<string, string>,
  account: CarrierAccount = carrierAccount,
): Promise<Response> {
  const signature = twilio.getExpectedTwilioSignature(account.authToken, url + path, fields);
  return fetch(url + path, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'x-twilio-signature': signature,
      'user-agent': 'TwilioProxy/1.1',
    },
    body: new URLSearchParams(fields),
  });
}

/** The fields of a WhatsApp message: those of a text with addresses and names of its own. */
export function whatsappFields(fields: {
  sid: string;
  from: string;
  body: string;
  name?: string;
}): Record<string, string> {
  return {
    ...smsFields(fields),
    From: `whatsapp:${fields.from}`,
    To: `whatsapp:${centreNumber}`,
    ProfileName: fields.name ?? '',
    WaId: fields.from.slice(1),
    MessageType: 'text',
  };
}

export function smsFields(fields: { sid: string; from: string; body: string; to?: string }): Record<string, string> {
  const to = fields.to ?? centreNumber;
  return {
    ToCountry: 'US',
    ToState: '',
    SmsMessageSid: fields.sid,
    NumMedia: '0',
    ToCity: '',
    FromZip: '',
    SmsSid: fields.sid,
    FromState: '',
    SmsStatus: 'received',
    FromCity: '',
    Body: fields.body,
    FromCountry: 'DE',
    To: to,
    ToZip: '',
    NumSegments: '1',
    MessageSid: fields.sid,
    AccountSid: carrierAccount.accountSid,
    From: fields.from,
    ApiVersion: '2010-04-01',
  };
}
