/** Sound made in code: nothing to license, nothing to load. */

const sampleRate = 8000;

/** A mono WAV with 16 bits per sample (RIFF, PCM) of `seconds` of sound; `level` gives each moment's level from -1 to 1. */
export function wave(seconds: number, level: (second: number) => number): Uint8Array {
  const count = Math.round(seconds * sampleRate);
  const bytes = Buffer.alloc(44 + count * 2);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(36 + count * 2, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(sampleRate, 24);
  bytes.writeUInt32LE(sampleRate * 2, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(count * 2, 40);
  for (let index = 0; index < count; index += 1) {
    bytes.writeInt16LE(Math.round(Math.max(-1, Math.min(1, level(index / sampleRate))) * 32767), 44 + index * 2);
  }
  return bytes;
}

/** C major seventh, one note every half second, in Hz. */
const notes = [261.63, 329.63, 392, 493.88, 392, 329.63, 293.66, 392];

/** Eight seconds of quiet single notes, for callers who wait or are on hold. It begins and ends in silence, so it loops. */
export function holdAudio(): Uint8Array {
  return wave(8, (second) => {
    const since = second % 0.5;
    const note = notes[Math.floor(second / 0.5) % notes.length] ?? 0;
    const fade = Math.min(1, since / 0.02) * Math.exp(-5 * since) * Math.min(1, (0.5 - since) / 0.02);
    return 0.12 * fade * Math.sin(2 * Math.PI * note * since);
  });
}
