/** The addresses of a call's steps. What a step must know about its call goes in the query, which Twilio signs with the rest. */

export const voicePath = '/webhooks/twilio/voice';
/** Where the hub serves `holdAudio()`. */
export const holdAudioPath = '/hold-audio.wav';

/** The steps below `voicePath`; the incoming call itself is `voicePath`. */
export const voiceSteps = [
  'status',
  'wait',
  'call-back',
  'queued',
  'agent',
  'agent-join',
  'agent-status',
  'join',
  'conference',
  'voicemail',
  'recording',
  'out-agent',
  'out-agent-status',
  'out-join',
  'out-status',
] as const;
export type VoiceStep = (typeof voiceSteps)[number];

/** What one leg's webhooks must know of the other leg. */
export interface CallReference {
  /** The caller's CallSid; for a call that an agent places, the hub's own name of it. */
  readonly call?: string | undefined;
  /** The caller's number as the carrier gave it. */
  readonly caller?: string | undefined;
  /** The number that was called. */
  readonly account?: string | undefined;
  /** The agent's CallSid. */
  readonly agent?: string | undefined;
  readonly ticket?: string | undefined;
  /** The caller was told the ticket's number. */
  readonly told?: '1' | undefined;
  /** The caller was not asked: the wait has ended so. */
  readonly auto?: '1' | undefined;
  /** The CallSid of the customer whom an agent calls. */
  readonly customer?: string | undefined;
  /** An agent places it: whoever is not the agent is the customer. */
  readonly out?: '1' | undefined;
  /** Bringing the two together failed. */
  readonly failed?: '1' | undefined;
}

export type VoiceUrl = (step: VoiceStep, reference?: CallReference) => string;

export function voiceUrls(publicUrl: string): VoiceUrl {
  const base = publicUrl.replace(/\/+$/, '') + voicePath;
  return (step, reference = {}) => {
    const query = new URLSearchParams(
      Object.entries(reference).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    return query.size === 0 ? `${base}/${step}` : `${base}/${step}?${query.toString()}`;
  };
}

/** The step that a path stands for; null for the incoming call. */
export function stepOf(path: string): VoiceStep | null {
  const name = path.slice(voicePath.length + 1);
  return voiceSteps.find((step) => step === name) ?? null;
}
