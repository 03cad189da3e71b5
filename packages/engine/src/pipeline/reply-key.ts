/**
 * Under which key a message is written on its ticket. Keys of the hub's own begin with a name and a colon; what a caller sends is put
 * under a name of its own where it begins so, and can never be one of them.
 */
export type ReplyKey = { readonly caller: string } | { readonly heldReplyId: string };

/** `acknowledgement:` is given by the statement that writes the message which is acknowledged, `automation:` by a run of a rule. */
const own = /^(held|acknowledgement|automation|caller):/;

export function keyOfReply(key: ReplyKey): string {
  if ('heldReplyId' in key) return `held:${key.heldReplyId}`;
  return own.test(key.caller) ? `caller:${key.caller}` : key.caller;
}
