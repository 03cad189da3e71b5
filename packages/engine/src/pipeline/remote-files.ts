/** Files that still lie with the provider are brought in before the message is written; of one that it does not give, the message says so. */
import type { Channel } from '@patchbay/channels/channel';
import { HubError } from '@patchbay/contracts';
import type { InboundContact, RemoteFile, StoredFile } from '@patchbay/contracts';
import { escapeHtml } from '@patchbay/domain';
import type { Parts } from '../parts.ts';
import { isLastTry, reasonOf } from './retry.ts';

export interface FetchedFiles {
  readonly stored: StoredFile[];
  /** A line for each file that will not come. */
  readonly missing: string[];
}

/**
 * What a customer wrote does not wait for a file that will never come: refused, too large, or not given in all the tries. A voicemail is
 * nothing but its file, and goes to a person without it.
 *
 * @param failedTries of the contact so far.
 * @throws HubError `provider_unavailable` while a file may still come; `unprocessable` where none can be fetched.
 */
export async function fetchFiles(parts: Parts, contact: InboundContact, failedTries: number): Promise<FetchedFiles> {
  const fetched: FetchedFiles = { stored: [], missing: [] };
  for (const remote of contact.remoteFiles) {
    const file = await fetchFile(parts, contact, remote).catch((error: unknown) => {
      if (contact.call) throw error;
      if (mayBeEarly(error, failedTries)) throw new HubError('provider_unavailable', reasonOf(error), { cause: error });
      if (!isLost(error, failedTries)) throw error;
      parts.log.warn(
        { err: error, channel: contact.channel, externalId: contact.externalId },
        'a file will not come; its message says so',
      );
      fetched.missing.push(lineOf(remote, reasonOf(error)));
      return null;
    });
    if (file) fetched.stored.push(await keep(parts, remote, file));
  }
  return fetched;
}

type FetchedFile = Awaited<ReturnType<NonNullable<Channel['fetchFile']>>>;

async function fetchFile(parts: Parts, contact: InboundContact, { url }: RemoteFile): Promise<FetchedFile> {
  const channel = parts.channels.get(contact.channel);
  if (!channel?.fetchFile) throw new HubError('unprocessable', 'Its channel cannot fetch files');
  return channel.fetchFile(url, AbortSignal.timeout(60_000));
}

async function keep(parts: Parts, remote: RemoteFile, file: FetchedFile): Promise<StoredFile> {
  const { sha256, size } = await parts.files.put(file.bytes);
  return {
    filename: file.filename || remote.filename,
    contentType: file.contentType || remote.contentType,
    size,
    sha256,
    inline: false,
  };
}

/** A file is refused so often before it is believed: a carrier may tell of a message a moment before it can give its picture. */
const refusals = 3;

function mayBeEarly(error: unknown, failedTries: number): boolean {
  return error instanceof HubError && error.code === 'provider_refused' && failedTries + 1 < refusals;
}

/** What is wrong on our own side can be mended, and then the file still comes. */
function isLost(error: unknown, failedTries: number): boolean {
  if (!(error instanceof HubError)) return false;
  const refused = error.code === 'provider_refused' || error.code === 'too_large';
  return refused || (error.retryable && isLastTry(error, failedTries));
}

function lineOf({ filename, contentType }: RemoteFile, reason: string): string {
  const type = contentType === '' || contentType === 'application/octet-stream' ? '' : ` (${contentType})`;
  return `[This file could not be fetched: ${filename || 'without a name'}${type}. ${reason}]`;
}

/** The bodies of a message that says which files are missing. In HTML that comes first: an end that is not closed would hide it. */
export function bodiesWithout(
  { text, html }: Pick<InboundContact, 'text' | 'html'>,
  missing: readonly string[],
): { text: string; html?: string } {
  const told = missing.join('\n');
  return {
    text: text.trim() === '' ? told : `${text}\n\n${told}`,
    ...(html !== undefined && { html: `${missing.map((line) => `<p>${escapeHtml(line)}</p>\n`).join('')}${html}` }),
  };
}
