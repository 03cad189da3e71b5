/** The public forms: no cookie, no session; what is sent goes the way of every signed webhook. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { accountOf } from '@patchbay/channels/http/source';
import type { IncomingMessage } from '@patchbay/channels/http/schema';
import { signedHeaders } from '@patchbay/channels/http/signature';
import { HubError, type FormLanguage, type RequestType } from '@patchbay/contracts';
import { readRequestTypes } from '@patchbay/store/queries/request-types';
import { readWebForm, ticketNumberOf, type WebFormRow } from '@patchbay/store/queries/web-forms';
import express, { type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { bodyBudget } from '../http/body-budget.ts';
import { clientNetwork } from '@patchbay/channels/client-network';
import { named } from '../http/request.ts';
import { takeWebhook } from '../http/webhooks.ts';
import { RateLimiter } from '../live/visitors-rate.ts';
import type { Parts } from '../parts.ts';
import { formPage, type NamedProblem, thanksPage } from './page.ts';
import { openToken, signToken } from './signed-token.ts';
import {
  checkSubmission,
  newPageToken,
  readSubmission,
  returnedProblems,
  storeFiles,
  submissionLimit,
  type Submission,
} from './submission.ts';

/** Sent forms from one address, or one network of IPv6; an office may share it. */
const sendLimit = { burst: 20, perSecond: 0.2 };
/** Confirmations that one address can have sent to addresses that it typed: beyond it forms arrive and are not confirmed. */
const confirmLimit = { burst: 5, perSecond: 1 / 600 };
/** Bytes of forms that are being read at the same time. */
const memoryForForms = { budget: 8 * submissionLimit, largest: submissionLimit, share: 2 * submissionLimit };
const builtFolder = join(import.meta.dirname, '..', '..', '..', '..', 'services', 'widget', 'dist');

export function createFormRouter(parts: Parts): Router {
  const clock = () => parts.now().getTime();
  const sends = new RateLimiter(sendLimit, clock);
  const confirmations = new RateLimiter(confirmLimit, clock);
  const router = express.Router({ caseSensitive: true });
  for (const file of ['form.js', 'form.css'])
    router.get(`/forms/assets/${file}`, named('/forms/assets'), (_request, response, next) => {
      if (!existsSync(join(builtFolder, file))) throw new HubError('not_found', 'This file has not been built');
      response.set('cache-control', 'no-cache');
      response.sendFile(file, { root: builtFolder, cacheControl: false }, (error?: Error) => error && next(error));
    });
  router
    .route('/forms/:slug')
    .all(named('/forms/:slug'))
    .get(async (request, response) => {
      const form = await formOf(parts, request);
      await show(parts, form, languageOf(form, request), response, 200);
    })
    .post(
      async (request, response, next) => {
        sends.demand(clientNetwork(request.ip ?? ''), 'messages from this address');
        response.locals['form'] = await formOf(parts, request);
        next();
      },
      bodyBudget(memoryForForms),
      express.raw({ type: () => true, limit: submissionLimit, inflate: false }),
      (request: Request<{ slug: string }>, response: Response) => take(parts, confirmations, request, response),
    );
  router.get(
    '/forms/:slug/submissions/:token',
    named('/forms/:slug/submissions'),
    (request: Request<{ slug: string; token: string }>, response: Response) => thank(parts, request, response),
  );
  return router;
}

/** @throws HubError `not_found`, alike for a form that is switched off */
async function formOf(parts: Parts, request: Request<{ slug: string }>): Promise<WebFormRow> {
  const form = await readWebForm(parts.db.sql, request.params.slug);
  if (!form?.enabled) throw new HubError('not_found', 'There is no such form');
  return form;
}

/** As asked for by the link, else by the browser, among those that the form has. */
function languageOf(form: WebFormRow, request: Request): FormLanguage {
  const offered = form.languages;
  const asked = offered.find((language) => language === request.query['lang']);
  const accepted = request.acceptsLanguages([...offered]);
  return asked ?? offered.find((language) => language === accepted) ?? offered[0] ?? 'en';
}

