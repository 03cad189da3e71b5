/** What companies have put below every mail: that it is confidential, and who they are. */

const notice =
  /confidential|privileged|intended (?:only|solely|for|recipient)|addressee|vertraulich|(?:bestimmten|richtigen) (?:adressat|empfänger)|unbefugt|confidentiel|confidenci|destinataire|destinat[aá]ri[oo]|riservat|vertrouwelijk|geadresseerde|konfiden[tc]|fortrolig|luottamuksel|poufn|důvěrn|bizalmas|gizli|конфиденциал|конфіденцій|机密|機密|保密|disclaimer|haftungs|amtsgericht|handelsregister|geschäftsführ|sitz der gesellschaft|ust-id|registered (?:office|in england)|company (?:no|number|registration)|siège social|before printing|print this (?:e-?mail|message)|bevor sie diese/iu;
/** Characters. */
const longestLine = 1000;

export const isLegalNotice = (paragraph: readonly string[]): boolean =>
  paragraph.some((line) => notice.test(line.slice(0, longestLine)));
