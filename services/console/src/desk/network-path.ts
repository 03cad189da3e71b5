/**
 * `//host/path` takes the scheme of the page that it stands in (network-path reference, RFC 3986, 4.2). A mail stands in none: there it is
 * read as HTTPS.
 */

/** An address of an attribute. What names no host stays as it is, and so does `\\server\file`, which is nothing of the web. */
export const withScheme = (address: string): string => address.replace(/^\s*\/\/(?=[^\s/\\?#])/, 'https://');

/** The same for each address in styles. */
export const withSchemes = (css: string): string =>
  css.replaceAll(/\burl\(\s*(?:["']\s*)?(?=\/\/[^\s/\\?#"')])/gi, (begun) => `${begun}https:`);
