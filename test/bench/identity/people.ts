/** Invented people, from names that are common knowledge. */

/** A person's record as it is right. */
export interface Person {
  givenName: string;
  familyName: string;
  birthDate: string;
  email: string;
  phone: string;
  street: string;
  postalCode: string;
  city: string;
  organisation: string;
  accountNumber: string;
}

/** Numbers and choices from one seed. */
export class Dice {
  readonly #next: () => number;
  readonly #taken = new Set<string>();

  constructor(next: () => number) {
    this.#next = next;
  }

  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  below(count: number): number {
    return Math.floor(this.#next() * count);
  }

  /** Any of the list, evenly. */
  any<T>(list: readonly T[]): T {
    const chosen = list[this.below(list.length)];
    if (chosen === undefined) throw new RangeError('Nothing to choose from');
    return chosen;
  }

  /** Any of the list, the first ones far more often: names are so distributed. */
  frequent<T>(list: readonly T[]): T {
    return list[Math.floor(list.length * this.#next() ** 2)] ?? this.any(list);
  }

  /** The first of what is made that nobody had yet: no two people have one mailbox by chance. */
  fresh(make: () => string): string {
    let made = make();
    while (this.#taken.has(made)) made = make();
    this.#taken.add(made);
    return made;
  }

  digits(count: number): string {
    return Array.from({ length: count }, () => String(this.below(10))).join('');
  }
}

const split = (text: string) => text.trim().split(/\s+/);

interface Culture {
  given: readonly string[];
  family: readonly string[];
  streets: readonly string[];
  cities: readonly string[];
  firms: readonly string[];
  phone: (dice: Dice) => string;
  postal: (dice: Dice) => string;
}

const english: Culture = {
  given: split(
    `James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph Jessica Thomas Sarah Charles Karen
     Christopher Lisa Daniel Nancy Matthew Betty Anthony Margaret Mark Sandra Donald Ashley Steven Kimberly Paul Emily Andrew Donna Joshua Michelle
     Kenneth Carol Kevin Amanda Brian Dorothy George Melissa Edward Deborah Ronald Stephanie Timothy Rebecca Jason Sharon Jeffrey Laura Ryan Cynthia
     Jacob Kathleen Gary Amy Nicholas Angela Eric Shirley Jonathan Anna Stephen Brenda Larry Pamela Justin Emma Scott Nicole Brandon Helen Benjamin
     Samantha Samuel Katherine Gregory Christine Alexander Debra Patrick Rachel Frank Carolyn Raymond Janet Jack Catherine Dennis Maria Jerry Heather`,
  ),
  family: split(
    `Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson Anderson Thomas Taylor Moore Jackson
     Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill Flores Green
     Adams Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts Gomez Phillips Evans Turner Diaz Parker Cruz Edwards Collins Reyes Stewart Morris
     Morales Murphy Cook Rogers Gutierrez Ortiz Morgan Cooper Peterson Bailey Reed Kelly Howard Ramos Kim Cox Ward Richardson Watson Brooks Chavez Wood
     Bennett Gray Mendoza Ruiz Hughes Price Alvarez Castillo Sanders Patel Myers Long Ross Foster Jimenez Powell Jenkins Perry Russell Sullivan Bell
     O'Brien McCarthy O'Connor Fitzgerald Smith-Jones Abernathy Blackwood Cavendish Drummond Ellsworth Featherstone Goldsmith Hawthorne Ironside Jellicoe`,
  ),
  streets:
    split(`Oak Maple Church High Station Victoria Park Mill Queen King Elm Cedar Washington Lake Hill Walnut Spring Ridge Grove Chestnut River Sunset
     Highland Franklin Jefferson Adams Lincoln Jackson Madison Cherry Dogwood Willow Meadow Forest Broad Center Union Pearl Prospect`).flatMap(
      (name) => ['Street', 'Road', 'Avenue'].map((kind) => `${name} ${kind}`),
    ),
  cities: split(
    'Springfield Riverton Fairview Clinton Georgetown Salem Madison Bristol Dover Hudson Milton Newport Oxford Ashland Burlington',
  ),
  firms: split('Acme Globex Initech Umbra Vandelay Stark Wayne Hooli Contoso Fabrikam Northwind Tailspin').map(
    (name) => `${name} Ltd`,
  ),
  phone: (dice) => `+1212${2 + dice.below(8)}${dice.digits(6)}`,
  postal: (dice) => `1${String(dice.below(9000) + 1000)}`,
};

const german: Culture = {
  given:
    split(`Peter Maria Wolfgang Ursula Michael Monika Werner Petra Klaus Elisabeth Thomas Sabine Manfred Renate Helmut Helga Jürgen Karin Heinz
     Brigitte Gerhard Ingrid Andreas Erika Hans Andrea Josef Gisela Günter Claudia Dieter Susanne Horst Gabriele Walter Christa Frank Christine Bernd
     Hildegard Karl Anna Herbert Birgit Franz Barbara Martin Gertrud Uwe Heike Georg Marianne Jörg Katharina Björn Zoë`),
  family:
    split(`Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz
     Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Schmitz Krause Meier Lehmann Schmid Schulze Maier Köhler Herrmann König Walter Mayer
     Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Schubert Vogel Friedrich Keller Günther Frank Berger Winkler Roth Beck Lorenz Baumann`),
  streets: split(
    'Haupt Schul Garten Bahnhof Dorf Berg Kirch Wald Ring Linden Birken Rosen Goethe Schiller Mozart Beethoven Mühlen Wiesen',
  ).map((name) => `${name}straße`),
  cities: split(
    'Berlin Hamburg München Köln Frankfurt Stuttgart Düsseldorf Leipzig Dortmund Essen Bremen Dresden Hannover Nürnberg',
  ),
  firms: split('Nordwind Alpenblick Rheingold Falke Adler Kranich').map((name) => `${name} GmbH`),
  phone: (dice) => `+4930${1 + dice.below(9)}${dice.digits(6)}`,
  postal: (dice) => `${1 + dice.below(9)}${dice.digits(4)}`,
};

const chinese: Culture = {
  given:
    split(`伟 芳 娜 秀英 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 秀兰 霞 平 刚 桂英 文 辉 建国 建华 志强 志明 海燕 晓明 晓红 小龙 子轩 浩然 宇航 欣怡
     梓涵 诗涵 雨桐 一诺 俊杰 国强 丽华 美玲 玉兰 婷婷 雪梅 春燕 德华 学友 家辉 嘉欣 思远 天宇 文博 明哲 晨曦 若曦 佳怡 子涵 思雨 雅静`),
  family:
    split(`王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 郭 何 高 林 罗 郑 梁 谢 宋 唐 许 韩 冯 邓 曹 彭 曾 肖 田 董 袁 潘 于 蒋 蔡 余 杜 叶 程 苏 魏 吕 丁
     任 沈 姚 卢 姜 崔 钟 谭 陆 汪 范 金 石 廖 贾 夏 韦 付 方 白 邹 孟 熊 秦 邱 江 尹 薛 闫 段 雷 侯 龙 史 陶 黎 贺 顾 毛 郝 龚 邵 万 钱 严 欧阳 司马 上官 诸葛`),
  streets: split('建国 人民 中山 解放 和平 胜利 新华 文化 长安 南京 北京 光明 友谊 幸福 朝阳').map(
    (name) => `${name}路`,
  ),
  cities: split('北京市 上海市 广州市 深圳市 杭州市 成都市 武汉市 西安市 南京市 重庆市'),
  firms: split('大华 新星 天宇 中联 恒达 远东').map((name) => `${name}科技有限公司`),
  phone: (dice) => `+8613${dice.digits(9)}`,
  postal: (dice) => `${1 + dice.below(8)}${dice.digits(5)}`,
};

const russian: Culture = {
  given: split(
    'Александр Елена Сергей Ольга Дмитрий Наталья Алексей Татьяна Андрей Ирина Владимир Светлана Иван Екатерина Михаил Анна Юрий Мария',
  ),
  family:
    split(`Смирнов Иванов Кузнецов Соколов Попов Лебедев Козлов Новиков Морозов Петров Волков Соловьёв Васильев Зайцев Павлов Семёнов Голубев
     Виноградов Богданов Воробьёв Фёдоров Михайлов Беляев Тарасов Белов Комаров Орлов Киселёв Макаров Андреев Ковалёв Ильин Гусев Титов Кузьмин`),
  streets: split('Ленина Советская Молодёжная Центральная Школьная Новая Садовая Лесная').map((name) => `ул. ${name}`),
  cities: split('Москва Казань Самара Омск Пермь Уфа'),
  firms: split('Восток Заря Прогресс Метеор').map((name) => `ООО ${name}`),
  phone: (dice) => `+79${dice.digits(9)}`,
  postal: (dice) => `${1 + dice.below(6)}${dice.digits(5)}`,
};

const cultures = { english, german, chinese, russian } as const;
export type CultureName = keyof typeof cultures;
export const cultureNames = [
  'english',
  'english',
  'english',
  'german',
  'german',
  'chinese',
  'chinese',
  'russian',
] as const;

export const cultureOf = (name: CultureName): Culture => cultures[name];

export function birthDate(dice: Dice, from = 1940, to = 2006): string {
  const year = from + dice.below(to - from + 1);
  return `${year}-${String(1 + dice.below(12)).padStart(2, '0')}-${String(1 + dice.below(28)).padStart(2, '0')}`;
}

/** A mailbox that resembles the name, as most do; letters that mail has no room for fall out. */
export function mailbox(dice: Dice, given: string, family: string): string {
  const ascii = (text: string) =>
    text
      .normalize('NFD')
      .toLowerCase()
      .replaceAll(/[^a-z]/g, '');
  const [g, f] = [ascii(given), ascii(family)];
  const anonymous = g === '' || f === '';
  return dice.fresh(() => {
    const local = anonymous
      ? `user${dice.digits(7)}`
      : dice.any([`${g}.${f}`, `${g[0] ?? ''}${f}`, `${g}${f}`]) + dice.digits(dice.below(5));
    return `${local}@${dice.any(['gmail.com', 'outlook.com', 'yahoo.com', 'example.org', 'mail.test'])}`;
  });
}

export function person(dice: Dice, culture: CultureName): Person {
  const from = cultureOf(culture);
  const [givenName, familyName] = [dice.frequent(from.given), dice.frequent(from.family)];
  return {
    givenName,
    familyName,
    birthDate: birthDate(dice),
    email: mailbox(dice, givenName, familyName),
    phone: from.phone(dice),
    ...home(dice, culture),
    organisation: dice.chance(0.3) ? dice.any(from.firms) : '',
    accountNumber: `C-${dice.digits(7)}`,
  };
}

export function home(dice: Dice, culture: CultureName): Pick<Person, 'street' | 'postalCode' | 'city'> {
  const from = cultureOf(culture);
  const [street, number] = [dice.any(from.streets), 1 + dice.below(180)];
  const written =
    culture === 'english'
      ? `${number} ${street}`
      : culture === 'chinese'
        ? `${street}${number}号`
        : `${street} ${number}`;
  return { street: written, postalCode: from.postal(dice), city: dice.any(from.cities) };
}
