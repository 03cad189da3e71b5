import { afterAll, describe, expect, test } from 'vitest';
import { fetchMedia } from './media.ts';
import { answering, closeProviders, provider } from './test-provider.ts';

const account = { accountSid: `AC${'0'.repeat(32)}`, authToken: 'token' };
const fetchFrom = (apiBaseUrl: string, url: string) =>
  fetchMedia(url, { ...account, apiBaseUrl }, new AbortController().signal);
afterAll(closeProviders);

describe('files', () => {
  test('come from the API, by whichever name', async () => {
    const base = await provider(
      (request, response) =>
        void response
          .writeHead(request.headers.authorization ? 200 : 401, { 'content-type': 'image/png' })
          .end(`at ${request.url}`),
    );
    const file = await fetchFrom(
      `${base}/api`,
      'https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1',
    );
    expect(file).toMatchObject({ contentType: 'image/png', filename: 'ME1.png' });
    expect(Buffer.from(file.bytes).toString()).toBe('at /api/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1');
  });
  test.each([
    'http://169.254.169.254/latest',
    'file:///etc/passwd',
    'https://api.twilio.com.example.test/x',
    'https://media.twiliocdn.com/x',
    'no address',
  ])('do not come from %s', async (url) => {
    await expect(fetchFrom('http://127.0.0.1:9/api', url)).rejects.toMatchObject({ code: 'provider_refused' });
  });
  test('do not come from beside the API, not even by redirect', async () => {
    const asked: (string | undefined)[] = [];
    const base = await provider((request, response) => {
      asked.push(request.url);
      response.writeHead(302, { location: '/private' }).end();
    });
    await expect(fetchFrom(`${base}/api`, `${base}/private`)).rejects.toMatchObject({ code: 'provider_refused' });
    await expect(fetchFrom(`${base}/api`, `${base}/api/../private`)).rejects.toMatchObject({
      code: 'provider_refused',
    });
    await expect(fetchFrom(`${base}/api`, `${base}/api/ME1`)).rejects.toMatchObject({ code: 'provider_refused' });
    expect(asked).toEqual(['/api/ME1']);
  });
  test('have a limit, also when their length is not told', async () => {
    const base = await provider((_request, response) => {
      const chunk = Buffer.alloc(1024 * 1024);
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    });
    await expect(fetchFrom(base, `${base}/endless`)).rejects.toMatchObject({ code: 'too_large' });
  });
  test.each([
    [404, 'provider_refused'],
    [500, 'provider_unavailable'],
  ])('HTTP %i is %s', async (status, code) => {
    const base = await answering(status, '');
    await expect(fetchFrom(base, `${base}/ME1`)).rejects.toMatchObject({ code });
  });
});
