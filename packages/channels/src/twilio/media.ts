/** Fetching pictures and recordings that lie with Twilio, from nowhere else. */
import { HubError } from '@patchbay/contracts';
import { limitedBody } from '../limited-body.ts';
import { retryAfterMs } from '../retry-after.ts';
import { atBase, basicAuth, type TwilioAccount } from './rest.ts';

/** The limit for any one file of a contact, as for mail: 25 MiB. */
export const maxFileBytes = 25 * 1024 * 1024;
const maxRedirects = 3;
const fetchLimitMs = 60_000;
const extensions: Record<string, string> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/heic': 'heic',
  'video/mp4': 'mp4',
  'video/3gpp': '3gp',
  'audio/mpeg': 'mp3',
  'audio/ogg': 'ogg',
  'audio/amr': 'amr',
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'application/pdf': 'pdf',
  'text/vcard': 'vcf',
  'text/x-vcard': 'vcf',
  'text/plain': 'txt',
};

/** A file name for bytes of which only the type is known. */
export function filenameFor(stem: string, contentType: string): string {
  const extension = extensions[contentType.split(';')[0]?.trim().toLowerCase() ?? ''];
  return extension ? `${stem}.${extension}` : stem;
}

/** True where the account's token may be shown: the REST API itself. */
function isApi(url: URL, account: TwilioAccount): boolean {
  if (account.apiBaseUrl === undefined) return url.origin === 'https://api.twilio.com';
  const base = new URL(account.apiBaseUrl);
  return url.origin === base.origin && url.pathname.startsWith(`${base.pathname.replace(/\/+$/, '')}/`);
}

/** True for the hosts to which Twilio redirects for the bytes. */
function isContentStore(url: URL): boolean {
  if (url.protocol !== 'https:' || url.port !== '') return false;
  if (/(^|\.)(twilio\.com|twiliocdn\.com)$/.test(url.hostname)) return true;
  return /^s3[\w.-]*\.amazonaws\.com$/.test(url.hostname) && url.pathname.startsWith('/media.twiliocdn.com/');
}

const tooLarge = () => new HubError('too_large', `The file is larger than ${maxFileBytes} bytes`);

async function follow(start: URL, account: TwilioAccount, signal: AbortSignal): Promise<Response> {
  let url = start;
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    const api = isApi(url, account);
    if (!api && (hop === 0 || !isContentStore(url)))
      throw new HubError('provider_refused', 'The file does not lie with Twilio');
    const response = await fetch(url, {
      redirect: 'manual',
      signal,
      headers: api ? { authorization: basicAuth(account) } : {},
    });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || !location) return response;
    await response.body?.cancel();
    url = new URL(location, url);
  }
  throw new HubError('provider_refused', 'The file is behind too many redirects');
}

/**
 * Fetches a file. Throws `provider_refused` for a foreign address or one that Twilio refuses, `too_large` above the
 * limit, `provider_unavailable` when it is worth trying again: reading twice does no harm.
 */
export async function fetchMedia(
  url: string,
  account: TwilioAccount,
  signal: AbortSignal,
): Promise<{ bytes: Uint8Array; contentType: string; filename: string }> {
  const target = URL.parse(atBase(url, account.apiBaseUrl));
  if (target === null) throw new HubError('provider_refused', 'The file has no valid address');
  try {
    const response = await follow(target, account, AbortSignal.any([signal, AbortSignal.timeout(fetchLimitMs)]));
    if (!response.ok) {
      const again = response.status >= 500 || response.status === 429;
      throw new HubError(
        again ? 'provider_unavailable' : 'provider_refused',
        `Twilio answered HTTP ${response.status} for the file`,
        { retryAfterMs: retryAfterMs(response.headers.get('retry-after'), Date.now()) },
      );
    }
    const contentType = response.headers.get('content-type') ?? 'application/octet-stream';
    const name = (target.pathname.split('/').pop() ?? 'file').replace(/\.\w{1,5}$/, '');
    return {
      bytes: await limitedBody(response, maxFileBytes, tooLarge),
      contentType,
      filename: filenameFor(name, contentType),
    };
  } catch (error) {
    if (error instanceof HubError) throw error;
    throw new HubError('provider_unavailable', 'The file could not be fetched from Twilio', { cause: error });
  }
}
