/** The load process: everything that a customer, a carrier or an agent's browser does, away from the hub's own process. */
import { openBareParts } from './bare.ts';
import type { BareParts } from './bare.ts';
import type { Answers, Command } from './protocol.ts';
import { openRoad } from './road.ts';
import type { Road } from './road.ts';
import { createTexts } from './texts.ts';

let bare: BareParts | undefined;
let road: Road | undefined;

async function carryOut(command: Command): Promise<Answers[Command['do']]> {
  if (command.do === 'open') {
    const { target, concurrency, knownCustomers } = command;
    const texts = createTexts(knownCustomers);
    bare = await openBareParts(target, concurrency, knownCustomers, texts);
    road = await openRoad(target, concurrency, knownCustomers, texts);
    return null;
  }
  if (command.do === 'close') {
    await bare?.[Symbol.asyncDispose]();
    await road?.[Symbol.asyncDispose]();
    return null;
  }
  if (!bare || !road) throw new Error('open comes first');
  return command.do === 'bare' ? bare.measure(command.count) : road.measure(command.customers, command.count);
}

process.on('message', (command: Command) => {
  carryOut(command).then(
    (answer) => process.connected && process.send?.({ answer }),
    (error: unknown) =>
      process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
