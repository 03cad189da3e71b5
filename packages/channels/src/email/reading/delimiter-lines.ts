/** Delimiter lines of multipart bodies (RFC 2046 §5.1), where the splitter below mailparser is stricter than what relays and writers leave of them. */

/** A part in the tree of parts, as the splitter has it. */
interface Part {
  readonly _boundary: Buffer | false;
  /** The multipart that it is a part of. */
  readonly _parentBoundaryOwner: Part | false;
}

/** `1`: another part begins; `2`: there are no more. */
type Delimiter = 1 | 2 | false;

export interface Splitter {
  node: Part;
  inEpilogue: boolean;
  compareBoundary(line: Buffer, start: number, boundary: Buffer): Delimiter;
  /** `3` and `4` are the same of the multipart around `node`. */
  checkBoundary(line: Buffer): Delimiter | 3 | 4;
}

/** Levels further out than the nearest at which an end of the inner ones is looked for: each line that begins with two hyphens is compared so often. */
const outerLevels = 20;
/** White space that relays add at the end of a line, and the line's end. */
const longestPadding = 1_000;

export function readDelimitersFreely(splitter: Splitter): void {
  const strict = splitter.checkBoundary.bind(splitter);
  splitter.compareBoundary = delimiterIn;
  splitter.checkBoundary = (line) => strict(line) || outerDelimiter(splitter, line);
}

/** White space behind the boundary is none of it. */
function delimiterIn(line: Buffer, start: number, boundary: Buffer): Delimiter {
  const end = start + 2 + boundary.length;
  if (line.length <= end || line.length > end + longestPadding) return false;
  if (line.compare(boundary, 0, boundary.length, start + 2, end) !== 0) return false;
  const closes = line[end] === 0x2d && line[end + 1] === 0x2d;
  for (let at = closes ? end + 2 : end; at < line.length; at += 1)
    if (![0x20, 0x09, 0x0d, 0x0a].includes(line[at] ?? 0)) return false;
  return closes ? 2 : 1;
}

/** A delimiter of an outer multipart ends the inner ones that have no end of their own (§5.1.2). */
function outerDelimiter(splitter: Splitter, line: Buffer): Delimiter | 3 | 4 {
  const start = line[0] === 0x0d && line[1] === 0x0a ? 2 : line[0] === 0x0d || line[0] === 0x0a ? 1 : 0;
  if (line[start] !== 0x2d || line[start + 1] !== 0x2d) return false;
  let inner = splitter.node._parentBoundaryOwner;
  for (let level = 0; inner && level < outerLevels; level += 1) {
    const outer: Part | false = inner._parentBoundaryOwner;
    const found = outer && outer._boundary ? delimiterIn(line, start, outer._boundary) : false;
    if (found) {
      splitter.node = inner;
      splitter.inEpilogue = true;
      return found === 1 ? 3 : 4;
    }
    inner = outer;
  }
  return false;
}
