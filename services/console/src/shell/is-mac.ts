/** Its keys have other names. */
export const isMac = /Mac|iP/u.test(navigator.userAgent);
