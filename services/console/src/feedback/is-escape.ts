import type { KeyboardEvent } from 'react';

/** Esc as a way out. While a word is composed, as Chinese is, it is the input method's: it takes back that word alone. */
export const isEscape = (event: KeyboardEvent): boolean => event.key === 'Escape' && !event.nativeEvent.isComposing;
