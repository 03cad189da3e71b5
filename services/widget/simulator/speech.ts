/** Speaks what a caller hears, as far as the browser can. */
import { useEffect, useRef } from 'preact/hooks';
import type { Call, TranscriptLine } from './carrier.ts';

function utter(line: TranscriptLine): (() => void) | null {
  if (line.kind === 'say') {
    const utterance = new SpeechSynthesisUtterance(line.text);
    utterance.lang = 'en';
    speechSynthesis.speak(utterance);
    return null;
  }
  if (line.kind !== 'play') return null;
  const audio = new Audio(line.text);
  // A browser may refuse to play before the visitor has touched the page.
  audio.play().catch(() => undefined);
  return () => audio.pause();
}

/** While `enabled`, each new line of the call is heard; music stops at the next line. */
export function useSpeech(call: Call | undefined, enabled: boolean): void {
  // What was said before the page was opened is not read out.
  const heard = useRef({ sid: call?.sid ?? '', at: call?.transcript.at(-1)?.at ?? '' });
  const stopMusic = useRef<(() => void) | null>(null);
  useEffect(() => {
    const lines = call?.transcript ?? [];
    const since = heard.current.sid === call?.sid ? heard.current.at : '';
    const fresh = lines.filter((line) => line.at > since);
    if (fresh.length > 0 || !enabled) stopMusic.current?.();
    if (enabled) for (const line of fresh) stopMusic.current = utter(line);
    else if ('speechSynthesis' in globalThis) speechSynthesis.cancel();
    heard.current = { sid: call?.sid ?? '', at: lines.at(-1)?.at ?? '' };
  }, [call, enabled]);
}
