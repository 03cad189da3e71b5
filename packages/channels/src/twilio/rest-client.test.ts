import { afterAll, describe, expect, test } from 'vitest';
import { conformanceDeps } from '../conformance.ts';
import { outgoing } from '../email/test-deps.ts';
import { createSmsChannel } from '../sms/index.ts';
import { answering, closeProviders, provider } from './test-provider.ts';

afterAll(closeProviders);

const { config } = conformanceDeps();
const text = { ...outgoing, channelAccount: '+4930901820', to: '+4915112345678', html: null, attachments: [] };
const sent = (apiBaseUrl: string) =>
  createSmsChannel(conformanceDeps({ config: { twilio: { ...config.twilio, apiBaseUrl } } })).send(
    text,
    AbortSignal.timeout(10_000),
  );

describe('an answer to a send', () => {
  test.each([
    ['no object', 'null'],
    ['a number', '5'],
    ['a list', '[]'],
    ['a sid that is a number', '{"sid":5}'],
    ['a sid that is an object', '{"sid":{"id":"SM1"}}'],
    ['a sid of spaces', '{"sid":"  "}'],
    ['a sid with a control character', '{"sid":"SM\\u00001"}'],
    ['a page of a proxy', '<html>Welcome</html>'],
  ])('that is %s leaves it unknown whether it was taken', async (_name, body) => {
    await expect(sent(await answering(201, body))).rejects.toMatchObject({ name: 'HubError', code: 'outcome_unknown' });
  });

  test.each([
    [201, 'outcome_unknown'],
    [400, 'provider_refused'],
  ])('of status %d that does not end is not read on', async (status, code) => {
    const closed = Promise.withResolvers<number>();
    const url = await provider((_request, response) => {
      let written = 0;
      const piece = Buffer.alloc(1024 * 1024, ' ');
      const more = () => {
        do written += piece.length;
        while (response.write(piece));
      };
      response.on('close', () => closed.resolve(written)).on('drain', more);
      response.writeHead(status, { 'content-type': 'application/json' });
      more();
    });
    await expect(sent(url)).rejects.toMatchObject({ code });
    expect(await closed.promise).toBeLessThan(64 * 1024 * 1024);
  });
});