async function show(
  parts: Parts,
  form: WebFormRow,
  language: FormLanguage,
  response: Response,
  status: number,
  sent?: { submission: Submission; problems: readonly NamedProblem[] },
): Promise<void> {
  const types = await readRequestTypes(parts.db.sql, form.requestTypes);
  const html = formPage({
    form,
    types,
    language,
    values: sent?.submission.values ?? {},
    problems: sent ? returnedProblems(sent.submission, sent.problems) : [],
    // The same submission stays the same one however often it is corrected.
    token: newPageToken(
      parts,
      form.slug,
      sent?.submission.id ?? randomUUID(),
      sent?.submission.openedAt ?? parts.now().getTime(),
    ),
  });
  answer(parts, form, response, status, html);
}

function answer(parts: Parts, form: WebFormRow, response: Response, status: number, html: string): void {
  const { origin } = new URL(parts.config.publicUrl);
  const policy = [
    "default-src 'none'",
    `script-src 'self' ${origin}`,
    `style-src 'self' ${origin}`,
    'img-src data:',
    `connect-src 'self' ${origin}`,
    `form-action 'self' ${origin}`,
    "base-uri 'none'",
    `frame-ancestors ${["'self'", ...form.frameAncestors].join(' ')}`,
  ];
  // The old header knows no list of origins; browsers that know frame-ancestors go by that.
  if (form.frameAncestors.length > 0) response.removeHeader('x-frame-options');
  response
    .status(status)
    .set({ 'content-security-policy': policy.join('; '), 'cache-control': 'no-store' })
    .type('html')
    .send(html);
}

async function take(
  parts: Parts,
  confirmations: RateLimiter,
  request: Request<{ slug: string }>,
  response: Response,
): Promise<void> {
  const form = response.locals['form'] as WebFormRow;
  const language = languageOf(form, request);
  const submission = await readSubmission(parts, form, request);
  if (submission.step === 'type') return show(parts, form, language, response, 200, { submission, problems: [] });
  const types: RequestType[] = await readRequestTypes(parts.db.sql, form.requestTypes);
  const { message, problems } = checkSubmission(parts, form, types, language, submission);
  if (!message) return show(parts, form, language, response, 422, { submission, problems });
  const acknowledge =
    form.confirmByMail &&
    message.from?.email !== undefined &&
    confirmations.take(clientNetwork(request.ip ?? '')) === 0;
  const attachments = await storeFiles(parts, submission.files);
  const sent = { ...message, attachments, acknowledge };
  const inboxId = await post(parts, form, sent, String(response.locals['correlationId']));
  const receipt = signToken(parts.signingKey, `receipt:${form.slug}`, { inboxId });
  // 303: going back or reloading asks for the thanks again and sends nothing.
  response
    .set('cache-control', 'no-store')
    .redirect(303, `/forms/${form.slug}/submissions/${receipt}?lang=${language}`);
}

/** Signed and handed in like any source's message: what is checked there is checked here too. Answers the id of its inbox row. */
async function post(parts: Parts, form: WebFormRow, message: IncomingMessage, correlationId: string): Promise<string> {
  const channel = parts.channels.get('http');
  const source = await parts.sources.read(form.sourceId);
  if (!channel || !source) throw new HubError('unavailable', 'The form cannot be sent at the moment');
  const body = Buffer.from(JSON.stringify(message));
  const [path = ''] = channel.webhookPaths;
  const { received } = await takeWebhook(
    parts,
    channel,
    {
      method: 'POST',
      path,
      params: { sourceId: source.id },
      url: `${parts.config.publicUrl}${path.replace(':sourceId', source.id)}`,
      headers: { 'content-type': 'application/json', ...signedHeaders(source.secrets, message.id, parts.now(), body) },
      query: {},
      body,
    },
    correlationId,
  );
  if (!received[0]) throw new HubError('internal', 'A form was taken and is not there');
  return received[0].inboxId;
}

const receipt = z.object({ inboxId: z.uuid() });

/** The number of the ticket that a submission became, for whoever sent it. */
async function thank(
  parts: Parts,
  request: Request<{ slug: string; token: string }>,
  response: Response,
): Promise<void> {
  const form = await formOf(parts, request);
  const opened = openToken(parts.signingKey, `receipt:${form.slug}`, receipt, request.params.token);
  if (!opened) throw new HubError('not_found', 'There is no such submission');
  const number = await ticketNumberOf(parts.db.sql, accountOf(form.sourceId), opened.inboxId);
  if (request.accepts(['html', 'json']) === 'json')
    response.set('cache-control', 'no-store').json({ ticketNumber: number });
  else answer(parts, form, response, 200, thanksPage(form, languageOf(form, request), number));
}
