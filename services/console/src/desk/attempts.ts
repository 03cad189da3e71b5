import { newKey } from './new-key.ts';

/** How a message is written on a ticket: what is written by different ways does not take the place of each other. */
export type Way = 'public' | 'internal' | 'template';

/** A message of which it is not known whether it reached the hub, and the idempotency key that it was sent with. */
export interface Attempt {
  readonly content: string;
  readonly key: string;
}

/** The last one by each way. */
export type Attempts = Readonly<Partial<Record<Way, Attempt>>>;

/** The attempt to send this content: the one that was made before, else another with a key of its own. */
export function attemptAt(attempts: Attempts, way: Way, content: string): Attempt {
  const before = attempts[way];
  return before?.content === content ? before : { content, key: newKey() };
}

/** Without the attempt by this way; with a content only where it was of that. */
export function withoutAttempt(attempts: Attempts, way: Way, content?: string): Attempts {
  const { [way]: gone, ...others } = attempts;
  return gone && (content === undefined || gone.content === content) ? others : attempts;
}
