/** Files that still lie with the provider are brought in before the message is written, or after it where they let it wait; of one that it does not give, the message says so. */
import type { Channel } from '@patchbay/channels/channel';
import { HubError } from '@patchbay/contracts';
import type { ChannelName, InboundContact, RemoteFile, StoredFile } from '@patchbay/contracts';
import { escapeHtml } from '@patchbay/domain';
import type { Bodies, FileToAwait, PlacedFile } from '@patchbay/store/queries/awaited-files';
import type { Parts } from '../parts.ts';
import { backoffMs, fileRetry, isLastTry, reasonOf } from './retry.ts';

export interface FetchedFiles {
  readonly stored: PlacedFile[];
  /** Those for which the message does not wait any more. */
  readonly awaited: FileToAwait[];
  /** A line for each file that will not come. */
  readonly missing: string[];
}

/** So often all files of a message are tried before it is written without those that may still come. */
const triesBefore = 3;
/** Nor does it wait for a try, or for the next one, that takes so long. Milliseconds. */
const longestWaitMs = 5_000;
/** For one file, and for all of a message that waits for them. */
export const fetchMs = { one: 60_000, waitedFor: 10_000 } as const;

/**
 * What a customer wrote waits some seconds for its files, and not at all for one that will never come: refused, too large, or not given in all
 * the tries. A voicemail is nothing but its file, and goes to a person without it.
 *
 * @param failedTries of the contact so far.
 * @throws HubError `provider_unavailable` while the message waits for a file; `unprocessable` where none can be fetched.
 */
export async function fetchFiles(parts: Parts, contact: InboundContact, failedTries: number): Promise<FetchedFiles> {
  const fetched: FetchedFiles = { stored: [], awaited: [], missing: [] };
  const began = performance.now();
  const signal = AbortSignal.timeout(contact.call ? fetchMs.one : fetchMs.waitedFor);
  const waits = (error: unknown) =>
    failedTries + 1 < triesBefore && Math.max(performance.now() - began, askedMs(error) ?? 0) < longestWaitMs;
  for (const [index, remote] of contact.remoteFiles.entries()) {
    const position = contact.attachments.length + index + 1;
    const file = await fetchFile(parts, contact.channel, remote, signal).catch((error: unknown) => {
      const prospect = contact.call ? 'unknown' : prospectOf(error, failedTries);
      if (prospect === 'unknown') throw error;
      if (prospect === 'comes' && waits(error))
        throw new HubError('provider_unavailable', reasonOf(error), { cause: error, retryAfterMs: askedMs(error) });
      const { channel, externalId } = contact;
      if (prospect === 'comes') {
        const tries = failedTries + 1;
        fetched.awaited.push({ ...remote, position, tries, delayMs: untilNextMs(error, tries) });
        parts.log.warn({ err: error, channel, externalId }, 'a file is awaited; its message does not wait for it');
        return null;
      }
      parts.log.warn({ err: error, channel, externalId }, 'a file will not come; its message says so');
      fetched.missing.push(lineOf(remote, reasonOf(error)));
      return null;
    });
    if (file) fetched.stored.push({ ...file, position });
  }
  return fetched;
}

/** Brings one in. @throws HubError as the channel does; `unprocessable` where its channel cannot fetch files */
export async function fetchFile(
  parts: Parts,
  from: ChannelName,
  remote: RemoteFile,
  signal: AbortSignal,
): Promise<StoredFile> {
  const channel: Channel | undefined = parts.channels.get(from);
  if (!channel?.fetchFile) throw new HubError('unprocessable', 'Its channel cannot fetch files');
  const file = await channel.fetchFile(remote.url, signal);
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

/** Whether a file still comes after a try that failed. What is wrong on our own side can be mended, and says nothing of it. */
export function prospectOf(error: unknown, failedTries: number): 'comes' | 'lost' | 'unknown' {
  if (!(error instanceof HubError)) return 'unknown';
  if (error.code === 'too_large') return 'lost';
  if (error.code === 'provider_refused') return failedTries + 1 < refusals ? 'comes' : 'lost';
  if (!error.retryable) return 'unknown';
  return isLastTry(error, failedTries) ? 'lost' : 'comes';
}

const askedMs = (error: unknown): number | undefined => (error instanceof HubError ? error.retryAfterMs : undefined);

/** @param tries that have failed. */
export const untilNextMs = (error: unknown, tries: number): number =>
  backoffMs(fileRetry, tries, Math.random(), askedMs(error));

export function lineOf({ filename, contentType }: RemoteFile, reason: string): string {
  const type = contentType === '' || contentType === 'application/octet-stream' ? '' : ` (${contentType})`;
  return `[This file could not be fetched: ${filename || 'without a name'}${type}. ${reason}]`;
}

/** The bodies of a message that says which files are missing. In HTML that comes first: an end that is not closed would hide it. */
export function bodiesWithout({ text, html }: Bodies, missing: readonly string[]): { text: string; html?: string } {
  const told = missing.join('\n');
  return {
    text: text.trim() === '' ? told : `${text}\n\n${told}`,
    ...(html !== undefined && { html: `${missing.map((line) => `<p>${escapeHtml(line)}</p>\n`).join('')}${html}` }),
  };
}
