/** An agent at the desk whose mails leave for a server that refuses some of them. */
import { addAgent, grace, logIn, setPresence } from './browser-desk.ts';
import type { OpenedPage } from './browser.ts';
import { startHub } from './hub.ts';
import type { TestHub } from './hub.ts';
import { startMailSink } from './mail.ts';
import type { MailSink } from './mail.ts';

const refusals: Record<string, number> = { 'suplier.example': 550, 'slow.example': 451 };

export interface MailDesk extends AsyncDisposable {
  readonly sink: MailSink;
  readonly hub: TestHub;
  readonly opened: OpenedPage;
}

export async function openMailDesk(browser: { open(): Promise<OpenedPage> }): Promise<MailDesk> {
  await using stack = new AsyncDisposableStack();
  const sink = stack.use(await startMailSink((address) => refusals[address.split('@')[1] ?? '']));
  const hub = stack.use(await startHub('postgres', { env: { SMTP_URL: sink.url } }));
  const agentId = await addAgent(hub.api);
  await hub.api('PATCH', `/api/v1/agents/${agentId}`, { undoSeconds: 60 });
  const opened = await browser.open();
  stack.defer(() => opened.page.context().close());
  await logIn(opened.page, hub.url, grace);
  opened.problems.length = 0;
  await setPresence(opened.page, 'online');
  const owned = stack.move();
  return { sink, hub, opened, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
