/** A Dovecot of its own: Maildir in a temporary folder, free ports on loopback, any user with the one password or a valid token. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ImapFlow } from 'imapflow';
import { inject } from 'vitest';
import { freePort } from './backends.ts';
import { writeCertificate } from './certificate.ts';
import { eventually } from './client.ts';

export const mailPassword = 'dovecot-test-password';

export interface Dovecot extends AsyncDisposable {
  readonly port: number;
  /** With a certificate that nobody vouches for but itself. */
  readonly tlsPort: number;
  /** The file that it is in. */
  readonly certificate: string;
  /** Signs in as a mail program does. */
  session(user: string): Promise<ImapFlow & AsyncDisposable>;
  append(user: string, mails: readonly (string | Buffer)[], folder?: string): Promise<void>;
  /** Puts mails into INBOX as Maildir files, byte for byte; `at`: when each arrived, `seen`: whether somebody has read it. */
  deliver(user: string, mails: readonly Buffer[], as?: (index: number) => { at: Date; seen: boolean }): Promise<void>;
  /** Deletes a folder and makes it again under a new UIDVALIDITY, with these mails in it. */
  recreate(user: string, folder: string, mails: readonly (string | Buffer)[]): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
}

const run = promisify(execFile);

/** How a token is said: as Google and Microsoft first had it, or by RFC 7628. Microsoft takes the first alone. */
export type TokenMechanism = 'xoauth2' | 'oauthbearer';

/**
 * `introspectionUrl`: where Dovecot asks whether a token is good (RFC 7662). `mechanism`: the only one that it then takes, both unless
 * given. `settings`: more lines of its configuration. `program`: where it lies, for those who are no test.
 */
