import { HubError } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import { SignInProblem, SignInRests } from './sign-in-rests.ts';

const second = 1_000;

function startRests() {
  const clock = { now: 0 };
  const rests = new SignInRests(() => clock.now);
  const done = { tries: 0 };
  const attempt = (revision: number, outcome: () => Promise<boolean>) => {
    let signedIn = false;
    const work = async () => {
      done.tries += 1;
      signedIn = await outcome();
    };
    return rests.try({ id: 'box', revision }, work, () => signedIn);
  };
  const refused = () => Promise.reject(new SignInProblem('No'));
  const refusedAs = (revision = 1) => expect(attempt(revision, refused)).rejects.toMatchObject({ message: 'No' });
  const letIn = async () => true;
  return { clock, done, attempt, refused, refusedAs, letIn };
}

describe('a mailbox that nobody is let in to', () => {
  test('rests for half a minute, then twice as long each time, up to 15 minutes', async () => {
    const { clock, done, refusedAs } = startRests();
    const rests = [30, 60, 120, 240, 480, 900, 900];
    for (const [round, seconds] of rests.entries()) {
      await refusedAs();
      expect(done.tries).toBe(round + 1);
      clock.now += seconds * second - 1;
      await refusedAs();
      expect(done.tries).toBe(round + 1);
      clock.now += 1;
    }
  });

  test('is tried at once when it was changed, and from then on rests as that one', async () => {
    const { clock, done, refusedAs } = startRests();
    await refusedAs(1);
    clock.now += 30 * second;
    await refusedAs(1);
    await refusedAs(2);
    expect(done.tries).toBe(3);
    await refusedAs(2);
    expect(done.tries).toBe(3);
    clock.now += 30 * second;
    await refusedAs(2);
    expect(done.tries).toBe(4);
  });

  test('does not rest any more once it was let in, whatever became of the mail', async () => {
    const { clock, done, attempt, letIn, refusedAs } = startRests();
    await refusedAs();
    clock.now += 30 * second;
    await attempt(1, letIn);
    await attempt(1, letIn);
    await refusedAs();
    expect(done.tries).toBe(4);
    clock.now += 30 * second;
    await refusedAs();
    clock.now += 59 * second;
    await refusedAs();
    expect(done.tries).toBe(5);
  });

  test('that could not be asked is asked again by the next mail', async () => {
    const { clock, done, attempt, refusedAs, letIn } = startRests();
    await refusedAs();
    clock.now += 30 * second;
    const lost = new HubError('provider_unavailable', 'The mail server cannot be reached');
    await expect(attempt(1, () => Promise.reject(lost))).rejects.toBe(lost);
    await attempt(1, letIn);
    expect(done.tries).toBe(3);
  });

  test('is tried by one mail after its rest, and several that were refused together are one refusal', async () => {
    const { clock, done, attempt, refused, refusedAs } = startRests();
    const { promise: answer, resolve: answered } = Promise.withResolvers<void>();
    const slow = () => attempt(1, () => answer.then(refused));
    const together = Promise.allSettled([slow(), slow(), slow()]);
    expect(done.tries).toBe(3);
    answered();
    await together;
    clock.now += 30 * second;
    const { promise: later, resolve: answeredLater } = Promise.withResolvers<void>();
    const trying = attempt(1, () => later.then(refused));
    await refusedAs();
    expect(done.tries).toBe(4);
    answeredLater();
    await expect(trying).rejects.toBeInstanceOf(SignInProblem);
  });
});
