import { SegmentedMessage } from 'sms-segments-calculator';

export interface SmsLength {
  encoding: 'GSM-7' | 'UCS-2';
  segments: number;
  /** Characters that still fit into the last segment, of the kind that the encoding counts. */
  left: number;
  /** Up to five different characters that GSM-7 does not have: each of them more than halves what a segment holds. */
  culprits: string[];
}

/**
 * How carriers split a text (3GPP TS 23.038 and 23.040): 160 characters of seven bits or 70 of sixteen, and 153 or 67 where several
 * segments follow each other. Characters of GSM-7's extension table and emoji take two places.
 */
export function smsLength(text: string): SmsLength {
  const message = new SegmentedMessage(text, 'auto');
  const encoding = message.encodingName === 'GSM-7' ? 'GSM-7' : 'UCS-2';
  const last = message.segments.at(-1);
  return {
    encoding,
    segments: text === '' ? 0 : message.segmentsCount,
    left: Math.floor((last?.freeSizeInBits() ?? 0) / (encoding === 'GSM-7' ? 7 : 16)),
    culprits: [...new Set(message.getNonGsmCharacters())].slice(0, 5),
  };
}
