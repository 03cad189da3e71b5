/** What companies have put below every mail: that it is confidential, and who they are. */

const notice =
  /confidential|privileged|intended (?:only|solely|for|recipient)|addressee|vertraulich|(?:bestimmte|richtige)[nr]? (?:adressat|empfänger)|unbefugt|confidentiel|confidenci|destinataire|destinat[aá]ri[oo]|riservat|vertrouwelijk|geadresseerde|konfiden[tc]|fortrolig|luottamuksel|poufn|důvěrn|bizalmas|gizli|конфиденциал|конфіденцій|机密|機密|保密|disclaimer|haftungs|amtsgericht|handelsregister|geschäftsführ|sitz der gesellschaft|ust-id|registered (?:office|in england)|company (?:no|number|registration)|siège social|before printing|print this (?:e-?mail|message)|bevor sie diese|consider the environment(?= before (?:you )?print)|an die umwelt(?=.{0,60}druck)|à l['’]environnement(?=.{0,60}imprim)|(?:medio ?ambiente|meio ambiente)(?=.{0,60}imprim)|(?<=imprimir.{0,60})(?:medio ?ambiente|meio ambiente)|all['’]ambiente(?=.{0,60}stamp)/iu;
/** Characters. */
const longestLine = 1000;

export const isLegalNotice = (paragraph: readonly string[]): boolean =>
  paragraph.some((line) => notice.test(line.slice(0, longestLine)));

/** More of the same, which the words of a person who asks for confidence have not. */
const fewestWords = 2;

/** Nothing stands there but such a notice, with several of its words. */
export function isNoticeAlone(lines: readonly string[]): boolean {
  const paragraphs = lines
    .join('\n')
    .split(/\n\s*\n/)
    .filter((paragraph) => paragraph.trim() !== '');
  if (paragraphs.length === 0 || !paragraphs.every((paragraph) => isLegalNotice(paragraph.split('\n')))) return false;
  const said = paragraphs.join('\n').slice(0, longestLine).toLowerCase();
  return new Set(said.match(new RegExp(notice.source, 'giu'))).size >= fewestWords;
}
