/** The role `web`: the console, the API, sockets, and what providers call. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCarrierSimulator, smtpMail } from '@patchbay/channels/simulator/index';
import { createAuth, ensureFirstAdministrator } from '../auth/index.ts';
import { carrierAccount } from '../channels.ts';
import { createHttpApp } from '../http/app.ts';
import type { HubOverrides } from '../hub-overrides.ts';
import { createLiveServer } from '../live/server.ts';
import { createTail } from '../live/tail.ts';
import { startMailAccounts } from '../mail-accounts/supervisor.ts';
import type { Parts } from '../parts.ts';
import type { Jobs } from '../queues/jobs.ts';
import { startInlets } from './inlets.ts';
import { listen } from './listen.ts';
import { queueReady } from './queue-ready.ts';

export async function startWeb(
  parts: Parts & { jobs: Jobs },
  overrides: HubOverrides,
  stopping: AbortController,
  stack: AsyncDisposableStack,
) {
  const { config, log } = parts;
  const auth = createAuth(parts);
  const { setupLink } = await ensureFirstAdministrator(parts);
  const tail = await createTail({ db: parts.db, log, signal: stopping.signal });
  const live = createLiveServer(parts, auth, tail);
  await parts.db.listen('patchbay_figures', live.figuresMoved, stopping.signal);

  const inlets = new AbortController();
  let smtp: string | undefined;
  const simulator = config.simulator ? startSimulator(parts, overrides, () => smtp) : undefined;
  const ready = async () => ({
    database: await parts.db.ping().then(
      () => true,
      () => false,
    ),
    queue: await queueReady(parts.jobs),
    inlets: config.smtpInletPort === 0 || smtp !== undefined,
  });
  const app = createHttpApp(parts, auth, {
    ready,
    mountWidget: (router) => void router.use(live.widget),
    ...(simulator && { simulator }),
  });
  const server = createServer(app);
  live.attach(server);
  stack.defer(async () => {
    inlets.abort();
    await simulator?.stop();
    // Sockets and server end only when every connection has, and a browser may leave one half open for as long as it likes.
    const patience = setTimeout(() => server.closeAllConnections(), 3_000);
    await live.close();
    server.closeIdleConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
    clearTimeout(patience);
  });
  await listen(server, 'PORT', config.port, config.host);
  smtp = await startInlets(parts, inlets, stack);
  stack.use(startMailAccounts(parts, overrides.mailAccounts));
  const { port } = server.address() as AddressInfo;
  return {
    url: config.port === 0 ? `http://${config.host}:${port}` : config.publicUrl,
    smtp,
    setupLink: setupLink ?? undefined,
  };
}

function startSimulator({ config, signingKey, now }: Parts, overrides: HubOverrides, smtp: () => string | undefined) {
  const { accountSid, authToken, number, whatsappNumber } = carrierAccount(config, signingKey);
  return createCarrierSimulator({
    publicUrl: config.publicUrl,
    accountSid,
    authToken,
    number,
    whatsappNumber,
    now,
    ...(overrides.simulatorSpeed && { speed: overrides.simulatorSpeed }),
    mailTo: `support@${config.mailDomains[0]}`,
    sendMail: async (mail) => {
      const [host = config.host, port = '0'] = (smtp() ?? '').split(/:(?=\d+$)/);
      return smtpMail({ host, port: Number(port) })(mail);
    },
  });
}
