/** The hub's own carrier simulator, played by a test: who calls, who answers, who hangs up, and what everybody hears. */
import type { CallView, Snapshot } from '@patchbay/channels/simulator/index';
import { Feed } from './feed.ts';

export interface SimulatedCarrier extends AsyncDisposable {
  /** Calls the centre; answers the CallSid. */
  call(from: string): Promise<string>;
  hangUp(callSid: string): Promise<void>;
  /** Whether it still rang: it does for less than a second where time is fast. */
  agentLeg(callSid: string, action: 'answer' | 'decline'): Promise<boolean>;
  finishRecording(callSid: string): Promise<void>;
  autoAnswer(on: boolean): Promise<void>;
  /** What customers do whom the centre calls. */
  customers(mood: 'answer' | 'busy' | 'no-answer' | 'ask'): Promise<void>;
  /** Every state of every call. */
  readonly legs: Feed<CallView>;
  /** The first state of a call that holds. */
  leg(what: string, holds: (leg: CallView) => boolean): Promise<CallView>;
}

export const heard = (leg: CallView, words: string) => leg.transcript.some(({ text }) => text.includes(words));

export async function openSimulator(url: string): Promise<SimulatedCarrier> {
  const stop = new AbortController();
  const legs = new Feed<CallView>();
  const stream = await fetch(`${url}/simulator/api/events`, { signal: stop.signal });
  const reading = readSnapshots(stream, (snapshot) => snapshot.calls.forEach((leg) => legs.push(leg))).catch(
    (error: unknown) => {
      if (!stop.signal.aborted) throw error;
    },
  );
  /** Undefined for who comes too late for a call that goes on by itself. */
  const post = async (path: string, body: object, lateStatus?: number) => {
    const answer = await fetch(`${url}/simulator/api/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (answer.status === lateStatus) return undefined;
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? null : answer.json();
  };
  return {
    legs,
    call: async (from) => ((await post('call', { from })) as { callSid: string }).callSid,
    hangUp: async (callSid) => void (await post('hangup', { callSid })),
    agentLeg: async (callSid, action) => (await post('agent-leg', { callSid, action }, 409)) !== undefined,
    // It may have been recorded to the end.
    finishRecording: async (callSid) => void (await post('record-finish', { callSid }, 409)),
    autoAnswer: async (on) => void (await post('settings', { autoAnswer: on })),
    customers: async (mood) => void (await post('settings', { customers: mood })),
    leg: (what, holds) => legs.until(holds, what, 30_000),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await reading;
    },
  };
}

/** Server-sent events, one snapshot each. */
async function readSnapshots(stream: Response, onSnapshot: (snapshot: Snapshot) => void): Promise<void> {
  let text = '';
  for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const data = /^data: (.*)$/m.exec(text.slice(0, end))?.[1];
      text = text.slice(end + 2);
      if (data !== undefined) onSnapshot(JSON.parse(data) as Snapshot);
    }
  }
}
