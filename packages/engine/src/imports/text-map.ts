/**
 * Texts by key for a hundred thousand keys and more, outside the heap: keys as 64 bits of a digest, texts as bytes one behind the other. An object
 * for each would take ten times the room, and all of it would be walked by every collection. Two keys are taken for one in 1 of 10^8 maps of a
 * million keys: good enough to count by, not to write by.
 */
import { hash } from 'node:crypto';

export interface TextMap {
  get(key: string): string | undefined;
  /** A new key is passed over once there are as many as there can be. */
  set(key: string, text: string): void;
  delete(key: string): void;
}

interface Slots {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
  /** Where the text is, plus one; 0: the slot is free. */
  readonly place: Float64Array;
}

const slabSize = 256 * 1024;
const lengthAt = 4;
const headSize = 8;
const fewestSlots = 256;

const slotsFor = (count: number): Slots => ({
  high: new Uint32Array(count),
  low: new Uint32Array(count),
  place: new Float64Array(count),
});

/** The slot of a key, or the free one in which it would be. */
function slotOf({ high, low, place }: Slots, h: number, l: number): number {
  const mask = place.length - 1;
  let at = l & mask;
  while (place[at] !== 0 && (low[at] !== l || high[at] !== h)) at = (at + 1) & mask;
  return at;
}

export function createTextMap(mostKeys: number): TextMap {
  let slots = slotsFor(fewestSlots);
  let count = 0;
  const texts = createTexts();
  const find = (key: string): { at: number; h: number; l: number } => {
    const digest = hash('sha1', key, 'buffer');
    const [h, l] = [digest.readUInt32LE(0), digest.readUInt32LE(4)];
    return { at: slotOf(slots, h, l), h, l };
  };
  const grow = () => {
    const before = slots;
    slots = slotsFor(before.place.length * 2);
    for (const [index, place] of before.place.entries()) {
      if (place === 0) continue;
      const [h, l] = [before.high[index] ?? 0, before.low[index] ?? 0];
      put(slotOf(slots, h, l), h, l, place);
    }
  };
  const put = (at: number, h: number, l: number, place: number) => {
    slots.high[at] = h;
    slots.low[at] = l;
    slots.place[at] = place;
  };
  const textAt = (at: number): string | undefined => {
    const place = slots.place[at] ?? 0;
    return place === 0 ? undefined : texts.read(place - 1);
  };
  return {
    // An empty text stands for a key that was deleted: a slot is not freed, since others may have been put behind it.
    get: (key) => textAt(find(key).at) || undefined,
    set(key, text) {
      const { at, h, l } = find(key);
      const before = textAt(at);
      if (before === text || (before === undefined && count >= mostKeys)) return;
      const place = slots.place[at] ?? 0;
      put(at, h, l, (place === 0 ? texts.append(text) : texts.replace(place - 1, text)) + 1);
      if (before !== undefined) return;
      count += 1;
      if (count * 2 > slots.place.length) grow();
    },
    delete(key) {
      const place = slots.place[find(key).at] ?? 0;
      if (place !== 0) texts.replace(place - 1, '');
    },
  };
}

/** Texts in slabs, each behind its room and its length. A text is named by its place: the slab's number and the offset in it. */
function createTexts() {
  const slabs: Buffer[] = [];
  let end = slabSize;
  const append = (text: string, room = Buffer.byteLength(text)): number => {
    if (end + headSize + room > slabSize) {
      slabs.push(Buffer.alloc(Math.max(slabSize, headSize + room)));
      end = 0;
    }
    const slab = slabs.at(-1) as Buffer;
    slab.writeUInt32LE(room, end);
    slab.writeUInt32LE(slab.write(text, end + headSize), end + lengthAt);
    const place = (slabs.length - 1) * slabSize + end;
    end += headSize + room;
    return place;
  };
  return {
    append: (text: string) => append(text),
    /** Where it lies from now on. What grows gets twice the room, so that all that is left behind is less than what is kept. */
    replace(place: number, text: string): number {
      const slab = slabs[Math.floor(place / slabSize)] as Buffer;
      const at = place % slabSize;
      const length = Buffer.byteLength(text);
      if (length > slab.readUInt32LE(at)) return append(text, 2 * length);
      slab.writeUInt32LE(slab.write(text, at + headSize), at + lengthAt);
      return place;
    },
    read(place: number): string {
      const slab = slabs[Math.floor(place / slabSize)] as Buffer;
      const at = place % slabSize;
      const from = at + headSize;
      return slab.toString('utf8', from, from + slab.readUInt32LE(at + lengthAt));
    },
  };
}
