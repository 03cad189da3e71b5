import { randomUUID } from 'node:crypto';
import { credentialsOf } from '../../mail-accounts/credentials.ts';
import { MailProblem } from '@patchbay/channels/mailbox';
import {
  HubError,
  mailSignInProblem,
  pageQuery,
  type MailAccount,
  type mailAccountTest,
  type MailSignInProblem,
} from '@patchbay/contracts';
import { databaseErrorCode } from '@patchbay/store';
import {
  deleteMailAccount,
  insertMailAccount,
  listMailAccounts,
  type MailAccountRow,
  readMailAccount,
  updateMailAccount,
  wakeMailAccount,
} from '@patchbay/store/queries/mail-accounts';
import { z } from 'zod';
import {
  accountSetting,
  changedAccount,
  isElsewhere,
  maySendWith,
  newAccount,
  presentAccount,
  sendingServerOf,
} from '../../mail-accounts/settings.ts';
import { passedOverOf } from '../../mail-accounts/passed-over.ts';
import { beginSignIn, finishSignIn } from '../../mail-accounts/sign-in.ts';
import type { Parts } from '../../parts.ts';
import { changeSetting, type ChangingCall } from '../../setting-changes.ts';
import { nameKey, pageOf, sliceOf } from '../cursor.ts';
import { route } from '../route.ts';

const tag = 'Mail accounts';
const byId = z.object({ id: z.uuid() });

async function requireAccount(parts: Parts, id: string): Promise<MailAccountRow> {
  const row = await readMailAccount(parts.db.sql, id);
  if (!row) throw new HubError('not_found', 'There is no such mail account');
  return row;
}

const accountOf = async (parts: Parts, id: string): Promise<MailAccount> =>
  presentAccount(await requireAccount(parts, id));

function alreadyFetched(error: unknown): never {
  if (databaseErrorCode(error) !== '23505') throw error;
  throw new HubError('conflict', 'Another account fetches this folder already', { cause: error });
}

const accounts = [
  route({
    method: 'get',
    path: '/mail-accounts',
    summary: 'Mailboxes that are fetched, with their state',
    tag,
    access: 'admin',
    query: pageQuery,
    answer: 'MailAccountPage',
    async handle({ parts, query }) {
      const found = await listMailAccounts(parts.db.sql, sliceOf(nameKey, query));
      return pageOf({ ...found, items: found.items.map(presentAccount) });
    },
  }),
  route({
    method: 'post',
    path: '/mail-accounts',
    summary: 'Add a mailbox; it is fetched within seconds',
    tag,
    access: 'admin',
    body: 'MailAccountCreate',
    answer: 'MailAccount',
    status: 201,
    creates: true,
    async handle(call) {
      const { parts, body } = call;
      const id = randomUUID();
      const account = newAccount(parts.vault, id, body);
      await changeSetting(call, accountSetting(id), (tx) => insertMailAccount(tx, id, account)).catch(alreadyFetched);
      return accountOf(parts, id);
    },
  }),
  route({
    method: 'get',
    path: '/mail-accounts/:id',
    summary: 'One mailbox',
    tag,
    access: 'admin',
    params: byId,
    answer: 'MailAccount',
    handle: ({ parts, params }) => accountOf(parts, params.id),
  }),
  route({
    method: 'patch',
    path: '/mail-accounts/:id',
    summary: 'Change a mailbox; another server or user needs its secrets anew',
    tag,
    access: 'admin',
    params: byId,
    body: 'MailAccountUpdate',
    answer: 'MailAccount',
    async handle(call) {
      const { parts, params, body } = call;
      const row = await requireAccount(parts, params.id);
      const { account, anew } = changedAccount(parts.vault, row, body);
      const update = changeSetting(call, accountSetting(row.id), (tx) =>
        updateMailAccount(tx, row.id, row.revision, account, anew),
      );
      if (!(await update.catch(alreadyFetched)))
        throw new HubError('conflict', 'Somebody else has changed the account meanwhile; look at it again');
      return accountOf(parts, row.id);
    },
  }),
  route({
    method: 'delete',
    path: '/mail-accounts/:id',
    summary: 'Remove a mailbox; its messages stay',
    tag,
    access: 'admin',
    params: byId,
    async handle(call) {
      const { parts, params } = call;
      const account = await requireAccount(parts, params.id);
      // Before it is gone, and its mails with it that nobody was told of; a note that was left already is the same one.
      for (const left of passedOverOf(account)) await parts.channels.get('email')?.mailboxes?.noteLeft(left);
      if (!(await changeSetting(call, accountSetting(account.id), (tx) => deleteMailAccount(tx, account.id))))
        throw new HubError('not_found', 'There is no such mail account');
    },
  }),
  route({
    method: 'post',
    path: '/mail-accounts/:id/try',
    summary: 'Look at the mailbox now, instead of at the next try',
    tag,
    access: 'admin',
    params: byId,
    async handle({ parts, params }) {
      if (!(await wakeMailAccount(parts.db.sql, params.id)))
        throw new HubError('not_found', 'There is no such mail account');
    },
  }),
];

