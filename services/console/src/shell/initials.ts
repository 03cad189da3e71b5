/** `Ada Lovelace` gives AL; a Chinese name its last two characters, as it is usual there; a bare number gives #. */
export function initials(name: string): string {
  const trimmed = name.trim();
  if (/^\p{Script=Han}+$/u.test(trimmed)) return Array.from(trimmed).slice(-2).join('');
  const words = trimmed.split(/\s+/u);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map(
    (word) => Array.from(word ?? '')[0] ?? '',
  );
  return /\p{L}/u.test(letters[0] ?? '') ? letters.join('').toUpperCase() : '#';
}
