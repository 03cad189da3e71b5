/** The sound of a new offer: two short tones, made here so that no file has to be fetched. */
const STORE = 'patchbay.sound';

export const soundOn = (): boolean => localStorage.getItem(STORE) !== 'off';
export const setSound = (on: boolean): void => localStorage.setItem(STORE, on ? 'on' : 'off');

const CLOCK_STORE = 'patchbay.clock-sound';
/** Off until somebody turns it on: what is late is on the screen. */
export const clockSoundOn = (): boolean => localStorage.getItem(CLOCK_STORE) === 'on';
export const setClockSound = (on: boolean): void => localStorage.setItem(CLOCK_STORE, on ? 'on' : 'off');

const BOARD_STORE = 'patchbay.board-sound';
/** Off until somebody in the room allows it. */
export const boardSoundOn = (): boolean => localStorage.getItem(BOARD_STORE) === 'on';
export const setBoardSound = (on: boolean): void => localStorage.setItem(BOARD_STORE, on ? 'on' : 'off');

let context: AudioContext | undefined;

/** Whether the browser lets the page be heard; a touch of the page may be what it waits for. Never waits itself. */
export async function allowBoardSound(): Promise<boolean> {
  if (!('AudioContext' in window)) return false;
  context ??= new AudioContext();
  const late = new Promise((resolve) => setTimeout(resolve, 500));
  await Promise.race([context.resume(), late]);
  return context.state === 'running';
}

/** Something on the wallboard has gone over its limit. False when the browser keeps the page silent. */
export function boardChime(): boolean {
  play();
  return context?.state === 'running';
}

export function chime(): void {
  if (soundOn()) play();
}

/** A ticket is late, or nearly. */
export function clockChime(): void {
  if (clockSoundOn()) play();
}

function play(): void {
  if (!('AudioContext' in window)) return;
  context ??= new AudioContext();
  const audio = context;
  // Browsers keep a page silent until it was touched once; the offer on screen then has to do.
  if (audio.state !== 'running') return void audio.resume();
  tone(audio, 660, 0);
  tone(audio, 880, 0.16);
}

function tone(audio: AudioContext, hertz: number, after: number): void {
  const start = audio.currentTime + after;
  const oscillator = audio.createOscillator();
  const volume = audio.createGain();
  oscillator.frequency.value = hertz;
  volume.gain.setValueAtTime(0.0001, start);
  volume.gain.exponentialRampToValueAtTime(0.12, start + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.22);
  oscillator.connect(volume).connect(audio.destination);
  oscillator.start(start);
  oscillator.stop(start + 0.25);
}
