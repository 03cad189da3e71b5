/**
 * What a server itself said, out of what a program tells of it. Around an answer stand words of the program that repeats it ("does not like
 * recipient", "after RCPT TO"), and names that may read as anything (`spam@`, `quota.example.org`): neither says why.
 */

/** Latin letters only: Chinese and Japanese put no space between an address and the words around it. */
const address = /[\p{Script=Latin}\d!#$%&*+/=?^_{|}~.-]{1,64}@[\p{Script=Latin}\d_.-]{0,254}[\p{Script=Latin}\d_-]/gu;
/** Of three labels or more, as hosts have and words that lack a space between them have not. */
const hostName = /(?<![\w@.-])(?:[a-z\d][a-z\d-]{0,62}\.){2,8}[a-z]{2,12}(?![\w-]|\.\w)/g;

/** The host that said it, as Postfix, Exim and GMX name it: what follows is said of something else. */
const speaker = /\bhost:? [^\s[\]()]{1,255} ?(?:\[[^\s\]]{1,255}\]|\([\d.:a-f]{3,45}\))/gi;

/** That somebody answered, and what to: the words of qmail, Exim, Postfix, GMX, IronPort and Exchange before and behind an answer. */
const around = new RegExp(
  [
    String.raw`\bdoes not like (?:recipient|sender)\b\.?`,
    String.raw`\bsmtp error from (?:the )?remote (?:mail )?server (?:after|for|in) (?:end of data|initial connection|pipelined [a-z ]{1,20}|[a-z]{4}(?: (?:to|from))?)(?: command)?\b[,:]?`,
    String.raw`\b(?:rcpt to|mail from)(?: command)? ?:? ?(?=<)`,
    String.raw`\bin reply to (?:[a-z]{4}|rcpt to|mail from) command\b`,
    String.raw`\brecipients?: ?(?=<)`,
    String.raw`\b(?:remote|receiving|destination|mail|smtp) (?:mail )?(?:server|host|system) (?:returned|said|responded|replied|answered)\b(?: with)?:?`,
  ].join('|'),
  'gi',
);

/** On one line, with a name that says nothing in place of each. */
export const ownWords = (told: string): string =>
  told
    .replace(/\s+/g, ' ')
    .replace(/https?:\/\/\S+/g, ' ')
    .replace(speaker, ' ')
    .replace(address, 'someone@example')
    .replace(hostName, 'a.example')
    .replace(around, ' ')
    .replace(/_/g, ' ');
