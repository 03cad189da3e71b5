/** Where anybody gets a mailbox: that two addresses share such a domain says nothing of whose they are. */

/** One provider's domains in many countries. */
const family = /^(?:yahoo|hotmail|outlook|live|gmx|yandex)\.(?:com|net|(?:com?\.)?[a-z]{2})$/;

/** The large ones. Who is missing is treated as a firm. */
const providers: ReadonlySet<string> = new Set(
  (
    'gmail.com googlemail.com msn.com ymail.com rocketmail.com aol.com icloud.com me.com mac.com proton.me protonmail.com pm.me ' +
    'mail.com email.com fastmail.com hey.com zoho.com zohomail.com tuta.com tutanota.com hushmail.com ' +
    // America, Europe
    'comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net shaw.ca rogers.com bigpond.com uol.com.br bol.com.br ' +
    'web.de t-online.de freenet.de arcor.de bluewin.ch btinternet.com sky.com orange.fr wanadoo.fr free.fr sfr.fr laposte.net libero.it ' +
    'virgilio.it tiscali.it ziggo.nl telenet.be wp.pl o2.pl onet.pl interia.pl seznam.cz mail.ru bk.ru inbox.ru list.ru rambler.ru ukr.net ' +
    // Asia
    'qq.com vip.qq.com foxmail.com 163.com vip.163.com 126.com vip.126.com yeah.net 188.com sina.com sina.cn vip.sina.com sohu.com ' +
    'tom.com 139.com 189.cn wo.cn aliyun.com 21cn.com 263.net naver.com daum.net hanmail.net nate.com docomo.ne.jp rediffmail.com'
  ).split(' '),
);

/** @param domain in normal form */
export const isPublicMailProvider = (domain: string): boolean => providers.has(domain) || family.test(domain);
