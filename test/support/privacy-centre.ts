/** What tests of privacy have in common: a hub, its administrator's calls, customers, and people to log in. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { logIn, openApiCentre } from './api-centre.ts';
import type { ApiClient } from './client.ts';
import { shared } from './shared.ts';

export function usePrivacyCentre() {
  const centre = shared(openApiCentre);
  const ask = async (api: ApiClient, method: string, path: string, body?: unknown, status = 200) => {
    const answer = await api(method, `/api/v1${path}`, body);
    expect([path, answer.status, answer.body]).toEqual([path, status, answer.body]);
    return answer.body;
  };
  const call = (method: string, path: string, body?: unknown, status = 200) =>
    ask(centre().api, method, path, body, status);
  // None of these is a number that a test writes down.
  let number = 447_700_953_000;
  const anyone = (name = 'Ada Visible') =>
    call(
      'POST',
      '/customers',
      {
        displayName: name,
        identifiers: [
          { kind: 'email', value: `${randomUUID().slice(0, 8)}.visible@example.org` },
          { kind: 'phone', value: `+${(number += 1)}` },
        ],
      },
      201,
    );
  async function somebody(role: 'agent' | 'manager') {
    const credentials = { email: `${randomUUID()}@patchbay.test`, password: 'a long enough password' };
    const { id } = await call('POST', '/agents', { name: `A ${role}`, role, ...credentials }, 201);
    return { id, api: (await logIn(centre().url, credentials)).api };
  }
  return { centre, ask, call, anyone, somebody };
}
