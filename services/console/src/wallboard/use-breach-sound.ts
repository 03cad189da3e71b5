import type { BoardLayout, Wallboard } from '@patchbay/contracts';
import { useEffect, useRef, useState } from 'react';
import { allowBoardSound, boardChime, boardSoundOn, setBoardSound } from '../live/chime.ts';
import { breaches, nextBreaches } from './board-values.ts';

/** `blocked`: wanted, and the browser keeps the page silent until somebody touches it. */
export type BoardSound = 'off' | 'on' | 'blocked';

/** One sound when something has gone over its limit, once somebody has allowed it. */
export function useBreachSound(board: BoardLayout, snapshot: Wallboard, now: number, stale: boolean) {
  const [sound, setSound] = useState<BoardSound>(() => (boardSoundOn() ? 'blocked' : 'off'));
  const [count, setCount] = useState(0);
  const known = useRef<{ of: BoardLayout; names: ReadonlySet<string> } | null>(null);

  useEffect(() => {
    if (stale) return;
    const before = known.current?.of === board ? known.current.names : null;
    const next = nextBreaches(before, breaches(board, snapshot, now));
    known.current = { of: board, names: next.known };
    if (next.fresh.length === 0) return;
    setCount((so) => so + 1);
    if (boardSoundOn() && !boardChime()) setSound('blocked');
  }, [board, snapshot, now, stale]);

  useEffect(() => {
    if (boardSoundOn()) void allowBoardSound().then((allowed) => setSound(allowed ? 'on' : 'blocked'));
  }, []);

  const toggle = async () => {
    if (sound === 'on') {
      setBoardSound(false);
      setSound('off');
      return;
    }
    setBoardSound(true);
    const allowed = await allowBoardSound();
    setSound(allowed ? 'on' : 'blocked');
    if (allowed) boardChime();
  };
  return { sound, toggle, count };
}
