/** Web forms between the form that edits them, the hub, and the websites that show them. */
import type { WebForm, WebFormDraft } from '@patchbay/contracts';

/** What of a form can be changed. */
export function contentOf(form: WebForm): WebFormDraft {
  const {
    id: _id,
    sourceId: _sourceId,
    slug: _slug,
    url: _url,
    createdAt: _at,
    updatedAt: _changed,
    ...content
  } = form;
  return content;
}

const signs: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (sign) => signs[sign] ?? sign);

/** What a website puts where the form shall be: a title may have any sign, and shall not end the attribute. */
export function embedCode({
  url,
  titleEn,
  titleZh,
  languages,
}: Pick<WebForm, 'url' | 'titleEn' | 'titleZh' | 'languages'>): string {
  const title = languages.includes('en') ? titleEn : titleZh;
  return `<iframe src="${escaped(url)}" title="${escaped(title)}" width="100%" height="720" style="border:0"></iframe>`;
}

/** `www.example.com/contact` → `https://www.example.com`: the origin of what somebody pasted; as it was where it is none. */
export function originOf(text: string): string {
  const given = text.trim();
  if (given === '*' || given.includes('*')) return given.replace(/\/+$/, '');
  const url = URL.parse(/^https?:\/\//i.test(given) ? given : `https://${given}`);
  return url && url.hostname.includes('.') ? url.origin : url?.hostname === 'localhost' ? url.origin : given;
}