export async function startDovecot(
  options: { introspectionUrl?: string; mechanism?: TokenMechanism; settings?: string; program?: string } = {},
): Promise<Dovecot> {
  const program = options.program ?? inject('dovecot');
  if (!program) throw new Error('dovecot is not on this machine');
  const folder = await mkdtemp(join(tmpdir(), 'patchbay-dovecot-'));
  const [port, tlsPort] = [await freePort(), await freePort()];
  const owner = await mailOwner();
  await chmod(folder, 0o755);
  for (const name of ['run', 'state', 'mail']) await mkdir(join(folder, name), { mode: 0o755 });
  if (userInfo().uid === 0) await chown(join(folder, 'mail'), owner.uid, owner.gid);
  await writeCertificate(folder);
  const config = join(folder, 'dovecot.conf');
  await writeFile(config, configuration(folder, port, tlsPort, owner, options));
  if (options.introspectionUrl)
    await writeFile(
      join(folder, 'oauth2.conf'),
      `introspection_mode = post\nintrospection_url = ${options.introspectionUrl}\nusername_attribute = username\nactive_attribute = active\nactive_value = true\n`,
    );

  let server: ReturnType<typeof spawn> | undefined;
  let exited: Promise<unknown> = Promise.resolve();
  const start = async () => {
    // A group of its own: sessions in progress outlive their master otherwise.
    server = spawn(program, ['-F', '-c', config], { stdio: 'ignore', detached: true });
    exited = once(server, 'exit');
    await eventually(() => greets(port), Boolean, 10_000).catch(async (cause: unknown) => {
      throw new Error(`dovecot does not answer: ${await readFile(join(folder, 'log'), 'utf8').catch(() => '')}`, {
        cause,
      });
    });
  };
  const stop = async () => {
    const group = server?.pid;
    if (group === undefined) return;
    process.kill(-group, 'SIGTERM');
    await exited;
    try {
      process.kill(-group, 'SIGKILL');
    } catch {
      // All of them have ended.
    }
    server = undefined;
  };
  const session = async (user: string) => {
    const client = new ImapFlow({
      host: '127.0.0.1',
      port,
      secure: false,
      doSTARTTLS: false,
      logger: false,
      disableAutoIdle: true,
      auth: { user, pass: mailPassword },
    });
    client.on('error', () => undefined);
    await client.connect();
    return Object.assign(client, { [Symbol.asyncDispose]: () => client.logout() });
  };
  const append = async (user: string, mails: readonly (string | Buffer)[], path = 'INBOX') => {
    await using client = await session(user);
    for (const mail of mails) await client.append(path, mail);
  };
  await start();
  return {
    port,
    tlsPort,
    certificate: join(folder, 'cert.pem'),
    session,
    append,
    async deliver(user, mails, as) {
      const maildir = join(folder, 'mail', user);
      for (const name of ['cur', 'new', 'tmp']) await mkdir(join(maildir, name), { recursive: true });
      for (const [index, mail] of mails.entries()) {
        const { at, seen } = as?.(index) ?? { at: new Date(), seen: false };
        const name = `${Math.floor(at.getTime() / 1000)}.${randomUUID()}.test`;
        const file = join(maildir, ...(seen ? ['cur', `${name}:2,S`] : ['new', name]));
        await writeFile(file, mail);
        await utimes(file, at, at);
      }
      if (userInfo().uid === 0) await run('chown', ['-R', `${owner.uid}:${owner.gid}`, maildir]);
    },
    async recreate(user, path, mails) {
      await using client = await session(user);
      const { uidValidity } = await client.mailboxOpen(path);
      await client.mailboxClose();
      await client.mailboxRename(path, `${path}-before`);
      await client.mailboxCreate(path);
      const again = await client.mailboxOpen(path);
      if (again.uidValidity === uidValidity) throw new Error('UIDVALIDITY did not change');
      for (const mail of mails) await client.append(path, mail);
    },
    start,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Owner {
  readonly name: string;
  readonly group: string;
  readonly uid: number;
  readonly gid: number;
}

/** Dovecot refuses to read mail as root. */
async function mailOwner(): Promise<Owner> {
  const name = userInfo().uid === 0 ? 'nobody' : userInfo().username;
  const id = async (flag: string) => (await run('id', [flag, name])).stdout.trim();
  return { name, group: await id('-gn'), uid: Number(await id('-u')), gid: Number(await id('-g')) };
}

function configuration(
  folder: string,
  port: number,
  tlsPort: number,
  owner: Owner,
  options: { introspectionUrl?: string; mechanism?: TokenMechanism; settings?: string },
): string {
  const mechanisms = options.mechanism ?? 'xoauth2 oauthbearer';
  const self = userInfo().username;
  const unprivileged =
    userInfo().uid === 0
      ? ''
      : `default_internal_user = ${self}\ndefault_login_user = ${self}\ndefault_internal_group = ${owner.group}\n`;
  return `
protocols = imap
listen = 127.0.0.1
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
ssl = yes
ssl_cert = <${folder}/cert.pem
ssl_key = <${folder}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login${options.introspectionUrl ? ` ${mechanisms}` : ''}
auth_failure_delay = 0
mail_location = maildir:${folder}/mail/%u
mail_max_userip_connections = 1000
mailbox_idle_check_interval = 5 secs
first_valid_uid = 1
first_valid_gid = 1
${unprivileged}
service anvil {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = ${tlsPort}
    ssl = yes
  }
}
${
  options.introspectionUrl
    ? `passdb {
  driver = oauth2
  mechanisms = ${mechanisms}
  args = ${folder}/oauth2.conf
}`
    : ''
}
passdb {
  driver = static
  args = password=${mailPassword}
}
userdb {
  driver = static
  args = uid=${owner.uid} gid=${owner.gid} home=${folder}/mail/%u
}
namespace inbox {
  inbox = yes
  separator = /
}
${options.settings ?? ''}
`;
}

function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', (data) => {
      resolve(data.toString().startsWith('* OK'));
      socket.destroy();
    });
    socket.once('error', () => resolve(false));
  });
}
