/** Control of calls through Twilio's REST API. */
import type { CallControl, ChannelConfig } from '../channel.ts';
import { twilioCode } from '../twilio/errors.ts';
import type { TwilioRest } from '../twilio/rest.ts';
import { holdAudioPath, type VoiceUrl } from './urls.ts';

/** The call is over, or gone for long (twilio.com/docs/api/errors/21220 and 20404). */
const gone = new Set([21220, 20404]);
const agentRingSeconds = 20;
const customerRingSeconds = 30;
/** How long an order to ring an agent stands: the ringing and Twilio's own margin of 5 s. */
const orderLifeMs = (agentRingSeconds + 10) * 1000;

export interface PhoneCalls extends CallControl {
  /** Takes the caller out of the queue and to another document. False when there is no caller any more. */
  move(callSid: string, url: string): Promise<boolean>;
  /** The agent's leg is over: the same agent may be rung again for the same call. */
  forget(agentCallSid: string): void;
}

interface Order {
  readonly at: number;
  readonly leg: Promise<{ agentCallSid: string }>;
}

/** Twilio's Calls resource knows no idempotency key, so a repeated order within its life is answered with the first one's leg. */
class AgentOrders {
  readonly #orders = new Map<string, Order>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  once(key: string, order: () => Promise<{ agentCallSid: string }>): Promise<{ agentCallSid: string }> {
    const now = this.#now().getTime();
    for (const [old, { at }] of this.#orders) if (now - at > orderLifeMs) this.#orders.delete(old);
    const standing = this.#orders.get(key);
    if (standing) return standing.leg;
    const leg = order();
    this.#orders.set(key, { at: now, leg });
    leg.catch(() => this.#orders.delete(key));
    return leg;
  }

  async forget(agentCallSid: string): Promise<void> {
    for (const [key, order] of this.#orders) {
      const leg = await order.leg.catch(() => null);
      if (leg?.agentCallSid === agentCallSid && this.#orders.get(key) === order) this.#orders.delete(key);
    }
  }
}

/** True unless there is no such call any more. */
async function unlessGone(operation: Promise<unknown>): Promise<boolean> {
  try {
    await operation;
    return true;
  } catch (error) {
    if (gone.has(twilioCode(error) ?? 0)) return false;
    throw error;
  }
}

export function createPhoneCalls(rest: TwilioRest, config: ChannelConfig, url: VoiceUrl, now: () => Date): PhoneCalls {
  const orders = new AgentOrders(now);
  const from = config.twilio.number;
  const setHold = (callSid: string, conferenceSid: string, hold: boolean) =>
    rest((client) =>
      client
        .conferences(conferenceSid)
        .participants(callSid)
        .update({
          hold,
          ...(hold ? { holdUrl: config.publicUrl.replace(/\/+$/, '') + holdAudioPath, holdMethod: 'GET' } : {}),
        }),
    );
  return {
    connect: ({ callSid, agentPhone, callerNumber, ticketNumber }) =>
      orders.once(`${callSid} ${agentPhone}`, async () => {
        const reference = { call: callSid, caller: callerNumber, account: from };
        const leg = await rest((client) =>
          client.calls.create({
            to: agentPhone,
            from,
            url: url('agent', { ...reference, ticket: String(ticketNumber) }),
            statusCallback: url('agent-status', reference),
            statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
            timeout: agentRingSeconds,
          }),
        );
        return { agentCallSid: leg.sid };
      }),
    ringForOutgoing: async ({ callSid, agentPhone, ticketNumber }) => {
      const reference = { call: callSid, account: from };
      const leg = await rest((client) =>
        client.calls.create({
          to: agentPhone,
          from,
          url: url('out-agent', { ...reference, ticket: String(ticketNumber) }),
          statusCallback: url('out-agent-status', reference),
          statusCallbackEvent: ['ringing', 'completed'],
          timeout: agentRingSeconds,
        }),
      );
      return { agentCallSid: leg.sid };
    },
    dialCustomer: async ({ callSid, to }) => {
      const reference = { call: callSid, account: from };
      const leg = await rest((client) =>
        client.calls.create({
          to,
          from,
          url: url('out-join', reference),
          statusCallback: url('out-status', reference),
          statusCallbackEvent: ['ringing', 'completed'],
          timeout: customerRingSeconds,
        }),
      );
      return { customerCallSid: leg.sid };
    },
    hold: async ({ callSid, conferenceSid }) => void (await setHold(callSid, conferenceSid, true)),
    resume: async ({ callSid, conferenceSid }) => void (await setHold(callSid, conferenceSid, false)),
    hangUp: async ({ callSid }) =>
      void (await unlessGone(rest((client) => client.calls(callSid).update({ status: 'completed' })))),
    move: (callSid, target) =>
      unlessGone(
        rest((client) => client.calls(callSid).update({ url: target, method: 'POST' }), AbortSignal.timeout(8000)),
      ),
    forget: (agentCallSid) => void orders.forget(agentCallSid),
  };
}
