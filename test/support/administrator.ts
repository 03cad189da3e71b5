/** Is in every database of a test from the start. */
export const admin = { email: 'admin@patchbay.test', password: 'correct horse battery' };
