/** What mailparser calls and has within. It is not among its types; `schema.test.ts` fails if it is no longer so. */
import type { Readable, Transform } from 'node:stream';
import { MailParser, type MailParserOptions } from 'mailparser';
import type { Splitter } from './delimiter-lines.ts';
import type { PartHead } from './part-head.ts';

interface Decoders {
  decodeStream(charset: string): Transform;
}

/** `MailParser` with what its types leave out. */
export const Parser = MailParser as unknown as new (options: MailParserOptions) => MailParser & Within;

interface Within {
  decoder: Decoders;
  readonly splitter: Transform & Splitter;
  readonly endReceived: boolean;
  readonly waitingEnd: false | ((error: Error) => void);
  readonly waitUntilAttachmentEnd: boolean;
  readonly curnode: false | PartNode;
  readonly tree: PartNode;
  readonly hasText: boolean;
  hasFailed: boolean;
  reading: boolean;
  createNode(head: PartHead): PartNode;
  readData(): void;
  endStream(): void;
  /** Calls back in a later turn, or at once with an error. */
  processChunk(piece: Piece, done: (error?: Error) => void): void;
  /** Puts the text together. The last part's decoder has its end. */
  cleanup(done: (error?: Error) => void): void;
}

export interface PartNode {
  readonly headers: unknown;
  readonly decoder?: Transform;
  /** What comes out of all decoders of a text. */
  readonly contentStream?: Readable;
  readonly node: PartHead;
  readonly root: boolean;
  readonly contentType: string | false;
  /** What has come out of them. */
  readonly textContent: string | false;
  readonly children?: readonly PartNode[];
}

/** A part's head, or bytes of its body, or what stands between bodies. */
export interface Piece {
  readonly type: string;
}
