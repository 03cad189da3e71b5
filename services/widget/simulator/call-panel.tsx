import { useEffect, useRef, useState } from 'preact/hooks';
import { type Call, post, type TranscriptLine } from './carrier.ts';
import { useSpeech } from './speech.ts';
import { noteWord, useWords, type Words } from './words.ts';

/** Seconds as m:ss. */
function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
}

function useElapsed(call: Call): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (call.endedAt !== null) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [call.sid, call.endedAt]);
  return Math.max(0, ((call.endedAt === null ? now : Date.parse(call.endedAt)) - Date.parse(call.startedAt)) / 1000);
}

function lineText(words: Words, line: TranscriptLine): string {
  if (line.kind === 'play') return `♪ ${words.play}`;
  if (line.kind === 'beep') return `● ${words.beep}`;
  return line.kind === 'note' ? noteWord(words, line.text) : line.text;
}

/** What is heard on a call, the newest line in view. */
export function Transcript({ call }: { call: Call }) {
  const words = useWords();
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => list.current?.scrollTo({ top: list.current.scrollHeight }), [call.transcript.length]);
  return (
    <ol class="transcript" ref={list} tabIndex={0} aria-live="polite" aria-label={words.transcript}>
      {call.transcript.map((line, index) => (
        <li key={index} class={`line ${line.kind}`}>
          {lineText(words, line)}
        </li>
      ))}
    </ol>
  );
}

/** The state of a call in a word, with its length. */
export function CallState({ call }: { call: Call }) {
  const words = useWords();
  const elapsed = useElapsed(call);
  return (
    <p class={`call-state ${call.activity}`} data-activity={call.activity}>
      <span class="dot" aria-hidden="true" />
      {call.activity === 'conference' && call.direction === 'outbound-api' ? words.talking : words[call.activity]}{' '}
      <time>{clock(elapsed)}</time>
    </p>
  );
}

/** The customer's own call: dial, listen, leave a message, hang up. */
export function CallPanel({
  call,
  onDial,
  onError,
}: {
  call: Call | undefined;
  onDial: () => void;
  onError: (error: unknown) => void;
}) {
  const words = useWords();
  const [aloud, setAloud] = useState(localStorage.getItem('simulator.aloud') === 'yes');
  useSpeech(call, aloud);
  const active = call !== undefined && call.endedAt === null;
  const setSpeech = (on: boolean) => {
    localStorage.setItem('simulator.aloud', on ? 'yes' : 'no');
    setAloud(on);
  };
  return (
    <section class="call">
      <div class="call-actions">
        {!active && (
          <button type="button" class="go" onClick={onDial}>
            ☎ {words.call}
          </button>
        )}
        {active && (
          <button type="button" class="stop" onClick={() => void post('/hangup', { callSid: call.sid }).catch(onError)}>
            {words.hangUp}
          </button>
        )}
        {active && call.activity === 'recording' && (
          <button type="button" onClick={() => void post('/record-finish', { callSid: call.sid }).catch(onError)}>
            {words.finish}
          </button>
        )}
        <label class="check">
          <input type="checkbox" checked={aloud} onChange={(event) => setSpeech(event.currentTarget.checked)} />{' '}
          {words.speak}
        </label>
      </div>
      {call && <CallState call={call} />}
      {call && <Transcript call={call} />}
    </section>
  );
}
