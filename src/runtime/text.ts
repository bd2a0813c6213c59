/** Foreign text made fit for records. */
import { clip } from '../kernel/index.ts';

/** Lone surrogates have no UTF-8 form; they become U+FFFD, so that a blob reads back as what was hashed. */
export const cleanText = (text: string): string => text.toWellFormed();

/** At most `max` UTF-16 units, well-formed. */
export const clipped = (text: string, max: number): string => clip(cleanText(text), max);
