/** What a visitor sent by a form: read, checked, and put into the words of the webhook pair. */
import { checkRequest, HubError, isEmail, isPhone, type FormLanguage, type RequestType } from '@patchbay/contracts';
import { matchesInTime } from '@patchbay/channels/field-pattern';
import type { IncomingMessage } from '@patchbay/channels/http/schema';
import { largestFile } from '@patchbay/channels/http/schema';
import { normaliseIdentifier } from '@patchbay/domain';
import type { WebFormRow } from '@patchbay/store/queries/web-forms';
import type { Request } from 'express';
import { z } from 'zod';
import { filenameOf } from '../http/file-answer.ts';
import type { Parts } from '../parts.ts';
import { fileTypeOf } from './file-type.ts';
import { readFormBody } from './form-body.ts';
import { fieldName, type FormValues, type NamedProblem } from './page.ts';
import { openToken, signToken } from './signed-token.ts';
import type { FormProblem } from './words.ts';

export const mostFiles = 5;
/** Bytes of a whole submission: its files, and a megabyte for everything else. */
export const submissionLimit = mostFiles * largestFile + 1024 * 1024;
/** A person takes longer than this to fill a form in, a program does not. Milliseconds. */
const quickestMs = 1_500;
/** How long an open page can be sent. Milliseconds. */
const pageLifeMs = 24 * 3600_000;

const pageToken = z.object({ id: z.uuid(), at: z.number() });

export const newPageToken = (parts: Pick<Parts, 'signingKey'>, slug: string, id: string, openedAt: number): string =>
  signToken(parts.signingKey, `page:${slug}`, { id, at: openedAt });

export interface Submission {
  /** Names the submission however often it is sent. Null when the page's token is none of ours. */
  readonly id: string | null;
  /** When its page was first opened, so that a correction is not taken for haste; null when that is too long ago. */
  readonly openedAt: number | null;
  readonly step: 'type' | 'send';
  readonly values: FormValues;
  readonly files: readonly File[];
  readonly problems: readonly NamedProblem[];
}

/** @throws HubError `invalid_input` for a body that is no form */
export async function readSubmission(
  parts: Pick<Parts, 'signingKey' | 'now'>,
  form: WebFormRow,
  request: Request,
): Promise<Submission> {
  const data = await formDataOf(request);
  const values: Record<string, string> = {};
  for (const [name, value] of data.entries())
    if (typeof value === 'string') values[name] = typed(value).slice(0, 50_000);
  const token = openToken(parts.signingKey, `page:${form.slug}`, pageToken, values['token']);
  const files = data.getAll('files').filter((file) => typeof file !== 'string' && file.size > 0) as File[];
  const age = token ? parts.now().getTime() - token.at : Infinity;
  // Opened in the future: the clock was set back meanwhile, and says nothing about haste.
  const isHaste = age >= 0 && age < quickestMs;
  const pace: FormProblem | null = isHaste ? 'too-fast' : age > pageLifeMs ? 'expired' : null;
  return {
    id: token?.id ?? null,
    openedAt: token && pace !== 'expired' ? token.at : null,
    step: values['step'] === 'type' ? 'type' : 'send',
    values,
    files,
    problems: [
      ...(pace ? [{ name: '', problem: pace }] : []),
      ...(values['website'] ? [{ name: '', problem: 'trap' as const }] : []),
      ...fileProblems(files),
    ],
  };
}

/** Browsers post every line break as two characters and count it as one while it is written (HTML, 4.10.11 and 4.10.21.4). */
const typed = (value: string): string => value.replaceAll(/\r\n?/g, '\n');

async function formDataOf(request: Request): Promise<FormData> {
  const body: unknown = request.body;
  try {
    if (!Buffer.isBuffer(body)) throw new TypeError('no body');
    return await readFormBody(body, request.get('content-type') ?? '');
  } catch (cause) {
    throw new HubError('invalid_input', 'The body is not a form', { cause });
  }
}

function fileProblems(files: readonly File[]): NamedProblem[] {
  if (files.length > mostFiles) return [{ name: 'files', problem: 'too-many-files' }];
  return files.some((file) => file.size > largestFile) ? [{ name: 'files', problem: 'file-too-large' }] : [];
}

/** What is to be said of a form that comes back: no file is kept of one that is not taken, and a browser does not send it again by itself. */
export const returnedProblems = ({ files }: Submission, problems: readonly NamedProblem[]): NamedProblem[] =>
  files.length === 0 || problems.some(({ name }) => name === 'files')
    ? [...problems]
    : [...problems, { name: 'files', problem: 'files-again' }];

