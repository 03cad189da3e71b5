/** What a visitor sent by a form: read, checked, and put into the words of the webhook pair. */
import { checkRequest, HubError, isEmail, isPhone, type FormLanguage, type RequestType } from '@patchbay/contracts';
import type { IncomingMessage } from '@patchbay/channels/http/schema';
import { largestFile } from '@patchbay/channels/http/schema';
import type { WebFormRow } from '@patchbay/store/queries/web-forms';
import type { Request } from 'express';
import { z } from 'zod';
import { toE164 } from '../auth/agents.ts';
import { filenameOf } from '../http/file-answer.ts';
import type { Parts } from '../parts.ts';
import { fileTypeOf } from './file-type.ts';
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
const keptFile = z.object({
  filename: z.string(),
  contentType: z.string(),
  size: z.number(),
  sha256: z.string(),
});
type KeptFile = z.infer<typeof keptFile>;

export const newPageToken = (parts: Pick<Parts, 'signingKey'>, slug: string, id: string, openedAt: number): string =>
  signToken(parts.signingKey, `page:${slug}`, { id, at: openedAt });

export interface Submission {
  /** Names the submission however often it is sent. Null when the page's token is none of ours. */
  readonly id: string | null;
  /** When its page was first opened, so that a correction is not taken for haste; null when that is too long ago. */
  readonly openedAt: number | null;
  readonly step: 'type' | 'send';
  readonly values: FormValues;
  readonly kept: { token: string; filename: string; file: KeptFile }[];
  readonly problems: readonly NamedProblem[];
}

/** @throws HubError `invalid_input` for a body that is no form */
export async function readSubmission(
  parts: Pick<Parts, 'signingKey' | 'now' | 'files'>,
  form: WebFormRow,
  request: Request,
): Promise<Submission> {
  const data = await formDataOf(request);
  const values: Record<string, string> = {};
  for (const [name, value] of data.entries())
    if (typeof value === 'string' && name !== 'kept') values[name] = value.slice(0, 50_000);
  const token = openToken(parts.signingKey, `page:${form.slug}`, pageToken, values['token']);
  const { kept, problems: fileProblems } = await filesOf(parts, form, data);
  const age = token ? parts.now().getTime() - token.at : Infinity;
  const pace: FormProblem | null = age < quickestMs ? 'too-fast' : age > pageLifeMs ? 'expired' : null;
  return {
    id: token?.id ?? null,
    openedAt: token && pace !== 'expired' ? token.at : null,
    step: values['step'] === 'type' ? 'type' : 'send',
    values,
    kept,
    problems: [
      ...(pace ? [{ name: '', problem: pace }] : []),
      ...(values['website'] ? [{ name: '', problem: 'trap' as const }] : []),
      ...fileProblems,
    ],
  };
}

async function formDataOf(request: Request): Promise<FormData> {
  const body: unknown = request.body;
  try {
    if (!Buffer.isBuffer(body)) throw new TypeError('no body');
    return await new Response(new Uint8Array(body), {
      headers: { 'content-type': request.get('content-type') ?? '' },
    }).formData();
  } catch (cause) {
    throw new HubError('invalid_input', 'The body is not a form', { cause });
  }
}

/** Files are stored at once, so that a form that comes back with a question does not lose them. */
async function filesOf(
  parts: Pick<Parts, 'signingKey' | 'files'>,
  form: WebFormRow,
  data: FormData,
): Promise<{ kept: Submission['kept']; problems: NamedProblem[] }> {
  const purpose = `file:${form.slug}`;
  const kept: Submission['kept'] = [];
  for (const token of data.getAll('kept')) {
    const file = openToken(parts.signingKey, purpose, keptFile, token);
    if (file && typeof token === 'string') kept.push({ token, filename: file.filename, file });
  }
  const given = data.getAll('files').filter((file) => typeof file !== 'string' && file.size > 0) as File[];
  if (kept.length + given.length > mostFiles) return { kept, problems: [{ name: 'files', problem: 'too-many-files' }] };
  if (given.some((file) => file.size > largestFile))
    return { kept, problems: [{ name: 'files', problem: 'file-too-large' }] };
  for (const one of given) {
    const bytes = new Uint8Array(await one.arrayBuffer());
    const filename = filenameOf(encodeURIComponent(one.name.toWellFormed()));
    const file = { filename, contentType: fileTypeOf(bytes, filename), ...(await parts.files.put(bytes)) };
    kept.push({ token: signToken(parts.signingKey, purpose, file), filename, file });
  }
  return { kept, problems: [] };
}

export interface CheckedSubmission {
  readonly message: IncomingMessage | null;
  readonly problems: readonly NamedProblem[];
}

/** The message that a submission becomes, or everything that is wrong with it. */
export function checkSubmission(
  parts: Pick<Parts, 'config'>,
  form: WebFormRow,
  types: readonly RequestType[],
  language: FormLanguage,
  { id, values, kept, problems: found }: Submission,
): CheckedSubmission {
  const type = types.length === 1 ? types[0] : types.find(({ key }) => key === values['type']);
  const asked = type ? checkRequest(type.fields, given(type, values)) : { values: {}, problems: [] };
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
      from: {
        ...(trimmed(values, 'name') && { name: trimmed(values, 'name') }),
        ...(email && { email }),
        ...(phone && form.contactBy !== 'email' && { phone }),
      },
      subject: subjectOf(language === 'zh' ? type.nameZh : type.nameEn, text),
      text,
      requestType: type.key,
      fields: asked.values,
      attachments: kept.map(({ file }) => file),
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
  if (!isPhone(text)) return null;
  try {
    return toE164(text, config.defaultRegion);
  } catch {
    return null;
  }
}
