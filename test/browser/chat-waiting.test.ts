import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { keepPictures, useBrowser } from '../support/browser.ts';
import { addAgent, grace, logIn, setPresence } from '../support/browser-desk.ts';
import { startHub } from '../support/hub.ts';
import type { TestHub } from '../support/hub.ts';
import { openVisitor } from '../support/visitor.ts';

describe.skipIf(inject('chromium') === null)('a visitor who waits, on screen', () => {
  const browser = useBrowser();
  let hub: TestHub;
  let visitor: Page;
  const beyond: string[] = [];
  const picture = async (name: string) => void beyond.push(...(await keepPictures(visitor, `chat-waiting-${name}`)));

  beforeAll(async () => {
    hub = await startHub('postgres');
  });
  afterAll(async () => {
    await visitor?.context().close();
    await hub?.[Symbol.asyncDispose]();
  });

  it('sees the place and the wait as they change, leaves a number, and the agent is offered it', async () => {
    await addAgent(hub.api);
    const { body: queues } = await hub.api('GET', '/api/v1/queue-settings');
    const queue = queues.items.find(({ channels }: { channels: string[] }) => channels.includes('chat'));
    const change = (more: object) => hub.api('PUT', `/api/v1/queues/${queue.id}`, { ...queue, ...more });
    // Somebody is there, and has no room: nobody is offered anything yet.
    await hub.api('PATCH', '/api/v1/agents/me', { capacity: { chat: 0 } });
    await hub.api('PUT', '/api/v1/agents/me/presence', { state: 'online' });
    await using before = await openVisitor(hub.url);
    await before.send({ text: 'I was here first' });
    await before.places.until((place) => place?.place === 1, 'that somebody waits already');

    const opened = await browser.open();
    visitor = opened.page;
    await visitor.goto(`${hub.url}/widget-demo`);
    await visitor.getByTestId('widget-launcher').click();
    await visitor.getByTestId('widget-name').fill('Charles Babbage');
    await visitor.getByTestId('widget-start').click();
    await visitor.getByTestId('widget-text').fill('Is the engine in stock?');
    await visitor.getByTestId('widget-send').click();
    const place = visitor.getByTestId('widget-place');
    await place.getByText('You are number 2 in line.').waitFor();
    await place.getByText('We cannot say yet how long it takes.').waitFor();
    expect(await place.getAttribute('aria-live')).toBe('polite');
    await picture('place');

    await hub.hub.parts.db.sql.query(
      `insert into queue_answer (queue_id, at) select $1, now() - make_interval(mins => n) from generate_series(1, 3) n`,
      [queue.id],
    );
    const { body: tickets } = await hub.api('GET', '/api/v1/tickets?q=first');
    expect((await hub.api('POST', `/api/v1/tickets/${tickets.items[0].id}/claim`)).status).toBe(200);
    await place.getByText('You are next in line.').waitFor();
    await place.getByText(/About \d minutes? to go\./).waitFor();

    expect((await change({ callBack: true })).status).toBe(200);
    await visitor.getByTestId('widget-call-back').click();
    await visitor.getByTestId('widget-call-back-to').fill('my number');
    await visitor.getByTestId('widget-call-back-send').click();
    await visitor.getByRole('alert').getByText('neither a number').waitFor();
    await picture('call-back');
    await visitor.getByTestId('widget-call-back-to').fill('+49 151 12360002');
    await visitor.getByTestId('widget-call-back-send').click();
    await visitor.getByTestId('widget-call-back-asked').waitFor();
    await picture('asked');

    const { page: agent } = await browser.open();
    await logIn(agent, hub.url, grace);
    await setPresence(agent, 'online');
    const offer = agent.getByTestId('offer');
    await offer.getByTestId('offer-call-back').getByText('+4915112360002').waitFor();
    beyond.push(...(await keepPictures(agent, 'chat-waiting-offer')));
    await offer.getByTestId('offer-accept').click();
    await agent.getByTestId('call-back-asked').filter({ hasText: '+4915112360002' }).waitFor();
    await place.getByText('in line').waitFor({ state: 'detached' });
    await agent.context().close();
    expect(opened.problems).toEqual([]);
    expect(beyond).toEqual([]);
  });
});