/** Stores the files of a submission that is taken. */
export async function storeFiles(
  { files: store }: Pick<Parts, 'files'>,
  files: readonly File[],
): Promise<NonNullable<IncomingMessage['attachments']>> {
  const stored: NonNullable<IncomingMessage['attachments']> = [];
  for (const one of files) {
    const bytes = new Uint8Array(await one.arrayBuffer());
    const filename = filenameOf(encodeURIComponent(one.name.toWellFormed()));
    stored.push({ filename, contentType: fileTypeOf(bytes, filename), ...(await store.put(bytes)) });
  }
  return stored;
}

export interface CheckedSubmission {
  readonly message: IncomingMessage | null;
  readonly problems: readonly NamedProblem[];
}

/** The message that a submission becomes, without its files, or everything that is wrong with it. */
export function checkSubmission(
  parts: Pick<Parts, 'config'>,
  form: WebFormRow,
  types: readonly RequestType[],
  language: FormLanguage,
  { id, values, problems: found }: Submission,
): CheckedSubmission {
  const type = types.length === 1 ? types[0] : types.find(({ key }) => key === values['type']);
  const asked = type ? checkRequest(type.fields, given(type, values), matchesInTime) : { values: {}, problems: [] };
  const text = trimmed(values, 'message');
  const phone = phoneOf(parts, trimmed(values, 'phone'));
  const problems: NamedProblem[] = [
    ...found,
    ...(type ? [] : [{ name: 'type', problem: 'required' as const }]),
    ...asked.problems.map(({ field, problem }) => ({ name: fieldName(type?.key ?? '', field), problem })),
    ...textProblems('message', text, 20_000, true),
    ...textProblems('name', trimmed(values, 'name'), 200, false),
    ...contactProblems(form.contactBy, trimmed(values, 'email'), trimmed(values, 'phone'), phone),
  ];
  if (problems.length > 0 || !type || id === null) return { message: null, problems };
  const email = form.contactBy === 'phone' ? '' : trimmed(values, 'email');
  return {
    problems,
    message: {
      id: `form:${id}`,
      // What is sent again by the same page and the same sender, and says something else, goes on with what was sent first.
      conversationId: `form:${id}`,
      from: {
        ...(trimmed(values, 'name') && { name: trimmed(values, 'name') }),
        ...(email && { email }),
        ...(phone && form.contactBy !== 'email' && { phone }),
      },
      subject: subjectOf(language === 'zh' ? type.nameZh : type.nameEn, text),
      text,
      requestType: type.key,
      fields: asked.values,
      language,
    },
  };
}

const trimmed = (values: FormValues, name: string): string => (values[name] ?? '').trim();

/** The values of the type's own inputs. A checkbox that is not ticked is not sent by a browser. */
const given = (type: RequestType, values: FormValues): Record<string, string> =>
  Object.fromEntries(
    type.fields.flatMap(({ key }) => {
      const value = values[fieldName(type.key, key)];
      return value === undefined ? [] : [[key, value]];
    }),
  );

function subjectOf(type: string, text: string): string {
  const words = text.replaceAll(/\s+/g, ' ');
  return `${type}: ${words.length > 80 ? `${words.slice(0, 79).toWellFormed()}…` : words}`;
}

function textProblems(name: string, text: string, longest: number, required: boolean): NamedProblem[] {
  if (required && text === '') return [{ name, problem: 'required' }];
  return text.length > longest ? [{ name, problem: 'too-long' }] : [];
}

function contactProblems(
  by: WebFormRow['contactBy'],
  email: string,
  phone: string,
  e164: string | null,
): NamedProblem[] {
  const problems: NamedProblem[] = [];
  if (by === 'any' && email === '' && phone === '') problems.push({ name: 'email', problem: 'contact-needed' });
  if (by === 'email' && email === '') problems.push({ name: 'email', problem: 'required' });
  if (by === 'phone' && phone === '') problems.push({ name: 'phone', problem: 'required' });
  if (email !== '' && by !== 'phone' && !isEmail(email)) problems.push({ name: 'email', problem: 'not-an-email' });
  if (phone !== '' && by !== 'email' && e164 === null) problems.push({ name: 'phone', problem: 'not-a-phone' });
  return problems;
}

function phoneOf({ config }: Pick<Parts, 'config'>, text: string): string | null {
  return isPhone(text) ? (normaliseIdentifier('phone', text, config.defaultRegion)?.value ?? null) : null;
}
