import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, inject, it } from 'vitest';
import { eventually } from '../support/client.ts';
import { startDovecot, type TokenMechanism } from '../support/dovecot.ts';
import { startHub } from '../support/hub.ts';
import { mailNamed, quickAccounts } from '../support/mailbox-mail.ts';

describe.skipIf(inject('dovecot') === null)('a mail account with OAuth 2.0', () => {
  /** A provider: gives codes and tokens, and tells Dovecot which are good (RFC 7662). */
  async function startProvider() {
    const state = {
      generation: 0,
      renewals: 0,
      refresh: 'refresh-0',
      down: false,
      revoked: false,
      verifiers: [] as string[],
    };
    const server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        const form = new URLSearchParams(text);
        const answer = (status: number, body: object) =>
          response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
        if (request.url?.startsWith('/introspect')) {
          const good = text.includes(`access-${state.generation}`);
          return answer(200, { active: good, username: 'oauth' });
        }
        if (state.down) return answer(503, {});
        if (form.get('grant_type') === 'authorization_code') {
          state.verifiers.push(form.get('code_verifier') ?? '');
          if (form.get('code') !== 'the-code') return answer(400, { error: 'invalid_grant' });
        } else {
          state.renewals += 1;
          if (state.revoked || form.get('refresh_token') !== state.refresh)
            return answer(400, { error: 'invalid_grant' });
        }
        state.generation += 1;
        state.refresh = `refresh-${state.generation}`;
        return answer(200, {
          access_token: `access-${state.generation}`,
          refresh_token: state.refresh,
          expires_in: 3600,
        });
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return {
      url,
      state,
      async [Symbol.asyncDispose]() {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  }

  const mechanisms: TokenMechanism[] = ['xoauth2', 'oauthbearer'];
  it.each(mechanisms)(
    'signs in by code with PKCE, renews its token, and says when a person must sign in again (%s)',
    async (mechanism) => {
      await using provider = await startProvider();
      await using dovecot = await startDovecot({ introspectionUrl: `${provider.url}/introspect`, mechanism });
      await using hub = await startHub('postgres', { overrides: { mailAccounts: quickAccounts } });
      const { body } = await hub.api('POST', '/api/v1/mail-accounts', {
        address: 'oauth@patchbay.test',
        host: '127.0.0.1',
        port: dovecot.port,
        security: 'none',
        username: 'oauth',
        auth: 'oauth2',
        importFrom: 'new',
        oauth: {
          clientId: 'hub',
          authorizeUrl: `${provider.url}/authorize`,
          tokenUrl: `${provider.url}/token`,
          scope: 'mail',
        },
        clientSecret: 'client-secret',
      });
      const until = (holds: (found: Record<string, unknown>) => boolean) =>
        eventually(async () => (await hub.api('GET', `/api/v1/mail-accounts/${body.id}`)).body, holds, 20_000);
      await until(({ lastErrorCode }) => lastErrorCode === 'sign-in-again');
      await dovecot.append('oauth', [mailNamed('o-0')]);

      const begun = new URL((await hub.api('POST', `/api/v1/mail-accounts/${body.id}/sign-in`)).body.url);
      expect(begun.searchParams.get('code_challenge_method')).toBe('S256');
      const back = (state: string, answer: Record<string, string> = { code: 'the-code' }) =>
        fetch(`${hub.url}/api/v1/mail-accounts/oauth/callback?${new URLSearchParams({ ...answer, state })}`, {
          headers: { authorization: `Bearer ${hub.ground.env['PATCHBAY_API_KEY']}` },
          redirect: 'manual',
        });
      const state = begun.searchParams.get('state') ?? '';
      expect((await back(`x${state}`)).headers.get('location')).toContain('problem=forbidden');
      for (const [answer, problem] of [
        [{ error: 'access_denied' }, 'denied'],
        [{ error: 'server_error' }, 'provider'],
        [{ code: 'another-code' }, 'sign-in-again'],
      ] as [Record<string, string>, string][])
        expect((await back(state, answer)).headers.get('location')).toBe(`/mail-accounts?problem=${problem}`);
      expect((await back(state)).headers.get('location')).toContain(`signedIn=${body.id}`);
      expect(provider.state.verifiers[0]).toMatch(/^[\w-]{43}$/);
      await dovecot.append('oauth', [mailNamed('o-1')]);
      await until(({ state: now, lastMailAt }) => now === 'watching' && lastMailAt !== null);
      const messages = async () => {
        const { rows } = await hub.hub.parts.db.sql.query<{ id: string }>(
          `select external_id as id from message where direction = 'in' order by 1`,
        );
        return rows.map(({ id }) => id);
      };
      // Also what came before anybody had signed in.
      const found = await eventually(messages, ({ length }) => length > 1);
      expect(found).toEqual(['<o-0@example.org>', '<o-1@example.org>']);

      // The token is refused at the next connection, and renewed once.
      provider.state.generation += 1;
      provider.state.refresh = `refresh-${provider.state.generation - 1}`;
      await dovecot.stop();
      await dovecot.start();
      await eventually(
        async () => provider.state.renewals,
        (renewals) => renewals >= 2,
      );
      await until(({ state: now, lastError }) => now === 'watching' && lastError === null);

      provider.state.down = true;
      provider.state.generation += 1;
      await dovecot.stop();
      await dovecot.start();
      await until(({ lastErrorCode }) => lastErrorCode === 'token-server');
      provider.state.down = false;
      provider.state.revoked = true;
      await until(({ lastErrorCode }) => lastErrorCode === 'sign-in-again');
    },
  );
});