/** Milliseconds for a try, that somebody waits for. */
const tryFor = 30_000;

const trial = route({
  method: 'post',
  path: '/mail-accounts/test',
  summary: 'Sign in with these settings and list the folders, without keeping or sending anything',
  tag,
  access: 'admin',
  body: 'MailAccountTest',
  answer: 'MailAccountTested',
  async handle({ parts, body }) {
    const mailboxes = parts.channels.get('email')?.mailboxes;
    if (!mailboxes) throw new HubError('not_found', 'There is no email channel');
    const signal = AbortSignal.timeout(tryFor);
    const sendingServer = sendingServerOf(body);
    const fetching = tried(async () => {
      const credentials = await trialCredentials(parts, body, (kept) => !isElsewhere(kept, body));
      return await mailboxes.folders({ ...body, credentials: (refused) => credentials(refused, signal) }, signal);
    });
    const sending =
      sendingServer &&
      tried(async () => {
        const credentials = await trialCredentials(parts, body, (kept) => maySendWith(kept, body));
        const server = { ...sendingServer, username: body.username };
        await mailboxes.trySending({ ...server, credentials: (refused) => credentials(refused, signal) }, signal);
      });
    const [{ found, problem }, sent] = await Promise.all([fetching, sending]);
    return { folders: found ?? [], problem, sending: sent && { problem: sent.problem } };
  },
});

async function tried<T>(
  work: () => Promise<T>,
): Promise<{ found?: T; problem: { code: MailProblem['code']; text: string } | null }> {
  try {
    return { found: await work(), problem: null };
  } catch (error) {
    if (!(error instanceof MailProblem)) throw error;
    return { problem: { code: error.code, text: error.message } };
  }
}

/** The password that was typed, or what is kept of the account where it `may` be used. */
async function trialCredentials(
  parts: Parts,
  body: z.output<typeof mailAccountTest>,
  may: (kept: MailAccountRow) => boolean,
): Promise<ReturnType<typeof credentialsOf>> {
  const { password } = body;
  if (password !== undefined && body.auth === 'password') return async () => ({ password });
  const kept = body.id === undefined ? null : await requireAccount(parts, body.id);
  if (!kept || kept.auth !== body.auth || !may(kept)) {
    throw body.auth === 'password'
      ? new MailProblem('authentication', 'Enter the password')
      : new MailProblem('sign-in-again', 'Save the account and sign in first');
  }
  return credentialsOf(parts, kept);
}

const signIn = [
  route({
    method: 'post',
    path: '/mail-accounts/:id/sign-in',
    summary: 'Begin the sign-in at the provider (OAuth 2.0): where to send the browser',
    tag,
    access: 'admin',
    params: byId,
    answer: 'MailSignIn',
    async handle({ parts, params, principal }) {
      return { url: beginSignIn(parts, await requireAccount(parts, params.id), principal.agentId) };
    },
  }),
  route({
    method: 'get',
    path: '/mail-accounts/oauth/callback',
    summary: 'Where the provider sends the browser back to',
    tag,
    access: 'admin',
    query: z.object({
      code: z.string().max(4096).optional(),
      state: z.string().max(2048).optional(),
      error: z.string().max(200).optional(),
    }),
    answer: 'bytes',
    async handle(call) {
      const { query, response } = call;
      const outcome = await signedIn(call, query);
      response.redirect(303, `/mail-accounts?${new URLSearchParams(outcome).toString()}`);
    },
  }),
];

async function signedIn(
  call: ChangingCall & { parts: Parts },
  { code, state, error }: { code?: string | undefined; state?: string | undefined; error?: string | undefined },
): Promise<{ signedIn: string } | { problem: MailSignInProblem }> {
  if (error !== undefined) return { problem: error === 'access_denied' ? 'denied' : 'provider' };
  if (code === undefined || state === undefined) return { problem: 'provider' };
  try {
    return { signedIn: await finishSignIn(call, { code, state }, AbortSignal.timeout(tryFor)) };
  } catch (cause) {
    if (cause instanceof MailProblem) return { problem: cause.code };
    if (cause instanceof HubError && cause.code !== 'unavailable')
      return { problem: mailSignInProblem.safeParse(cause.code).data ?? 'hub' };
    throw cause;
  }
}

// The callback stands before `:id`, which would take its path.
export const mailAccountRoutes = [trial, ...signIn, ...accounts];
