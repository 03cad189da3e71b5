import type { HubEvent } from '@patchbay/contracts';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useLive } from '../live/live-context.ts';
import { api } from '../query-client.ts';
import { changesAll, touchedBy, withRows, type Floor } from './floor-state.ts';

/** Events that follow each other within so many ms are read for together. */
const WINDOW = 200;
/** A ticket's clocks follow its events so much later. Milliseconds. */
const CLOCKS = 1_500;
/** With more than this to read again the whole floor is read. */
const most = 400;

/** The floor, kept by events: nothing is asked of the hub while nothing happens. */
export function useFloor(): { floor: Floor | null; error: unknown; retry: () => void } {
  const { follow } = useLive();
  const [floor, setFloor] = useState<Floor | null>(null);
  const [error, setError] = useState<unknown>(null);
  const keeper = useRef<ReturnType<typeof createKeeper>>(null);
  useEffect(() => {
    const kept = createKeeper(setFloor, setError);
    keeper.current = kept;
    const leave = follow((events) => (events === null ? kept.readAll() : kept.events(events)));
    kept.readAll();
    return () => {
      leave();
      kept.stop();
    };
  }, [follow]);
  const retry = useCallback(() => keeper.current?.readAll(), []);
  return { floor, error, retry };
}

/** Reads one thing after the other, so that an older answer never takes the place of a newer one. */
function createKeeper(show: (floor: Floor) => void, fail: (error: unknown) => void) {
  let floor: Floor | null = null;
  let whole = false;
  let agentIds = new Set<string>();
  let ticketIds = new Set<string>();
  let reading = false;
  let stopped = false;
  const timers = new Set<ReturnType<typeof setTimeout>>();
  const later = (ms: number, run: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, ms);
    timers.add(timer);
  };

  const read = async (): Promise<void> => {
    if (whole || floor === null || agentIds.size > most || ticketIds.size > most) {
      whole = false;
      [agentIds, ticketIds] = [new Set(), new Set()];
      const [agents, waiting] = await Promise.all([api.floorAgents(), api.floorWaiting()]);
      floor = {
        agents: new Map(agents.map((one) => [one.id, one])),
        waiting: new Map(waiting.map((one) => [one.ticketId, one])),
      };
    } else {
      const asked = { agentIds, ticketIds };
      [agentIds, ticketIds] = [new Set(), new Set()];
      const [agents, waiting] = await Promise.all([
        asked.agentIds.size > 0 ? api.floorAgents([...asked.agentIds]) : [],
        asked.ticketIds.size > 0 ? api.floorWaiting([...asked.ticketIds]) : [],
      ]);
      floor = withRows(floor, asked, agents, waiting);
    }
    if (!stopped) show(floor);
  };
  const run = (): void => {
    if (reading || stopped || (!whole && agentIds.size + ticketIds.size === 0)) return;
    reading = true;
    read()
      .then(
        () => fail(null),
        (error: unknown) => {
          // What could not be read is read with the next event, or by hand.
          whole = floor !== null;
          fail(error);
        },
      )
      .finally(() =>
        later(WINDOW, () => {
          reading = false;
          run();
        }),
      );
  };
  return {
    readAll: () => {
      whole = true;
      run();
    },
    events: (events: readonly HubEvent[]) => {
      if (changesAll(events)) whole = true;
      const touched = touchedBy(events, floor ?? { agents: new Map() });
      for (const id of touched.agentIds) agentIds.add(id);
      for (const id of touched.ticketIds) ticketIds.add(id);
      run();
      if (touched.ticketIds.size > 0)
        later(CLOCKS, () => {
          for (const id of touched.ticketIds) ticketIds.add(id);
          run();
        });
    },
    stop: () => {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
