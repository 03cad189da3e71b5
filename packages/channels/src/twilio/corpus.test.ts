/** Every field that Twilio is known to send, in one request each: none of them may be refused. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inboundContact } from '@patchbay/contracts';
import { consentWord } from '@patchbay/domain';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { conformanceDeps } from '../conformance.ts';
import { createPhoneChannel } from '../phone/index.ts';
import { createSmsChannel } from '../sms/index.ts';
import { signedRequest } from './signed-request.ts';

const corpusDir = process.env['CORPUS_DIR'];
if (corpusDir === undefined) console.warn('CORPUS_DIR is not set: the corpus of webhook fields is NOT tested');

const fieldLists = z.object({
  fields: z.record(z.string(), z.array(z.string())),
  enums: z.record(z.string(), z.array(z.string())),
});
const known: Record<string, string> = {
  From: '+4915112345678',
  To: '+4930901820',
  MessageSid: 'SM01',
  SmsSid: 'SM01',
  CallSid: 'CA01',
  NumMedia: '0',
  ReferralNumMedia: '0',
  MessageStatus: 'delivered',
  CallStatus: 'completed',
  CallDuration: '3',
  Duration: '1',
  ErrorCode: '30003',
};

describe.skipIf(corpusDir === undefined)('known webhook fields', () => {
  const corpus = fieldLists.parse(
    corpusDir === undefined
      ? { fields: {}, enums: {} }
      : JSON.parse(readFileSync(join(corpusDir, 'twilio', 'webhook_fields.json'), 'utf8')),
  );
  const deps = conformanceDeps();
  const filled = (list: string, more: Record<string, string> = {}) => ({
    ...Object.fromEntries((corpus.fields[list] ?? []).map((name) => [name, known[name] ?? `a ${name}`])),
    ...more,
  });
  const base = '/webhooks/twilio';

  test.each([
    ['incoming_sms', '/sms', 1],
    ['sms_status_callback', '/sms/status', 0],
    ['voice', '/voice', 1],
    ['voice_status_callback', '/voice/status', 1],
  ])('%s', async (list, path, contacts) => {
    const channel = (path.startsWith('/sms') ? createSmsChannel : createPhoneChannel)(deps);
    const request = signedRequest(deps.config, base + path, filled(list));
    await channel.verify(request);
    const drafts = await channel.parse(request);
    expect(drafts.map((draft) => inboundContact.parse(draft).channelAccount)).toEqual(
      Array.from({ length: contacts }, () => '+4930901820'),
    );
  });

  test('every state that Twilio names is understood', async () => {
    for (const MessageStatus of corpus.enums['message_enum_status'] ?? []) {
      createSmsChannel(deps).parseStatus(
        signedRequest(deps.config, `${base}/sms/status`, filled('sms_status_callback', { MessageStatus })),
      );
    }
    for (const CallStatus of corpus.enums['call_enum_status'] ?? []) {
      await createPhoneChannel(deps).parse(
        signedRequest(deps.config, `${base}/voice/status`, filled('voice_status_callback', { CallStatus })),
      );
    }
  });
});

describe.skipIf(corpusDir === undefined)('the words of carriers', () => {
  const corpus = (
    corpusDir === undefined ? {} : JSON.parse(readFileSync(join(corpusDir, 'twilio', 'optout_keywords.json'), 'utf8'))
  ) as {
    twilio_long_code_stop: string[];
    aws_stop: string[];
    telnyx_stop: string[];
    telnyx_start: string[];
    braze: { start: string[]; help: string[] };
  };
  const all = (word: string, said: readonly string[]) =>
    expect(said.filter((text) => consentWord(text, 'sms')?.word !== word)).toEqual([]);

  test('are all known', () => {
    all('stop', [...corpus.twilio_long_code_stop, ...corpus.aws_stop, ...corpus.telnyx_stop]);
    all('start', [...corpus.telnyx_start, ...corpus.braze.start]);
    all('help', corpus.braze.help);
  });
  test('count only as the whole message', () => {
    expect(consentWord('STOP PLEASE', 'sms')).toBeNull();
  });
});
