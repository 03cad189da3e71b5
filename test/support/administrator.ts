/** Is in the database of every hub from the start. */
export const admin = { email: 'admin@patchbay.test', password: 'correct horse battery' };
