/** The simulator's state as its API gives it, and the calls to that API. */
import { useEffect, useState } from 'preact/hooks';

export type Network = 'sms' | 'whatsapp';
export interface TextMessage {
  sid: string;
  network: Network;
  direction: 'inbound' | 'outbound-api';
  from: string;
  to: string;
  body: string;
  media: { contentType: string; filename: string; url: string }[];
  status: string;
  at: string;
}
export interface TranscriptLine {
  at: string;
  kind: 'say' | 'play' | 'beep' | 'note';
  text: string;
}
export interface Call {
  sid: string;
  direction: 'inbound' | 'outbound-api';
  party: 'agent' | 'customer';
  from: string;
  to: string;
  status: string;
  activity: 'dialling' | 'listening' | 'queued' | 'conference' | 'held' | 'recording' | 'over';
  startedAt: string;
  endedAt: string | null;
  transcript: TranscriptLine[];
}
/** What customers do whom the centre calls. */
export const customerMoods = ['answer', 'busy', 'no-answer', 'ask'] as const;
export interface Carrier {
  number: string;
  whatsappNumber: string;
  autoAnswer: boolean;
  customers: (typeof customerMoods)[number];
  mailTo: string | null;
  messages: TextMessage[];
  calls: Call[];
  wire: { at: string; path: string; status: number }[];
}

const api = '/simulator/api';

/** Posts, and answers with the body. Rejects with the problem's own words. */
export async function post(path: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(api + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  const answer = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  if (!response.ok)
    throw new Error(typeof answer['detail'] === 'string' ? answer['detail'] : `HTTP ${response.status}`);
  return answer;
}

/** The carrier's state, live; null until it is known. */
export function useCarrier(): { carrier: Carrier | null; online: boolean } {
  const [carrier, setCarrier] = useState<Carrier | null>(null);
  const [online, setOnline] = useState(false);
  useEffect(() => {
    const events = new EventSource(`${api}/events`);
    events.addEventListener('state', (event) => {
      setCarrier(JSON.parse(event.data as string) as Carrier);
      setOnline(true);
    });
    events.addEventListener('error', () => setOnline(false));
    return () => events.close();
  }, []);
  return { carrier, online };
}
