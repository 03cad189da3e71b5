/** The names by which mail programs mark, in their HTML, an older mail or a signature: as class, id, name or `data-smartmail`. */

/** Elements around a whole older mail, which stands in them as it was. */
const around =
  'yahoo_quoted(_\\d+)?|ntes-mailmaster-quote|mail-quote-collapse|mail-editor-reference-message-container|ms-outlook-mobile-reference-message';
/** Elements around a quotation and the line that introduces it. */
const withQuotation = 'protonmail_quote|zmail_extra|freshdesk_quote|messagereplysection';
/** The line that introduces an older mail, marked apart from it. */
const introduction = 'gmail_attr|moz-cite-prefix|airmail_on|reply-intro';
/** All that stands behind is older: Outlook, Windows Live, Zimbra. */
const rest = 'divrplyfwdmsg|outlookmessageheader|stopspelling|zwchr';
/** Not those of Apple Mail and Outlook on a phone: who takes their line away there goes on writing inside. */
const signature = 'gmail_signature(_prefix)?|moz-signature|protonmail_signature_block|mb_sig|messagesignaturesection';
/** What Outlook and Yahoo put before foreign names. */
const prefix = '(x_){0,9}(ecx|ydp[0-9a-f]{4,12}|m_-?\\d{1,25})?(x_){0,9}';
const names = (words: string) => new RegExp(`^${prefix}(${words})$`, 'i');
const marks = {
  around: names(around),
  withQuotation: names(withQuotation),
  introduction: names(introduction),
  rest: names(rest),
  signature: names(signature),
};
export type MailMark = keyof typeof marks;

export function mailMarkOf(name: string): MailMark | undefined {
  for (const mark of Object.keys(marks) as MailMark[]) if (marks[mark].test(name)) return mark;
  return undefined;
}

/** Of a quotation itself. Gmail gives this name also to what is set in by its button, so that alone it says little. */
export const gmailQuotation = names('gmail_quote(_container)?');
export const quotationName = names('protonmail_quote|tutanota_quote|freshdesk_quote|clean_bq|isreplycontent');

/** Outlook's rule above the fields of the older mail, as it stands in a `style`; its fields stand in bold. */
export const ruledHeader = /border-top:\s?solid #[0-9a-f]{6} 1\.0pt;\s?padding:3\.0pt 0(in|cm) /i;
/** Bold labels, without which such a rule stands above something else. */
export const fewestFields = 3;

/** Whether HTML may hold any of these. */
export const anyMailMark = new RegExp(
  [around, withQuotation, introduction, rest, signature, ruledHeader.source].join('|'),
  'i',
);
