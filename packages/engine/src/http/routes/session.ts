import { HubError } from '@patchbay/contracts';
import { readAgent, updateAgent } from '@patchbay/store/queries/agents';
import type { Request, Response } from 'express';
import { claimSetupLink, isSetupNeeded } from '../../auth/index.ts';
import type { SignInOrigin } from '../../auth/sign-in.ts';
import type { Parts } from '../../parts.ts';
import { fetchHeaders } from '../request.ts';
import { route } from '../route.ts';

const tag = 'Session';

function originOf(request: Request): SignInOrigin {
  return { ip: request.ip ?? '', userAgent: (request.get('user-agent') ?? '').slice(0, 500) };
}

function setCookies(response: Response, cookies: readonly string[]): void {
  for (const cookie of cookies) response.append('set-cookie', cookie);
}

/** The agent as the API shows them. @throws HubError `not_found` */
export async function agentOf(parts: Parts, id: string) {
  const agent = await readAgent(parts.db.sql, id);
  if (!agent) throw new HubError('not_found', 'There is no such agent');
  return agent;
}

export const sessionRoutes = [
  route({
    method: 'get',
    path: '/setup',
    summary: 'Whether the centre still waits for its first administrator',
    tag,
    access: 'public',
    answer: 'SetupState',
    handle: async ({ parts }) => ({ needed: await isSetupNeeded(parts) }),
  }),
  route({
    method: 'post',
    path: '/setup',
    summary: 'Make the first administrator by the one-time set-up link, and log in',
    tag,
    access: 'public',
    body: 'SetupRequest',
    answer: 'Agent',
    status: 201,
    async handle({ parts, auth, body, request, response }) {
      const id = await claimSetupLink(parts, body);
      const { setCookie } = await auth.signIn(body, originOf(request));
      setCookies(response, setCookie);
      return agentOf(parts, id);
    },
  }),
  route({
    method: 'post',
    path: '/session',
    summary: 'Log in',
    tag,
    access: 'public',
    body: 'Credentials',
    answer: 'Agent',
    async handle({ parts, auth, body, request, response }) {
      const { setCookie, agentId } = await auth.signIn(body, originOf(request));
      setCookies(response, setCookie);
      return agentOf(parts, agentId);
    },
  }),
  route({
    method: 'delete',
    path: '/session',
    summary: 'Log out',
    tag,
    access: 'public',
    async handle({ auth, request, response }) {
      setCookies(response, await auth.signOut(fetchHeaders(request)));
    },
  }),
  route({
    method: 'get',
    path: '/me',
    summary: 'Whoever asks',
    tag,
    access: 'agent',
    answer: 'Agent',
    handle: ({ parts, principal }) => agentOf(parts, principal.agentId),
  }),
  route({
    method: 'patch',
    path: '/me',
    summary: 'Change how the console works for whoever asks',
    tag,
    access: 'agent',
    body: 'MeUpdate',
    answer: 'Agent',
    async handle({ parts, principal, body }) {
      await parts.db.transaction((tx) => updateAgent(tx, principal.agentId, body));
      return agentOf(parts, principal.agentId);
    },
  }),
];
